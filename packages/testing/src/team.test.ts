import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { validateActivityPayload } from '@rollcall/contract';
import { startTeam, type Team, type TeamOptions } from './index.ts';

/** Each test has an app of its own, and an invented team around it. */
const home = mkdtempSync(join(tmpdir(), 'rollcall-kit-'));
after(() => rmSync(home, { recursive: true, force: true }));

const manifest = {
  'platform-version': '3.0',
  modules: {
    common: {
      events: {
        onAppInstall: { handler: 'onInstall' },
        onScheduledEvent: { handler: 'onSchedule' },
        onExternalEvent: { handler: 'onExternal' },
      },
      requests: { tell: {} },
      functions: { echo: { timeout: 10 } },
      jobs: { sweep: {} },
    },
    chat_conversation: { events: { onAgentActivityCreate: { handler: 'onActivity' } } },
  },
  engines: { node: '24.11.1', fdk: '10.1.2' },
};
const requests = {
  tell: {
    schema: {
      method: 'POST',
      host: 'hooks.example.com',
      path: '/<%= context.path %>',
      headers: { Authorization: 'Bearer <%= iparam.key %>' },
    },
    options: { maxAttempts: 3, retryDelay: 500 },
  },
};
const iparams = {
  key: {
    display_name: 'Key',
    description: 'Of the chat',
    type: 'text',
    required: true,
    default_value: 'k',
    secure: true,
  },
};
const silent = {
  onInstall: 'renderData();',
  onSchedule: '',
  onExternal: '',
  echo: 'renderData(null, payload);',
  sweep: '',
};

test('calls the app for what agents do, with the payloads of the server', async () => {
  const { team, close } = await teamWith({ onActivity: 'console.info(payload.data.agent_activity.status);' });
  const ada = await team.agent('ada@example.com', { firstName: 'Ada' });
  await ada.signIn();
  await ada.setStatus('Lunch');
  assert.deepEqual(
    team.callbacks.map(({ event, module, outcome, logs }) => [event, module, outcome, logs[0]?.text]),
    [
      ['onAgentActivityCreate', 'chat_conversation', 'delivered', 'AVAILABLE'],
      ['onAgentActivityCreate', 'chat_conversation', 'delivered', 'Lunch'],
    ],
  );
  for (const { payload } of team.callbacks) assert.deepEqual(validateActivityPayload(payload), []);
  assert.deepEqual(team.callbacks[0]?.payload.iparams, { key: 'k' });
  assert.deepEqual([ada.intelliassign.status, ada.generalAvailability.status], ['Lunch', 'AVAILABLE']);
  await close();
});

test('lets nothing happen until time passes, and then at the very instant', async () => {
  const { team, close } = await teamWith({ onActivity: '' }, { idleAfter: '15m', startAt: '2026-03-04T09:00:00Z' });
  const ada = await team.agent('ada@example.com');
  await ada.signIn();
  await team.advance('14m 59s');
  assert.equal(team.callbacks.length, 1);
  await team.advance('1s');
  const idle = team.callbacksOf('onAgentActivityCreate')[1]?.payload.data.agent_activity;
  assert.equal(idle?.status_change_timestamp, '2026-03-04T09:15:00.000Z');
  assert.equal(team.callbacks[1]?.startedAt, '2026-03-04T09:15:00.000Z');
  assert.equal(team.now, '2026-03-04T09:15:00.000Z');
  await ada.beActive();
  assert.equal(ada.generalAvailability.status, 'AVAILABLE');
  await assert.rejects(team.advanceTo('2026-03-04T09:00:00Z'), /time does not go back/);
  await close();
});

test('tells a supervisor’s change from the agent’s own, and ends a timed status', async () => {
  const { team, close } = await teamWith({ onActivity: '' });
  const [ada, bob] = [await team.agent('ada@example.com'), await team.agent('bob@example.com')];
  await ada.setStatus('Break', { by: bob, for: '10m' });
  await team.advance('10m');
  const reasons = team.callbacksOf('onAgentActivityCreate').map(({ payload }) => payload.activity?.reason);
  assert.deepEqual(reasons, ['supervisor', 'status_expired']);
  await close();
});

test('calls a failed callback again on the published schedule, and records instead of throwing', async () => {
  const { team, close } = await teamWith({ onActivity: "throw new Error('out of order');" });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  const [first] = team.callbacks;
  assert.deepEqual([first?.outcome, first?.error?.code, first?.error?.message], ['failed', 'rejected', 'out of order']);
  assert.deepEqual([first?.error?.file, first?.error?.line], ['server/server.js', 2]);
  await team.advance('3d');
  const starts = team.callbacks.map(({ startedAt }) => Date.parse(startedAt));
  const waits = starts.slice(1).map((at, index) => (at - (starts[index] ?? 0)) / 1000);
  assert.deepEqual(waits, [5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600]);
  assert.deepEqual(
    team.callbacks.map(({ attempt }) => attempt),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(new Set(team.callbacks.map(({ eventId }) => eventId)).size, 1);
  await close();
});

test('throws what a callback fails with when it is strict', async () => {
  const { team, close } = await teamWith({ onActivity: "throw new Error('out of order');" }, { strict: true });
  const ada = await team.agent('ada@example.com');
  const said = /onAgentActivityCreate \(attempt 1\) failed: out of order at server\/server\.js:2:\d+/;
  await assert.rejects(ada.setStatus('AVAILABLE'), said);
  await close();
});

test('gives the app’s own code virtual time: its clock, its timers, its limit', async () => {
  const { team, close } = await teamWith(
    {
      onActivity: `const from = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    console.info(Date.now() - from, new Date().toISOString(), new Date(0).getTime(), typeof Date());
    if (payload.data.agent_activity.status === 'Hang') await new Promise(() => {});`,
    },
    { startAt: '2026-03-04T09:00:00Z' },
  );
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  assert.equal(team.callbacks[0]?.outcome, 'running');
  await team.advance('5s');
  assert.deepEqual([team.callbacks[0]?.outcome, team.callbacks[0]?.durationMs], ['delivered', 5000]);
  assert.equal(team.logs[0]?.text, '5000 2026-03-04T09:00:05.000Z 0 string');
  await ada.setStatus('Hang');
  await team.advance('20s');
  assert.deepEqual([team.callbacks[1]?.outcome, team.callbacks[1]?.error?.code], ['timed_out', 'timed_out']);
  await close();
});

test('ends a call by an exception in a timer that it set', async () => {
  const { team, close } = await teamWith({
    onActivity: "setTimeout(() => { throw new Error('late'); }, 1000); await new Promise(() => {});",
  });
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  await team.advance('1s');
  const [callback] = team.callbacks;
  assert.deepEqual([callback?.outcome, callback?.error?.message, callback?.durationMs], ['failed', 'late', 1000]);
  await close();
});

test('loads files by the platform’s module scheme, unwrapped', async () => {
  const { team, close } = await teamWith(
    {},
    {},
    {
      'config/requests.json': null,
      'manifest.json': JSON.stringify({
        'platform-version': '2.3',
        product: { freshchat: { events: { onAgentActivityCreate: { handler: 'onActivity' } } } },
      }),
      'server/lib/one.js':
        "#!/usr/bin/env node\n'use strict';\nexports.name = 'one';\nexports.other = require('./two').seen;",
      'server/lib/two.js': "exports = { seen: require('./one').name };",
      'server/lib/three.js': 'exports = class { answer() { return 3; } };',
      'server/server.js': `const one = require('./lib/one');
const Three = require('./lib/three.js');
exports = {
  onActivity: function () { console.info(one.name, one.other, new Three().answer(), typeof module, this === exports); },
};`,
    },
  );
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.equal(team.logs[0]?.text, 'one one 3 undefined true');
  await close();
});

test('waits in reality for what is real: time stands still for a stub that thinks', async () => {
  const { team, close } = await teamWith(
    { onActivity: "await $request.invokeTemplate('tell', { context: { path: 'x' } });" },
    { patienceMs: 2000 },
  );
  team.stub('tell', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { status: 200 };
  });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  assert.deepEqual([team.callbacks[0]?.outcome, team.callbacks[0]?.durationMs], ['delivered', 0]);
  await close();
});

test('fills in request templates, and answers them with stubs', async () => {
  const { team, close } = await teamWith({
    onActivity: `const answer = await $request.invokeTemplate('tell', { context: { path: 'lunch' }, body: '{"a":1}' });
    console.info(answer.status, JSON.parse(answer.response).ok, answer.attempts);`,
  });
  team.stub('tell', ({ context }) => ({ status: 201, response: { ok: context.path ?? null } }));
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.equal(team.logs[0]?.text, '201 lunch 1');
  const [request] = team.requests;
  assert.equal(request?.url, 'https://hooks.example.com/lunch');
  assert.deepEqual([request?.method, request?.body, request?.status], ['POST', '{"a":1}', 201]);
  assert.equal(request?.headers.Authorization, 'Bearer k');
  await close();
});

test('tries a request again as its template says, in virtual time', async () => {
  const { team, close } = await teamWith({
    onActivity: "await $request.invokeTemplate('tell', { context: { path: 'x' } });",
  });
  team.stub('tell', { status: 503 });
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.deepEqual([team.requests.length, team.callbacks[0]?.outcome], [1, 'running']);
  await team.advance('1s');
  assert.deepEqual([team.requests.length, team.callbacks[0]?.outcome], [3, 'failed']);
  await close();
});

test('sends nothing out: a request without a stub is rejected at once, and says what lacks', async () => {
  const { team, close } = await teamWith({
    onActivity: "await $request.invokeTemplate('tell', { context: { path: 'x' } });",
  });
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.match(team.callbacks[0]?.error?.message ?? '', /no stub, and a test sends nothing out: team\.stub\('tell'/);
  assert.throws(() => team.stub('tel', { status: 200 }), /no request template tel\. Did you mean tell\?/);
  await close();
});

test('answers the verbs of older platforms too', async () => {
  const { team, close } = await teamWith(
    { onActivity: "const { response } = await $request.get('https://api.example.com/v1'); console.info(response);" },
    {},
    {
      'manifest.json': JSON.stringify({
        'platform-version': '2.2',
        product: { freshchat: { events: { onAgentActivityCreate: { handler: 'onActivity' } } } },
        'whitelisted-domains': ['https://api.example.com'],
      }),
      'config/requests.json': null,
    },
  );
  team.stub('get', ({ url }) => ({ response: { url } }));
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.equal(team.logs[0]?.text, '{"url":"https://api.example.com/v1"}');
  await close();
});

test('keeps $db, fires $schedule, and shows both to the test', async () => {
  const { team, close } = await teamWith(
    {
      onActivity: `await $db.update('tally', 'increment', { changes: 1 });
    await $schedule.create({ name: 'later', data: { a: 1 }, schedule_at: new Date(Date.now() + 3600000).toISOString() });`,
      onSchedule: "console.info('due', payload.data, payload.domain);",
    },
    { startAt: '2026-03-04T09:00:00Z' },
  );
  await (await team.agent('ada@example.com')).setStatus('AVAILABLE');
  assert.deepEqual(await team.db.get('tally'), { changes: 1 });
  assert.deepEqual(team.schedules, [
    { name: 'later', data: { a: 1 }, nextAt: '2026-03-04T10:00:00.000Z', isRecurring: false },
  ]);
  await team.db.set('tally', { changes: 7 });
  team.clear();
  await team.advance('2h');
  assert.deepEqual(
    team.callbacks.map(({ event, startedAt, logs }) => [event, startedAt, logs[0]?.text]),
    [['onScheduledEvent', '2026-03-04T10:00:00.000Z', 'due { a: 1 } demo-team.example.com']],
  );
  assert.deepEqual([team.schedules, await team.db.get('none')], [[], null]);
  await close();
});

test('fires set-up events and calls functions: renderData is the answer, or the refusal', async () => {
  const { team, close } = await teamWith({
    onInstall: "console.info(await generateTargetUrl('x')); renderData({ message: 'Not today' });",
    onActivity: '',
    echo: 'renderData(null, { said: payload.text, key: payload.iparams.key });',
  });
  const installed = await team.fire('onAppInstall');
  assert.deepEqual([installed.outcome, installed.error?.message], ['refused', 'Not today']);
  assert.match(installed.logs[0]?.text ?? '', /^https:\/\/\S+\?options=x$/);
  const echoed = await team.callFunction('echo', { text: 'hi' });
  assert.deepEqual([echoed.outcome, echoed.answer], ['answered', { said: 'hi', key: 'k' }]);
  await assert.rejects(team.callFunction('ecco'), /no function or action ecco\. Did you mean echo\?/);
  await assert.rejects(team.fire('onAppUninstall'), /has no handler for onAppUninstall/);
  await close();
});

test('lets a function that never answers run into its limit, without waiting for it', async () => {
  const { team, close } = await teamWith({ onActivity: '', echo: '' });
  const { outcome, durationMs } = await team.callFunction('echo');
  assert.deepEqual([outcome, durationMs], ['timed_out', 10_000]);
  await close();
});

test('delivers external events and runs jobs', async () => {
  const { team, close } = await teamWith({
    onActivity: '',
    onExternal: 'console.info(payload.data, payload.headers.a, payload.options);',
    sweep: "await $job.updateStatusMessage('half done'); console.info(payload.scope);",
  });
  await team.externalEvent({ data: { z: 1 }, headers: { a: 'b' }, options: 'x' });
  assert.equal(team.callbacks[0]?.logs[0]?.text, '{ z: 1 } b x');
  const swept = await team.runJob('sweep', { scope: 'all' });
  assert.deepEqual([swept.outcome, swept.logs[0]?.text], ['answered', 'all']);
  assert.deepEqual([team.jobs[0]?.status, team.jobs[0]?.status_message], ['success', 'half done']);
  await close();
});

test('ends however it is left: twice, or with a callback that never ends', async () => {
  const { team, close } = await teamWith({ onActivity: 'await new Promise(() => {});' }, { patienceMs: 10 });
  await (await team.agent('ada@example.com')).signIn();
  assert.equal(team.callbacks[0]?.outcome, 'running');
  await close();
  await close();
  assert.deepEqual([team.callbacks[0]?.outcome, team.callbacks[0]?.error?.code], ['failed', 'abandoned']);
});

test('is the same in every run', async () => {
  const play = async () => {
    const { team, close } = await teamWith({ onActivity: '' });
    const ada = await team.agent('ada@example.com');
    await ada.signIn();
    await ada.setStatus('Lunch');
    await team.advance('1d');
    const payloads = JSON.stringify(team.callbacks.map(({ payload }) => payload));
    await close();
    return payloads;
  };
  assert.equal(await play(), await play());
});

test('refuses an app that does not load, with every finding and its place', async () => {
  const wrong = { 'config/requests.json': null, 'server/server.js': 'exports = { onActivty() {} };' };
  await assert.rejects(teamWith({}, {}, wrong), (error: Error & { findings: readonly object[] }) => {
    assert.equal(error.name, 'AppRefused');
    assert.match(error.message, /manifest\.json:\d+:\d+ .*onActivity/);
    return error.findings.length > 1;
  });
  await assert.rejects(teamWith({ onActivity: '' }, { iparams: { kye: 'k' } }), /iparams\/kye: .*key/);
  await assert.rejects(teamWith({ onActivity: '' }, { startAt: 'yesterday' }), /yesterday is no instant/);
});

test('names the package that is not installed, and the way to it', async () => {
  const dependencies = { lodash: '4.17.21' };
  const files = {
    'manifest.json': JSON.stringify({ ...manifest, dependencies }),
    'server/server.js': `const _ = require('lodash/fp');\nexports = { ${Object.keys({ ...silent, onActivity: '' })
      .map((name) => `${name}() { return _; }`)
      .join(', ')} };`,
  };
  const said = /package lodash is not installed: npm install --prefix server --no-save lodash@4\.17\.21/;
  await assert.rejects(teamWith({}, {}, files), said);
});

test('starts an app that has a front end alone', async () => {
  const files = {
    'manifest.json': JSON.stringify({
      'platform-version': '2.3',
      product: { freshchat: { location: { conversation_user_info: { url: 'index.html', icon: 'icon.svg' } } } },
    }),
    'app/index.html': '<p>',
    'app/icon.svg': '<svg/>',
    'config/requests.json': null,
    'server/server.js': null,
  };
  const { team, close } = await teamWith({}, {}, files);
  await (await team.agent('ada@example.com')).signIn();
  assert.deepEqual(team.callbacks, []);
  await close();
});

type Handlers = Readonly<Record<string, string>>;

/** An app whose handlers have these bodies, and a team around it. */
async function teamWith(
  handlers: Handlers,
  options: TeamOptions = {},
  more: Readonly<Record<string, string | null>> = {},
): Promise<{ readonly team: Team; close(): Promise<void> }> {
  const bodies = Object.entries({ ...handlers, ...silent, ...handlers });
  const files = {
    'manifest.json': JSON.stringify(manifest, null, 2),
    'config/iparams.json': JSON.stringify(iparams),
    'config/requests.json': JSON.stringify(requests),
    'server/server.js': `exports = {${bodies.map(([name, body]) => `async ${name}(payload) {\n    ${body}\n  },`).join('\n  ')}};`,
    ...more,
  };
  const folder = mkdtempSync(join(home, 'app-'));
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const team = await startTeam({ app: folder, ...options });
  return { team, close: () => team.close() };
}
