import { dayMs, type Instant } from './instant.ts';
import { dayNumberOf, type LocalDate, localDateOf } from './local-date.ts';
import { instantOfLocalTime, localTimeAt, type Zone } from './zone-rules.ts';

/**
 * The first instant at which the zone's clocks show the date. Where they skip midnight, that is the moment after the
 * skip; where they show it twice, the earlier one. A date that was skipped whole (Apia, 30 December 2011) begins where
 * the next one does, and is empty. The date must be one (`isLocalDate`).
 */
export function startOfLocalDay(zone: Zone, date: LocalDate): Instant {
  const midnight = instantOfLocalTime(zone, dayNumberOf(date) * dayMs);
  switch (midnight.kind) {
    case 'once':
      return midnight.at;
    case 'twice':
      return midnight.earlier;
    case 'never':
      return midnight.skippedAt;
  }
}

/** The date that the zone's clocks show. */
export function localDateAt(zone: Zone, instant: Instant): LocalDate {
  return localDateOf(Math.floor(localTimeAt(zone, instant) / dayMs));
}
