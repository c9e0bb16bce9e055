import type { Instant } from '../time/instant.ts';
import type { Entry } from './entry.ts';
import { firstState, MARK, markOf, PRESENCE, presenceOf, type StateCode, stateCode, statusOf } from './state-code.ts';

// Idle after another length than the one in force.
//
// An idle stint began at the last activity plus the length, so the last activity is known, and a longer length moves the
// stint's start, or leaves no stint at all. A shorter one moves it back; pauses between the two lengths were never noticed
// by anybody and left no fact: what a shorter length shows is the least that it would have been.

/** The history under another idle time. `lengthAt`: the one that was in force at an instant. Milliseconds. */
export function withIdleAfter(
  entries: readonly Entry[],
  idleAfterMs: number,
  lengthAt: (instant: Instant) => number,
): readonly Entry[] {
  const moved: Entry[] = [];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as Entry;
    if (!beginsIdle(entry, moved.at(-1)?.code ?? firstState)) {
      moved.push(entry);
      continue;
    }
    const start = entry.at - lengthAt(entry.at) + idleAfterMs;
    if (start <= entry.at) {
      moveBack(moved, Math.max(start, onlineSince(moved)), entry);
    } else {
      index = moveForward(moved, entries, index, start);
    }
  }
  return moved;
}

function beginsIdle(entry: Entry, before: StateCode): boolean {
  return presenceOf(entry.code) === PRESENCE.idle && presenceOf(before) === PRESENCE.online;
}

function onlineSince(moved: readonly Entry[]): Instant {
  const before = moved.findLastIndex(({ code }) => presenceOf(code) !== PRESENCE.online);
  return moved[before + 1]?.at ?? Number.NEGATIVE_INFINITY;
}

/** Idle from `start` on: what was said meanwhile is said of an idle agent. */
function moveBack(moved: Entry[], start: Instant, entry: Entry): void {
  const later = moved.filter(({ at }) => at >= start);
  moved.length -= later.length;
  const before = moved.at(-1)?.code ?? firstState;
  const status = presenceOf(before) === PRESENCE.online ? statusOf(before) : statusOf(later[0]?.code ?? entry.code);
  moved.push({ ...entry, at: start, code: stateCode(PRESENCE.idle, status, markOf(entry.code)) });
  for (const one of later) {
    if (presenceOf(one.code) !== PRESENCE.online) moved.push(one);
    else moved.push({ ...one, code: stateCode(PRESENCE.idle, statusOf(one.code), markOf(one.code)) });
  }
}

/** Online up to `start`, if the stint lasts that long. The answer: the last entry that is dealt with. */
function moveForward(moved: Entry[], entries: readonly Entry[], from: number, start: Instant): number {
  const idle = entries[from] as Entry;
  let last = from;
  let status = statusOf(idle.code);
  for (let next = from + 1; next < entries.length; next++) {
    const entry = entries[next] as Entry;
    if (presenceOf(entry.code) !== PRESENCE.idle || entry.at >= start) break;
    status = statusOf(entry.code);
    moved.push({ ...entry, code: stateCode(PRESENCE.online, status, markOf(entry.code)) });
    last = next;
  }
  const end = entries[last + 1];
  const isOver = end !== undefined && end.at <= start && presenceOf(end.code) !== PRESENCE.idle;
  if (!isOver) {
    moved.push({ ...idle, at: start, code: stateCode(PRESENCE.idle, status, markOf(idle.code)) });
    return last;
  }
  // Whoever came back in time was never away, and no event told of a return.
  if (presenceOf(end.code) !== PRESENCE.online) return last;
  moved.push({ ...end, code: stateCode(PRESENCE.online, statusOf(end.code), MARK.none) });
  return last + 1;
}
