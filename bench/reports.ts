import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reportDeskOver } from '../packages/server/src/main.ts';
import { spansOf } from '../packages/server/src/report/history-spans.ts';
import { AVAILABLE_NUMBER, MARK, PRESENCE, stateCode } from '../packages/server/src/report/state-code.ts';
import { readHistories } from '../packages/server/src/reporting/history-book.ts';
import type { HistorySnapshot } from '../packages/server/src/reporting/history-source.ts';
import type { ReportAsk } from '../packages/server/src/reporting/report-ask.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite/open-sqlite-store.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { sha256Hex } from '../packages/server/src/system/system-randomness.ts';
import { businessHours } from '../packages/server/src/time/business-hours.ts';
import { dayMs } from '../packages/server/src/time/instant.ts';
import { createZones } from '../packages/server/src/time/zone.ts';
import { offsetMsAt } from '../packages/server/src/time/zone-rules.ts';
import { askDuckDb, type BenchSlot, type BenchSpan, fillDuckDb, loadDuckDb } from './duckdb.ts';
import { type Bench, type Figure, median } from './figure.ts';
import { complain, DAYS, writeYear, YEAR, yearAsk, ZONE } from './report-world.ts';

const ROUNDS = 5;
const zones = createZones(process.versions.tz ?? 'unknown');
const AVAILABLE_STATE = stateCode(PRESENCE.online, AVAILABLE_NUMBER, MARK.none);

/**
 * The metric for a year by agent and day, over a log of real facts: from storage and from memory, against one bare pass
 * over every interval, plain SQL in the same store, and DuckDB over a table of its own. All of them must agree to the
 * millisecond before anything is timed.
 */
export const reports: Bench = {
  name: 'reports',
  async run({ folder, isQuick }) {
    const agents = isQuick ? 40 : 1000;
    const data = join(folder, 'data');
    const facts = await writeYear(data, agents);
    const storage = await fromStorage(data);
    const { snapshot } = storage;
    const bareMs = await medianOf(() => barePass(snapshot));
    const sql = plainSql(join(data, 'rollcall.db'), storage.slots);
    agree('plain SQL', sql.availableMs, storage.availableMs);
    const size = `${agents} agents, ${(facts / 1e6).toFixed(2)} M facts`;
    const figures: Figure[] = [
      {
        name: 'a year by agent and day, in memory',
        against: 'a bare pass',
        ceiling: bareMs,
        ours: storage.againMs,
        unit: 'ms',
        better: 'lower',
        hold: isQuick ? null : 3.5,
        note: size,
      },
      {
        name: 'the same, first answer after start',
        against: 'plain SQL in the store',
        ceiling: sql.ms,
        ours: storage.firstMs,
        unit: 'ms',
        better: 'lower',
        hold: isQuick ? null : 1 / 15,
      },
      ...(await againstDuckDb(join(folder, 'duck.db'), storage, isQuick)),
      {
        name: "one agent's month",
        against: '1 ms',
        ceiling: 1,
        ours: storage.monthMs,
        unit: 'ms',
        better: 'lower',
        hold: 1,
      },
      {
        name: 'half the agents',
        against: 'half of the year',
        ceiling: storage.againMs / 2,
        ours: storage.halfMs,
        unit: 'ms',
        better: 'lower',
        hold: isQuick ? null : 1.5,
        note: `memory ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
      },
    ];
    return figures;
  },
};

type Storage = {
  readonly snapshot: HistorySnapshot;
  readonly slots: readonly BenchSlot[];
  readonly availableMs: number;
  readonly firstMs: number;
  readonly againMs: number;
  readonly halfMs: number;
  readonly monthMs: number;
};

async function fromStorage(folder: string): Promise<Storage> {
  const start = performance.now();
  const store = openSqliteStore({ folder, readOnly: true, hash: sha256Hex });
  const clock = systemClock();
  const source = await readHistories({ store, clock, report: complain });
  const desk = reportDeskOver(source, zones, clock);
  const everything = yearAsk({});
  const first = await desk.activity(everything, { offset: 0, limit: 1000 });
  const firstMs = performance.now() - start;
  const timed = (ask: ReportAsk) => medianOf(() => desk.activity(ask, { offset: 0, limit: 1000 }));
  const againMs = await timed(everything);
  const agents = first.totals.agents;
  const half = Array.from({ length: Math.max(1, Math.floor(agents / 2)) }, (_, index) => index + 1);
  const halfMs = await timed(yearAsk({ agents: half }));
  const month = { from: YEAR.from + 90 * dayMs, to: YEAR.from + 120 * dayMs };
  const monthMs = await timed(yearAsk({ agents: [1], window: month }));
  const { account, window, now } = everything;
  const snapshot = await source.snapshot({ account, agents: null, window, now, atPosition: null });
  const slots = slotsOf(snapshot);
  await store.close();
  return { snapshot, slots, availableMs: first.totals.availableInHoursMs, firstMs, againMs, halfMs, monthMs };
}

function slotsOf({ directory }: HistorySnapshot): readonly BenchSlot[] {
  const [calendar] = [...directory.account(1).calendars.values()];
  if (calendar === undefined) throw new Error('the bench has a calendar');
  const zone = zones.zoneOf(ZONE);
  return businessHours(calendar.record.calendar, YEAR, zones).map(({ from, to }) => {
    return { day: Math.floor((from + offsetMsAt(zone, from)) / dayMs), from, to };
  });
}

/** Every interval read once, its length added to its state. */
function barePass({ agents }: HistorySnapshot): number {
  const sums = new Float64Array(4096);
  for (const { history } of agents) {
    for (const { offsets, codes, length } of history) {
      let before = 0;
      for (let index = 0; index < length; index++) {
        const at = offsets[index] as number;
        const state = (codes[index] as number) & 4095;
        sums[state] = (sums[state] as number) + at - before;
        before = at;
      }
    }
  }
  return sums[0] as number;
}

function* spansOfAll({ agents }: HistorySnapshot): Iterable<BenchSpan> {
  for (const { number, history } of agents) {
    for (const { from, to, state } of spansOf(history, YEAR)) yield { agent: number, state, from, to };
  }
}

async function againstDuckDb(file: string, storage: Storage, isQuick: boolean): Promise<readonly Figure[]> {
  const duckDb = await loadDuckDb();
  if (duckDb === null) {
    process.stderr.write('left out: DuckDB is not installed (npm install --prefix bench/peers)\n');
    return [];
  }
  await fillDuckDb(duckDb, file, { spans: spansOfAll(storage.snapshot), slots: storage.slots });
  const theirs = await askDuckDb(duckDb, file, AVAILABLE_STATE);
  agree('DuckDB', theirs.availableMs, storage.availableMs);
  const common = { unit: 'ms', better: 'lower' } as const;
  return [
    {
      ...common,
      name: 'a year, first answer after start',
      against: "DuckDB's first",
      ceiling: theirs.firstMs,
      ours: storage.firstMs,
      hold: isQuick ? null : 1 / 5,
      note: `${DAYS} days by agent and day`,
    },
    {
      ...common,
      name: 'a year, in memory',
      against: 'DuckDB, warm',
      ceiling: theirs.againMs,
      ours: storage.againMs,
      hold: null,
    },
  ];
}

/**
 * Plain SQL over the facts themselves: where both axes are available is a running sum over an agent's changes. It answers
 * less than ours does (available time alone, without its parts), which is in its favour; CROSS JOIN keeps the order in which
 * each change looks up its few slots, instead of each slot all changes.
 */
const SQL = `
  WITH moved AS (
    SELECT agent, at, lead(at) OVER w AS until,
      sum(CASE WHEN kind = 1 THEN (status = 1) - (prev_status = 1) ELSE 0 END) OVER w AS here,
      sum(CASE WHEN kind = 2 THEN (status = 1) - (prev_status = 1) ELSE 0 END) OVER w AS willing
    FROM fact WHERE kind IN (1, 2)
    WINDOW w AS (PARTITION BY agent ORDER BY at, position)
  )
  SELECT moved.agent, slot.day, sum(min(moved.until, slot.ends) - max(moved.at, slot.starts)) AS ms
  FROM moved CROSS JOIN slot ON slot.starts < moved.until AND slot.starts > moved.at - 86400000 AND slot.ends > moved.at
  WHERE moved.here = 1 AND moved.willing = 1
  GROUP BY moved.agent, slot.day`;

function plainSql(file: string, slots: readonly BenchSlot[]): { readonly ms: number; readonly availableMs: number } {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('CREATE TEMP TABLE slot (starts INTEGER PRIMARY KEY, ends INTEGER, day INTEGER) STRICT');
  const insert = database.prepare('INSERT INTO temp.slot (starts, ends, day) VALUES (?, ?, ?)');
  for (const { from, to, day } of slots) insert.run(from, to, day);
  const start = performance.now();
  const rows = database.prepare(SQL).all() as unknown as readonly { ms: number }[];
  const ms = performance.now() - start;
  database.close();
  return { ms, availableMs: rows.reduce((sum, row) => sum + row.ms, 0) };
}

function agree(who: string, theirs: number, ours: number): void {
  if (theirs !== ours) throw new Error(`${who} counts ${theirs} ms of available time, and we count ${ours}`);
}

/** Milliseconds: the median of some rounds, after one that does not count. */
async function medianOf(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - start);
  }
  return median(times);
}
