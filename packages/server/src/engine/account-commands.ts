import type { AccountNumber } from '../activity/position.ts';
import type { AccountRecord } from '../activity/record.ts';
import { NO_COUPLINGS } from '../availability/coupling.ts';
import { differInLengths, type Given, withGiven, withLengthsChangedAt } from '../directory/record-input.ts';
import { type Answer, done } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import type { Ask } from './agent-commands.ts';
import { isSameRecord, putRecord, refusedCalendar } from './directory-record.ts';
import type { Draft } from './draft.ts';
import type { Account } from './memory.ts';
import { settleEverybody } from './settle-agents.ts';
import type { World } from './world.ts';

export type AccountInput = Given<
  AccountRecord,
  | 'name'
  | 'domain'
  | 'region'
  | 'timeZone'
  | 'idleAfterMs'
  | 'disconnectGraceMs'
  | 'customStatus'
  | 'missedAssignmentsLimit'
  | 'calendarId'
> & {
  readonly couplings?:
    | { readonly [Cause in keyof AccountRecord['couplings']]?: AccountRecord['couplings'][Cause] | undefined }
    | undefined;
};

/** The defaults of a new account. Lengths in milliseconds. */
export const ACCOUNT_DEFAULTS = {
  idleAfterMs: 10 * minuteMs,
  disconnectGraceMs: minuteMs,
  region: 'US',
  timeZone: 'UTC',
} as const;

/** Another account. Its first admin key is made beside it. */
export function createAccount(
  draft: Draft,
  input: { readonly id: string; readonly name: string; readonly domain: string; readonly by: string },
  now: Instant,
): Account {
  const number = draft.memory.accounts.nextNumber;
  const record: AccountRecord = {
    id: input.id,
    name: input.name,
    domain: input.domain,
    region: ACCOUNT_DEFAULTS.region,
    timeZone: ACCOUNT_DEFAULTS.timeZone,
    idleAfterMs: ACCOUNT_DEFAULTS.idleAfterMs,
    disconnectGraceMs: ACCOUNT_DEFAULTS.disconnectGraceMs,
    lengthsChangedAt: now,
    customStatus: true,
    couplings: NO_COUPLINGS,
    missedAssignmentsLimit: null,
    calendarId: null,
    createdAt: now,
  };
  return putAccount(draft, number, record, input.by, now);
}

export function changeAccount(draft: Draft, world: World, ask: Ask, input: AccountInput): Answer<Account> {
  const found = draft.memory.accounts.drafted(ask.caller.account);
  assert(found !== undefined, 'a caller belongs to an account that is there');
  const { couplings, ...fields } = input;
  const given = withGiven<AccountRecord>(found.record, fields);
  const merged = couplings === undefined ? given : { ...given, couplings: withGiven(given.couplings, couplings) };
  const changed = withLengthsChangedAt(found.record, merged, ask.now);
  if (isSameRecord(found.record, changed)) return done(found);
  const unknown = refusedCalendar(draft, ask, changed.calendarId);
  if (unknown !== null) return unknown;
  const movesBoundaries =
    changed.calendarId !== found.record.calendarId ||
    changed.couplings.schedule_open !== found.record.couplings.schedule_open ||
    changed.couplings.schedule_close !== found.record.couplings.schedule_close;
  if (movesBoundaries || differInLengths(found.record, changed)) settleEverybody(draft, world, ask);
  return done(putAccount(draft, found.number, changed, ask.caller.keyId, ask.now));
}

function putAccount(draft: Draft, number: AccountNumber, record: AccountRecord, by: string, now: Instant): Account {
  const fact = draft.append(
    { kind: 'AccountRecorded', record, by, account: number, agent: 0, at: now, recordedAt: now },
    0,
  );
  const account: Account = { number, record, position: fact.position };
  draft.memory.accounts.put(number, account);
  draft.memory.accountNumbers.put(record.id, number);
  draft.memory.records.put(fact.position, record);
  putRecord(draft, 'account', record.id, { account: number, position: fact.position }, record);
  return account;
}
