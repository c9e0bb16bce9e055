import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AppWorld, doneWith, startAppWorld } from '../../test/app-world.ts';
import { writeChannelApp } from '../../test/custom-page-apps.ts';

const base = mkdtempSync(join(tmpdir(), 'rollcall-pages-'));
const worlds: AppWorld[] = [];
after(async () => {
  for (const world of worlds) {
    await world.stop();
    rmSync(world.folder, { recursive: true, force: true });
  }
  rmSync(base, { recursive: true, force: true });
});

const TOKEN = 'an-invented-token-40417';
const VALUES = { __meta: { secure: ['token'] }, channel: 'team', token: TOKEN };

async function waiting() {
  const world = await startAppWorld();
  worlds.push(world);
  const folder = writeChannelApp(join(base, `app-${worlds.length}`));
  const app = doneWith(await world.host.install(world.ask(), { source: { kind: 'folder', folder }, iparams: null }));
  const link = () => doneWith(world.host.installationLink(world.ask(), app.id)).url.split('/').at(-1) ?? '';
  return { world, app, folder, link };
}

test('an app with a page of its own waits for it, and is installed by what it gives', async () => {
  const { world, app, link } = await waiting();
  assert.equal(app.state, 'needs_parameters');
  const token = link();
  const page = await world.host.customPage(token);
  assert.deepEqual([page?.isInstall, page?.values, page?.hidesButtons], [true, {}, false]);
  assert.deepEqual(page?.host.currentHost.subscribed_modules, ['chat_conversation']);
  const refused = await world.host.submitInstallation(token, { ...VALUES, channel: 'closed' });
  assert.equal(refused.kind === 'refused' && refused.notice?.includes('That channel is closed.'), true);
  assert.equal((await world.host.submitInstallation(token, VALUES)).kind, 'installed');
  assert.equal(world.host.get(1, app.id)?.state, 'active');
  assert.match((await world.printed(app.id)).join('\n'), /installed for team with 23 characters/);
  assert.equal(await world.host.customPage(token), null);
});

test('a secure value is sealed on disk, masked for the page, and stays when its mask comes back', async () => {
  const { world, app, link } = await waiting();
  await world.host.submitInstallation(link(), VALUES);
  const page = await world.host.customPage(link());
  assert.deepEqual([page?.isInstall, page?.values], [false, { channel: 'team', token: '********' }]);
  await world.host.submitInstallation(link(), { ...VALUES, channel: 'other', token: '********' });
  const invoked = doneWith(
    await world.host.invoke(world.ask(), app.id, { event: 'onAgentActivityCreate', payload: null }),
  );
  assert.match(invoked.logs[0]?.text ?? '', /activity for other, last of the token: 40417/);
  assert.equal(world.everythingOnDisk().includes(TOKEN), false);
});

test('a secret stays one, although its mask comes back from a page that does not call it one any more', async () => {
  const { world, app, link } = await waiting();
  await world.host.submitInstallation(link(), VALUES);
  await world.host.submitInstallation(link(), { channel: 'team', token: '********' });
  assert.deepEqual(world.host.get(1, app.id)?.iparams, {
    channel: 'team',
    token: '********',
    __meta: { secure: ['token'] },
  });
  assert.equal(world.everythingOnDisk().includes(TOKEN), false);
});

test('a secret of generated fields stays one in a version that has a page of its own', async () => {
  const { world, app, folder, link } = await waiting();
  await world.host.submitInstallation(link(), VALUES);
  const source = { kind: 'folder', folder } as const;
  const page = readFileSync(join(folder, 'config/iparams.html'), 'utf8');
  const field = { display_name: 'A', type: 'text' };
  rmSync(join(folder, 'config/iparams.html'));
  const fields = { channel: field, token: { ...field, secure: true } };
  writeFileSync(join(folder, 'config/iparams.json'), JSON.stringify(fields));
  doneWith(await world.host.update(world.ask(), app.id, { source, iparams: { channel: 'a', token: TOKEN } }));
  rmSync(join(folder, 'config/iparams.json'));
  writeFileSync(join(folder, 'config/iparams.html'), page);
  const updated = doneWith(await world.host.update(world.ask(), app.id, { source, iparams: null }));
  assert.deepEqual(updated.iparams, { channel: 'a', token: '********', __meta: { secure: ['token'] } });
  assert.equal(world.everythingOnDisk().includes(TOKEN), false);
});

test('a page whose parameters came by the API is filled with them', async () => {
  const { world, app, link } = await waiting();
  assert.equal(doneWith(await world.host.setIparams(world.ask(), app.id, VALUES)).state, 'active');
  assert.deepEqual((await world.host.customPage(link()))?.values, { channel: 'team', token: '********' });
});

test('a server method is called from the page while there is no installation, without its storage', async () => {
  const { world, link } = await waiting();
  const call = { kind: 'function', name: 'checkChannel', args: { channel: 'team' } } as const;
  const token = link();
  const answer = await world.host.callFromPage(token, call);
  const response = { channel: 'team', isInstall: true };
  const stored = 'Unsupported operation: it cannot be used from the installation page';
  assert.deepEqual(answer?.kind === 'done' && Object.entries(answer.result as object)[1], [
    'response',
    { ...response, stored },
  ]);
  const unknown = await world.host.callFromPage(token, { ...call, name: 'onAppInstall' });
  assert.equal(unknown?.kind === 'refused' && unknown.error.status, 400);
  await world.host.submitInstallation(token, VALUES);
  assert.equal(await world.host.callFromPage(token, call), null);
  const later = await world.host.callFromPage(link(), call);
  assert.match(JSON.stringify(later), /"isInstall":false,"stored":"stored"/);
});

test('a page may send the app’s own requests, as its code may', async () => {
  const { world, link } = await waiting();
  const call = { kind: 'request', operation: 'request.invoke_template', args: ['none', {}] } as const;
  const answer = await world.host.callFromPage(link(), call);
  assert.equal(answer?.kind === 'refused' && answer.error.status, 404);
});

test('the files of a page are those of the code that runs, by the key of the page alone', async () => {
  const { world, folder, link } = await waiting();
  const token = link();
  const pageKey = (await world.host.customPage(token))?.pageKey ?? '';
  writeFileSync(join(folder, 'config/assets/iparams.js'), 'changed since');
  const script = await world.host.customPageFile(pageKey, 'config/assets/iparams.js');
  assert.match(Buffer.from(script ?? []).toString(), /^let client;/);
  assert.equal(await world.host.customPageFile(token, 'config/assets/iparams.js'), null);
  assert.equal(await world.host.customPage(pageKey), null);
  assert.equal((await world.host.submitInstallation(pageKey, VALUES)).kind, 'unknown_link');
});
