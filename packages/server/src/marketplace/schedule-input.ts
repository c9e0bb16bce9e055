import { dayMs, type Instant, parseInstant } from '../time/instant.ts';
import type { Zones } from '../time/zone-rules.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { jsonBytes, type PlatformRefusal, refused } from './platform-refusal.ts';

/** A schedule of an app, as `$schedule.create` and `$schedule.update` describe it. */
export interface Schedule {
  readonly name: string;
  /** What `onScheduledEvent` receives as `data`. */
  readonly data: JsonValue;
  /** As the app wrote it. */
  readonly scheduleAt: string;
  /** The same as an instant: of a recurring schedule, the first one. */
  readonly at: Instant;
  /** Null for a schedule that fires once. */
  readonly repeat: Repeat | null;
}

/** How often a schedule comes back. */
export interface Repeat {
  readonly timeUnit: TimeUnit;
  /** 1 to 60 minutes, 24 hours or 30 days. */
  readonly frequency: number;
  /** Name of a time zone. */
  readonly timezone: string;
}

export type TimeUnit = keyof typeof frequencyMaxOf;

/** What a schedule is read against. */
export interface ScheduleRules {
  readonly now: Instant;
  /** How far ahead one that fires once has to be: the platform asks for 5 minutes; `app run` and tests for none. */
  readonly aheadMsMin: number;
  readonly zones: Pick<Zones, 'isZone'>;
}

const frequencyMaxOf = { minutes: 60, hours: 24, days: 30 } as const;
const nameLengthMax = 30;
const dataBytesMax = 4 * 1024;
const aheadMsMax = 365 * dayMs;

/**
 * Reads the argument of `$schedule.create` and `$schedule.update`. The texts and the order of the checks are the
 * platform's, since apps show them.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_ticket/serverless-apps/scheduled-events/
 */
export function readSchedule(
  argument: JsonValue | undefined,
  rules: ScheduleRules,
): { readonly kind: 'schedule'; readonly schedule: Schedule } | PlatformRefusal {
  const fields: JsonObject = isJsonObject(argument) ? argument : {};
  const missing = ['name', 'data', 'schedule_at'].filter((key) => isMissing(own(fields, key)));
  if (missing.length > 0) return refused(400, `The following mandatory keys are missing - ${missing.join()}`);
  const name = readScheduleName(fields);
  if (name.kind === 'refused') return name;
  const data = own(fields, 'data') ?? null;
  if (typeof data !== 'object') return refused(400, "The 'data' value must be of type JSON");
  if (jsonBytes(data) > dataBytesMax) return refused(400, "The size of the 'data' payload must not exceed 4Kb");
  const repeat = readRepeat(own(fields, 'repeat'), rules.zones);
  if (repeat.kind === 'refused') return repeat;
  const moment = readMoment(own(fields, 'schedule_at'), repeat.repeat !== null, rules);
  if (moment.kind === 'refused') return moment;
  const { scheduleAt, at } = moment;
  return { kind: 'schedule', schedule: { name: name.name, data, scheduleAt, at, repeat: repeat.repeat } };
}

/** The name alone, for `$schedule.fetch` and `$schedule.delete`. */
export function readScheduleName(
  argument: JsonValue | undefined,
): { readonly kind: 'name'; readonly name: string } | PlatformRefusal {
  const name = isJsonObject(argument) ? own(argument, 'name') : undefined;
  if (name === undefined || name === null || name === '') {
    return refused(400, 'The following mandatory keys are missing - name');
  }
  if (typeof name !== 'string') return refused(400, 'Name must be of type string');
  if (name.length > nameLengthMax) {
    return refused(400, `Name length must not be greater than ${nameLengthMax}`);
  }
  return { kind: 'name', name };
}

/** The schedule as `$schedule.fetch` shows it: what was given to create it. */
export function shownSchedule({ name, data, scheduleAt, repeat }: Schedule): JsonObject {
  const shown = { name, data, schedule_at: scheduleAt };
  if (repeat === null) return shown;
  const { timeUnit, frequency, timezone } = repeat;
  return { ...shown, repeat: { time_unit: timeUnit, frequency, timezone } };
}

function readMoment(
  given: JsonValue | undefined,
  isRecurring: boolean,
  { now, aheadMsMin }: ScheduleRules,
): { readonly kind: 'moment'; readonly scheduleAt: string; readonly at: Instant } | PlatformRefusal {
  const at = typeof given === 'string' ? instantOf(given) : null;
  if (typeof given !== 'string' || at === null) return refused(400, "The 'schedule_at' value must be an ISO string");
  if (!isRecurring && at < now + aheadMsMin) {
    return refused(
      400,
      `The 'schedule_at' value must be ${aheadMsMin === 0 ? 'in the future' : aheadInWords(aheadMsMin)}`,
    );
  }
  if (at > now + aheadMsMax) return refused(400, "The 'schedule_at' value must not be greater than a year");
  return { kind: 'moment', scheduleAt: given, at };
}

function aheadInWords(aheadMs: number): string {
  return `at least ${Math.round(aheadMs / 60_000)} minutes in the future`;
}

// Without an offset it is UTC, the platform's default zone; a day alone is its first moment.
function instantOf(text: string): Instant | null {
  return parseInstant(text) ?? parseInstant(`${text}Z`) ?? parseInstant(`${text}T00:00:00Z`);
}

function readRepeat(
  given: JsonValue | undefined,
  zones: ScheduleRules['zones'],
): { readonly kind: 'repeat'; readonly repeat: Repeat | null } | PlatformRefusal {
  if (isMissing(given)) return { kind: 'repeat', repeat: null };
  const fields: JsonObject = isJsonObject(given) ? given : {};
  const timeUnit = timeUnits.find((unit) => unit === own(fields, 'time_unit'));
  if (timeUnit === undefined) return refused(400, 'Time unit must either be days, minutes or hours');
  const frequency = frequencyOf(own(fields, 'frequency'));
  if (frequency === null) return refused(400, 'Frequency must be a whole number greater than 0');
  if (frequency > frequencyMaxOf[timeUnit]) {
    return refused(400, `Frequency must not be greater than ${frequencyMaxOf[timeUnit]} ${timeUnit}`);
  }
  const timezone = own(fields, 'timezone') ?? 'UTC';
  if (typeof timezone !== 'string' || !zones.isZone(timezone)) return refused(400, 'Invalid timezone');
  return { kind: 'repeat', repeat: { timeUnit, frequency, timezone } };
}

const timeUnits = ['minutes', 'hours', 'days'] as const;

function frequencyOf(given: JsonValue | undefined): number | null {
  const number = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : given;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}

function isMissing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null;
}

function own(fields: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
