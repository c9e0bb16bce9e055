import { IdPath, KeyCreate, KeyCreated, KeyPage } from '@rollcall/contract';
import { createKey, revokeKey } from '../../engine/key-commands.ts';
import { keyCreated, keyInput, keyRead } from '../codecs/key-codec.ts';
import { draftedReading, durableReading } from '../codecs/reading.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route } from '../route.ts';

const chapter = 'Keys';

export const keyRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/keys',
    chapter,
    roles: MAY.administer,
    summary: 'Makes an API key.',
    about:
      'The answer is the only place that ever shows the secret; a retry with the same Idempotency-Key shows it again.',
    body: KeyCreate,
    example: { role: 'supervisor', name: 'the wallboard' },
    answer: { status: 201, schema: KeyCreated },
    refusals: ['unknown_agent'],
    holdsSecret: true,
    decide: ({ draft, world, ask }, { body }) =>
      encoded(createKey(draft, world, ask, keyInput(body)), (made) => keyCreated(made, draftedReading(draft))),
  }),
  query({
    method: 'GET',
    path: '/keys',
    chapter,
    roles: MAY.readKeys,
    summary: 'Lists the API keys, without their secrets.',
    query: PageQuery,
    answer: { status: 200, schema: KeyPage },
    refusals: [],
    read: ({ engine }, { caller }, input) => {
      const reading = durableReading(engine);
      const items = [...engine.memory.keys.values()].filter((key) => key.account === caller.account);
      const listing = { list: 'keys', items, placeOf: placeOfKey, encode: (key: Key) => keyRead(key, reading) };
      return listPage(listing, input.query);
    },
  }),
  command({
    method: 'DELETE',
    path: '/keys/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Revokes an API key: from now on it opens nothing.',
    params: IdPath,
    answer: { status: 204 },
    refusals: ['unknown_key'],
    decide: ({ draft, ask }, { params }) => revokeKey(draft, ask, params),
  }),
];

type Key = Parameters<typeof keyRead>[0];

function placeOfKey(key: Key) {
  return [key.createdAt, key.id] as const;
}
