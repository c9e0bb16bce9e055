import { readFile } from 'node:fs/promises';
import { isWithin, nextBoundary } from '../../time/business-hours.ts';
import { calendarToIcal } from '../../time/calendar-to-ical.ts';
import { formatInstant, type Instant } from '../../time/instant.ts';
import type { LocalDate } from '../../time/local-date.ts';
import { createZones } from '../../time/zone.ts';
import { CommandFailed } from '../command-failed.ts';
import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import { findStoredCalendar } from '../find-calendar.ts';
import type { Invocation } from '../invocation.ts';

export type CalendarOptions = { readonly data?: string; readonly account?: string; readonly json?: boolean };
export type CalendarImportOptions = CalendarOptions & { readonly name?: string; readonly effectiveFrom?: LocalDate };
export type CalendarWithinOptions = CalendarOptions & { readonly at?: Instant };

/** `calendar import`: business hours from an iCalendar file. */
export async function importCalendar(
  { terminal }: Invocation,
  file: string,
  options: CalendarImportOptions,
): Promise<void> {
  const text = await readTextFile(file);
  const { name = null, effectiveFrom = null, account = null } = options;
  const made = await performOperation(dataFolderOf(options), {
    kind: 'ImportCalendar',
    account,
    text,
    name,
    effectiveFrom,
  });
  if (options.json === true || !('calendar_id' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  for (const { line, detail } of made.left_out) terminal.say(`left out, line ${line}: ${detail}`);
  const spans = made.versions.map((version) => `${version.effective_from ?? 'since ever'} (${version.time_zone})`);
  terminal.say(`${made.name} has hours from ${spans.join(', ')}.`);
  await terminal.line(made.calendar_id);
}

/** `calendar export`: a calendar as iCalendar, on stdout. */
export async function exportCalendar(
  { terminal }: Invocation,
  nameOrId: string,
  options: CalendarOptions,
): Promise<void> {
  const { id, name, createdAt, calendar } = await stored(nameOrId, options);
  await terminal.text(calendarToIcal(calendar, { id, name, stampedAt: createdAt }, zones()));
}

/** `calendar within`: whether an instant is in business hours, and when that changes. */
export async function lookWithin(
  { terminal }: Invocation,
  nameOrId: string,
  options: CalendarWithinOptions,
): Promise<void> {
  const { name, calendar } = await stored(nameOrId, options);
  const at = options.at ?? Date.now();
  const within = isWithin(calendar, at, zones());
  const next = nextBoundary(calendar, at, zones());
  if (options.json === true) {
    const told = next === null ? null : { at: formatInstant(next.at), kind: next.kind };
    await terminal.line(JSON.stringify({ at: formatInstant(at), within, next: told }));
    return;
  }
  const change = next === null ? 'and that does not change' : `and they ${next.kind} at ${formatInstant(next.at)}`;
  const where = within ? 'lies within' : 'lies outside of';
  await terminal.line(`${formatInstant(at)} ${where} the hours of ${name}, ${change}.`);
}

function stored(nameOrId: string, options: CalendarOptions) {
  return readingStore(dataFolderOf(options), (store) => findStoredCalendar(store, nameOrId, options.account ?? null));
}

function zones() {
  return createZones(process.versions.tz ?? 'unknown');
}

/** @throws CommandFailed when the file cannot be read */
export async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(`The file ${file} cannot be read: ${(error as Error).message}`, 1, error);
  }
}
