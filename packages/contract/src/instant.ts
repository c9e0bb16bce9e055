import { WIRE_LIMITS } from './limits.ts';

const ISO_INSTANT =
  /^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?<hour>[0-9]{2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:[.](?<fraction>[0-9]{1,9}))?)?(?:Z|(?<sign>[+-])(?<offsetHour>[0-9]{2}):?(?<offsetMinute>[0-9]{2}))$/;

/** The beginning of year 1: there is no year 0. */
const EARLIEST_MS = -62_135_596_800_000;

/**
 * Reads an instant of the wire: ISO 8601 with an offset, seconds optional, at most nine decimals of which three count.
 * Gives milliseconds since 1970 UTC, or undefined for anything else: a day that its month does not have, hour 24, a leap
 * second, or a missing offset, which would leave the zone to a guess.
 */
export const parseInstant = (text: string): number | undefined => {
  const parts = ISO_INSTANT.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const day = startOfDay(parts.date ?? '');
  const ofDay = millisecondsOfDay(parts);
  const offset = offsetMs(parts);
  if (day === undefined || ofDay === undefined || offset === undefined) return undefined;
  const instant = day + ofDay - offset;
  return instant >= EARLIEST_MS && instant <= WIRE_LIMITS.instantMsMax ? instant : undefined;
};

/** `Date` rolls 30 February over to March; a day is real when it comes back as it went in. */
const startOfDay = (date: string): number | undefined => {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  return start.getUTCMonth() === month - 1 && start.getUTCDate() === day ? start.getTime() : undefined;
};

type Parts = Readonly<Record<string, string | undefined>>;

const millisecondsOfDay = ({ hour, minute, second = '0', fraction = '' }: Parts): number | undefined => {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds;
};

const offsetMs = ({ sign, offsetHour = '0', offsetMinute = '0' }: Parts): number | undefined => {
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  return (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
};
