import type { DatabaseSync } from 'node:sqlite';
import { checksumOf, FIRST_CHECKSUM, type HashHex } from '../../activity/checksum.ts';
import { AVAILABLE, type StatusLabel } from '../../activity/status-label.ts';
import type { Session } from '../../availability/availability.ts';
import type { AgentState, CounterName, SessionState, StoredRecord } from '../../engine/change.ts';
import type { LoadedState } from '../../engine/store.ts';
import {
  AGENT_COLUMNS,
  type AgentValues,
  agentOfValues,
  type BesideAgent,
  type SessionRow,
  sessionOfRow,
} from './agent-row.ts';
import { Damage, expectSound } from './damage.ts';
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
    // After some errors SQLite has ended the transaction already.
    if (database.isTransaction) database.exec('COMMIT');
  }
}

function readSnapshot(database: DatabaseSync, hash: HashHex): LoadedState {
  const head = readHead(database, hash);
  const small = readSmallTables(database);
  const labels = readLabels(database);
  const agents = readAgents(database, {
    customStatusIds: new Map(labels.map(({ position, record }) => [position, record.id])),
    sessions: sessionsByAgent(small.sessions),
  });
  const ahead = agents.find((agent) => agent.head > head.position);
  expectSound(ahead === undefined, `agent ${ahead?.number} has a fact beyond the end of the log, at ${ahead?.head}`);
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

function readLabels(database: DatabaseSync): LoadedState['labels'] {
  const select = database.prepare(
    `SELECT named.label, ${FACT_SELECTION} FROM (
       SELECT intelliassign_status AS label FROM agent WHERE intelliassign_status > ?1
       UNION SELECT intelliassign_prev_status FROM agent WHERE intelliassign_prev_status > ?1
     ) AS named LEFT JOIN fact ON fact.position = named.label ORDER BY named.label`,
    { returnArrays: true },
  );
  const rows = select.all(AVAILABLE) as unknown as readonly (readonly [label: StatusLabel, ...columns: FactColumns])[];
  return rows.map(([position, ...columns]) => {
    const fact = columns[0] === null ? null : factOf(columns);
    expectSound(fact?.kind === 'CustomStatusRecorded', `an agent's custom status is not at position ${position}`);
    return { position, record: fact.record };
  });
}

/**
 * Every agent with its profile, in one walk along the agents. Row by row, because the profiles of a hundred thousand
 * agents as text, as facts and as records at the same time are what the garbage collector would spend the start on.
 */
function readAgents(database: DatabaseSync, beside: BesideAgent): LoadedState['agents'] {
  const state = AGENT_COLUMNS.map((column) => `agent.${column}`).join(', ');
  const select = database.prepare(
    `SELECT ${state}, ${FACT_SELECTION} FROM agent
     LEFT JOIN fact ON fact.position = agent.profile_position AND fact.agent = agent.number ORDER BY agent.number`,
    { returnArrays: true },
  );
  const agents: LoadedState['agents'][number][] = [];
  const width = AGENT_COLUMNS.length;
  for (const row of select.iterate() as unknown as Iterable<readonly unknown[]>) {
    const agent = agentOfValues(row as unknown as AgentValues, beside);
    const columns = row.slice(width) as unknown as FactColumns;
    const fact = columns[0] === null ? null : factOf(columns);
    if (fact?.kind !== 'AgentRecorded') throw withoutProfile(agent);
    agents.push({ ...agent, profile: fact.record });
  }
  return agents;
}

function withoutProfile({ number, profilePosition }: AgentState): Damage {
  return new Damage(`agent ${number} has no profile at position ${profilePosition}`);
}
