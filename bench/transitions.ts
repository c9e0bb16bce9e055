import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { changeIntelliassign } from '../packages/server/src/engine/agent-commands.ts';
import type { Change } from '../packages/server/src/engine/change.ts';
import type { Engine } from '../packages/server/src/engine/engine.ts';
import { ask, makeAgents, startEngine } from './engine-world.ts';
import { type Bench, median, rate } from './figure.ts';

const CALLERS = 1000;
/** So many groups are kept to be inserted again: few, since what is kept costs the engine's garbage collector. */
const RECORDED = 10;

/**
 * Durable transitions per second: the whole engine (decide, log, state, answer) with 1,000 callers, against the store alone
 * inserting the very same rows, prepared, in the same batches; and one caller at a time against a bare append + fdatasync.
 */
export const transitions: Bench = {
  name: 'transitions',
  async run({ folder, isQuick }) {
    const rounds = isQuick ? 4 : 8;
    const perCaller = isQuick ? 40 : 100;
    const commits: (readonly Change[])[] = [];
    let isRecording = false;
    const { engine, stop } = await startEngine(join(folder, 'engine'), {
      spy(changes) {
        if (isRecording) commits.push([...changes]);
      },
    });
    const ids = await makeAgents(engine, CALLERS);
    await toggle(engine, ids, 20);
    isRecording = true;
    await toggle(engine, ids, RECORDED);
    isRecording = false;
    const groups = commits.splice(0).map(bareRows);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await rate(CALLERS * perCaller, () => toggle(engine, ids, perCaller)));
      bare.push(bareRate(join(folder, `bare-${round}`), groups, perCaller));
    }
    const alone = await single(engine, ids[0] ?? '', isQuick ? 500 : 2000);
    await stop();
    const append = bareAppendRate(join(folder, 'append'), isQuick ? 500 : 2000);
    return [
      {
        name: 'durable transitions, 1,000 callers',
        against: 'bare batched insert of the same rows',
        ceiling: median(bare),
        ours: median(ours),
        unit: '/s',
        better: 'higher',
        hold: 0.6,
      },
      {
        name: 'durable transitions, one caller',
        against: 'bare append + fdatasync',
        ceiling: append,
        ours: alone,
        unit: '/s',
        better: 'higher',
        hold: 0.8,
      },
    ];
  },
};

async function toggle(engine: Engine, ids: readonly string[], times: number): Promise<void> {
  await Promise.all(
    ids.map(async (agentId) => {
      for (let time = 0; time < times; time++) await change(engine, agentId, time);
    }),
  );
}

function change(engine: Engine, agentId: string, time: number) {
  const status = time % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
  return engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, status }));
}

async function single(engine: Engine, agentId: string, times: number): Promise<number> {
  return rate(times, async () => {
    for (let time = 0; time < times; time++) await change(engine, agentId, time);
  });
}

/** The very rows of recorded commits, over and over in transactions of the same size, by prepared statements alone. */
function bareRate(file: string, groups: readonly BareGroup[], count: number): number {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${BARE_TABLES}`);
  const [begin, end] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
  const [fact, agent] = [database.prepare(BARE_FACT), database.prepare(BARE_AGENT)];
  for (const values of groups[0]?.agents ?? []) agent.run(...values);
  let position = 0;
  const start = performance.now();
  for (let group = 0; group < count; group++) {
    const { facts, agents } = groups[group % groups.length] as BareGroup;
    begin.run();
    for (const values of facts) {
      position++;
      values[0] = position;
      fact.run(...values);
    }
    for (const values of agents) agent.run(...values);
    end.run();
  }
  const seconds = (performance.now() - start) / 1000;
  database.close();
  return position / seconds;
}

const BARE_TABLES = `
  CREATE TABLE fact (position INTEGER PRIMARY KEY, ${columns('c', 17)}, checksum BLOB NOT NULL) STRICT;
  CREATE TABLE agent (number INTEGER PRIMARY KEY, ${columns('c', 16)}) STRICT;`;
const BARE_FACT = `INSERT INTO fact VALUES (${Array(19).fill('?').join(', ')})`;
const BARE_AGENT = `INSERT INTO agent VALUES (${Array(17).fill('?').join(', ')})
  ON CONFLICT (number) DO UPDATE SET ${Array.from({ length: 16 }, (_, index) => `c${index} = excluded.c${index}`).join(', ')}`;

function columns(name: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${name}${index} ANY`).join(', ');
}

type Values = (number | string | null | Uint8Array)[];

type BareGroup = { readonly facts: readonly Values[]; readonly agents: readonly Values[] };

function bareRows(changes: readonly Change[]): BareGroup {
  const facts: Values[] = [];
  const agents: Values[] = [];
  for (const change of changes) {
    if (change.kind === 'AppendFact') {
      const { position, ...rest } = change.row;
      facts.push([position, ...Object.values(rest), Buffer.from(change.checksum, 'hex')]);
    }
    if (change.kind === 'PutAgent') {
      const { number, account, head, profilePosition, availability } = change.agent;
      const { sequence, changedAt, activityAt, missed, general, intelliassign } = availability;
      const axes = [general.status, general.since, general.prevStatus, 1, intelliassign.status, intelliassign.since];
      agents.push([number, account, head, profilePosition, sequence, changedAt, activityAt, missed, ...axes, 0, 1, 2]);
    }
  }
  return { facts, agents };
}

function bareAppendRate(file: string, times: number): number {
  const descriptor = openSync(file, 'a');
  const bytes = Buffer.alloc(1200, 'x');
  const start = performance.now();
  for (let time = 0; time < times; time++) {
    writeSync(descriptor, bytes);
    fdatasyncSync(descriptor);
  }
  const perSecond = times / ((performance.now() - start) / 1000);
  closeSync(descriptor);
  return perSecond;
}
