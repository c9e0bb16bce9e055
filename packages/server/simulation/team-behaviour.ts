import type { Instant } from '../src/time/instant.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../src/time/instant.ts';
import { dayNumberOf, type LocalDate, weekdayOf } from '../src/time/local-date.ts';
import { instantOfLocalTime, type Zone } from '../src/time/zone-rules.ts';
import type { InventedAgent } from './invented-team.ts';
import type { Deed, PlannedAction, StatusName } from './planned-action.ts';
import type { SeededRandom } from './seeded-random.ts';

/**
 * A model of a support agent's day: what people do who come late, forget to switch back, lose their network, close the
 * laptop, and are called away. It knows no rule of the engine: it only acts, and what the acts lead to is the engine's.
 *
 * The day is laid out as stops (breaks, lunch, a meeting) with work between them; work goes in steps of a minute or two,
 * and each step may bring an incident.
 */

/** What the model is told besides the agent. */
export type BehaviourContext = {
  /** Of this agent and this day alone. */
  readonly random: SeededRandom;
  /** The zone of the agent's shift. */
  readonly zone: Zone;
  /** Who may set other people's status, by place in the team; may be nobody. */
  readonly supervisors: readonly number[];
};

/** What an agent does on one local day, in order of time; nothing on a day off. The last act may fall into the next day. */
export function behaviourOf(
  agent: InventedAgent,
  date: LocalDate,
  context: BehaviourContext,
): readonly PlannedAction[] {
  const { random } = context;
  const isAtWork = agent.weekdays.includes(weekdayOf(dayNumberOf(date))) && !random.chance(SICK_DAYS);
  if (!isAtWork) return [];
  const { from, to } = shiftOn(agent, date, context.zone);
  const day: Day = {
    agent,
    random,
    bosses: context.supervisors.filter((index) => index !== agent.index),
    actions: [],
    endsAt: to + between(random, -5 * minuteMs, 20 * minuteMs),
  };
  comeIn(day, from + lateness(random));
  return day.actions.toSorted((one, other) => one.at - other.at);
}

const SICK_DAYS = 0.04;

/** A day in the making. */
type Day = {
  readonly agent: InventedAgent;
  readonly random: SeededRandom;
  readonly bosses: readonly number[];
  readonly actions: PlannedAction[];
  /** When the agent goes home. */
  readonly endsAt: Instant;
};

function shiftOn({ shift }: InventedAgent, date: LocalDate, zone: Zone): { from: Instant; to: Instant } {
  const midnight = dayNumberOf(date) * dayMs;
  const instantAt = (minutes: number): Instant => {
    const found = instantOfLocalTime(zone, midnight + minutes * minuteMs);
    if (found.kind === 'once') return found.at;
    return found.kind === 'twice' ? found.earlier : found.skippedAt;
  };
  return { from: instantAt(shift.startMinutes), to: instantAt(shift.endMinutes) };
}

function lateness(random: SeededRandom): number {
  return random.chance(0.08)
    ? between(random, 20 * minuteMs, 50 * minuteMs)
    : between(random, -8 * minuteMs, 9 * minuteMs);
}

function comeIn(day: Day, at: Instant): void {
  plan(day, at, { kind: 'SignIn', device: 'desk' });
  const readyAt = at + between(day.random, 5 * secondMs, 2 * minuteMs);
  choose(day, readyAt, 'AVAILABLE');
  goHome(day, spendDay(day, readyAt));
}

function goHome(day: Day, at: Instant): void {
  const closesTheLid = day.agent.transport === 'websocket' && day.random.chance(0.12);
  plan(day, at, { kind: closesTheLid ? 'LoseConnection' : 'SignOut', device: 'desk' });
}

// Stops

type Stop = {
  readonly status: StatusName;
  /** Where in the day, 0 to 1. */
  readonly place: number;
  readonly probability: number;
  /** The shortest and the longest, in minutes. */
  readonly minutes: readonly [number, number];
  /** Whether the agent touches the desk meanwhile now and then. */
  readonly isAtDesk: boolean;
  /** How often the agent says beforehand when it ends. */
  readonly timed: number;
};

const STOPS: readonly Stop[] = [
  { status: 'Break', place: 0.2, probability: 0.9, minutes: [6, 24], isAtDesk: false, timed: 0.1 },
  { status: 'Meeting', place: 0.33, probability: 0.5, minutes: [20, 50], isAtDesk: true, timed: 0.4 },
  { status: 'Lunch', place: 0.5, probability: 0.97, minutes: [24, 62], isAtDesk: false, timed: 0.3 },
  { status: 'Training', place: 0.67, probability: 0.12, minutes: [45, 80], isAtDesk: true, timed: 0.5 },
  { status: 'Break', place: 0.85, probability: 0.8, minutes: [6, 24], isAtDesk: false, timed: 0.1 },
];

/** Works from one stop to the next until it is time to go; answers when that is. */
function spendDay(day: Day, startsAt: Instant): Instant {
  const lengthMs = day.endsAt - startsAt;
  let at = startsAt;
  for (const stop of STOPS) {
    const jitterMs = between(day.random, -15 * minuteMs, 15 * minuteMs);
    const stopAt = startsAt + Math.round(stop.place * lengthMs) + jitterMs;
    if (!day.random.chance(stop.probability) || stopAt < at + 10 * minuteMs) continue;
    at = pause(day, work(day, at, stopAt), stop);
  }
  return work(day, at, day.endsAt);
}

/** Goes away into a status and comes back; answers when the agent is back at work. */
function pause(day: Day, at: Instant, stop: Stop): Instant {
  const { random } = day;
  const [shortest, longest] = stop.minutes;
  const backAt = at + between(random, shortest * minuteMs, longest * minuteMs);
  const until = random.chance(stop.timed) ? at + Math.ceil((backAt - at) / (5 * minuteMs)) * 5 * minuteMs : null;
  choose(day, at, stop.status, until);
  if (stop.isAtDesk) fidget(day, at, backAt);
  beActive(day, backAt);
  const isForgotten = until === null && random.chance(0.08);
  return isForgotten ? beReminded(day, backAt) : comeBack(day, backAt);
}

/** Now and then a click, in a meeting that is long. */
function fidget(day: Day, from: Instant, to: Instant): void {
  for (let at = from; at < to; at += between(day.random, 3 * minuteMs, 12 * minuteMs)) beActive(day, at);
}

/** Works on, invisible to the router, until a supervisor sees it; without one, until the agent does. */
function beReminded(day: Day, at: Instant): Instant {
  const { random, bosses } = day;
  const seenAt = at + between(random, 5 * minuteMs, 18 * minuteMs);
  workQuietly(day, at, seenAt);
  const by = bosses.length === 0 ? null : random.pick(bosses);
  plan(day, seenAt, { kind: 'ChangeStatus', status: 'AVAILABLE', until: null, by });
  return seenAt;
}

function comeBack(day: Day, at: Instant): Instant {
  const doneAt = at + between(day.random, 2 * secondMs, 40 * secondMs);
  choose(day, doneAt, 'AVAILABLE');
  return doneAt;
}

// Work

/** One incident: begins at an instant, answers when the agent is at work again. */
type Incident = {
  /** How often in an hour of work. */
  readonly perHour: (agent: InventedAgent) => number;
  readonly happen: (day: Day, at: Instant) => Instant;
};

const INCIDENTS: readonly Incident[] = [
  { perHour: ({ groups }) => (groups.includes('Demo Phone') ? 1.4 : 0), happen: takeCall },
  { perHour: ({ groups }) => (groups.includes('Demo Chat') ? 0.35 : 0.05), happen: missAssignments },
  { perHour: () => 0.25, happen: stepAway },
  { perHour: () => 0.1, happen: driftOff },
  { perHour: ({ transport }) => (transport === 'websocket' ? 0.15 : 0), happen: loseConnection },
  { perHour: () => 0.06, happen: beMoved },
  { perHour: () => 0.04, happen: useSecondDevice },
];

/** Works until an instant, with what comes in between; answers when the agent is free, which may be later. */
function work(day: Day, from: Instant, to: Instant): Instant {
  let at = from;
  while (at < to) {
    beActive(day, at);
    const stepMs = between(day.random, 40 * secondMs, 150 * secondMs);
    const incident = incidentWithin(day, stepMs);
    at += stepMs;
    if (incident !== null && at < to) at = incident.happen(day, at);
  }
  return at;
}

function workQuietly(day: Day, from: Instant, to: Instant): void {
  for (let at = from; at < to; at += between(day.random, 40 * secondMs, 150 * secondMs)) beActive(day, at);
}

function incidentWithin(day: Day, stepMs: number): Incident | null {
  let left = day.random.fraction();
  for (const incident of INCIDENTS) {
    left -= (incident.perHour(day.agent) * stepMs) / hourMs;
    if (left < 0) return incident;
  }
  return null;
}

function takeCall(day: Day, at: Instant): Instant {
  const endsAt = at + between(day.random, 90 * secondMs, 11 * minuteMs);
  plan(day, at, { kind: 'StartCall' });
  workQuietly(day, at, endsAt);
  plan(day, endsAt, { kind: 'EndCall' });
  return endsAt;
}

/** Conversations that were assigned and not taken; enough of them, and the system sends the agent away. */
function missAssignments(day: Day, at: Instant): Instant {
  const { random } = day;
  let missedAt = at;
  const count = random.integer(1, 4);
  for (let missed = 0; missed < count; missed++) {
    plan(day, missedAt, { kind: 'MissAssignment' });
    missedAt += between(random, 20 * secondMs, 90 * secondMs);
  }
  return comeBack(day, missedAt + between(random, 10 * secondMs, 5 * minuteMs));
}

/** Away for a moment, and says so. */
function stepAway(day: Day, at: Instant): Instant {
  choose(day, at, 'UNAVAILABLE');
  return comeBack(day, at + between(day.random, minuteMs, 7 * minuteMs));
}

/** Away for longer, and says nothing: nobody but the idle time notices. */
function driftOff(day: Day, at: Instant): Instant {
  return at + between(day.random, 11 * minuteMs, 26 * minuteMs);
}

function loseConnection(day: Day, at: Instant): Instant {
  const { random } = day;
  const isShort = random.chance(0.75);
  const backAt =
    at + (isShort ? between(random, 2 * secondMs, 50 * secondMs) : between(random, 70 * secondMs, 14 * minuteMs));
  plan(day, at, { kind: 'LoseConnection', device: 'desk' });
  plan(day, backAt, { kind: 'Reconnect', device: 'desk' });
  return isShort ? backAt : comeBack(day, backAt);
}

/** A supervisor sends the agent off, and the agent comes back by itself. */
function beMoved(day: Day, at: Instant): Instant {
  const { random, bosses } = day;
  if (bosses.length === 0) return at;
  const status = random.pick(['UNAVAILABLE', 'Meeting', 'Training'] as const);
  const endsAt = at + between(random, 3 * minuteMs, 25 * minuteMs);
  plan(day, at, { kind: 'ChangeStatus', status, until: null, by: random.pick(bosses) });
  workQuietly(day, at, endsAt);
  return comeBack(day, endsAt);
}

/** Signs in on a phone as well, and out of it some time later; the desk goes on. */
function useSecondDevice(day: Day, at: Instant): Instant {
  const lengthMs = between(day.random, 5 * minuteMs, 40 * minuteMs);
  const endsAt = Math.min(at + lengthMs, day.endsAt);
  if (endsAt <= at) return at;
  plan(day, at, { kind: 'SignIn', device: 'phone' });
  plan(day, endsAt, { kind: 'SignOut', device: 'phone' });
  return at;
}

// Acts

function beActive(day: Day, at: Instant): void {
  plan(day, at, { kind: 'BeActive', device: 'desk' });
}

function choose(day: Day, at: Instant, status: StatusName, until: Instant | null = null): void {
  plan(day, at, { kind: 'ChangeStatus', status, until, by: null });
}

function plan(day: Day, at: Instant, deed: Deed): void {
  day.actions.push({ at, agent: day.agent.index, deed });
}

/** A length with its milliseconds, because nobody acts on the second. */
function between(random: SeededRandom, fromMs: number, toMs: number): number {
  return random.integer(fromMs, toMs);
}
