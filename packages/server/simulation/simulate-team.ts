import type { ActivityPayload } from '@rollcall/contract';
import type { RecordedFact } from '../src/activity/fact.ts';
import { activityPayload, type RecordedStatusChange } from '../src/activity/payload.ts';
import { nextDeadline } from '../src/availability/deadline.ts';
import type { Engine } from '../src/engine/engine.ts';
import { surroundingsOf } from '../src/engine/surroundings.ts';
import { assert } from '../src/time/assert.ts';
import { dayMs, hourMs, type Instant } from '../src/time/instant.ts';
import { addDays, dayNumberOf, type LocalDate } from '../src/time/local-date.ts';
import type { Zones } from '../src/time/zone-rules.ts';
import { type InventedAgent, inventTeam } from './invented-team.ts';
import type { PlannedAction } from './planned-action.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { openStage, type Stage } from './stage.ts';
import { behaviourOf } from './team-behaviour.ts';
import { createTimeQueue, type TimeQueue } from './time-queue.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { FIRST_ACCOUNT, startVirtualEngine } from './virtual-engine.ts';

export type SimulationOptions = {
  readonly agents: number;
  readonly days: number;
  readonly seed: string | number;
  /** The first day, on each agent's own calendar. */
  readonly from: LocalDate;
  readonly zones: Zones;
  readonly sha256Hex: (text: string) => string;
};

/**
 * An invented team at work, in virtual time, on the real engine and a store in memory: every event of it, in log order,
 * as apps get it. The same options give the same bytes.
 *
 * @param options agents from 1, days from 1
 * @throws StoreFailure when the machine's memory is full
 */
export async function* simulateTeam(options: SimulationOptions): AsyncGenerator<ActivityPayload> {
  const show = await raiseCurtain(options);
  try {
    yield* show.toldSoFar();
    for (let day = 0; day < options.days; day++) {
      const date = addDays(options.from, day);
      planDay(show, options, date);
      const isLast = day === options.days - 1;
      yield* play(show, earliestOf(addDays(date, isLast ? 3 : 1)));
    }
  } finally {
    await show.close();
  }
}

/** What waits: a deed, or a look at an agent whose deadline comes. */
type Due =
  | { readonly kind: 'deed'; readonly action: PlannedAction }
  | { readonly kind: 'look'; readonly agent: number };

type Show = {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly stage: Stage;
  readonly team: readonly InventedAgent[];
  readonly random: SeededRandom;
  readonly queue: TimeQueue<Due>;
  /** The deadline that a look is already queued for, by place in the team. */
  readonly looks: (Instant | null)[];
  toldSoFar(): AsyncGenerator<ActivityPayload>;
  close(): Promise<void>;
};

async function raiseCurtain(options: SimulationOptions): Promise<Show> {
  const { zones, sha256Hex } = options;
  const random = createSeededRandom(options.seed);
  const startAt = earliestOf(options.from);
  const { engine, clock, close } = await startVirtualEngine({ random: random.part('ids'), startAt, zones, sha256Hex });
  const facts: RecordedFact[] = [];
  engine.onCommitted((_head, committed) => facts.push(...committed));
  const team = inventTeam(options.agents, random.part('team'));
  const lengths = { idleAfterMs: null, disconnectGraceMs: null };
  const stage = await clock.run(openStage(engine, { account: FIRST_ACCOUNT, team, lengths, keyId: 'simulation' }));
  return {
    engine,
    clock,
    stage,
    team,
    random,
    queue: createTimeQueue(),
    looks: team.map(() => null),
    toldSoFar: () => tell(engine, facts.splice(0)),
    close,
  };
}

/** No zone's day begins earlier than 14 hours before the same day does at Greenwich. */
function earliestOf(date: LocalDate): Instant {
  return dayNumberOf(date) * dayMs - 14 * hourMs;
}

function planDay({ team, random, queue }: Show, { zones }: SimulationOptions, date: LocalDate): void {
  const supervisors = team.filter(({ role }) => role === 'supervisor').map(({ index }) => index);
  for (const agent of team) {
    const context = {
      random: random.part(`agent ${agent.index} on ${date}`),
      zone: zones.zoneOf(agent.shift.timeZone),
      supervisors,
    };
    for (const action of behaviourOf(agent, date, context)) queue.put(action.at, { kind: 'deed', action });
  }
}

/** Plays what is due before an instant, and tells what came of it. */
async function* play(show: Show, until: Instant): AsyncGenerator<ActivityPayload> {
  const { queue, clock } = show;
  for (let at = queue.nextAt(); at !== null && at < until; at = queue.nextAt()) {
    clock.oversleepTo(Math.max(at, clock.now()));
    const due = queue.take() as Due;
    if (due.kind === 'deed' && isMereTouch(show, due.action)) continue;
    if (due.kind === 'deed') await act(show, due.action);
    else await look(show, due.agent);
    scheduleLook(show, due.kind === 'deed' ? due.action.agent : due.agent);
    yield* show.toldSoFar();
  }
}

/** Most deeds are signs of life: they change nothing, so the rest of the engine may sleep through them. */
function isMereTouch({ stage }: Show, { agent, deed }: PlannedAction): boolean {
  return deed.kind === 'BeActive' && stage.touch(agent, deed.device);
}

async function act({ stage, clock }: Show, action: PlannedAction): Promise<void> {
  await clock.advanceTo(clock.now());
  const answer = await clock.run(stage.perform(action));
  assert(answer.kind === 'done', `the model did what is refused: ${answer.kind === 'rejected' ? answer.detail : ''}`);
}

async function look({ clock, looks }: Show, agent: number): Promise<void> {
  looks[agent] = null;
  await clock.advanceTo(clock.now() + LOOK_MS);
}

/** By so much after a deadline the engine has looked at it, when it does not sleep. */
const LOOK_MS = 40;

/**
 * The engine looks at its deadlines at least once a second. In a month that is millions of looks at nothing, so the show
 * sleeps from one thing to the next, and is awake for a moment at each deadline: as prompt as a server, and no slower.
 */
function scheduleLook(show: Show, agent: number): void {
  const at = deadlineOf(show, agent);
  const queued = show.looks[agent] ?? null;
  if (at === null || (queued !== null && queued <= at)) return;
  show.looks[agent] = at;
  show.queue.put(at, { kind: 'look', agent });
}

function deadlineOf({ engine, stage, clock }: Show, index: number): Instant | null {
  const agent = stage.agent(index);
  const around = surroundingsOf(agent, engine.memory, engine.presence, engine.world, clock.now());
  return nextDeadline(agent.availability, around)?.at ?? null;
}

async function* tell(engine: Engine, facts: readonly RecordedFact[]): AsyncGenerator<ActivityPayload> {
  const changes = facts.filter((fact): fact is RecordedStatusChange => fact.kind === 'StatusChanged');
  if (changes.length === 0) return;
  await engine.records.load(changes);
  for (const fact of changes) yield activityPayload(fact, engine.records.snapshots);
}
