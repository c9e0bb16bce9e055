import { checksumOf } from '../packages/server/src/activity/checksum.ts';
import type { Fact, FactBody } from '../packages/server/src/activity/fact.ts';
import { toRow } from '../packages/server/src/activity/fact-row.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../packages/server/src/activity/status-label.ts';
import { changeAccount } from '../packages/server/src/engine/account-commands.ts';
import { createCalendar } from '../packages/server/src/engine/calendar-commands.ts';
import type { AgentState, Change } from '../packages/server/src/engine/change.ts';
import { createCustomStatus } from '../packages/server/src/engine/custom-status-commands.ts';
import type { Engine } from '../packages/server/src/engine/engine.ts';
import { HistoryBook } from '../packages/server/src/reporting/history-book.ts';
import type { ReportAsk } from '../packages/server/src/reporting/report-ask.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite/open-sqlite-store.ts';
import type { SqliteStore } from '../packages/server/src/store/sqlite/sqlite-store.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { sha256Hex } from '../packages/server/src/system/system-randomness.ts';
import type { Slot } from '../packages/server/src/time/calendar.ts';
import { dayMs, hourMs } from '../packages/server/src/time/instant.ts';
import { BENCH_CALLER, makeAgents, startEngine } from './engine-world.ts';

/** 2025 in New York, which has both a day of 23 hours and one of 25. */
export const YEAR = { from: Date.UTC(2025, 0, 1, 5), to: Date.UTC(2026, 0, 1, 5) } as const;
export const ZONE = 'America/New_York';
export const DAYS = 365;
/** What happens to an agent in a day: a session opens and closes, and 22 changes, most of them of IntelliAssign. */
export const FACTS_A_DAY = 24;

const CREATED = YEAR.from - 3 * dayMs;
const CUSTOM_STATUSES = ['Lunch', 'Break', 'Training', 'Meeting', 'Paperwork'];
const MORNING_AND_AFTERNOON: readonly Slot[] = [
  ['09:00', '12:30'],
  ['13:15', '17:30'],
];

/** Between signing in and signing out, by turns: a custom status by its place, or a pause, or idleness; and back again. */
const AWAY = [1, 0, 'idle', 3, 1, 'unavailable', 4, 'idle', 2, 1] as const;

/** A store with a year of agents who work every day, and its packed histories. The answer: how many facts it took. */
export async function writeYear(folder: string, agentCount: number): Promise<number> {
  const { stop, engine } = await startEngine(folder, { clock: { ...systemClock(), now: () => CREATED } });
  await writeDirectory(engine, agentCount);
  await stop();
  const store = openSqliteStore({ folder, hash: sha256Hex });
  await writeFacts(store);
  await keepHistories(store);
  await store.close();
  return agentCount * DAYS * FACTS_A_DAY;
}

/** The question of the bench: the year, by agent and day. */
export function yearAsk(more: Partial<ReportAsk>): ReportAsk {
  return {
    account: 1,
    window: YEAR,
    timeZone: ZONE,
    groupBy: ['agent', 'day'],
    hours: 'business_hours',
    agents: null,
    groups: null,
    now: YEAR.to + hourMs,
    atPosition: null,
    whatIf: null,
    ...more,
  };
}

/** Brings the packed histories up to date with the log. */
export async function keepHistories(store: SqliteStore): Promise<void> {
  const commit = async (changes: readonly Change[]) => store.commit(changes);
  const book = new HistoryBook({ store, commit, clock: systemClock(), report: complain });
  book.start(null);
  await book.ready();
  await book.stop();
}

/** Nothing is to be reported while figures are taken. */
export function complain(_level: string, sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function writeDirectory(engine: Engine, agentCount: number): Promise<void> {
  const ask = { caller: BENCH_CALLER, now: CREATED };
  const { world } = engine;
  for (const name of CUSTOM_STATUSES) await engine.write((draft) => createCustomStatus(draft, world, ask, { name }));
  const week = Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [day, MORNING_AND_AFTERNOON]),
  );
  const version = { effectiveFrom: null, timeZone: ZONE, week, exceptions: [] };
  const made = await engine.write((draft) => createCalendar(draft, world, ask, { name: 'Office', version }));
  if (made.kind !== 'done') throw new Error('the calendar was refused');
  await engine.write((draft) => changeAccount(draft, world, ask, { calendarId: made.value.record.id }));
  await makeAgents(engine, agentCount, ask);
}

/** One agent while its days are written. */
type Worker = {
  readonly state: AgentState;
  head: number;
  sequence: number;
  intelliassign: StatusLabel;
  intelliassignSince: number;
  generalSince: number;
};

type Step = { readonly at: number; readonly worker: Worker; readonly body: Omit<Fact, 'recordedAt'> };

async function writeFacts(store: SqliteStore): Promise<void> {
  const { agents, records, head, counters } = await store.load();
  const labels = records.filter(({ type }) => type === 'custom_status').map(({ position }) => position);
  const accountProfile = records.find(({ type }) => type === 'account')?.position ?? 0;
  const workers = agents.map(({ profile: _profile, ...state }) => workerOf(state));
  let { position, checksum } = head;
  let session = counters.session;
  const random = randomness();
  for (let day = 0; day < DAYS; day++) {
    const steps = workers.flatMap((worker) => {
      session += 1;
      return stepsOfDay(worker, { day, session, labels, accountProfile, random });
    });
    // A log is written as things happen, so agents' facts lie mixed.
    steps.sort((one, other) => one.at - other.at);
    const changes: Change[] = steps.map(({ worker, body }) => {
      position += 1;
      const row = toRow({ ...body, recordedAt: body.at } as Fact, position, worker.head);
      checksum = checksumOf(checksum, row, sha256Hex);
      worker.head = position;
      return { kind: 'AppendFact', row, checksum };
    });
    store.commit(changes);
  }
  store.commit([
    ...workers.map((worker): Change => ({ kind: 'PutAgent', agent: stateOf(worker) })),
    { kind: 'PutCounter', name: 'session', value: session },
    { kind: 'PutCounter', name: 'liveness_mark', value: YEAR.to + dayMs },
  ]);
}

function workerOf(state: AgentState): Worker {
  const { head } = state;
  const since = { intelliassignSince: CREATED, generalSince: CREATED };
  return { state, head, sequence: 0, intelliassign: UNAVAILABLE, ...since };
}

type Day = {
  readonly day: number;
  readonly session: number;
  readonly labels: readonly StatusLabel[];
  readonly accountProfile: number;
  readonly random: () => number;
};

function stepsOfDay(worker: Worker, { day, session, labels, accountProfile, random }: Day): readonly Step[] {
  const steps: Step[] = [];
  const { account, number: agent, profilePosition } = worker.state;
  let at = YEAR.from + day * dayMs + 8 * hourMs + (worker.state.number % 5) * 0.5 * hourMs + Math.floor(random() * 1e6);
  const push = (body: FactBody) => steps.push({ at, worker, body: { ...body, account, agent, at } as Step['body'] });
  const common = { loginStatus: true, subjectProfile: profilePosition, actorProfile: 0, accountProfile };
  const rest = { until: null, note: null, imported: false, delivered: true, source: null };
  const general = (status: StatusLabel, reason: 'login' | 'logout' | 'idle_timeout' | 'active') => {
    worker.sequence += 1;
    const before = { prevStatus: status === AVAILABLE ? UNAVAILABLE : AVAILABLE, prevAt: worker.generalSince };
    const { sequence } = worker;
    push({
      kind: 'StatusChanged',
      axis: 'GeneralAvailability',
      sequence,
      status,
      ...before,
      reason,
      ...common,
      ...rest,
    });
    worker.generalSince = at;
  };
  const choose = (status: StatusLabel) => {
    worker.sequence += 1;
    const { sequence } = worker;
    const before = { prevStatus: worker.intelliassign, prevAt: worker.intelliassignSince };
    const reason = 'agent_toggle';
    push({ kind: 'StatusChanged', axis: 'Intelliassign', sequence, status, ...before, reason, ...common, ...rest });
    worker.intelliassign = status;
    worker.intelliassignSince = at;
  };
  push({ kind: 'SessionOpened', session, transport: 'http' });
  general(AVAILABLE, 'login');
  for (const away of AWAY) {
    at += stretch(random);
    if (away === 'idle') general(UNAVAILABLE, 'idle_timeout');
    else choose(away === 'unavailable' ? UNAVAILABLE : (labels[away] as StatusLabel));
    at += stretch(random);
    if (away === 'idle') general(AVAILABLE, 'active');
    else choose(AVAILABLE);
  }
  at += stretch(random);
  general(UNAVAILABLE, 'logout');
  push({ kind: 'SessionClosed', session });
  return steps;
}

/** From one to fifty minutes, to the millisecond. */
function stretch(random: () => number): number {
  return 60_000 + Math.floor(random() * 49 * 60_000);
}

function stateOf({ state, head, sequence, intelliassign, intelliassignSince, generalSince }: Worker): AgentState {
  const { availability } = state;
  return {
    ...state,
    head,
    availability: {
      ...availability,
      sequence,
      changedAt: generalSince,
      activityAt: generalSince,
      general: { status: UNAVAILABLE, since: generalSince, prevStatus: AVAILABLE, reason: 'logout' },
      intelliassign: {
        ...availability.intelliassign,
        status: intelliassign,
        since: intelliassignSince,
        reason: 'agent_toggle',
        setBy: 'choice',
      },
    },
  };
}

/** The same numbers in every run. */
function randomness(): () => number {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}
