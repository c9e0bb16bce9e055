import type { Position } from '../activity/position.ts';
import { lifeOf } from '../report/agent-life.ts';
import { calendarUseOf } from '../report/calendar-use.ts';
import type { AccountHistory } from '../report/directory-history.ts';
import { earliestImport, resolveHistory } from '../report/resolve-history.ts';
import {
  AVAILABLE_NUMBER,
  PRESENCES,
  presenceOf,
  type StateCode,
  statusOf,
  UNAVAILABLE_NUMBER,
} from '../report/state-code.ts';
import { type Stay, staysIn } from '../report/timeline.ts';
import { unionHours } from '../time/business-hours.ts';
import type { Instant } from '../time/instant.ts';
import {
  type Interval,
  type Intervals,
  intersectIntervals,
  intervalsLengthMs,
  normaliseIntervals,
} from '../time/interval.ts';
import type { Zones } from '../time/zone-rules.ts';
import { lengthsAt } from './agent-lengths.ts';
import { boundingFacts } from './bounding-facts.ts';
import type { AgentFacts } from './history-source.ts';
import type { TimelineInterval, TimelineState } from './report-answer.ts';
import { StatusNames } from './report-rows.ts';
import type { TimelineAsk } from './reports.ts';

/** An agent's window as intervals with their facts, its business hours, and the ids of the calendars they came from. */
export function agentTimeline(question: {
  readonly ask: TimelineAsk;
  readonly window: Interval;
  readonly known: AgentFacts;
  readonly account: AccountHistory;
  readonly zones: Zones;
}): {
  readonly intervals: readonly TimelineInterval[];
  readonly hours: Intervals;
  readonly calendars: readonly string[];
} {
  const { ask, window, known, account, zones } = question;
  const profiles = account.agents.get(ask.agent) ?? [];
  const names = new StatusNames(account, known.directory.numbers);
  const { hours, calendars } = hoursOf(account, profiles, window, zones);
  const factAt = boundingFacts(known, {
    names,
    idleAfterMsAt: (instant: Instant) => lengthsAt(account, profiles, instant)?.idleAfterMs ?? 0,
    graceMsAt: (instant: Instant) => lengthsAt(account, profiles, instant)?.disconnectGraceMs ?? 0,
  });
  const entries = resolveHistory({ ...known, numbers: known.directory.numbers, now: ask.now });
  const life = intersectIntervals([window], lifeOf(profiles, earliestImport(known.facts)));
  const recordedAt = (instant: Instant): Position | null =>
    profiles.findLast(({ at }) => at <= instant)?.position ?? profiles[0]?.position ?? null;
  const stays = life.flatMap((span) =>
    staysIn(entries, span).map((stay) => boundByRecord(stay, span, window, recordedAt)),
  );
  const intervals = stays.map((stay) => {
    const inHours = intersectIntervals([{ from: stay.from, to: stay.to }], hours);
    return {
      from: stay.from,
      to: stay.to,
      ...toldState(stay, names),
      inHours,
      inHoursMs: intervalsLengthMs(inHours),
      begunBy: factAt(stay.begunBy, { kind: 'begin', at: stay.from }),
      endedBy: stay.to < window.to ? factAt(stay.endedBy, { kind: 'end', at: stay.to }) : null,
    };
  });
  return { intervals, hours, calendars };
}

/** Where no fact of availability bounds a stay, the agent's record does: it was created, or the agent deactivated. */
function boundByRecord(
  stay: Stay,
  life: Interval,
  window: Interval,
  recordedAt: (instant: Instant) => Position | null,
): Stay {
  const isLastOfLife = stay.to === life.to && life.to < window.to;
  return {
    ...stay,
    begunBy: stay.begunBy ?? recordedAt(stay.from),
    endedBy: isLastOfLife ? recordedAt(stay.to) : stay.endedBy,
  };
}

function hoursOf(
  account: AccountHistory,
  profiles: Parameters<typeof calendarUseOf>[1],
  window: Interval,
  zones: Zones,
): { readonly hours: Intervals; readonly calendars: readonly string[] } {
  if (window.from >= window.to) return { hours: [], calendars: [] };
  const used = new Set<string>();
  const hours = calendarUseOf(account, profiles, window).flatMap((use) => {
    for (const id of use.calendars) used.add(id);
    const calendars = use.calendars.flatMap((id) => account.calendars.get(id)?.record.calendar ?? []);
    const span = { from: use.from, to: use.to };
    return calendars.length === 0 ? [span] : unionHours(calendars, span, zones);
  });
  return { hours: normaliseIntervals(hours), calendars: [...used] };
}

function toldState({ state }: Stay, names: StatusNames) {
  const presence = PRESENCES[presenceOf(state)] ?? 'unknown';
  const status = statusOf(state);
  const custom = presence === 'unknown' ? null : names.custom(status);
  return {
    state: stateName(state),
    generalAvailability:
      presence === 'unknown' ? null : presence === 'online' ? ('AVAILABLE' as const) : ('UNAVAILABLE' as const),
    intelliassign: presence === 'unknown' ? null : statusWord(status),
    customStatusId: custom?.id ?? null,
    name: custom?.name ?? null,
  };
}

/** Which part of the metric a state counts as. */
export function stateName(code: StateCode): TimelineState {
  const presence = PRESENCES[presenceOf(code)] ?? 'unknown';
  if (presence !== 'online') return presence;
  const status = statusOf(code);
  if (status === AVAILABLE_NUMBER) return 'available';
  return status === UNAVAILABLE_NUMBER ? 'unavailable' : 'custom_status';
}

function statusWord(status: number): 'AVAILABLE' | 'UNAVAILABLE' | 'custom_status' {
  if (status === AVAILABLE_NUMBER) return 'AVAILABLE';
  return status === UNAVAILABLE_NUMBER ? 'UNAVAILABLE' : 'custom_status';
}
