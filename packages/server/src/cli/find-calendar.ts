import type { CalendarRecord } from '../activity/record.ts';
import { nameKey } from '../directory/name-key.ts';
import type { Store } from '../engine/store.ts';
import { CommandFailed } from './command-failed.ts';

/** The calendar of this name or id in a data folder; the first account's, unless another one is named. */
export async function findStoredCalendar(
  store: Pick<Store, 'load'>,
  nameOrId: string,
  account: string | null,
): Promise<CalendarRecord> {
  const { records } = await store.load();
  const number = account === null ? 1 : records.find(({ type, key }) => type === 'account' && key === account)?.account;
  const calendars = records
    .filter(({ type, account: owner }) => type === 'calendar' && owner === number)
    .map(({ body }) => JSON.parse(body) as CalendarRecord)
    .filter(({ removed }) => !removed);
  const found = calendars.find(({ id, name }) => id === nameOrId || nameKey(name) === nameKey(nameOrId));
  if (found !== undefined) return found;
  const names = calendars
    .map(({ name }) => name)
    .toSorted()
    .join(', ');
  throw new CommandFailed(
    `There is no calendar ${nameOrId}. ${names === '' ? 'There is none at all.' : `There are: ${names}.`}`,
  );
}
