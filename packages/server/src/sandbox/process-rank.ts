import type { ProcessUse } from './process-use.ts';

/**
 * Where a process stands in the queue for the processor, by what it has taken of it: `light` after a time in which it
 * took little, `heavy` after one in which it took much, `unproven` between the two and from its start.
 */
export type ProcessRank = 'light' | 'unproven' | 'heavy';

/** How long a process is looked at before it loses what it has earned, goes to the end, and goes one rank up. */
const LOSES_AFTER_MS = 300;
const HEAVY_AFTER_MS = 1000;
const RISES_AFTER_MS = 2000;

/** Parts of one core. An app that is called as often as it can answer takes some 0.2 under Node, and 0.35 under Deno. */
const HEAVY_SHARE_MIN = 0.4;
const LIGHT_SHARE_MAX = 0.1;
const STILL_LIGHT_SHARE_MAX = 0.3;
/** Of a process that did not pause at all: ten that spin on one core are found. */
const PAUSELESS_SHARE_MIN = 0.1;

/** A process's rank, and its latest uses, oldest first. */
export type Standing = { readonly rank: ProcessRank; readonly uses: readonly ProcessUse[] };

export const firstStanding: Standing = { rank: 'unproven', uses: [] };

/**
 * What one more look at a process makes of its standing.
 *
 * A process that spins beside others gets only a part of a core, so what it takes says little. What tells it from an app
 * that is at work is that it never pauses of its own accord: even while an app starts, it waits for a file now and then.
 * One that is held off from the processor takes little too: it rises only when it was found to want nothing.
 */
export function nextStanding({ rank, uses }: Standing, use: ProcessUse): Standing {
  const latest = [...since(uses, use.atMs - RISES_AFTER_MS), use];
  const next = rankAfter(rank, latest);
  const isRise = next !== rank && next !== 'heavy' && rank !== 'light';
  // Each rise is earned anew.
  return { rank: next, uses: isRise ? [use] : latest };
}

function rankAfter(rank: ProcessRank, uses: readonly ProcessUse[]): ProcessRank {
  const second = spanning(uses, HEAVY_AFTER_MS);
  if (rank !== 'heavy' && isHeavy(second)) return 'heavy';
  if (rank === 'light') {
    const isLost = isHeavy(spanning(uses, LOSES_AFTER_MS)) || shareOf(second) > STILL_LIGHT_SHARE_MAX;
    return isLost ? 'unproven' : 'light';
  }
  if (!isLight(spanning(uses, RISES_AFTER_MS))) return rank;
  return rank === 'heavy' ? 'unproven' : 'light';
}

/** Those from this moment on, and the one before it. */
function since(uses: readonly ProcessUse[], fromMs: number): readonly ProcessUse[] {
  const first = uses.findLastIndex(({ atMs }) => atMs <= fromMs);
  return first < 0 ? uses : uses.slice(first);
}

/** Those that span just about so long up to the last one; none while there are not yet enough of them. */
function spanning(uses: readonly ProcessUse[], spanMs: number): readonly ProcessUse[] {
  const fromMs = (uses.at(-1)?.atMs ?? 0) - spanMs;
  return uses.some(({ atMs }) => atMs <= fromMs) ? since(uses, fromMs) : [];
}

function isHeavy(uses: readonly ProcessUse[]): boolean {
  const share = shareOf(uses);
  const neverPaused = uses[0]?.pauses === uses.at(-1)?.pauses;
  return share >= HEAVY_SHARE_MIN || (neverPaused && share >= PAUSELESS_SHARE_MIN);
}

function isLight(uses: readonly ProcessUse[]): boolean {
  if (uses.length === 0 || shareOf(uses) > LIGHT_SHARE_MAX) return false;
  return uses.filter(({ isRunnable }) => isRunnable).length <= uses.length / 2;
}

/** Of one core, from the first of the uses to the last. */
function shareOf(uses: readonly ProcessUse[]): number {
  const [first, last] = [uses[0], uses.at(-1)];
  if (first === undefined || last === undefined || last === first) return 0;
  return (last.processorMs - first.processorMs) / (last.atMs - first.atMs);
}
