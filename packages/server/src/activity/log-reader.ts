import type { Axis } from '@rollcall/contract';
import type { Instant } from '../time/instant.ts';
import type { RecordedFact } from './fact.ts';
import type { AccountNumber, AgentNumber, Position } from './position.ts';

/** What readers downstream may ask of the log. Facts come in log order and only once they are durable. */
export type LogReader = {
  /** Facts after a position, in order, at most `limit`. Everything of every account: for verifying and exporting. */
  facts(query: { readonly after: Position; readonly limit: number }): Promise<readonly RecordedFact[]>;
  /** The facts at these positions, in the order asked for. A position that does not exist is a bug of the caller. */
  factsAt(positions: readonly Position[]): Promise<readonly RecordedFact[]>;
  /** The fact at this position or null. */
  factAt(position: Position): Promise<RecordedFact | null>;
  /** Status changes of an account, in log order. */
  events(query: EventQuery): Promise<EventPage>;
  /** All facts about one agent from `from` (a position) to its newest, in log order, at most `limit` newest ones. */
  agentFacts(query: {
    readonly head: Position;
    readonly after: Position;
    readonly limit: number;
  }): Promise<readonly RecordedFact[]>;
};

export type EventQuery = {
  readonly account: AccountNumber;
  /** With the agent's newest position, so that its history is followed backwards instead of searched for. */
  readonly agent: { readonly number: AgentNumber; readonly head: Position } | null;
  readonly axis: Axis | null;
  /** Compared with `status_change_timestamp`: [from, to). */
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly after: Position;
  /** Nothing later than this, so that a page never shows what came while it was read. */
  readonly upTo: Position;
  readonly limit: number;
};

export type EventPage = {
  readonly facts: readonly Extract<RecordedFact, { kind: 'StatusChanged' }>[];
  /** Everything up to here was looked at: where the next page begins. */
  readonly scannedTo: Position;
  readonly isLast: boolean;
};
