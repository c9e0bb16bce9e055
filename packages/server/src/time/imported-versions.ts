import type { Calendar, CalendarException, CalendarVersion } from './calendar.ts';
import { dayNumberOf, type LocalDate } from './local-date.ts';

/** The versions that a file adds to a calendar from a day on: the one that holds then, and those after it. */
export function versionsFrom(imported: Calendar, from: LocalDate): readonly CalendarVersion[] {
  const holding = imported.versions.findLast(({ effectiveFrom }) => effectiveFrom === null || effectiveFrom <= from);
  const later = imported.versions.filter(({ effectiveFrom }) => effectiveFrom !== null && effectiveFrom > from);
  return holding === undefined ? later : [{ ...holding, effectiveFrom: from }, ...later];
}

/** The versions of a calendar from a day on, with these exceptions; an exception on the same day gives way. */
export function versionsWithExceptions(
  calendar: Calendar,
  exceptions: readonly CalendarException[],
  from: LocalDate,
): readonly CalendarVersion[] {
  const current = versionsFrom(calendar, from);
  return current.map((version, index) => {
    const next = current[index + 1]?.effectiveFrom ?? null;
    const added = exceptions.filter(
      ({ date, yearly }) => yearly || (startsBy(version, date) && (next === null || date < next)),
    );
    const taken = new Set(added.map(dayOf));
    return { ...version, exceptions: [...version.exceptions.filter((one) => !taken.has(dayOf(one))), ...added] };
  });
}

function startsBy({ effectiveFrom }: CalendarVersion, date: LocalDate): boolean {
  return effectiveFrom === null || dayNumberOf(effectiveFrom) <= dayNumberOf(date);
}

function dayOf({ date, yearly }: CalendarException): string {
  return yearly ? date.slice(5) : date;
}
