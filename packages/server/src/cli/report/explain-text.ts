import type { AgentActivityReport, TimelineRead } from '@rollcall/contract';
import { assert } from '../../time/assert.ts';
import { formatInstant, type Instant, parseInstant } from '../../time/instant.ts';
import { localTimeAt, type Zone } from '../../time/zone-rules.ts';
import { durationText, partTitle, percentText } from './report-text.ts';

export type Explained = {
  readonly agent: string;
  readonly day: string;
  readonly timeline: TimelineRead;
  /** Of the same agent and day. */
  readonly totals: AgentActivityReport['totals'];
  readonly zone: Zone;
};

/** A day of an agent as a list that can be read: where it stood from when to when, and what began and ended it. */
export function explainText({ agent, day, timeline, totals, zone }: Explained): string {
  const lines = timeline.items.flatMap((interval) => intervalLines(interval, zone));
  const none =
    timeline.items.length === 0
      ? ['Nothing is known of this day: the agent was not in the account yet, or no more.']
      : [];
  return [`${agent} on ${day}, ${zone.name}`, '', ...none, ...lines, '', ...sums(totals), ''].join('\n');
}

type TimelineInterval = TimelineRead['items'][number];
type Fact = NonNullable<TimelineInterval['begun_by']>;

function intervalLines(interval: TimelineInterval, zone: Zone): readonly string[] {
  const [from, to] = [instantOf(interval.from), instantOf(interval.to)];
  const hours = hoursText(interval.in_hours_ms, to - from);
  const state = interval.state === 'available' ? 'available' : stateText(interval);
  return [
    `${clock(from, zone)} – ${clock(to, zone)}  ${durationText(to - from).padStart(8)}  ${state}, ${hours}`,
    `    began: ${factText(interval.begun_by, zone) ?? 'before the first fact'}`,
    `    ended: ${factText(interval.ended_by, zone) ?? 'it goes on'}`,
  ];
}

function stateText({ state, name }: TimelineInterval): string {
  if (state === 'available' || state === 'unknown') return state;
  return partTitle({ kind: state, name });
}

function hoursText(inHoursMs: number, lengthMs: number): string {
  if (inHoursMs === 0) return 'outside business hours';
  return inHoursMs === lengthMs ? 'in business hours' : `${durationText(inHoursMs)} of it in business hours`;
}

function factText(fact: Fact | null, zone: Zone): string | null {
  if (fact === null) return null;
  const seen = fact.last_activity_at === null ? '' : ` (last active ${clock(instantOf(fact.last_activity_at), zone)})`;
  const imported = fact.imported ? ', imported' : '';
  return `${clock(instantOf(fact.at), zone)} ${fact.sentence}${seen} [${fact.kind} at position ${fact.position}${imported}]`;
}

function sums(totals: AgentActivityReport['totals']): readonly string[] {
  const of = (ms: number) => durationText(ms);
  const parts = totals.breakdown.map((part) => `${partTitle(part)} ${of(part.ms)}`).join(' + ');
  return [
    `scheduled ${of(totals.scheduled_ms)} = available ${of(totals.available_in_hours_ms)} + unavailable ${of(totals.unavailable_ms)} + unknown ${of(totals.unknown_ms)}; availability ${percentText(totals.availability_percent)}`,
    `unavailable ${of(totals.unavailable_ms)}${parts === '' ? '' : ` = ${parts}`}`,
  ];
}

/** The wall time of the zone, with milliseconds where there are any. */
function clock(instant: Instant, zone: Zone): string {
  const text = formatInstant(localTimeAt(zone, instant));
  const time = text.slice(11, 23);
  return time.endsWith('.000') ? time.slice(0, 8) : time;
}

function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  assert(instant !== null, 'what an answer says is an instant');
  return instant;
}
