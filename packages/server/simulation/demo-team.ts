import type { AccountNumber } from '../src/activity/position.ts';
import { isAssignable, isLoggedIn, isOnline } from '../src/availability/availability.ts';
import type { Clock } from '../src/engine/clock.ts';
import type { Engine, EnginePorts } from '../src/engine/engine.ts';
import type { Instant } from '../src/time/instant.ts';
import { secondMs } from '../src/time/instant.ts';
import { type InventedAgent, inventTeam } from './invented-team.ts';
import type { Deed, StatusName } from './planned-action.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { openStage, type Stage } from './stage.ts';

export type DemoOptions = {
  readonly account: AccountNumber;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly report: EnginePorts['report'];
};

export type Demo = {
  /** No deed begins after this is asked; settles when the one that was under way is done. Sessions are left open. */
  stop(): Promise<void>;
};

/** What makes the demo what it is: a day in minutes. Milliseconds. */
const DEMO = {
  members: 12,
  idleAfterMs: 15 * secondMs,
  disconnectGraceMs: 5 * secondMs,
  touchEveryMs: secondMs,
  stepMsMin: 1400,
  stepMsMax: 3400,
  openingStepMs: 1100,
  unseenStepMs: 300,
  awayMsMin: 9 * secondMs,
  /** So many are away at once; when one more would go, the one who went first comes back. */
  awayMax: 5,
  restAfterFailureMs: 10 * secondMs,
} as const;

/**
 * Sets the invented team up in an account of a running server and lets it live there, at a pace that shows something at
 * every look: somebody comes, goes to lunch, takes a call, is sent to a meeting, idles, loses the network, every two or
 * three seconds. Members that are there from before go on with the sessions they had.
 */
export function startDemo(engine: Engine, options: DemoOptions): Demo {
  const team = inventTeam(DEMO.members, createSeededRandom('demo team')).map(onWebSocket);
  const house: House = { engine, options, team, moods: team.map(() => ({ kind: 'home', since: 0 })) };
  let isStopped = false;
  let cancel = () => {};
  const pauseThen = (delayMs: number, next: () => Promise<void>) => {
    if (!isStopped) cancel = options.clock.after(delayMs, () => run(next));
  };
  let underWay = Promise.resolve();
  const run = (next: () => Promise<void>) => {
    underWay = next();
  };
  run(() => live(house, pauseThen));
  return {
    async stop() {
      isStopped = true;
      cancel();
      await underWay;
    },
  };
}

type House = {
  readonly engine: Engine;
  readonly options: DemoOptions;
  readonly team: readonly InventedAgent[];
  /** By place in the team. */
  readonly moods: Mood[];
};

/**
 * What a member is about, as far as the engine does not know it. Who is `away` has a status that keeps the router off,
 * at the desk or not; who is `dozing` only stopped moving.
 */
type Mood = {
  readonly kind: 'home' | 'working' | 'atDesk' | 'outside' | 'dozing' | 'cutOff' | 'calling';
  readonly since: Instant;
};

type PauseThen = (delayMs: number, next: () => Promise<void>) => void;

/** So that sessions that a stopped server leaves behind end by themselves, should it start again without the team. */
function onWebSocket(agent: InventedAgent): InventedAgent {
  return { ...agent, transport: 'websocket' };
}

async function live(house: House, pauseThen: PauseThen): Promise<void> {
  try {
    const { engine, options, team } = house;
    const { idleAfterMs, disconnectGraceMs } = DEMO;
    const lengths = { idleAfterMs, disconnectGraceMs };
    const stage = await openStage(engine, { account: options.account, team, lengths, keyId: 'demo' });
    for (const { index } of team) await returnFromBefore(house, stage, index);
    options.report('info', 'the invented demo team is at work', { members: team.length });
    await playOn({ house, stage, pauseThen, opening: isMostlyHome(house) ? [...OPENING] : [] });
  } catch (cause) {
    house.options.report('warn', 'the demo team could not start; it tries again', { cause: String(cause) });
    pauseThen(DEMO.restAfterFailureMs, () => live(house, pauseThen));
  }
}

async function returnFromBefore(house: House, stage: Stage, index: number): Promise<void> {
  if (!isLoggedIn(stage.agent(index).availability)) return;
  await stage.perform({ agent: index, deed: { kind: 'Reconnect', device: 'desk' } });
  settleIn(house, stage, index);
}

function isMostlyHome({ moods }: House): boolean {
  return moods.filter(({ kind }) => kind === 'home').length > moods.length / 2;
}

// One step after the other

type Play = {
  readonly house: House;
  readonly stage: Stage;
  readonly pauseThen: PauseThen;
  readonly opening: Line[];
};

/** Touches the desks of who is at one until the next step is due, takes the step, and goes on. */
async function playOn(play: Play): Promise<void> {
  const { house, opening } = play;
  const { random } = house.options;
  let delayMs: number = opening.length > 0 ? DEMO.openingStepMs : random.integer(DEMO.stepMsMin, DEMO.stepMsMax);
  try {
    const isSeen = await takeStep(play);
    if (!isSeen) delayMs = Math.min(delayMs, DEMO.unseenStepMs);
  } catch (cause) {
    house.options.report('warn', 'the demo team rests: a change could not be written', { cause: String(cause) });
    delayMs = DEMO.restAfterFailureMs;
  }
  touchUntil(play, house.options.clock.now() + delayMs);
}

function touchUntil(play: Play, nextStepAt: Instant): void {
  const { house, stage, pauseThen } = play;
  for (const { index } of house.team) {
    if (isAtDesk(house.moods[index] as Mood)) stage.touch(index, 'desk');
  }
  const leftMs = nextStepAt - house.options.clock.now();
  if (leftMs <= DEMO.touchEveryMs) pauseThen(Math.max(0, leftMs), () => playOn(play));
  else pauseThen(DEMO.touchEveryMs, async () => touchUntil(play, nextStepAt));
}

function isAtDesk({ kind }: Mood): boolean {
  return kind === 'working' || kind === 'atDesk' || kind === 'calling';
}

/** Answers whether anybody can see it: who dozes off or loses the network shows nothing until later. */
async function takeStep(play: Play): Promise<boolean> {
  const line = play.opening.shift() ?? improvise(play);
  if (line === null) return false;
  const { house, stage } = play;
  const before = stage.agent(line.agent).availability.sequence;
  for (const deed of line.deeds) {
    const answer = await stage.perform({ agent: line.agent, deed });
    if (answer.kind === 'rejected') {
      const details = { deed: deed.kind, code: answer.code };
      house.options.report('warn', `the demo team was refused: ${answer.detail}`, details);
    }
  }
  if (line.mood === null) settleIn(house, stage, line.agent);
  else setMood(house, line.agent, line.mood);
  return stage.agent(line.agent).availability.sequence > before;
}

/** Back in the room: at work when the router may see it, else at the desk, about to say so. */
function settleIn(house: House, stage: Stage, index: number): void {
  setMood(house, index, isAssignable(stage.agent(index).availability) ? 'working' : 'atDesk');
}

function setMood({ moods, options }: House, index: number, kind: Mood['kind']): void {
  moods[index] = { kind, since: options.clock.now() };
}

// What to do next

/** One member's next deeds. `mood` null: whatever the engine then says. */
type Line = { readonly agent: number; readonly deeds: readonly Deed[]; readonly mood: Mood['kind'] | null };

/** In half a minute one of everything, so that nobody waits for chance. */
const OPENING: readonly Line[] = [
  comes(0),
  comes(1),
  isBack(1),
  comes(2),
  isBack(2),
  goes(1, 'Lunch', 'outside'),
  comes(3),
  { agent: 2, deeds: [], mood: 'dozing' },
  isBack(3),
  comes(4),
  { agent: 3, deeds: [change('Meeting', 0)], mood: 'atDesk' },
  isBack(4),
  comes(5),
  { agent: 4, deeds: [{ kind: 'StartCall' }], mood: 'calling' },
  isBack(0),
  isBack(5),
  { agent: 5, deeds: [{ kind: 'LoseConnection', device: 'desk' }], mood: 'cutOff' },
];

/** Somebody comes back, or somebody goes: never so many at once that nobody is left. */
function improvise({ house, stage }: Play): Line | null {
  const { moods, options } = house;
  const now = options.clock.now();
  for (const { index } of house.team) noticeByItself(house, stage, index);
  // Whom a person deactivated meanwhile is left alone.
  const members = [...moods.entries()].filter(([index]) => stage.agent(index).profile.active);
  const away = members
    .filter(([, { kind }]) => kind !== 'working')
    .toSorted(([, one], [, other]) => one.since - other.since);
  const longest = away[0];
  const isOverdue = longest !== undefined && now - longest[1].since >= DEMO.awayMsMin;
  if (longest !== undefined && (away.length >= DEMO.awayMax || (isOverdue && options.random.chance(0.5)))) {
    return returnOf(stage, longest[0], longest[1]);
  }
  const working = members.filter(([, { kind }]) => kind === 'working');
  return working.length === 0 ? null : leaveOf(house, stage, options.random.pick(working)[0]);
}

/** A timed status that ran out, for one: the member is at work again and did nothing for it. */
function noticeByItself(house: House, stage: Stage, index: number): void {
  const { availability } = stage.agent(index);
  const { kind } = house.moods[index] as Mood;
  if (kind === 'atDesk' && isAssignable(availability)) setMood(house, index, 'working');
  if (kind === 'working' && !isAssignable(availability)) setMood(house, index, 'atDesk');
}

function returnOf(stage: Stage, index: number, { kind }: Mood): Line {
  switch (kind) {
    case 'home':
      return comes(index);
    case 'cutOff':
      return { agent: index, deeds: [{ kind: 'Reconnect', device: 'desk' }], mood: null };
    case 'calling':
      return { agent: index, deeds: [{ kind: 'EndCall' }], mood: null };
    case 'outside':
    case 'dozing':
      return isOnline(stage.agent(index).availability) && kind === 'outside'
        ? isBack(index)
        : { agent: index, deeds: [{ kind: 'BeActive', device: 'desk' }], mood: null };
    case 'atDesk':
    case 'working':
      return isBack(index);
  }
}

type Leave = { readonly weight: number; readonly line: (index: number, now: Instant) => Line };

const LEAVES: readonly Leave[] = [
  { weight: 3, line: (index) => goes(index, 'Break', 'outside') },
  { weight: 2, line: (index) => goes(index, 'Lunch', 'outside') },
  { weight: 2, line: (index) => goes(index, 'Meeting', 'atDesk') },
  { weight: 1, line: (index, now) => goes(index, 'Training', 'atDesk', now + 20 * secondMs) },
  { weight: 2, line: (index) => goes(index, 'UNAVAILABLE', 'atDesk') },
  { weight: 3, line: (index) => ({ agent: index, deeds: [{ kind: 'StartCall' }], mood: 'calling' }) },
  { weight: 2, line: (index) => ({ agent: index, deeds: [], mood: 'dozing' }) },
  {
    weight: 1,
    line: (index) => ({ agent: index, deeds: [{ kind: 'LoseConnection', device: 'desk' }], mood: 'cutOff' }),
  },
  { weight: 1, line: (index) => ({ agent: index, deeds: [{ kind: 'SignOut', device: 'desk' }], mood: 'home' }) },
  { weight: 2, line: (index) => ({ agent: index, deeds: THREE_MISSED, mood: null }) },
];

const THREE_MISSED: readonly Deed[] = [
  { kind: 'MissAssignment' },
  { kind: 'MissAssignment' },
  { kind: 'MissAssignment' },
];

const SUPERVISOR_SHARE = 0.15;

function leaveOf({ team, options }: House, stage: Stage, index: number): Line {
  const { random, clock } = options;
  const present = team.filter(
    (agent) => agent.role === 'supervisor' && agent.index !== index && isOnline(stage.agent(agent.index).availability),
  );
  if (present.length > 0 && random.chance(SUPERVISOR_SHARE)) {
    const status = random.pick(['Meeting', 'Training', 'UNAVAILABLE'] as const);
    return { agent: index, deeds: [change(status, random.pick(present).index)], mood: 'atDesk' };
  }
  const total = LEAVES.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.integer(1, total);
  const chosen = LEAVES.find(({ weight }) => {
    left -= weight;
    return left <= 0;
  }) as Leave;
  return chosen.line(index, clock.now());
}

function comes(agent: number): Line {
  return { agent, deeds: [{ kind: 'SignIn', device: 'desk' }], mood: null };
}

function isBack(agent: number): Line {
  return { agent, deeds: [change('AVAILABLE')], mood: null };
}

function goes(agent: number, status: StatusName, mood: Mood['kind'], until: Instant | null = null): Line {
  return { agent, deeds: [change(status, null, until)], mood };
}

function change(status: StatusName, by: number | null = null, until: Instant | null = null): Deed {
  return { kind: 'ChangeStatus', status, until, by };
}
