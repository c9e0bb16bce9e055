import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AppInstallationLink, AppRead } from '@rollcall/contract';
import { type AskOptions, type HttpWorld, startHttpWorld } from '../../test/http-world.ts';
import { HTTP_LIMITS } from './limits.ts';

let world: HttpWorld;
let app: string;
let path: string;
before(async () => {
  world = await startHttpWorld();
  const made = await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/own-page' } });
  app = made.body.id;
  const link = await world.ask<AppInstallationLink>('POST', `/apps/${app}/installation-link`);
  path = new URL(link.body.url).pathname;
});
after(() => world.stop());

const open = (options: AskOptions = {}): AskOptions => ({ key: null, ...options });
const json = (body: unknown) => open({ body });
const file = (name: string) => world.ask('GET', `/install-page/page-of-${app}/${name}`, open());

test('shows an app’s own page in a sandbox, under a policy that runs our program alone', async () => {
  const page = await world.ask('GET', path, open());
  assert.equal(page.status, 200);
  const policy = String(page.headers['content-security-policy']);
  const nonce = /script-src 'nonce-([\w-]+)'/.exec(policy)?.[1] ?? 'none';
  assert.match(
    policy,
    /^default-src 'none'; .*frame-src 'self'; connect-src 'self'; form-action 'none';.*ancestors 'none'$/,
  );
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.ok(page.text.includes(`<script nonce="${nonce}">`));
  assert.match(page.text, /sandbox="allow-scripts allow-forms allow-modals allow-popups" referrerpolicy="no-referrer"/);
  assert.match(page.text, new RegExp(`data-source="\\.\\./install-page/page-of-${app}/iparams\\.html"`));
});

test('never writes the secret of a link into its page, nor into what the app’s page gets', async () => {
  const token = path.split('/').at(-1) ?? '';
  const pages = await Promise.all([world.ask('GET', path, open()), ...['iparams.html', 'client.js'].map(file)]);
  for (const { status, text, headers } of pages) {
    assert.equal(status, 200);
    assert.equal(text.includes(token), false);
    assert.equal(headers['set-cookie'], undefined);
  }
});

test('serves the app’s page with our client in it, as nobody’s origin wherever it is opened', async () => {
  const [page, script, client] = await Promise.all(['iparams.html', 'assets/iparams.js', 'client.js'].map(file));
  assert.equal(page?.text, '<script src="client.js"></script><script src="./assets/iparams.js"></script>');
  assert.equal(script?.text, 'function postConfigs() { return { channel: "team" }; }');
  assert.match(client?.text ?? '', /initialized/);
  for (const answer of [page, script, client, await file('assets/none.js')]) {
    assert.match(String(answer?.headers['content-security-policy']), /^sandbox allow-scripts allow-forms /);
    assert.doesNotMatch(String(answer?.headers['content-security-policy']), /allow-same-origin/);
    assert.equal(answer?.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer?.headers['referrer-policy'], 'no-referrer');
  }
});

test('has no other file of the app, and none for another key', async () => {
  const others = ['assets/none.js', 'assets/..%2fiparams.html'];
  for (const name of [...others, 'manifest.json', 'assets/.env', 'assets/%00', 'assets/']) {
    const answer = await file(name);
    assert.ok([400, 404].includes(answer.status), name);
  }
  assert.equal((await world.ask('GET', '/install-page/other-key/iparams.html', open())).status, 404);
  assert.equal(
    (await world.ask('GET', path.replace('/install/', '/install-page/').concat('/iparams.html'), open())).status,
    404,
  );
});

test('takes the values of the page, and says why the app refuses them', async () => {
  const taken = await world.ask<unknown>('POST', path, json({ iparams: { channel: 'team' } }));
  assert.deepEqual([taken.status, taken.body], [200, { name: 'own-page' }]);
  const refused = await world.ask<unknown>('POST', path, json({ iparams: {} }));
  const faults = [{ pointer: '/channel', detail: 'is required' }];
  assert.deepEqual([refused.status, refused.body], [422, { sentence: null, faults }]);
});

test('takes nothing that is not what its own program sends', async () => {
  for (const body of [[], 'a', { iparams: [] }, { values: {} }]) {
    assert.equal((await world.ask<unknown>('POST', path, json(body))).status, 400);
  }
  const asText = open({ payload: '{"iparams":{"channel":"team"}}', headers: { 'content-type': 'text/plain' } });
  assert.equal((await world.ask<unknown>('POST', path, asText)).status, 400);
  const large = json({ iparams: { channel: 'x'.repeat(HTTP_LIMITS.smallBodyBytesMax) } });
  assert.equal((await world.ask<unknown>('POST', path, large)).status, 413);
});

test('answers the calls of the page’s client, and knows no others', async () => {
  const call = (ask: string, args: unknown) => world.ask<unknown>('POST', `${path}/calls`, json({ ask, args }));
  const method = await call('request.invoke', ['check', { a: 1 }]);
  assert.deepEqual([method.status, method.body], [200, { result: { response: { a: 1 } } }]);
  const template = await call('request.invokeTemplate', ['none', {}]);
  assert.deepEqual(template.body, { error: { status: 404, message: 'request.invoke_template' } });
  for (const [ask, args] of [
    ['db.get', ['k']],
    ['request.invoke', 'check'],
    ['__proto__', []],
  ] as const) {
    assert.equal((await call(ask, args)).status, 400, ask);
  }
  const late = await world.ask<unknown>(
    'POST',
    '/install/nobody-knows-this/calls',
    json({ ask: 'request.get', args: [] }),
  );
  assert.equal(late.status, 404);
});
