import { type IcalComponent, type IcalFaults, propertiesOf, propertyOf, textOf } from './ical-component.ts';
import { type IcalMoment, type IcalZones, icalDurationMs, momentsOf } from './ical-moment.ts';
import { type IcalRule, readRule } from './ical-rule.ts';
import { dayMs } from './instant.ts';
import { type DayNumber, dayNumberOf, isLocalDate } from './local-date.ts';
import { instantOfLocalTime, localTimeAt } from './zone-rules.ts';

/** A VEVENT with its times read. */
export type IcalEvent = {
  readonly uid: string;
  readonly line: number;
  readonly start: IcalMoment;
  /** Wall time from start to end: whole days for dates. */
  readonly lengthMs: number;
  readonly rule: IcalRule | null;
  readonly exdates: readonly (IcalMoment & { readonly line: number })[];
  readonly rdates: readonly (IcalMoment & { readonly line: number })[];
  /** Which occurrence of its series it replaces. */
  readonly replaces: IcalMoment | null;
  readonly isCancelled: boolean;
  /** Of what we exported: the first day of the version that it says, or since ever. */
  readonly versionFrom: DayNumber | 'ever' | null;
  /** Of what we exported: a yearly day whose hours these are. */
  readonly replacesDay: boolean;
  readonly component: IcalComponent;
};

export const VERSION_MARK = 'X-ROLLCALL-FROM';
export const DAY_MARK = 'X-ROLLCALL-REPLACES-DAY';

/** Reads a VEVENT; null, and every fault named, when its times cannot be understood. */
export function readEvent(component: IcalComponent, around: IcalZones, faults: IcalFaults): IcalEvent | null {
  const before = faults.length;
  const { line } = component;
  const startProperty = propertyOf(component, 'DTSTART');
  if (startProperty === undefined) {
    faults.push({ line, detail: 'This event has no DTSTART.' });
    return null;
  }
  const start = momentsOf(startProperty, around, faults)[0];
  if (start === undefined) return null;
  const zone = start.kind === 'time' ? start.zone : 'UTC';
  const day = start.kind === 'date' ? start.day : Math.floor(start.local / dayMs);
  const inside = { ...around, common: start.kind === 'time' ? start.zone : around.common };
  const lengthMs = lengthOf(component, start, inside, faults);
  const rules = propertiesOf(component, 'RRULE');
  const [ruleProperty, second] = rules;
  if (second !== undefined) faults.push({ line: second.line, detail: 'A second RRULE cannot be said.' });
  const exrule = propertyOf(component, 'EXRULE');
  if (exrule !== undefined)
    faults.push({ line: exrule.line, detail: 'EXRULE cannot be said: list the days as EXDATE.' });
  const rule = ruleProperty === undefined ? null : readRule(ruleProperty, { day, zone }, around, faults);
  const exdates = listed(component, 'EXDATE', start, inside, faults);
  const rdates = listed(component, 'RDATE', start, inside, faults);
  const replaces = replacedOf(component, inside, faults);
  if (faults.length > before) return null;
  return {
    uid: textOf(component, 'UID') ?? `line ${line}`,
    line,
    start,
    lengthMs,
    rule,
    exdates,
    rdates,
    replaces,
    isCancelled: textOf(component, 'STATUS')?.toUpperCase() === 'CANCELLED',
    versionFrom: markOf(component),
    replacesDay: textOf(component, DAY_MARK)?.toUpperCase() === 'TRUE',
    component,
  };
}

/** A moment of another zone as the wall time of this one; a date stays one. */
export function inZone(moment: IcalMoment, zone: string, { zones }: IcalZones): IcalMoment {
  if (moment.kind === 'date' || moment.zone === zone) return moment;
  const shown = instantOfLocalTime(zones.zoneOf(moment.zone), moment.local);
  const at = shown.kind === 'once' ? shown.at : shown.kind === 'twice' ? shown.earlier : shown.skippedAt;
  return { kind: 'time', local: localTimeAt(zones.zoneOf(zone), at), zone };
}

function lengthOf(component: IcalComponent, start: IcalMoment, around: IcalZones, faults: IcalFaults): number {
  const endProperty = propertyOf(component, 'DTEND');
  const durationProperty = propertyOf(component, 'DURATION');
  const { line } = component;
  if (endProperty !== undefined) {
    const end = momentsOf(endProperty, around, faults)[0];
    if (end === undefined) return 0;
    if (end.kind !== start.kind) {
      faults.push({ line: endProperty.line, detail: 'One end of the event is a date, and the other a time.' });
      return 0;
    }
    return lengthBetween(start, end, endProperty.line, around, faults);
  }
  if (durationProperty !== undefined) {
    const durationMs = icalDurationMs(durationProperty.value.trim());
    if (durationMs !== null && durationMs > 0 && (start.kind === 'time' || durationMs % dayMs === 0)) return durationMs;
    faults.push({ line: durationProperty.line, detail: `"${durationProperty.value}" is no length of this event.` });
    return 0;
  }
  if (start.kind === 'date') return dayMs;
  faults.push({ line, detail: 'This event has no DTEND and no DURATION, so that it takes no time.' });
  return 0;
}

function lengthBetween(
  start: IcalMoment,
  end: IcalMoment,
  line: number,
  around: IcalZones,
  faults: IcalFaults,
): number {
  if (start.kind === 'time' && end.kind === 'time' && end.zone !== start.zone) {
    faults.push({ line, detail: `The event ends in another zone (${end.zone}) than it starts in (${start.zone}).` });
    return 0;
  }
  const inSame = start.kind === 'time' ? inZone(end, start.zone, around) : end;
  const lengthMs = localOf(inSame) - localOf(start);
  if (lengthMs <= 0) faults.push({ line, detail: 'The event ends before it takes any time.' });
  return lengthMs;
}

export function localOf(moment: IcalMoment): number {
  return moment.kind === 'date' ? moment.day * dayMs : moment.local;
}

export function dayOf(moment: IcalMoment): DayNumber {
  return moment.kind === 'date' ? moment.day : Math.floor(moment.local / dayMs);
}

type Listed = IcalMoment & { readonly line: number };

/** EXDATE and RDATE, in the zone of the event. */
function listed(
  component: IcalComponent,
  name: 'EXDATE' | 'RDATE',
  start: IcalMoment,
  around: IcalZones,
  faults: IcalFaults,
): readonly Listed[] {
  const moments: Listed[] = [];
  for (const property of propertiesOf(component, name)) {
    const { line } = property;
    if (property.parameters.get('VALUE') === 'PERIOD') {
      faults.push({ line, detail: `${name} with periods cannot be said: list the starts.` });
      continue;
    }
    for (const moment of momentsOf(property, around, faults)) {
      if (moment.kind !== start.kind) {
        faults.push({ line, detail: `${name} names a ${moment.kind}, and the event starts at a ${start.kind}.` });
      } else {
        moments.push({ ...(start.kind === 'time' ? inZone(moment, start.zone, around) : moment), line });
      }
    }
  }
  return moments;
}

function replacedOf(component: IcalComponent, around: IcalZones, faults: IcalFaults): IcalMoment | null {
  const property = propertyOf(component, 'RECURRENCE-ID');
  if (property === undefined) return null;
  if (property.parameters.has('RANGE')) {
    faults.push({ line: property.line, detail: 'RECURRENCE-ID with RANGE cannot be said: begin a new series.' });
  }
  return momentsOf(property, around, faults)[0] ?? null;
}

function markOf(component: IcalComponent): DayNumber | 'ever' | null {
  const text = textOf(component, VERSION_MARK)?.trim();
  if (text === undefined) return null;
  if (text === 'EVER') return 'ever';
  return isLocalDate(text) ? dayNumberOf(text) : null;
}
