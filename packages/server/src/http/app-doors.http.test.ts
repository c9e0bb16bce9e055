import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AppInstallationLink, AppRead } from '@rollcall/contract';
import { type AskOptions, type HttpWorld, startHttpWorld } from '../../test/http-world.ts';
import { HTTP_LIMITS } from './limits.ts';

let world: HttpWorld;
let app: string;
before(async () => {
  world = await startHttpWorld();
  app = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/hooked' } })).body.id;
});
after(() => world.stop());

const open = (options: AskOptions = {}): AskOptions => ({ key: null, ...options });
const form = (payload: string) => open({ payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

async function linkPath(): Promise<string> {
  const made = await world.ask<AppInstallationLink>('POST', `/apps/${app}/installation-link`);
  assert.equal(made.status, 201, made.text);
  return new URL(made.body.url).pathname;
}

test('shows the installation page of a link to somebody without a key, under a policy that runs nothing', async () => {
  const page = await world.ask('GET', await linkPath(), open());
  assert.equal(page.status, 200);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  const policy = String(page.headers['content-security-policy']);
  const nonce = /style-src 'nonce-([\w-]+)'/.exec(policy)?.[1] ?? '';
  assert.ok(page.text.includes(`<style nonce="${nonce}">`));
  assert.match(policy, /^default-src 'none'; .*form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.match(page.text, /<label for="field-1">Channel <span class="needed">\(required\)<\/span><\/label>/);
});

test('says beside each field what is wrong with it, and takes what is right', async () => {
  const path = await linkPath();
  const refused = await world.ask('POST', path, form('channel='));
  assert.equal(refused.status, 422);
  assert.match(refused.text, /id="field-1-fault">Is required\./);
  const taken = await world.ask('POST', path, form('channel=team'));
  assert.equal(taken.status, 200);
  assert.match(taken.text, /hooked has its parameters/);
});

test('tells whoever has no good link nothing but that', async () => {
  for (const method of ['GET', 'POST'] as const) {
    const answer = await world.ask(method, '/install/nobody-knows-this', form(''));
    assert.equal(answer.status, 404);
    assert.match(answer.text, /This link is not good any more/);
  }
});

test("takes events from outside at an app's address, and knows no other", async () => {
  const post = (token: string, payload: string) =>
    world.ask<unknown>(
      'POST',
      `/event/hook/${token}?options=a`,
      open({ payload, headers: { 'content-type': 'text/xml' } }),
    );
  const taken = await post('known-token', '<a/>');
  assert.deepEqual([taken.status, taken.body], [200, { success: true }]);
  const bad = await post('known-token', 'bad');
  assert.deepEqual([bad.status, bad.body], [415, { success: false, message: 'Unsupported content type' }]);
  assert.equal((await post('other-token', '<a/>')).status, 404);
  const large = await post('known-token', 'x'.repeat(110_000));
  assert.equal(large.status, 413);
  const challenge = await world.ask('GET', '/event/hook/known-token?hub.challenge=1%3Cb%3E', open());
  assert.deepEqual([challenge.status, challenge.text], [200, '1<b>']);
  assert.match(String(challenge.headers['content-type']), /^text\/plain/);
});

test('takes a browser back from an authorization, and says what came of it', async () => {
  const back = (query: string) => world.ask('GET', `/auth/callback?${query}`, open());
  const done = await back('state=known-state&code=c');
  assert.deepEqual([done.status, /The app is authorized/.test(done.text)], [200, true]);
  const refused = await back('state=known-state&error=access_denied&error_description=%3Cb%3Eno');
  assert.equal(refused.status, 400);
  assert.match(refused.text, /access_denied: &lt;b&gt;no/);
  assert.equal((await back('state=other&code=c')).status, 400);
});

test('installs and updates an app from a zip, and takes a zip nowhere else', async () => {
  const zip = Buffer.from('PK, as far as the door is concerned');
  const sent: AskOptions = { payload: zip, headers: { 'content-type': 'application/zip' } };
  const made = await world.ask<AppRead>('POST', '/apps?name=mine&timestamp_unit=seconds', sent);
  assert.deepEqual([made.status, made.body.name, made.body.timestamp_unit], [201, 'mine', 'seconds']);
  const updated = await world.ask<AppRead>('PUT', `/apps/${made.body.id}/package`, sent);
  assert.equal(updated.body.previous_version?.digest, made.body.version?.digest);
  const back = await world.ask<AppRead>('POST', `/apps/${made.body.id}/rollback`);
  assert.equal(back.body.version?.digest, made.body.version?.digest);
  for (const type of ['application/octet-stream', 'application/x-zip-compressed']) {
    const other = { payload: zip, headers: { 'content-type': type } };
    assert.equal((await world.ask('POST', '/apps', other)).status, 201, type);
    assert.equal((await world.ask('PUT', `/apps/${made.body.id}/package`, other)).status, 200, type);
    assert.equal((await world.ask('POST', '/agents', other)).status, 415, type);
  }
  const elsewhere = await world.ask('POST', '/agents', sent);
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [415, 'unsupported_media_type']);
  const unknown = await world.ask('POST', '/apps?colour=red', sent);
  assert.deepEqual([unknown.status, unknown.body.errors?.[0]?.pointer], [400, '/colour']);
});

test('answers a zip that is sent twice with one idempotency key once, and another zip with a conflict', async () => {
  const send = (text: string) =>
    world.ask<AppRead>('POST', '/apps', {
      payload: Buffer.from(text),
      headers: { 'content-type': 'application/zip', 'idempotency-key': 'zip-1' },
    });
  const [first, second] = [await send('one'), await send('one')];
  assert.equal(second.body.id, first.body.id);
  assert.equal((await send('two')).status, 409);
});

test('points at the whole body when that is the zip, and at its field when it is one', async () => {
  const asItIs = { payload: Buffer.from('faulty'), headers: { 'content-type': 'application/zip' } };
  const inJson = { body: { zip: Buffer.from('faulty').toString('base64') } };
  const pointers = await Promise.all(
    [asItIs, inJson].map(async (sent) => (await world.ask('POST', '/apps', sent)).body.errors?.[0]?.pointer),
  );
  assert.deepEqual(pointers, ['', '/zip']);
});

test('names the kinds of bodies that an address takes, and how large they may be', async () => {
  const text: AskOptions = { payload: 'x', headers: { 'content-type': 'text/plain' } };
  assert.match((await world.ask('POST', '/apps', text)).body.detail, /application\/json.*application\/zip/);
  assert.doesNotMatch((await world.ask('POST', '/agents', text)).body.detail, /zip/);
  const large = await world.ask('POST', '/agents', { body: { email: 'x'.repeat(200_000) } });
  assert.match(large.body.detail, /at most 131072\./);
  const hook = await world.ask('POST', '/event/hook/known', open({ payload: 'x'.repeat(102_401) }));
  assert.match(hook.body.detail, /at most 102400\./);
});

test('takes a zip of several MB in JSON', async () => {
  const zip = Buffer.alloc(4_000_000).toString('base64');
  const made = await world.ask<AppRead>('POST', '/apps', { body: { zip } });
  assert.deepEqual([made.status, made.body.name], [201, 'zip of 4000000 bytes']);
});

test('says when to come back to whoever calls too often, and does not take that for the answer', async () => {
  const { id } = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/often' } })).body;
  const asked = { body: { name: 'often' }, headers: { 'idempotency-key': 'often-1' } };
  for (const _turn of [1, 2]) {
    const refused = await world.ask('POST', `/apps/${id}/functions`, asked);
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '60']);
    assert.equal(refused.headers['idempotency-replayed'], undefined);
  }
});

test('keeps the bounds of JSON also where a zip may be large', async () => {
  const payload = JSON.stringify({ folder: 'x'.repeat(HTTP_LIMITS.zipInJsonBytesMax) });
  const refused = await world.ask('POST', '/apps', { payload, headers: { 'content-type': 'application/json' } });
  assert.deepEqual([refused.status, refused.body.code], [413, 'body_too_large']);
});

test('removes an app that clings to its place only by force', async () => {
  const { id } = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/clinging' } })).body;
  const refused = await world.ask('DELETE', `/apps/${id}`);
  assert.deepEqual([refused.status, refused.body.code], [422, 'app_refused']);
  assert.equal((await world.ask('DELETE', `/apps/${id}?force=true`)).status, 204);
});

test('slows down whoever knocks without end', async () => {
  const apart = await startHttpWorld();
  const statuses = new Set<number>();
  for (let knock = 0; knock <= HTTP_LIMITS.openDoorRequestsPerMinuteMax; knock += 1) {
    statuses.add((await apart.ask('GET', '/event/hook/guess', open())).status);
  }
  assert.deepEqual([...statuses], [404, 429]);
  await apart.pass(60_000);
  assert.equal((await apart.ask('GET', '/event/hook/guess', open())).status, 404);
  await apart.stop();
});
