import { join } from 'node:path';
import { changeIntelliassign } from '../packages/server/src/engine/agent-commands.ts';
import type { Engine } from '../packages/server/src/engine/engine.ts';
import { reportDeskOver } from '../packages/server/src/main.ts';
import { HistoryBook } from '../packages/server/src/reporting/history-book.ts';
import type { Reports } from '../packages/server/src/reporting/reports.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { createZones } from '../packages/server/src/time/zone.ts';
import { ask, startEngine } from './engine-world.ts';
import { type Bench, median, quantile } from './figure.ts';
import { complain, writeYear, yearAsk } from './report-world.ts';

const COMMITS_A_SECOND = 1000;
const EVERY_MS = 5;
const zones = createZones(process.versions.tz ?? 'unknown');

/** A year's report, one after the other, while changes are committed; and the changes while reports are made. */
export const reportsUnderCommits: Bench = {
  name: 'reports-under-commits',
  async run({ folder, isQuick }) {
    const data = join(folder, 'data');
    await writeYear(data, isQuick ? 40 : 1000);
    const { engine, store, stop } = await startEngine(data);
    const clock = systemClock();
    const book = new HistoryBook({ store, commit: (changes) => engine.commit(changes), clock, report: complain });
    const stopListening = engine.onCommitted((head, facts) => book.onCommitted(head, facts));
    book.start(engine.head);
    await book.ready();
    const desk = reportDeskOver(book, zones, clock);
    const forMs = isQuick ? 1500 : 8000;
    // Both warm up: what is read from the disk once is another figure's.
    await reportsFor(desk, 300);
    await commitsFor(engine, 300);
    const calm = { reports: await reportsFor(desk, forMs), commits: await commitsFor(engine, forMs) };
    const [reports, commits] = await Promise.all([reportsFor(desk, forMs), commitsFor(engine, forMs)]);
    stopListening();
    await book.stop();
    await stop();
    const common = { unit: 'ms', better: 'lower' } as const;
    return [
      {
        ...common,
        name: `${COMMITS_A_SECOND} commits a second beside reports, p99`,
        against: 'without reports',
        ceiling: quantile(calm.commits, 0.99),
        ours: quantile(commits, 0.99),
        hold: isQuick ? null : 2,
        note: `p50 ${quantile(calm.commits, 0.5).toFixed(1)} → ${quantile(commits, 0.5).toFixed(1)} ms, ${commits.length} commits`,
      },
      {
        ...common,
        name: "a year's report beside commits, p50",
        against: 'at rest',
        ceiling: median(calm.reports),
        ours: median(reports),
        hold: isQuick ? null : 1.5,
        note: `${reports.length} reports`,
      },
    ];
  },
};

/** Milliseconds of each report, one after the other. */
async function reportsFor(desk: Reports, forMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const start = performance.now();
    await desk.activity(yearAsk({}), { offset: 0, limit: 1000 });
    times.push(performance.now() - start);
  }
  return times;
}

/** Milliseconds from asking for each change to its being durable; they are asked for at a steady pace, answered or not. */
async function commitsFor(engine: Engine, forMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const agents = engine.memory.agentsOf(1);
  const start = performance.now();
  const change = async (count: number) => {
    const agentId = engine.memory.agents.get(agents[count % agents.length] ?? 0)?.profile.id ?? '';
    const status = Math.floor(count / agents.length) % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
    const began = performance.now();
    await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, status }));
    times.push(performance.now() - began);
  };
  while (performance.now() - start < forMs) {
    const due = ((performance.now() - start) * COMMITS_A_SECOND) / 1000;
    while (asked.length < due) asked.push(change(asked.length));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  await Promise.all(asked);
  return times;
}
