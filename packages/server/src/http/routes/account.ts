import { AccountPatch, AccountRead } from '@rollcall/contract';
import { done } from '../../directory/rejection.ts';
import { changeAccount } from '../../engine/account-commands.ts';
import { assert } from '../../time/assert.ts';
import { accountInput, accountRead } from '../codecs/account-codec.ts';
import { knownTimeZone } from '../field-checks.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Account';

export const accountRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/account',
    chapter,
    roles: MAY.readSettings,
    summary: 'Reads the account that the key belongs to, and its settings.',
    answer: { status: 200, schema: AccountRead },
    refusals: [],
    read: ({ engine }, { caller }) => {
      const account = engine.memory.accounts.get(caller.account);
      assert(account !== undefined, 'a key belongs to an account that is there');
      return done(accountRead(account.record));
    },
  }),
  command({
    method: 'PATCH',
    path: '/account',
    chapter,
    roles: MAY.administer,
    summary: 'Changes settings of the account.',
    about: 'A changed length acts from its change on: a deadline is never earlier than the change that moved it.',
    body: AccountPatch,
    example: { idle_after_ms: 300_000, couplings: { login: 'AVAILABLE', logout: 'UNAVAILABLE' } },
    check: knownTimeZone,
    answer: { status: 200, schema: AccountRead },
    refusals: ['unknown_calendar'],
    decide: ({ draft, world, ask }, { body }) =>
      encoded(changeAccount(draft, world, ask, accountInput(body)), ({ record }) => accountRead(record)),
  }),
];
