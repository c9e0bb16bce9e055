import { setTimeout as sleep } from 'node:timers/promises';
import { type Instant, minuteMs } from '../src/time/instant.ts';
import { addDays, type LocalDate } from '../src/time/local-date.ts';
import type { Zones } from '../src/time/zone-rules.ts';
import { type InventedAgent, inventTeam } from './invented-team.ts';
import type { PlannedAction } from './planned-action.ts';
import { type RemoteApi, RemoteRefusal } from './remote-api.ts';
import { openRemoteStage, type RemoteStage } from './remote-stage.ts';
import { createSeededRandom } from './seeded-random.ts';
import { behaviourOf } from './team-behaviour.ts';

export type LiveOptions = {
  readonly agents: number;
  readonly days: number;
  readonly seed: string | number;
  readonly from: LocalDate;
  readonly zones: Zones;
  readonly api: RemoteApi;
  /** How many times as fast as its day the team lives. */
  readonly speed: number;
  /** Told now and then where the play is. */
  readonly report: (sentence: string) => void;
  /** Ends the play early. */
  readonly signal: AbortSignal;
};

export type LivePlay = { readonly deeds: number; readonly refused: number };

/** What is asked within it goes out together. */
const TURN_MS = 50;
/** Nights and weekends, in which nobody does anything, are cut down to this; planned time. */
const PAUSE_MS_MAX = 10 * minuteMs;
const REPORT_EVERY_MS = 10_000;

/**
 * The days of the invented team, acted out in a running server in real time, faster by `speed`. Each agent's deeds are done
 * one after the other; agents do not wait for each other. A deed that the server refuses is counted and reported.
 *
 * @throws RemoteRefusal when the team cannot be set up, or the server goes away
 */
export async function playLive(options: LiveOptions): Promise<LivePlay> {
  const team = inventTeam(options.agents, createSeededRandom(options.seed).part('team'));
  const actions = plannedActions(options, team);
  // The play begins when the team is set up, and nobody asks for the time before.
  let times = realTimes([], options.speed, 0);
  const stage = await openRemoteStage({ ...options, team, realTimeOf: (planned) => times.of(planned) });
  options.report(`${team.length} agents are set up; ${actions.length} deeds to play`);
  times = realTimes(actions, options.speed, Date.now());
  const play: Play = { options, stage, tails: new Map(), deeds: 0, refused: 0, broken: null };
  try {
    await goThrough(play, actions, times.list);
    await Promise.all(play.tails.values());
  } finally {
    await stage.close();
  }
  if (play.broken !== null) throw play.broken;
  return { deeds: play.deeds, refused: play.refused };
}

type Play = {
  readonly options: LiveOptions;
  readonly stage: RemoteStage;
  /** The last deed under way, by agent. */
  readonly tails: Map<number, Promise<void>>;
  deeds: number;
  refused: number;
  broken: RemoteRefusal | null;
};

/** The same days as in virtual time: the seed's. */
function plannedActions(options: LiveOptions, team: readonly InventedAgent[]): readonly PlannedAction[] {
  const random = createSeededRandom(options.seed);
  const supervisors = team.filter(({ role }) => role === 'supervisor').map(({ index }) => index);
  const dates = Array.from({ length: options.days }, (_, day) => addDays(options.from, day));
  const actions = dates.flatMap((date) =>
    team.flatMap((agent) => {
      const zone = options.zones.zoneOf(agent.shift.timeZone);
      const own = random.part(`agent ${agent.index} on ${date}`);
      return behaviourOf(agent, date, { random: own, zone, supervisors });
    }),
  );
  return actions.toSorted((one, other) => one.at - other.at);
}

/** When each action comes in real time; `of` answers the same for instants between them. */
function realTimes(actions: readonly PlannedAction[], speed: number, startsAt: Instant) {
  const list: Instant[] = [];
  let at = startsAt;
  for (const [index, action] of actions.entries()) {
    const before = actions[index - 1]?.at ?? action.at;
    at += Math.min(action.at - before, PAUSE_MS_MAX) / speed;
    list.push(at);
  }
  const of = (planned: Instant): Instant => {
    const next = actions.findIndex((action) => action.at >= planned);
    const index = next === -1 ? actions.length - 1 : next;
    return Math.round((list[index] ?? startsAt) + (planned - (actions[index]?.at ?? planned)) / speed);
  };
  return { list, of };
}

async function goThrough(play: Play, actions: readonly PlannedAction[], times: readonly Instant[]): Promise<void> {
  const { options, stage } = play;
  let next = 0;
  let reportedAt = Date.now();
  while (next < actions.length && play.broken === null && !options.signal.aborted) {
    while (next < actions.length && (times[next] as Instant) <= Date.now()) {
      begin(play, actions[next] as PlannedAction);
      next += 1;
    }
    await settled(play, () => stage.flushTouches());
    if (Date.now() - reportedAt > REPORT_EVERY_MS) {
      reportedAt = Date.now();
      options.report(`${next} of ${actions.length} deeds, ${play.refused} refused`);
    }
    await sleep(TURN_MS);
  }
}

function begin(play: Play, action: PlannedAction): void {
  const before = play.tails.get(action.agent) ?? Promise.resolve();
  const own = before.then(() => settled(play, () => play.stage.perform(action)));
  play.tails.set(action.agent, own);
  play.deeds += 1;
}

/** Never rejects: a refusal is counted, and a server that is gone ends the play. */
async function settled(play: Play, work: () => Promise<void>): Promise<void> {
  if (play.broken !== null) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RemoteRefusal)) throw error;
    if (error.status === 0 || error.status === 401 || error.status === 403) play.broken = error;
    play.refused += 1;
    if (play.refused <= REFUSALS_TOLD) play.options.report(error.message);
  }
}

const REFUSALS_TOLD = 10;
