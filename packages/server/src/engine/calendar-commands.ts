import type { AccountNumber } from '../activity/position.ts';
import type { CalendarRecord } from '../activity/record.ts';
import { nameKey } from '../directory/name-key.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { type Calendar, type CalendarVersion, withVersion } from '../time/calendar.ts';
import { validateCalendar, validateCalendarVersion } from '../time/validate-calendar.ts';
import type { Ask } from './agent-commands.ts';
import { envelope, isSameRecord, putRecord } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Recorded, scoped } from './memory.ts';
import { settleEverybody } from './settle-agents.ts';
import type { World } from './world.ts';

/** A calendar as it is first said: one version, by default since ever. */
export function createCalendar(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly name: string; readonly version: CalendarVersion },
): Answer<Recorded<CalendarRecord>> {
  return createWholeCalendar(draft, world, ask, { name: input.name, calendar: { versions: [input.version] } });
}

/** A calendar with all of its versions at once, as a file says it. */
export function createWholeCalendar(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly name: string; readonly calendar: Calendar },
): Answer<Recorded<CalendarRecord>> {
  const { name, calendar } = input;
  const refused = refusedCalendarHours(calendar, world) ?? refusedName(draft, ask.caller.account, name, null);
  if (refused !== null) return refused;
  const record: CalendarRecord = { id: world.random.uuid(), name, calendar, removed: false, createdAt: ask.now };
  return done(putCalendar(draft, ask, record, null));
}

/** Renames, or adds a version that holds from its day on; what was before that day stays as it was. */
export function changeCalendar(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly id: string; readonly name?: string | undefined; readonly version?: CalendarVersion | undefined },
): Answer<Recorded<CalendarRecord>> {
  const found = findCalendar(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownCalendar(input.id);
  const before = found.record;
  const calendar = input.version === undefined ? before.calendar : withVersion(before.calendar, input.version);
  const record: CalendarRecord = { ...before, name: input.name ?? before.name, calendar };
  const refused =
    refusedWeek(input.version, world) ??
    refusedCalendarHours(calendar, world) ??
    refusedName(draft, ask.caller.account, record.name, before.id);
  if (refused !== null) return refused;
  if (isSameRecord(before, record)) return done(found);
  settleEverybody(draft, world, ask);
  return done(putCalendar(draft, ask, record, found));
}

/** Adds versions, each of which holds from its day on and takes the place of one that begins on the same day. */
export function addVersions(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly id: string; readonly versions: readonly CalendarVersion[] },
): Answer<Recorded<CalendarRecord>> {
  const found = findCalendar(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownCalendar(input.id);
  const calendar = input.versions.reduce(withVersion, found.record.calendar);
  const refused = refusedCalendarHours(calendar, world);
  if (refused !== null) return refused;
  const record: CalendarRecord = { ...found.record, calendar };
  if (isSameRecord(found.record, record)) return done(found);
  settleEverybody(draft, world, ask);
  return done(putCalendar(draft, ask, record, found));
}

/** Removes a calendar that nobody uses: who uses it is named in the refusal. */
export function removeCalendar(
  draft: Draft,
  ask: Ask,
  input: { readonly id: string },
): Answer<Recorded<CalendarRecord>> {
  const found = findCalendar(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownCalendar(input.id);
  const users = usersOf(draft, ask.caller.account, found.record.id);
  if (users.length > 0) {
    return refuse('calendar_in_use', `The calendar ${found.record.name} is in use by ${users.join(', ')}.`);
  }
  return done(putCalendar(draft, ask, { ...found.record, removed: true }, found));
}

export function findCalendar(draft: Draft, account: AccountNumber, id: string): Recorded<CalendarRecord> | undefined {
  const found = draft.memory.calendars.drafted(id);
  return found?.account === account && !found.record.removed ? found : undefined;
}

function putCalendar(
  draft: Draft,
  ask: Ask,
  record: CalendarRecord,
  before: Recorded<CalendarRecord> | null,
): Recorded<CalendarRecord> {
  const { memory } = draft;
  const { account } = ask.caller;
  const fact = draft.append({ kind: 'CalendarRecorded', record, by: ask.caller.keyId, ...envelope(ask, 0) }, 0);
  const after = { account, record, position: fact.position };
  if (before !== null) memory.calendarNames.remove(scoped(account, nameKey(before.record.name)));
  if (!record.removed) memory.calendarNames.put(scoped(account, nameKey(record.name)), record.id);
  memory.calendars.put(record.id, after);
  putRecord(draft, 'calendar', record.id, after, record);
  return after;
}

/** At most a few names, so that the sentence stays one. */
function usersOf(draft: Draft, account: AccountNumber, id: string): readonly string[] {
  const users: string[] = [];
  if (draft.memory.accounts.drafted(account)?.record.calendarId === id) users.push('the account');
  for (const group of draft.memory.groups.draftedValues()) {
    const isUser = group.account === account && !group.record.removed && group.record.calendarId === id;
    if (isUser) users.push(`group ${group.record.name}`);
  }
  for (const agent of draft.memory.draftedAgentsOf(account)) {
    if (agent.profile.calendarId === id) users.push(`agent ${agent.profile.email}`);
    if (users.length > 5) break;
  }
  return users;
}

function refusedName(draft: Draft, account: AccountNumber, name: string, own: string | null): Rejection | null {
  const owner = draft.memory.calendarNames.drafted(scoped(account, nameKey(name)));
  if (owner === undefined || owner === own) return null;
  const detail = `A calendar named ${name} exists already (names are the same whatever the case).`;
  return refuse('name_taken', detail, [{ pointer: '/name', detail }]);
}

/** Hours that somebody types are hours: that they end for good is said by a file alone, whose series have an end. */
function refusedWeek(version: CalendarVersion | undefined, world: World): Rejection | null {
  if (version === undefined) return null;
  const empty = validateCalendarVersion(version, world.zones).find(({ kind }) => kind === 'empty_week');
  if (empty === undefined) return null;
  return refuse('invalid_input', empty.message, [{ pointer: empty.pointer, detail: empty.message }]);
}

/** Every fault of the hours; pointers are of the code's own names, the door knows the wire's. */
function refusedCalendarHours(calendar: Calendar, world: World): Rejection | null {
  const faults = validateCalendar(calendar, world.zones);
  const first = faults[0];
  if (first === undefined) return null;
  return refuse(
    'invalid_input',
    first.message,
    faults.map(({ pointer, message }) => ({ pointer, detail: message })),
  );
}

function unknownCalendar(id: string): Rejection {
  return refuse('unknown_calendar', `There is no calendar ${id}.`);
}
