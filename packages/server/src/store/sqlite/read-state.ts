import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checksumOf, FIRST_CHECKSUM, type HashHex } from '../../activity/checksum.ts';
import type { RecordedFact } from '../../activity/fact.ts';
import type { AgentProfile } from '../../activity/record.ts';
import { isCustom } from '../../activity/status-label.ts';
import type { Session } from '../../availability/availability.ts';
import type { CounterName, SessionState, StoredRecord } from '../../engine/change.ts';
import type { LoadedState } from '../../engine/store.ts';
import { type AgentRow, agentOfRow, type SessionRow, sessionOfRow } from './agent-row.ts';
import { expectSound } from './damage.ts';
import { checksumOfColumns, FACT_SELECTION, type FactColumns, factOf, rowOf } from './fact-columns.ts';
import { type LaneColumns, laneOfRow } from './read-documents.ts';

/**
 * Everything the writer keeps in memory, in one snapshot of the file. Reads rows of the present and never the whole
 * log, so a restart costs what the agents cost, however long they have worked.
 */
export function readState(database: DatabaseSync, hash: HashHex): LoadedState {
  database.exec('BEGIN');
  try {
    return readSnapshot(database, hash);
  } finally {
    database.exec('COMMIT');
  }
}

function readSnapshot(database: DatabaseSync, hash: HashHex): LoadedState {
  const head = readHead(database, hash);
  const rows = database.prepare('SELECT * FROM agent ORDER BY number').all() as unknown as readonly AgentRow[];
  const labels = readLabels(database, rows);
  const customStatusIds = new Map(labels.map(({ position, record }) => [position, record.id]));
  const profiles = readProfiles(database);
  const small = readSmallTables(database);
  const sessions = sessionsByAgent(small.sessions);
  const agents = rows.map((row) => {
    expectSound(row.head <= head.position, `agent ${row.number} has a fact beyond the end of the log, at ${row.head}`);
    const profile = profiles.get(row.number);
    expectSound(profile !== undefined, `agent ${row.number} has no profile at position ${row.profile_position}`);
    return { ...agentOfRow(row, { customStatusIds, sessions }), profile };
  });
  return { head, agents, labels, ...small };
}

function readSmallTables(database: DatabaseSync): Omit<LoadedState, 'head' | 'agents' | 'labels'> {
  // The tables are STRICT, so a row is what the type beside its statement says.
  const all = <Row>(sql: string): readonly Row[] => database.prepare(sql).all() as unknown as readonly Row[];
  const counters = all<{ readonly name: CounterName; readonly value: number }>('SELECT name, value FROM counter');
  const records = all<StoredRecord>('SELECT type, key, account, position, body FROM record ORDER BY type, key');
  const cursors = all<LoadedState['cursors'][number]>(
    'SELECT subscription, position FROM cursor ORDER BY subscription',
  );
  return {
    counters: { session: 0, liveness_mark: 0, ...Object.fromEntries(counters.map(({ name, value }) => [name, value])) },
    records: records.map((record) => ({ ...record })),
    sessions: all<SessionRow>('SELECT * FROM session ORDER BY number').map(sessionOfRow),
    cursors: cursors.map((cursor) => ({ ...cursor })),
    lanes: all<LaneColumns>('SELECT * FROM lane ORDER BY subscription, agent').map(laneOfRow),
  };
}

/** A session's number grows with time, so the order of the rows is the order in which the sessions were opened. */
function sessionsByAgent(rows: readonly SessionState[]): ReadonlyMap<number, readonly Session[]> {
  const sessions = new Map<number, Session[]>();
  for (const { number, agent, transport, openedAt, lostAt } of rows) {
    const session: Session = { number, transport, openedAt, lostAt };
    const others = sessions.get(agent);
    if (others === undefined) sessions.set(agent, [session]);
    else others.push(session);
  }
  return sessions;
}

/** The newest row must follow from the one before it: a torn or restored file is noticed before anything is added to it. */
function readHead(database: DatabaseSync, hash: HashHex): LoadedState['head'] {
  const select = database.prepare(`SELECT ${FACT_SELECTION} FROM fact ORDER BY position DESC LIMIT 2`, {
    returnArrays: true,
  });
  const [newest, before] = select.all() as unknown as readonly FactColumns[];
  if (newest === undefined) return { position: 0, checksum: FIRST_CHECKSUM, recordedAt: 0 };
  const row = rowOf(newest);
  const expected = before === undefined ? 1 : rowOf(before).position + 1;
  expectSound(row.position === expected, `a fact is missing at position ${expected}`);
  const checksum = checksumOf(before === undefined ? FIRST_CHECKSUM : checksumOfColumns(before), row, hash);
  expectSound(checksum === checksumOfColumns(newest), `the newest fact, position ${row.position}, fails its checksum`);
  return { position: row.position, checksum, recordedAt: row.at + row.delay };
}

function readLabels(database: DatabaseSync, agents: readonly AgentRow[]): LoadedState['labels'] {
  const positions = new Set<number>();
  for (const agent of agents) {
    if (isCustom(agent.intelliassign_status)) positions.add(agent.intelliassign_status);
    if (isCustom(agent.intelliassign_prev_status)) positions.add(agent.intelliassign_prev_status);
  }
  const select = database.prepare(
    `SELECT ${FACT_SELECTION} FROM json_each(?) AS wanted JOIN fact ON fact.position = wanted.value ORDER BY fact.position`,
    { returnArrays: true },
  );
  const labels = factsOf(select, JSON.stringify([...positions])).map((fact) => {
    expectSound(fact.kind === 'CustomStatusRecorded', `position ${fact.position} must hold a custom status`);
    return { position: fact.position, record: fact.record };
  });
  expectSound(labels.length === positions.size, 'a custom status that an agent is in is missing from the log');
  return labels;
}

/** By the agent's number. */
function readProfiles(database: DatabaseSync): ReadonlyMap<number, AgentProfile> {
  const select = database.prepare(
    `SELECT ${FACT_SELECTION} FROM agent JOIN fact ON fact.position = agent.profile_position AND fact.agent = agent.number`,
    { returnArrays: true },
  );
  const profiles = new Map<number, AgentProfile>();
  for (const fact of factsOf(select)) if (fact.kind === 'AgentRecorded') profiles.set(fact.agent, fact.record);
  return profiles;
}

function factsOf(select: StatementSync, ...values: readonly string[]): readonly RecordedFact[] {
  return (select.all(...values) as unknown as readonly FactColumns[]).map(factOf);
}
