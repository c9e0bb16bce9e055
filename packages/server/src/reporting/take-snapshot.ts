import type { RecordedFact } from '../activity/fact.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { standingOf } from '../report/carry-of-history.ts';
import type { DirectoryHistory } from '../report/directory-history.ts';
import { type HistoryChunk, monthOf, type PackedHistory, packHistory } from '../report/history-chunk.ts';
import { type AppliedCorrection, earliestImport, type Outage, resolveHistory } from '../report/resolve-history.ts';
import type { StateCode } from '../report/state-code.ts';
import { agentChain } from './agent-chain.ts';
import type { AgentTrack } from './agent-track.ts';
import type { BookPorts } from './book-ports.ts';
import type { AgentHistory, HistorySnapshot, HistorySource } from './history-source.ts';
import type { ReportingLimits } from './limits.ts';
import type { LogRecords } from './log-records.ts';
import type { StoredRun } from './run-cache.ts';
import { type HeldRuns, type Months, missingMonths, type RunReader } from './run-reader.ts';

/** What a snapshot reads of the book. */
export type SnapshotParts = {
  readonly ports: BookPorts;
  readonly limits: ReportingLimits;
  readonly reader: RunReader;
  readonly records: LogRecords;
  readonly position: () => Position;
  readonly track: (agent: AgentNumber) => AgentTrack;
  /** The track has something new to write. */
  readonly changed: (track: AgentTrack) => void;
};

export type SnapshotAsk = Parameters<HistorySource['snapshot']>[0];

/**
 * All agents at one position, while commits go on.
 *
 * First everything that is missing is read, in pieces, and the world moves on meanwhile. Then, in one turn in which nothing
 * can move, every agent is taken as it is: packed months are never changed, so holding them is enough; of an agent whose
 * history has to come from the log it is enough to hold the newest position of its chain, because facts do not change
 * either. Those are resolved afterwards, from the facts up to the position of that one turn.
 */
export async function takeSnapshot(parts: SnapshotParts, ask: SnapshotAsk): Promise<HistorySnapshot> {
  const months = { from: monthOf(ask.window.from), to: monthOf(ask.window.to) };
  const held: HeldRuns = new Map();
  const past = ask.atPosition === null ? null : Math.min(ask.atPosition, parts.position());
  const pastDirectory = past === null ? null : await parts.records.directoryAt(past, parts.ports.store);
  for (let readings = 0; ; readings += 1) {
    const position = past ?? parts.position();
    const directory = pastDirectory ?? parts.records.directory();
    const view: View = { ...ask, position, months, outages: parts.records.outagesTo(position) };
    const tracks = tracksOf(parts, ask, directory).map((track) => ({ track, isPacked: isPacked(parts, track, view) }));
    const missing = missingOf(parts, tracks, view, held);
    if (missing.size === 0) return finish(parts, capture(parts, tracks, view, held), view, directory);
    await parts.reader.read(missing, held, readings >= parts.limits.readAgainMax);
  }
}

/** What of the log one snapshot sees. */
type View = SnapshotAsk & {
  readonly position: Position;
  readonly months: Months;
  readonly outages: readonly Outage[];
};

type Chosen = { readonly track: AgentTrack; readonly isPacked: boolean };

/** One agent as it was in the turn of the capture. */
type Captured =
  | { readonly kind: 'packed'; readonly answer: AgentHistory }
  | {
      readonly kind: 'from_the_log';
      readonly track: AgentTrack;
      readonly head: Position;
      readonly corrections: readonly AppliedCorrection[];
    };

function tracksOf(parts: SnapshotParts, { account, agents }: SnapshotAsk, directory: DirectoryHistory): AgentTrack[] {
  const all = [...directory.account(account).agents.keys()];
  const wanted = agents === null ? null : new Set(agents);
  return all.filter((agent) => wanted === null || wanted.has(agent)).map(parts.track);
}

/**
 * Whether the packed history is what the snapshot must tell. Not when it is stale; not when it holds facts or outages of
 * after the position; and not when what takes effect after `now` may have changed what was before it, as only an import can.
 */
function isPacked(parts: SnapshotParts, track: AgentTrack, view: View): boolean {
  if (track.isStale || track.head > view.position || parts.records.newestOutage > view.position) return false;
  return track.earliestImport === null || track.at <= view.now;
}

function missingOf(
  { reader }: SnapshotParts,
  tracks: readonly Chosen[],
  { months }: View,
  held: HeldRuns,
): ReadonlyMap<AgentTrack, Months> {
  const missing = new Map<AgentTrack, Months>();
  for (const { track, isPacked } of tracks) {
    if (!isPacked) continue;
    const wanted = missingMonths(track, months, reader.find(track, held));
    if (wanted !== null) missing.set(track, wanted);
  }
  return missing;
}

function capture(parts: SnapshotParts, tracks: readonly Chosen[], view: View, held: HeldRuns): readonly Captured[] {
  return tracks.map(({ track, isPacked }): Captured => {
    const { number, head } = track;
    if (!isPacked) {
      return { kind: 'from_the_log', track, head, corrections: parts.records.correctionsOf(number, view.position) };
    }
    const history = historyOf(track, view.months, parts.reader.find(track, held));
    return { kind: 'packed', answer: { number, history, earliestImport: track.earliestImport } };
  });
}

/** Nothing that is needed is missing: see `missingMonths`. */
function historyOf(track: AgentTrack, { from }: Months, run: StoredRun | undefined): PackedHistory {
  const { tail, storedOnlyTo } = track;
  if (storedOnlyTo === null || from > storedOnlyTo) {
    // Nothing happened since before the window: it begins and ends in the state that the agent is in now.
    return tail.length > 0 || track.storedMonth === null ? tail : [quietMonth(from, track.state)];
  }
  const stored = run?.chunks ?? [];
  if (tail.length === 0) return stored;
  return [...stored.filter(({ month }) => month <= storedOnlyTo), ...tail];
}

function quietMonth(month: number, opening: StateCode): HistoryChunk {
  return { month, opening, offsets: new Uint32Array(0), codes: new Uint32Array(0), length: 0 };
}

async function finish(
  parts: SnapshotParts,
  captured: readonly Captured[],
  view: View,
  directory: DirectoryHistory,
): Promise<HistorySnapshot> {
  const agents: AgentHistory[] = [];
  for (const one of captured) {
    agents.push(one.kind === 'packed' ? one.answer : await resolved(parts, one, view, directory));
  }
  return { position: view.position, directory, agents };
}

async function resolved(
  parts: SnapshotParts,
  { track, head, corrections }: Extract<Captured, { kind: 'from_the_log' }>,
  { position, now, outages }: View,
  { numbers }: DirectoryHistory,
): Promise<AgentHistory> {
  const chain = await agentChain(parts.ports, head, parts.limits.agentPageFactsMax);
  const facts = chain.filter((fact) => fact.position <= position);
  const entries = resolveHistory({ facts, outages, corrections, numbers, now: Number.MAX_SAFE_INTEGER });
  // Kept, unless more came meanwhile: then the next snapshot resolves it.
  const isNewest = head <= position && track.head === head && parts.records.newestOutage <= position;
  if (track.isStale && isNewest) {
    track.settle(entries, standingOf(facts, entries));
    parts.changed(track);
  }
  return asOf(now, { number: track.number, facts, entries }, { outages, corrections, numbers });
}

/** Where imported facts of after `now` would change what was before it, it is resolved again without them. */
function asOf(
  now: number,
  agent: {
    readonly number: AgentNumber;
    readonly facts: readonly RecordedFact[];
    readonly entries: ReturnType<typeof resolveHistory>;
  },
  sources: Pick<Parameters<typeof resolveHistory>[0], 'outages' | 'corrections' | 'numbers'>,
): AgentHistory {
  const { number, facts, entries } = agent;
  const earliest = earliestImport(facts);
  const isAllBefore = earliest === null || (entries.at(-1)?.at ?? now) <= now;
  if (isAllBefore) return { number, history: packHistory(entries), earliestImport: earliest };
  const known = facts.filter(({ at }) => at <= now);
  const history = packHistory(resolveHistory({ ...sources, facts: known, now }));
  return { number, history, earliestImport: earliestImport(known) };
}
