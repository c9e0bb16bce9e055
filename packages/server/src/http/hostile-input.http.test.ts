import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentRead, isErrorCode, type Problem } from '@rollcall/contract';
import fc from 'fast-check';
import { ADMIN_KEY, type HttpWorld, startHttpWorld } from '../../test/http-world.ts';
import { allRoutes } from './routes/all-routes.ts';

/** How many mutants each test sends; raised by hand for a longer look. */
const MUTANTS = Number(process.env.ROLLCALL_TEST_MUTANTS ?? 1500);

let world: HttpWorld;
let agent: string;
before(async () => {
  world = await startHttpWorld();
  agent = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'one@example.com' } })).body.id;
});
after(() => world.stop());

const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    '../..',
    '%00',
    '\u0000',
    '\ud800',
    'NaN',
    '1e999',
    '\u202e',
  ),
  fc.constantFrom(null, true, 0, -0, -1, 1.5, 2 ** 53, Number.MAX_VALUE),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** A value of the API's own making with one part of it replaced, removed, or something put beside it. */
const mutant = fc
  .tuple(
    fc.constantFrom(...allRoutes.map(({ example }) => example).filter((example) => example !== undefined)),
    fc.array(fc.nat(20), { maxLength: 4 }),
    fc.constantFrom('replace', 'remove', 'add'),
    nasty,
    fc.string(),
  )
  .map(([example, way, how, value, name]) => mutated(structuredClone(example), way, { how, value, name }));

type Mutation = { readonly how: string; readonly value: unknown; readonly name: string };

function mutated(value: unknown, [step, ...way]: readonly number[], mutation: Mutation): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return mutation.value;
  const members = value as Record<string, unknown>;
  const names = Object.keys(members);
  const name = names[step % Math.max(1, names.length)] ?? mutation.name;
  if (way.length > 0) members[name] = mutated(members[name], way, mutation);
  else if (mutation.how === 'remove') delete members[name];
  else Object.defineProperty(members, mutation.how === 'add' ? mutation.name : name, { ...OWN, value: mutation.value });
  return value;
}

const OWN = { enumerable: true, configurable: true, writable: true };

const route = fc.constantFrom(...allRoutes);
const id = fc.oneof(fc.constantFrom('AGENT', 'x', 'app_1', 'ses_1', '..', '__proto__'), fc.string({ maxLength: 80 }));

type Raw = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string | Buffer;
};

async function send({ method, url, headers, payload }: Raw): Promise<void> {
  const answer = await world.server.app.inject({
    method: method as 'GET',
    url,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  assert.ok(answer.statusCode < 500, `${answer.statusCode} ${answer.body}`);
  if (answer.statusCode >= 400) {
    const problem = answer.json<Problem>();
    assert.ok(isErrorCode(problem.code), answer.body);
    assert.equal(problem.status, answer.statusCode);
  }
  assert.deepEqual(Object.keys(Object.prototype), []);
}

const pathOf = (path: string, ids: readonly string[]) => {
  let next = 0;
  return `/api/v1${path.replaceAll(/\{\w+\}/g, () => encodeURIComponent((ids[next++ % ids.length] ?? 'x').toWellFormed().replace('AGENT', agent)))}`;
};

test('answers every mutant of a good body without a failure of its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      route,
      fc.array(id, { minLength: 2, maxLength: 2 }),
      mutant,
      async ({ method, path }, ids, body) => {
        const payload = JSON.stringify(body) ?? '';
        await send({ method, url: pathOf(path, ids), headers: { 'content-type': 'application/json' }, payload });
      },
    ),
    { numRuns: MUTANTS },
  );
});

test('answers every body of bytes without a failure of its own', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
    fc.tuple(fc.json(), fc.nat(400), fc.string({ maxLength: 3 })).map(([text, at, put]) => {
      return Buffer.from(`${text.slice(0, at)}${put}${text.slice(at + 1)}`);
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      route,
      fc.array(id, { minLength: 2, maxLength: 2 }),
      bytes,
      async ({ method, path }, ids, payload) => {
        await send({ method, url: pathOf(path, ids), headers: { 'content-type': 'application/json' }, payload });
      },
    ),
    { numRuns: MUTANTS },
  );
});

test('answers every path, query and header without a failure of its own', async () => {
  const visible = fc.string({ unit: fc.constantFrom(...'abc%&=+[]{}"\'<>/\\?#;:,.~-_0189'), maxLength: 60 });
  const names = ['limit', 'after', 'from', 'to', 'agent_id', 'type', 'active', 'archived', 'state', '__proto__', 'x'];
  const pair = fc.tuple(
    fc.constantFrom(...names),
    fc.oneof(visible, fc.constantFrom('1', 'true', '-1', '1e9', '2026-03-04T09:00:00Z')),
  );
  const query = fc
    .array(pair, { maxLength: 4 })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
  const header = fc.constantFrom(
    'content-type',
    'idempotency-key',
    'accept',
    'if-match',
    'transfer-encoding',
    'expect',
    'authorization',
  );
  await fc.assert(
    fc.asyncProperty(route, visible, query, header, visible, async ({ method, path }, wild, asked, name, value) => {
      const place = path.includes('{') ? pathOf(path, [wild]) : `/api/v1${path}`;
      const headers = name === 'transfer-encoding' || name === 'expect' ? {} : { [name]: value };
      await send({ method, url: `${place}?${asked.replaceAll('#', '')}`, headers });
    }),
    { numRuns: MUTANTS },
  );
});

test('still works after all that', async () => {
  const read = await world.ask<AgentRead>('GET', `/agents/${agent}`);
  assert.deepEqual([read.status, read.body.id], [200, agent]);
});
