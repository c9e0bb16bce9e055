import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead, CorrectionPage, CorrectionRead, CustomStatusRead } from '@rollcall/contract';
import { ADMIN_KEY, type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';
import { verifyLog } from '../store/verify-log.ts';
import { sha256Hex } from '../system/system-randomness.ts';

// The clock stands at 2026-03-04T09:00Z.
const TEN_MINUTES = { from: '2026-03-04T08:00:00.000Z', to: '2026-03-04T08:10:00.000Z' };

let world: HttpWorld;
let training: CustomStatusRead;
let agent: string;
let colleague: string;
let boss: string;
const keys = { agent: '', colleague: '', boss: '', secondBoss: '', supervisor: '', otherAdmin: '', boundAdmin: '' };

before(async () => {
  world = await startHttpWorld();
  training = (await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Training' } })).body;
  [agent, colleague, boss] = [await newAgent('one'), await newAgent('two'), await newAgent('boss')];
  keys.agent = await makeKey(world, 'agent', agent);
  keys.colleague = await makeKey(world, 'agent', colleague);
  keys.boss = await makeKey(world, 'supervisor', boss);
  keys.secondBoss = await makeKey(world, 'supervisor', boss);
  keys.boundAdmin = await makeKey(world, 'admin', boss);
  keys.supervisor = await makeKey(world, 'supervisor', null);
  keys.otherAdmin = await makeKey(world, 'admin', null);
});
after(() => world.stop());

async function newAgent(name: string): Promise<string> {
  const body = { email: `${name}@example.com`, created_at: '2026-03-01T00:00:00Z' };
  return (await world.ask<AgentRead>('POST', '/agents', { body })).body.id;
}

function propose(more: object = {}, key = keys.agent, id = agent) {
  const body = { ...TEN_MINUTES, status: 'AVAILABLE', ...more };
  return world.ask<CorrectionRead>('POST', `/agents/${id}/corrections`, { body, key });
}

function decide(id: string, decision: string, key: string, note?: string) {
  return world.ask<CorrectionRead & { code?: string }>('POST', `/corrections/${id}/decision`, {
    body: { decision, ...(note === undefined ? {} : { note }) },
    key,
  });
}

test('keeps what an agent proposes until a supervisor decides it, with who said what and where in the log', async () => {
  const proposed = await propose({ custom_status: 'tRAINING', status: undefined, note: 'I forgot' });
  assert.equal(proposed.status, 201, proposed.text);
  const { id, proposed: said } = proposed.body;
  assert.deepEqual(
    { ...proposed.body, proposed: { agent_id: said.agent_id, at: said.at } },
    {
      id,
      agent_id: agent,
      ...TEN_MINUTES,
      status: 'Training',
      custom_status_id: training.id,
      note: 'I forgot',
      state: 'proposed',
      proposed: { agent_id: agent, at: '2026-03-04T09:00:00.000Z' },
      decided: null,
    },
  );
  const decided = await decide(id, 'approved', keys.boss, 'I was there');
  assert.deepEqual([decided.status, decided.body.state], [201, 'approved']);
  assert.deepEqual([decided.body.decided?.agent_id, decided.body.decided?.note], [boss, 'I was there']);
  assert.ok((decided.body.decided?.log_position ?? 0) > said.log_position);
  const read = await world.ask<CorrectionRead>('GET', `/corrections/${id}`, { key: keys.agent });
  assert.deepEqual(read.body, decided.body);
  const fact = await world.engine.store.factAt(said.log_position);
  assert.ok(fact?.kind === 'CorrectionProposed' && fact.correctionId === id && fact.actorProfile > 0);
});

test('is decided once', async () => {
  const { id } = (await propose()).body;
  assert.equal((await decide(id, 'declined', keys.supervisor)).status, 201);
  for (const decision of ['approved', 'declined', 'withdrawn']) {
    const again = await decide(id, decision, ADMIN_KEY);
    assert.deepEqual([again.status, again.body.code], [409, 'correction_decided'], decision);
  }
});

test('lets nobody decide what he proposed himself, but for an unbound key of an admin', async () => {
  const rows = [
    [keys.boss, keys.boss, 'own_correction'],
    [keys.boss, keys.secondBoss, 'own_correction'],
    [keys.boss, keys.boundAdmin, 'own_correction'],
    [keys.boss, keys.supervisor, null],
    [keys.supervisor, keys.supervisor, 'own_correction'],
    [keys.supervisor, keys.boss, null],
    [keys.agent, keys.agent, 'forbidden'],
    [ADMIN_KEY, ADMIN_KEY, null],
    [keys.boundAdmin, keys.boundAdmin, 'own_correction'],
    [keys.boundAdmin, keys.otherAdmin, null],
  ] as const;
  for (const [index, [proposer, decider, code]] of rows.entries()) {
    const { id } = (await propose({}, proposer)).body;
    const decided = await decide(id, 'approved', decider);
    const expected = code === null ? [201, undefined] : [403, code];
    assert.deepEqual([decided.status, decided.body.code], expected, `row ${index}`);
  }
});

test('is taken back by who proposed it, and by a supervisor', async () => {
  for (const [proposer, withdrawer, status] of [
    [keys.agent, keys.agent, 201],
    [keys.boss, keys.agent, 403],
    [keys.agent, keys.boss, 201],
    [keys.agent, keys.colleague, 404],
  ] as const) {
    const { id } = (await propose({}, proposer)).body;
    assert.equal((await decide(id, 'withdrawn', withdrawer)).status, status);
  }
});

test('is approved at once by a supervisor or admin, for somebody else only', async () => {
  const approved = await propose({ decision: 'approved' }, keys.boss);
  assert.deepEqual([approved.status, approved.body.state], [201, 'approved']);
  for (const [key, id] of [
    [keys.agent, agent],
    [keys.boss, boss],
  ] as const) {
    const refused = await world.ask('POST', `/agents/${id}/corrections`, {
      body: { ...TEN_MINUTES, status: 'AVAILABLE', decision: 'approved' },
      key,
    });
    assert.deepEqual([refused.status, refused.body.code], [403, 'own_correction']);
  }
});

test('is about time that has passed, within the record of the agent, of a day at most', async () => {
  const rows: readonly (readonly [object, readonly string[]])[] = [
    [{ from: TEN_MINUTES.to, to: TEN_MINUTES.from }, ['/to']],
    [{ from: TEN_MINUTES.to, to: TEN_MINUTES.to }, ['/to']],
    [{ to: '2026-03-04T09:00:00.001Z' }, ['/to']],
    [{ from: '2026-03-03T08:09:59.999Z' }, ['/to']],
    [{ from: '2026-02-28T23:59:59.999Z', to: '2026-03-01T01:00:00Z' }, ['/from']],
    [{ from: '2026-02-28T00:00:00Z', to: '2026-03-05T00:00:00Z' }, ['/to', '/to', '/from']],
  ];
  for (const [times, pointers] of rows) {
    const refused = await world.ask('POST', `/agents/${agent}/corrections`, {
      body: { ...TEN_MINUTES, status: 'AVAILABLE', ...times },
    });
    assert.equal(refused.status, 400, refused.text);
    assert.deepEqual(
      refused.body.errors?.map(({ pointer }) => pointer),
      pointers,
    );
  }
  assert.equal((await propose({ to: '2026-03-04T09:00:00Z', from: '2026-03-03T09:00:00Z' })).status, 201);
  assert.equal((await propose({ status: undefined, custom_status: 'nothing' })).status, 404);
  assert.equal((await propose({ status: undefined })).status, 400);
});

test('takes a status that was archived since by its id, and shows it under its name', async () => {
  const gone = (await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Gone' } })).body;
  await world.ask('DELETE', `/custom-statuses/${gone.id}`);
  const proposed = await propose({ status: undefined, custom_status_id: gone.id.toUpperCase() });
  assert.deepEqual([proposed.status, proposed.body.status], [201, 'Gone']);
});

test('lists in pages, by agent, state and time; an agent sees its own', async () => {
  const other = (await propose({ from: '2026-03-02T00:00:00Z', to: '2026-03-02T01:00:00Z' }, keys.colleague, colleague))
    .body;
  const list = async (query: string, key = ADMIN_KEY) =>
    (await world.ask<CorrectionPage>('GET', `/corrections?${query}`, { key })).body;
  assert.deepEqual((await list(`agent_id=${colleague}`)).items, [other]);
  assert.deepEqual((await list('', keys.colleague)).items, [other]);
  assert.deepEqual((await list('from=2026-03-02T00:59:00Z&to=2026-03-02T02:00:00Z')).items, [other]);
  assert.deepEqual((await list('from=2026-03-02T01:00:00Z&to=2026-03-02T02:00:00Z')).items, []);
  assert.deepEqual((await list('state=proposed', keys.colleague)).items, [other]);
  assert.deepEqual((await list('state=approved', keys.colleague)).items, []);
  const all = (await list('')).items;
  const paged: unknown[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: CorrectionPage = await list(`limit=3${after === '' ? '' : `&after=${after}`}`);
    paged.push(...page.items);
    after = page.next;
  }
  assert.deepEqual(paged, all);
  assert.ok(all.length > 6);
  assert.equal((await world.ask('GET', `/corrections/${all[0]?.id}`, { key: keys.colleague })).status, 404);
});

test('leaves a log that holds, in which the state of the agents did not move', async () => {
  const before = await world.ask<AgentRead>('GET', `/agents/${agent}`);
  await propose({ decision: 'approved' }, keys.boss);
  assert.deepEqual((await world.ask<AgentRead>('GET', `/agents/${agent}`)).body, before.body);
  assert.equal((await verifyLog(world.engine.store, sha256Hex)).firstBroken, null);
});
