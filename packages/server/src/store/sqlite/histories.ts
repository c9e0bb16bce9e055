import type { DatabaseSync } from 'node:sqlite';
import type { AgentNumber, Position } from '../../activity/position.ts';
import type { Change, HistoryAgentRow, HistoryChunkRow } from '../../engine/change.ts';
import type { StoredChunks, StoredHistories } from '../../engine/store.ts';
import { assert } from '../../time/assert.ts';

export type HistoryChange = Extract<
  Change,
  {
    kind:
      | 'PutHistoryChunk'
      | 'RemoveHistoryChunks'
      | 'PutHistoryAgent'
      | 'AddHistoryRecords'
      | 'PutHistoryCursor'
      | 'RemoveHistories';
  }
>;

/** The questions of `Store` about histories, answered at once. */
export type HistoryQuestions = {
  histories(): StoredHistories;
  historyChunks(query: {
    readonly agents: readonly AgentNumber[];
    readonly from: number;
    readonly to: number;
  }): readonly StoredChunks[];
};

/** Months of an agent in the key of a chunk: half of them before 1970. */
const MONTHS = 2 ** 18;
const MONTH_ZERO = MONTHS / 2;

function keyOf(agent: AgentNumber, month: number): number {
  assert(month >= -MONTH_ZERO && month < MONTH_ZERO, 'a month must be one that instants can lie in');
  return agent * MONTHS + month + MONTH_ZERO;
}

const monthOfKey = (key: number): number => (key % MONTHS) - MONTH_ZERO;

export function prepareHistoryWriter(database: DatabaseSync): (change: HistoryChange) => void {
  const putChunk = database.prepare('REPLACE INTO history_chunk (key, checksum, body) VALUES (?, ?, ?)');
  const removeChunks = database.prepare('DELETE FROM history_chunk WHERE key >= ? AND key < ?');
  const putAgent = database.prepare(`REPLACE INTO history_agent VALUES (${AGENT_COLUMNS.map(() => '?').join(', ')})`);
  const addRecord = database.prepare('INSERT OR IGNORE INTO history_record (position) VALUES (?)');
  const putCursor = database.prepare('REPLACE INTO history_cursor (one, format, position) VALUES (1, ?, ?)');
  const removals = ['history_chunk', 'history_agent', 'history_record', 'history_cursor'].map((table) =>
    database.prepare(`DELETE FROM ${table}`),
  );
  return (change) => {
    switch (change.kind) {
      case 'PutHistoryChunk': {
        const { agent, month, checksum, body } = change.chunk;
        putChunk.run(keyOf(agent, month), checksum, body);
        return;
      }
      case 'RemoveHistoryChunks':
        removeChunks.run(change.agent * MONTHS, (change.agent + 1) * MONTHS);
        return;
      case 'PutHistoryAgent':
        putAgent.run(...valuesOf(change.agent));
        return;
      case 'AddHistoryRecords':
        for (const position of change.positions) addRecord.run(position);
        return;
      case 'PutHistoryCursor':
        putCursor.run(change.format, change.position);
        return;
      case 'RemoveHistories':
        for (const removal of removals) removal.run();
        return;
    }
  };
}

export function prepareHistoryReader(database: DatabaseSync): HistoryQuestions {
  return { histories: prepareHistories(database), historyChunks: prepareChunks(database) };
}

/** Columns of an agent's row, as the table has them. */
const AGENT_COLUMNS = [
  'number',
  'account',
  'head',
  'position',
  'presence',
  'status',
  'sessions',
  'at',
  'newest_month',
  'earliest_import',
  'stale',
  'loose_axes',
] as const;

type AgentColumns = readonly [
  number: number,
  account: number,
  head: number,
  position: number,
  presence: number,
  status: number,
  sessions: number,
  at: number | null,
  newestMonth: number | null,
  earliestImport: number | null,
  stale: number,
  looseAxes: number,
];

function valuesOf(agent: HistoryAgentRow): AgentColumns {
  const { number, account, head, position, presence, status, sessions, at, newestMonth, earliestImport } = agent;
  const flags = [agent.isStale ? 1 : 0, agent.looseAxes] as const;
  return [number, account, head, position, presence, status, sessions, at, newestMonth, earliestImport, ...flags];
}

function agentOf(columns: AgentColumns): HistoryAgentRow {
  const [number, account, head, position, presence, status, sessions, at, newestMonth, earliestImport] = columns;
  const flags = { isStale: columns[10] === 1, looseAxes: columns[11] };
  return { number, account, head, position, presence, status, sessions, at, newestMonth, earliestImport, ...flags };
}

function prepareHistories(database: DatabaseSync): HistoryQuestions['histories'] {
  const arrays = (sql: string) => database.prepare(sql, { returnArrays: true });
  const cursor = arrays('SELECT format, position FROM history_cursor');
  const agents = arrays(`SELECT ${AGENT_COLUMNS.join(', ')} FROM history_agent ORDER BY number`);
  const records = arrays('SELECT position FROM history_record ORDER BY position');
  const read = (): StoredHistories => {
    const [found] = cursor.all() as unknown as readonly (readonly [format: number, position: Position])[];
    return {
      cursor: found === undefined ? null : { format: found[0], position: found[1] },
      agents: (agents.all() as unknown as readonly AgentColumns[]).map(agentOf),
      records: (records.all() as unknown as readonly (readonly [Position])[]).map(([position]) => position),
    };
  };
  return () => {
    database.exec('BEGIN');
    try {
      return read();
    } finally {
      // After some errors SQLite has ended the transaction already.
      if (database.isTransaction) database.exec('COMMIT');
    }
  };
}

type ChunkColumns = readonly [
  agent: AgentNumber,
  position: Position | null,
  key: number | null,
  checksum: number,
  body: Uint8Array,
];

/**
 * One statement for rows and chunks, so that they are of one moment. Without ORDER BY, because sorting would copy every
 * body: the joins go through agents and then keys in exactly that order, and the store's suite holds them to it.
 */
function prepareChunks(database: DatabaseSync): HistoryQuestions['historyChunks'] {
  const select = database.prepare(
    `SELECT wanted.value, agent.position, chunk.key, chunk.checksum, chunk.body
     FROM json_each(?) AS wanted
     LEFT JOIN history_agent AS agent ON agent.number = wanted.value
     LEFT JOIN history_chunk AS chunk ON chunk.key >= wanted.value * ${MONTHS} + ? AND chunk.key <= wanted.value * ${MONTHS} + ?`,
    { returnArrays: true },
  );
  return ({ agents, from, to }) => {
    const rows = select.all(JSON.stringify(agents), keyOf(0, from), keyOf(0, to)) as unknown as readonly ChunkColumns[];
    const answers: { readonly agent: AgentNumber; readonly position: Position | null; chunks: HistoryChunkRow[] }[] =
      [];
    for (const [agent, position, key, checksum, body] of rows) {
      let answer = answers.at(-1);
      if (answer?.agent !== agent) {
        answer = { agent, position, chunks: [] };
        answers.push(answer);
      }
      if (key !== null) answer.chunks.push({ agent, month: monthOfKey(key), checksum, body });
    }
    return answers;
  };
}
