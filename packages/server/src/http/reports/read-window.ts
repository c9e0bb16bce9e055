import { type Fault, WIRE_LIMITS } from '@rollcall/contract';
import { assert } from '../../time/assert.ts';
import { dayMs, type Instant, parseInstant } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import { isLocalDate } from '../../time/local-date.ts';
import { startOfLocalDay } from '../../time/local-day.ts';
import type { ReportCall } from './report-call.ts';

/** The fields that say which time is meant, as they come: not looked at yet. */
export type WindowFields = Readonly<Partial<Record<'from' | 'to' | 'time_zone' | 'now' | 'at_position', unknown>>>;

/** The window of a question, in the zone that its dates mean. */
export type AskedWindow = { readonly window: Interval; readonly timeZone: string };

/**
 * What is wrong with the fields besides their shape, all at once. Silent about what is missing or of another type: the
 * schema speaks of that.
 */
export function windowFaults(fields: WindowFields, call: ReportCall): readonly Fault[] {
  const faults: Fault[] = [];
  const { time_zone: zone, now, at_position: position } = fields;
  const isZoneKnown = typeof zone !== 'string' || call.zones.isZone(zone);
  if (!isZoneKnown) {
    const got = JSON.stringify(zone.slice(0, 64));
    faults.push({ pointer: '/time_zone', detail: `expected an IANA time zone such as Europe/Berlin, got ${got}` });
  }
  for (const name of ['from', 'to'] as const) {
    const text = fields[name];
    if (typeof text === 'string' && !isMoment(text)) faults.push({ pointer: `/${name}`, detail: momentDetail(text) });
  }
  if (isZoneKnown) faults.push(...orderFaults(fields, call));
  const until = typeof now === 'string' ? parseInstant(now) : null;
  if (until !== null && until > call.now) {
    faults.push({ pointer: '/now', detail: 'expected an instant that is not in the future' });
  }
  if (typeof position === 'number' && position > call.head) {
    faults.push({ pointer: '/at_position', detail: `expected a position of the log, which ends at ${call.head}` });
  }
  return faults;
}

/** The window where its fields are good, before anybody knows whether the others are. */
export function windowIfGood({ from, to, time_zone: zone }: WindowFields, call: ReportCall): Interval | null {
  if (typeof from !== 'string' || typeof to !== 'string' || !(zone === undefined || typeof zone === 'string'))
    return null;
  if (zone !== undefined && !call.zones.isZone(zone)) return null;
  const timeZone = zoneNameOf(zone, call);
  const [start, end] = [instantOf(from, timeZone, call), instantOf(to, timeZone, call)];
  return start === null || end === null ? null : { from: start, to: end };
}

/** The window; its fields were found to be good. */
export function readWindow(
  { from, to, time_zone: zone }: { readonly from: string; readonly to: string; readonly time_zone?: string },
  call: ReportCall,
): AskedWindow {
  const timeZone = zoneNameOf(zone, call);
  const [start, end] = [instantOf(from, timeZone, call), instantOf(to, timeZone, call)];
  assert(start !== null && end !== null, 'the texts of the window were looked at');
  return { window: { from: start, to: end }, timeZone };
}

/** The instant from which things are looked at. */
export function readNow(now: string | undefined, call: ReportCall): Instant {
  return (now === undefined ? null : parseInstant(now)) ?? call.now;
}

function orderFaults(fields: WindowFields, call: ReportCall): readonly Fault[] {
  const { from, to, time_zone: zone } = fields;
  if (typeof from !== 'string' || typeof to !== 'string') return [];
  const timeZone = zoneNameOf(typeof zone === 'string' ? zone : undefined, call);
  const [start, end] = [instantOf(from, timeZone, call), instantOf(to, timeZone, call)];
  if (start === null || end === null) return [];
  // A day that was skipped whole has no instant, and is a good question all the same.
  const isEmptyDay = start === end && isLocalDate(from) && isLocalDate(to) && from < to;
  if (end <= start && !isEmptyDay) return [{ pointer: '/to', detail: 'expected a time after `from`' }];
  if (end - start <= WIRE_LIMITS.daysOfReportMax * dayMs) return [];
  return [{ pointer: '/to', detail: `expected a time at most ${WIRE_LIMITS.daysOfReportMax} days after \`from\`` }];
}

function zoneNameOf(name: string | undefined, { memory, caller }: ReportCall): string {
  const zone = name ?? memory.accounts.get(caller.account)?.record.timeZone;
  assert(zone !== undefined, 'a caller is of an account, and an account has a zone');
  return zone;
}

function instantOf(text: string, timeZone: string, { zones }: ReportCall): Instant | null {
  return isLocalDate(text) ? startOfLocalDay(zones.zoneOf(timeZone), text) : parseInstant(plusRestored(text));
}

function isMoment(text: string): boolean {
  return isLocalDate(text) || parseInstant(plusRestored(text)) !== null;
}

/** A plus sign that was not escaped arrives as a space. */
function plusRestored(text: string): string {
  return text.replace(/ (?=[0-9]{2}:?[0-9]{2}$)/, '+');
}

function momentDetail(text: string): string {
  const got = JSON.stringify(text.slice(0, 64));
  return `expected an instant with an offset, such as 2026-03-04T09:00:00Z, or a date, such as 2026-03-04, got ${got}`;
}
