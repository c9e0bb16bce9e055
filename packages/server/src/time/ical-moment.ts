import type { IcalComponent, IcalFaults, IcalProperty } from './ical-component.ts';
import { propertyOf } from './ical-component.ts';
import { dayMs, hourMs, minuteMs, secondMs } from './instant.ts';
import { type DayNumber, dayNumberOfCivil, isCivilDate, localDateOf } from './local-date.ts';
import type { LocalTime, Zones } from './zone-rules.ts';

/** A date, or a wall time in a zone. */
export type IcalMoment =
  | { readonly kind: 'date'; readonly day: DayNumber }
  | { readonly kind: 'time'; readonly local: LocalTime; readonly zone: string };

/** What times without a zone of their own mean, and how names of zones are understood. */
export type IcalZones = {
  readonly zones: Zones;
  /** Of the calendar (`X-WR-TIMEZONE`); null when it says none. */
  readonly common: string | null;
  /** The IANA names that a calendar gives to zones of its own (`X-LIC-LOCATION`). */
  readonly own: ReadonlyMap<string, string>;
};

/** How the zones of one calendar are named in it. */
export function icalZonesOf(calendar: IcalComponent, zones: Zones): IcalZones {
  const common = propertyOf(calendar, 'X-WR-TIMEZONE')?.value.trim() ?? null;
  const own = new Map<string, string>();
  for (const component of calendar.components) {
    if (component.name !== 'VTIMEZONE') continue;
    const id = propertyOf(component, 'TZID')?.value;
    const location = propertyOf(component, 'X-LIC-LOCATION')?.value;
    if (id !== undefined && location !== undefined) own.set(id, location);
  }
  return { zones, common: common !== null && zones.isZone(common) ? common : null, own };
}

/** Every moment of a property, which may be a list; what is none is named, and left out. */
export function momentsOf(property: IcalProperty, around: IcalZones, faults: IcalFaults): readonly IcalMoment[] {
  const zone = zoneOf(property, around, faults);
  if (zone === undefined) return [];
  const moments: IcalMoment[] = [];
  for (const text of property.value.split(',')) {
    const moment = momentOf(text.trim(), property.parameters.get('VALUE'), zone);
    if (typeof moment !== 'string') moments.push(moment);
    else faults.push({ line: property.line, detail: `${property.name} says "${text}", and ${moment}.` });
  }
  return moments;
}

/** Undefined when the zone is none; null when there is none to be had. */
function zoneOf(
  property: IcalProperty,
  { zones, common, own }: IcalZones,
  faults: IcalFaults,
): string | null | undefined {
  const id = property.parameters.get('TZID');
  if (id === undefined) return common;
  if (zones.isZone(id)) return id;
  const named = own.get(id);
  if (named !== undefined && zones.isZone(named)) return named;
  const detail = `The zone "${id}" is no name of the IANA time-zone database, such as "America/New_York".`;
  faults.push({ line: property.line, detail });
  return undefined;
}

/** The end of a sentence when it is none. */
function momentOf(text: string, type: string | undefined, zone: string | null): IcalMoment | string {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(text);
  if (match === null) return 'a date such as 20260304 or a time such as 20260304T090000 is expected';
  const [year, month, date, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCivilDate(year, month, date)) return 'there is no such day';
  const day = dayNumberOfCivil(year, month, date);
  if (match[4] === undefined) return { kind: 'date', day };
  if (type === 'DATE') return 'a date is expected';
  if (hour > 23 || minute > 59 || second > 59) return 'there is no such time';
  const isUtc = match[7] === 'Z';
  if (!isUtc && zone === null) return 'it has no time zone: give it a TZID, or the calendar an X-WR-TIMEZONE';
  const local = day * dayMs + hour * hourMs + minute * minuteMs + second * secondMs;
  return { kind: 'time', local, zone: isUtc ? 'UTC' : (zone as string) };
}

/** Milliseconds of `PT8H30M`, `P1D`, `P2W`; null when the text is no length of time forwards. */
export function icalDurationMs(text: string): number | null {
  const match = /^\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$/.exec(
    text,
  );
  if (match === null || /^\+?P$/.test(text)) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (weeks * 7 + days) * dayMs + hours * hourMs + minutes * minuteMs + seconds * secondMs;
}

/** `20260304` */
export function icalDate(day: DayNumber): string {
  return localDateOf(day).replaceAll('-', '');
}

/** `20260304T090000`: a wall time. */
export function icalTime(local: LocalTime): string {
  const day = Math.floor(local / dayMs);
  const second = Math.floor((local - day * dayMs) / secondMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${icalDate(day)}T${two(Math.floor(second / 3600))}${two(Math.floor(second / 60) % 60)}${two(second % 60)}`;
}
