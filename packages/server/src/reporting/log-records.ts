import type { RecordedFact } from '../activity/fact.ts';
import type { LogReader } from '../activity/log-reader.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { DirectoryHistory, isDirectoryFact } from '../report/directory-history.ts';
import type { AppliedCorrection, Outage } from '../report/resolve-history.ts';

type Proposal = Extract<RecordedFact, { kind: 'CorrectionProposed' }>;

/**
 * What a log says besides its agents' comings and goings: records, outages, corrections. These are few, and all of them
 * are needed for every report, so their positions are kept and every start reads them whole.
 */
export class LogRecords {
  #directory = new DirectoryHistory();
  /** Somebody holds the directory: the next record goes into a copy. */
  #isShared = false;
  readonly #outages: Outage[] = [];
  readonly #proposals = new Map<string, Proposal>();
  readonly #corrections = new Map<AgentNumber, readonly AppliedCorrection[]>();
  /** Of facts that make the directory, ascending. */
  readonly #directoryPositions: Position[] = [];

  /** In log order, each once. The answer: whether it is one of these facts. */
  take(fact: RecordedFact): boolean {
    switch (fact.kind) {
      case 'OutageRecorded':
        this.#outages.push({ from: fact.from, to: fact.to, position: fact.position });
        return true;
      case 'CorrectionProposed':
        this.#proposals.set(fact.correctionId, fact);
        return true;
      case 'CorrectionDecided':
        this.#decide(fact);
        return true;
      default:
        if (!isDirectoryFact(fact)) return false;
        this.#record(fact);
        return true;
    }
  }

  get numbers(): DirectoryHistory['numbers'] {
    return this.#directory.numbers;
  }

  /** As it is now; it does not change afterwards. */
  directory(): DirectoryHistory {
    this.#isShared = true;
    return this.#directory;
  }

  /** As it was when the log ended at a position. */
  async directoryAt(position: Position, log: Pick<LogReader, 'factsAt'>): Promise<DirectoryHistory> {
    if (position >= (this.#directoryPositions.at(-1) ?? 0)) return this.directory();
    const directory = new DirectoryHistory();
    const positions = this.#directoryPositions.filter((one) => one <= position);
    for await (const fact of factsAt(log, positions)) directory.record(fact);
    return directory;
  }

  get newestOutage(): Position {
    return this.#outages.at(-1)?.position ?? 0;
  }

  outagesTo(position: Position): readonly Outage[] {
    return this.#outages.filter((outage) => outage.position <= position);
  }

  correctionsOf(agent: AgentNumber, upTo: Position): readonly AppliedCorrection[] {
    return (this.#corrections.get(agent) ?? []).filter(({ position }) => position <= upTo);
  }

  #record(fact: RecordedFact): void {
    if (this.#isShared) this.#directory = new DirectoryHistory(this.#directory);
    this.#isShared = false;
    this.#directory.record(fact);
    this.#directoryPositions.push(fact.position);
  }

  #decide(fact: Extract<RecordedFact, { kind: 'CorrectionDecided' }>): void {
    const proposal = this.#proposals.get(fact.correctionId);
    this.#proposals.delete(fact.correctionId);
    if (fact.decision !== 'approved' || proposal === undefined) return;
    const { from, to, agent } = proposal;
    const correction = { from, to, status: this.numbers.numberOf(proposal.status), position: fact.position };
    this.#corrections.set(agent, [...(this.#corrections.get(agent) ?? []), correction]);
  }
}

/** The facts at these positions, a page at a time. */
export async function* factsAt(
  log: Pick<LogReader, 'factsAt'>,
  positions: readonly Position[],
): AsyncGenerator<RecordedFact> {
  for (let from = 0; from < positions.length; from += PAGE)
    yield* await log.factsAt(positions.slice(from, from + PAGE));
}

const PAGE = 1_000;
