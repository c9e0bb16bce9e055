import { minutesOfEnd, minutesOfStart, type SlotMinutes, weekdayNames } from './calendar.ts';
import { isLocalDate } from './local-date.ts';
import type { Zones } from './zone-rules.ts';

/** One thing wrong with a calendar. */
export type CalendarFault = {
  /** Where: a JSON pointer (RFC 6901) into what was given; empty for all of it. */
  readonly pointer: string;
  readonly kind: CalendarFaultKind;
  /** What is wrong and what would be right, as a sentence for the person who wrote it. */
  readonly message: string;
};

export type CalendarFaultKind =
  | 'wrong_type'
  | 'unknown_member'
  | 'unknown_zone'
  | 'bad_date'
  | 'bad_time'
  | 'equal_times'
  | 'overlap'
  | 'empty_week'
  | 'duplicate_exception'
  | 'version_order';

/**
 * Every fault of what should be a `Calendar`, at once; none means that it is one.
 * A day of one version may not have overlapping slots, also past midnight; slots that run into those of the next day are
 * fine, their union counts. A calendar begins with hours; that they end for good is said by a later version without any.
 */
export function validateCalendar(input: unknown, zones: Zones): readonly CalendarFault[] {
  const faults: CalendarFault[] = [];
  const calendar = membersOf(input, '', ['versions'], faults);
  if (calendar === null) return faults;
  const versions = itemsOf(calendar.versions, '/versions', faults);
  if (versions === null) return faults;
  if (versions.length === 0) faults.push(fault('/versions', 'wrong_type', 'A calendar has at least one version.'));
  versions.forEach((version, index) => {
    checkVersion(version, `/versions/${index}`, zones, faults, index > 0);
    if (index > 0) checkOrder(versions[index - 1], version, `/versions/${index}/effectiveFrom`, faults);
  });
  return faults;
}

/** The same for one `CalendarVersion` by itself, with pointers from its own root. */
export function validateCalendarVersion(input: unknown, zones: Zones): readonly CalendarFault[] {
  const faults: CalendarFault[] = [];
  checkVersion(input, '', zones, faults, false);
  return faults;
}

/** Checks append to the list; it is one function's own until that returns it. */
type Faults = CalendarFault[];

function checkVersion(input: unknown, at: string, zones: Zones, faults: Faults, mayBeClosed: boolean): void {
  const version = membersOf(input, at, ['effectiveFrom', 'timeZone', 'week', 'exceptions'], faults);
  if (version === null) return;
  if (version.effectiveFrom !== null) checkDate(version.effectiveFrom, `${at}/effectiveFrom`, faults);
  checkZone(version.timeZone, `${at}/timeZone`, zones, faults);
  const slotCount = checkWeek(version.week, `${at}/week`, faults);
  const hasOtherHours = checkExceptions(version.exceptions, `${at}/exceptions`, faults);
  if (slotCount === null || slotCount > 0 || hasOtherHours || mayBeClosed) return;
  const message = 'A week has a slot on at least one of its days, or the calendar an exception with slots.';
  faults.push(fault(`${at}/week`, 'empty_week', message));
}

function checkOrder(before: unknown, version: unknown, at: string, faults: Faults): void {
  const earlier = effectiveFromOf(before);
  const later = effectiveFromOf(version);
  if (earlier === undefined || later === undefined || earlier < later) return;
  faults.push(fault(at, 'version_order', 'A version takes effect on a later day than the one before it.'));
}

/** As text that sorts by day, since ever first; undefined when it is not one, which is a fault of its own. */
function effectiveFromOf(version: unknown): string | undefined {
  if (!isRecord(version)) return undefined;
  const from = version.effectiveFrom;
  if (from === null) return '';
  return typeof from === 'string' && isLocalDate(from) ? from : undefined;
}

function checkZone(input: unknown, at: string, zones: Zones, faults: Faults): void {
  if (typeof input !== 'string') {
    faults.push(fault(at, 'wrong_type', 'A time zone is text, such as "America/New_York".'));
  } else if (!zones.isZone(input)) {
    faults.push(
      fault(at, 'unknown_zone', `"${input}" is no name of the IANA time-zone database, such as "America/New_York".`),
    );
  }
}

function checkDate(input: unknown, at: string, faults: Faults): input is string {
  if (typeof input === 'string' && isLocalDate(input)) return true;
  if (typeof input === 'string') faults.push(fault(at, 'bad_date', `"${input}" is no day of the form YYYY-MM-DD.`));
  else faults.push(fault(at, 'wrong_type', 'A date is text of the form YYYY-MM-DD.'));
  return false;
}

/** Returns how many slots the week has, good or bad; null when it is no week. */
function checkWeek(input: unknown, at: string, faults: Faults): number | null {
  const week = membersOf(input, at, weekdayNames, faults);
  if (week === null) return null;
  let slotCount = 0;
  for (const weekday of weekdayNames) {
    if (Object.hasOwn(week, weekday)) slotCount += checkSlots(week[weekday], `${at}/${weekday}`, faults);
  }
  return slotCount;
}

/** Returns whether any of them has slots. */
function checkExceptions(input: unknown, at: string, faults: Faults): boolean {
  const exceptions = itemsOf(input, at, faults);
  if (exceptions === null) return false;
  let hasSlots = false;
  const seen = new Map<string, number>();
  exceptions.forEach((item, index) => {
    const exceptionAt = `${at}/${index}`;
    const exception = membersOf(item, exceptionAt, ['date', 'yearly', 'slots'], faults);
    if (exception === null) return;
    const { date, yearly } = exception;
    const hasDate = checkDate(date, `${exceptionAt}/date`, faults);
    if (typeof yearly !== 'boolean') {
      faults.push(fault(`${exceptionAt}/yearly`, 'wrong_type', 'Whether an exception is yearly is true or false.'));
    } else if (hasDate) {
      checkDuplicate(seen, { date, yearly, index, at }, faults);
    }
    if (checkSlots(exception.slots, `${exceptionAt}/slots`, faults) > 0) hasSlots = true;
  });
  return hasSlots;
}

type SeenException = { readonly date: string; readonly yearly: boolean; readonly index: number; readonly at: string };

/** Two exceptions of one kind on one day leave open which holds; yearly ones are on one day when month and day agree. */
function checkDuplicate(seen: Map<string, number>, exception: SeenException, faults: Faults): void {
  const { date, yearly, index, at } = exception;
  const day = yearly ? date.slice(5) : date;
  const earlier = seen.get(day);
  if (earlier === undefined) {
    seen.set(day, index);
    return;
  }
  const which = yearly ? `yearly exception on ${day}` : `exception on ${day}`;
  faults.push(
    fault(
      `${at}/${index}/date`,
      'duplicate_exception',
      `There is already a${yearly ? '' : 'n'} ${which}: item ${earlier}.`,
    ),
  );
}

type ReadSlot = SlotMinutes & { readonly index: number };

/** Returns how many slots the list has, good or bad. */
function checkSlots(input: unknown, at: string, faults: Faults): number {
  const slots = itemsOf(input, at, faults);
  if (slots === null) return 0;
  const read = slots
    .map((slot, index) => checkSlot(slot, index, at, faults))
    .filter((slot): slot is ReadSlot => slot !== null);
  checkOverlaps(read, slots, at, faults);
  return slots.length;
}

function checkSlot(input: unknown, index: number, list: string, faults: Faults): ReadSlot | null {
  const at = `${list}/${index}`;
  if (!Array.isArray(input) || input.length !== 2) {
    faults.push(fault(at, 'wrong_type', 'A slot is a list of two times, such as ["09:00","17:00"].'));
    return null;
  }
  const start = checkTime(input[0], `${at}/0`, 'start', faults);
  const end = checkTime(input[1], `${at}/1`, 'end', faults);
  if (start === null || end === null) return null;
  if (start === end) {
    faults.push(
      fault(at, 'equal_times', 'A slot has two different times; a whole day is ["00:00","24:00"], closed is no slot.'),
    );
    return null;
  }
  return { index, start, end: end < start ? end + 1440 : end };
}

function checkTime(input: unknown, at: string, role: 'start' | 'end', faults: Faults): number | null {
  const minutes = typeof input !== 'string' ? null : role === 'start' ? minutesOfStart(input) : minutesOfEnd(input);
  if (minutes !== null) return minutes;
  const latest = role === 'start' ? '23:59' : '24:00';
  faults.push(fault(at, 'bad_time', `The ${role} of a slot is text of the form hh:mm, from 00:00 to ${latest}.`));
  return null;
}

function checkOverlaps(read: readonly ReadSlot[], slots: readonly unknown[], at: string, faults: Faults): void {
  const ordered = [...read].sort((one, other) => one.start - other.start || one.index - other.index);
  let furthest: ReadSlot | null = null;
  for (const slot of ordered) {
    if (furthest !== null && slot.start < furthest.end) {
      const [one, other] = [furthest, slot].map(({ index }) => JSON.stringify(slots[index]));
      faults.push(fault(`${at}/${slot.index}`, 'overlap', `${other} overlaps ${one}, which starts on the same day.`));
    }
    if (furthest === null || slot.end > furthest.end) furthest = slot;
  }
}

/** The object's members, after naming those it should not have. One that it lacks is undefined, and of the wrong type. */
function membersOf(
  input: unknown,
  at: string,
  names: readonly string[],
  faults: Faults,
): Readonly<Record<string, unknown>> | null {
  if (!isRecord(input)) {
    faults.push(fault(at, 'wrong_type', `An object with ${names.join(', ')} is expected here.`));
    return null;
  }
  for (const name of Object.keys(input)) {
    if (names.includes(name)) continue;
    faults.push(fault(`${at}/${escapePointer(name)}`, 'unknown_member', `Only ${names.join(', ')} are known here.`));
  }
  return input;
}

function itemsOf(input: unknown, at: string, faults: Faults): readonly unknown[] | null {
  if (Array.isArray(input)) return input;
  faults.push(fault(at, 'wrong_type', 'A list is expected here.'));
  return null;
}

function isRecord(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function fault(pointer: string, kind: CalendarFaultKind, message: string): CalendarFault {
  return { pointer, kind, message };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
