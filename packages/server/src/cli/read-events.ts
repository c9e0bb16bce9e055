import type { ActivityPayload } from '@rollcall/contract';
import type { LogReader } from '../activity/log-reader.ts';
import { activityPayload, type RecordedStatusChange } from '../activity/payload.ts';
import type { Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from '../activity/record.ts';
import { type Snapshots, snapshotPositionsOf } from '../activity/snapshots.ts';
import { nameKey } from '../directory/name-key.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';

/** Which events: each part null means all. `from` and `to` compare with the time of the change: [from, to). */
export type EventFilter = {
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Id, or e-mail address as it was at the time of the event. */
  readonly agent: string | null;
  readonly account: string | null;
};

/** Facts read at a time. */
const PAGE_LENGTH = 2000;
/** Records kept for the next pages: most events speak of the same few. */
const RECORDS_MAX = 20_000;

/**
 * The events of a log, in its order, up to the newest fact at the start: what is written meanwhile is left for the next
 * time. Nothing is held in memory but a page and the records that it speaks of.
 *
 * @throws StoreFailure when the store cannot be read
 */
export async function* readEvents(log: LogReader, filter: EventFilter): AsyncGenerator<ActivityPayload> {
  const head = await headOf(log);
  const records: Records = new Map();
  let after: Position = 0;
  while (after < head) {
    const facts = await log.facts({ after, limit: Math.min(PAGE_LENGTH, head - after) });
    const changes = facts.filter((fact): fact is RecordedStatusChange => fact.kind === 'StatusChanged');
    const inTime = changes.filter((fact) => isInTime(fact, filter));
    await load(log, records, inTime);
    const snapshots = snapshotsOf(records);
    for (const fact of inTime) if (isAsked(fact, snapshots, filter)) yield activityPayload(fact, snapshots);
    const last = facts.at(-1);
    assert(last !== undefined, 'positions have no gap');
    after = last.position;
  }
}

/** The newest position. Positions have no gap, so it is found by doubling and halving, in a few dozen reads. */
export async function headOf(log: Pick<LogReader, 'factAt'>): Promise<Position> {
  let known = 0;
  let beyond = 1;
  while ((await log.factAt(beyond)) !== null) {
    known = beyond;
    beyond *= 2;
  }
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if ((await log.factAt(middle)) === null) beyond = middle;
    else known = middle;
  }
  return known;
}

function isInTime(fact: RecordedStatusChange, { from, to }: EventFilter): boolean {
  return (from === null || fact.at >= from) && (to === null || fact.at < to);
}

function isAsked(fact: RecordedStatusChange, snapshots: Snapshots, { agent, account }: EventFilter): boolean {
  if (account !== null && snapshots.account(fact.accountProfile).id !== account) return false;
  if (agent === null) return true;
  const { id, email } = snapshots.agent(fact.subjectProfile);
  return id === agent.toLowerCase() || nameKey(email) === nameKey(agent);
}

type AnyRecord = AccountRecord | AgentProfile | CustomStatus;
type Records = Map<Position, AnyRecord>;

async function load(log: LogReader, records: Records, changes: readonly RecordedStatusChange[]): Promise<void> {
  if (records.size > RECORDS_MAX) records.clear();
  const missing = new Set(changes.flatMap(snapshotPositionsOf).filter((position) => !records.has(position)));
  if (missing.size === 0) return;
  for (const fact of await log.factsAt([...missing])) {
    assert('record' in fact, `position ${fact.position} holds a record`);
    records.set(fact.position, fact.record as AnyRecord);
  }
}

function snapshotsOf(records: Records): Snapshots {
  const at = (position: Position): AnyRecord => {
    const record = records.get(position);
    assert(record !== undefined, `the record of position ${position} was loaded with its page`);
    return record;
  };
  return {
    account: (position) => at(position) as AccountRecord,
    agent: (position) => at(position) as AgentProfile,
    customStatus: (position) => at(position) as CustomStatus,
  };
}
