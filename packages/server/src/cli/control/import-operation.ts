import { CalendarFileQuery, type CalendarRead, shapeFaults } from '@rollcall/contract';
import type { CalendarRecord } from '../../activity/record.ts';
import type { Caller } from '../../directory/api-key.ts';
import { nameKey } from '../../directory/name-key.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { addVersions, createWholeCalendar } from '../../engine/calendar-commands.ts';
import type { Draft } from '../../engine/draft.ts';
import { type Recorded, scoped } from '../../engine/memory.ts';
import { type ImportedPlan, importPlan } from '../../engine/plan-commands.ts';
import type { World } from '../../engine/world.ts';
import { type PlanFaults, planFromCsv, planFromIcal } from '../../report/plan-file.ts';
import { calendarFromIcal } from '../../time/calendar-from-ical.ts';
import type { IcalFault } from '../../time/ical-component.ts';
import { versionsFrom } from '../../time/imported-versions.ts';
import type { Instant } from '../../time/instant.ts';
import type { LocalDate } from '../../time/local-date.ts';

/** A file of business hours, as a new calendar or from a day on. */
export type ImportCalendar = {
  readonly kind: 'ImportCalendar';
  readonly account: string | null;
  readonly text: string;
  /** Null: as the file says. */
  readonly name: string | null;
  readonly effectiveFrom: LocalDate | null;
};

/** A file of shifts. */
export type ImportPlan = {
  readonly kind: 'ImportPlan';
  readonly account: string | null;
  readonly text: string;
  readonly format: 'csv' | 'ical';
};

export type MadeCalendar = {
  readonly calendar_id: string;
  readonly name: string;
  readonly versions: readonly Pick<CalendarRead['versions'][number], 'effective_from' | 'time_zone'>[];
  readonly left_out: readonly IcalFault[];
};

export type MadePlan = {
  readonly agents: number;
  readonly entries: number;
  readonly other_activities: readonly string[];
};

export type Importing = { readonly caller: Caller; readonly now: Instant };

/** With a day, the hours go to the calendar of that name from that day on, if there is one. */
export function importCalendarFile(
  draft: Draft,
  world: World,
  ask: Importing,
  { text, name: given, effectiveFrom }: ImportCalendar,
): Answer<MadeCalendar> {
  const reading = calendarFromIcal(text, world.zones);
  if (reading.kind === 'refused') return refusedLines(reading.faults);
  const name = given ?? reading.name ?? '';
  const [fault] = shapeFaults(CalendarFileQuery, { name });
  if (fault !== undefined) return refuse('invalid_input', `The calendar needs a name: give one with --name.`);
  const id = draft.memory.calendarNames.drafted(scoped(ask.caller.account, nameKey(name)));
  const versions = effectiveFrom === null ? reading.calendar.versions : versionsFrom(reading.calendar, effectiveFrom);
  const answer =
    id !== undefined && effectiveFrom !== null
      ? addVersions(draft, world, ask, { id, versions })
      : createWholeCalendar(draft, world, ask, { name, calendar: { versions } });
  return answer.kind === 'rejected' ? answer : done(madeCalendar(answer.value, reading.leftOut));
}

export function importPlanFile(
  draft: Draft,
  world: World,
  ask: Importing,
  { text, format }: ImportPlan,
): Answer<MadePlan> {
  const faults: PlanFaults = [];
  const lines = format === 'csv' ? planFromCsv(text, faults) : planFromIcal(text, world.zones, faults);
  const answer = importPlan(draft, ask, { lines, faults, window: null });
  if (answer.kind === 'done') return done(madePlan(answer.value));
  return refusedLines(
    answer.faults.map(({ pointer, detail }) => ({ line: Number(pointer.replace('/lines/', '')), detail })),
  );
}

function madeCalendar({ record }: Recorded<CalendarRecord>, leftOut: readonly IcalFault[]): MadeCalendar {
  return {
    calendar_id: record.id,
    name: record.name,
    versions: record.calendar.versions.map(({ effectiveFrom, timeZone }) => ({
      effective_from: effectiveFrom,
      time_zone: timeZone,
    })),
    left_out: leftOut,
  };
}

function madePlan({ agents, entries, otherActivities }: ImportedPlan): MadePlan {
  return { agents, entries, other_activities: otherActivities };
}

/** A terminal shows the lines; nobody has to look for them. */
function refusedLines(faults: readonly IcalFault[]) {
  const lines = faults.map(({ line, detail }) => `line ${line}: ${detail}`);
  return refuse('invalid_input', ['The file cannot be taken:', ...lines].join('\n'));
}
