import { assert } from './assert.ts';
import { instantMin } from './instant.ts';
import type { Zone, Zones } from './zone-rules.ts';

/**
 * The time zones of the runtime's own database, each turned into a table the first time it is asked for. The only place
 * that touches the zone library.
 *
 * @param tzdataVersion the release of that database, which the runtime knows and this room may not ask
 */
export function createZones(tzdataVersion: string): Zones {
  // Bounded: only names of the database get in, and it has about 600.
  const built = new Map<string, Zone>();
  return {
    tzdataVersion,
    isZone: (name) => built.has(name) || isZoneName(name),
    zoneOf: (name) => {
      const known = built.get(name);
      if (known !== undefined) return known;
      assert(isZoneName(name), 'A zone is asked for by a name of the time-zone database.');
      const zone = buildZone(name);
      built.set(name, zone);
      return zone;
    },
  };
}

/**
 * The library also takes offsets, whole date-times that end in a zone, and names in any case. Only the database's own
 * spelling is a name here: stored calendars are read by other programs, on file systems where case matters.
 */
function isZoneName(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId === name;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * 2500-01-01. Years up to 2099 may have rules that the database lists one by one; the 400 years after that follow each
 * zone's last rule through one whole cycle of the calendar, and so tell all later years.
 */
const tableEndsAt = 16_725_225_600_000;

function buildZone(name: string): Zone {
  const startsAt: number[] = [Number.NEGATIVE_INFINITY];
  const offsetsMs: number[] = [];
  let current = Temporal.Instant.fromEpochMilliseconds(instantMin).toZonedDateTimeISO(name);
  offsetsMs.push(offsetMsOf(current));
  for (;;) {
    const next = current.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= tableEndsAt) break;
    startsAt.push(next.epochMilliseconds);
    offsetsMs.push(offsetMsOf(next));
    current = next;
  }
  return { name, startsAt: Float64Array.from(startsAt), offsetsMs: Int32Array.from(offsetsMs), endsAt: tableEndsAt };
}

function offsetMsOf(moment: Temporal.ZonedDateTime): number {
  const offsetMs = moment.offsetNanoseconds / 1_000_000;
  assert(Number.isInteger(offsetMs), 'Offsets of the time-zone database are whole milliseconds.');
  return offsetMs;
}
