import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ActivityPayload, validateActivityPayload } from '@rollcall/contract';
import {
  callServer,
  eventually,
  killServerProcess,
  type ServerProcess,
  startServerProcess,
  stopServerProcess,
} from './server-process.ts';

/**
 * The main job, from outside: an agent signs in, goes available, is idle, returns, goes to Lunch, is set unavailable by a
 * supervisor, signs out; the app's log shows seven correct payloads whose chains close. Once in one go, and once with the
 * server killed in the middle.
 */
const folders: string[] = [];
const servers: ServerProcess[] = [];
after(() => {
  for (const { child } of servers) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const MANIFEST = `{
  "platform-version": "2.3",
  "product": { "freshchat": { "events": { "onAgentActivityCreate": { "handler": "onAgentActivityCreateCallback" } } } },
  "engines": { "node": "18.14.2", "fdk": "9.0.0" }
}`;
const SERVER = `exports = {
  onAgentActivityCreateCallback: function (payload) {
    console.log("Logging arguments from onAgentActivityCreate event: " + JSON.stringify(payload));
  }
};
`;
const SAID = 'Logging arguments from onAgentActivityCreate event: ';

for (const isKilled of [false, true]) {
  test(`seven changes, seven callbacks${isKilled ? ', with the server killed in the middle' : ''}`, async () => {
    const place = folder();
    const app = join(place, 'app');
    writeApp(app);
    let server = await start(place, app);
    const agentId = await create(server, 'agent@example.com');
    const supervisorId = await create(server, 'supervisor@example.com');
    await post(server, '/custom-statuses', { name: 'Lunch', emoji: 'pizza' });
    const { key } = JSON.parse(await post(server, '/keys', { role: 'supervisor', agent_id: supervisorId })) as {
      key: string;
    };
    const own = JSON.parse(await post(server, '/keys', { role: 'agent', agent_id: agentId })) as { key: string };
    const status = (body: object, by: string) =>
      callServer(server, { method: 'PUT', path: `/agents/${agentId}/intelliassign`, body, key: by });

    const session = JSON.parse(await post(server, `/agents/${agentId}/sessions`)) as { id: string };
    await status({ status: 'AVAILABLE' }, own.key);
    await callServer(server, { method: 'PATCH', path: `/agents/${agentId}`, body: { idle_after_ms: 300 } });
    await changes(server, agentId, 3);
    if (isKilled) {
      await killServerProcess(server);
      server = await start(place, app);
    }
    await callServer(server, { method: 'PATCH', path: `/agents/${agentId}`, body: { idle_after_ms: 600_000 } });
    const activity = `/agents/${agentId}/sessions/${session.id}/activity`;
    await callServer(server, { method: 'POST', path: activity, key: own.key });
    await status({ custom_status: 'lunch' }, own.key);
    await status({ status: 'UNAVAILABLE' }, key);
    await callServer(server, { method: 'DELETE', path: `/agents/${agentId}/sessions/${session.id}`, key: own.key });

    const payloads = await callbacks(server, 7);
    assert.deepEqual(
      payloads.map(({ data, activity: own }) => `${data.agent_activity.status} ${own?.reason}`),
      [
        'AVAILABLE login',
        'AVAILABLE agent_toggle',
        'UNAVAILABLE idle_timeout',
        'AVAILABLE active',
        'Lunch agent_toggle',
        'UNAVAILABLE supervisor',
        'UNAVAILABLE logout',
      ],
    );
    for (const payload of payloads) assert.deepEqual(validateActivityPayload(payload), []);
    assertChainsClose(payloads);
    assert.equal(payloads[5]?.data.actor.id, supervisorId);
    await stopServerProcess(server);
  });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'rollcall-main-job-'));
  folders.push(made);
  return made;
}

function writeApp(app: string): void {
  mkdirSync(join(app, 'server'), { recursive: true });
  mkdirSync(join(app, 'config'), { recursive: true });
  writeFileSync(join(app, 'manifest.json'), MANIFEST);
  writeFileSync(join(app, 'server', 'server.js'), SERVER);
  writeFileSync(join(app, 'config', 'iparams.json'), '{}');
}

async function start(place: string, app: string): Promise<ServerProcess> {
  const server = await startServerProcess(join(place, 'data'), '--app', app);
  servers.push(server);
  return server;
}

function post(server: ServerProcess, path: string, body?: object): Promise<string> {
  return callServer(server, { method: 'POST', path, ...(body === undefined ? {} : { body }) });
}

async function create(server: ServerProcess, email: string): Promise<string> {
  const answer = await post(server, '/agents', { email, first_name: 'Invented' });
  return (JSON.parse(answer) as { id: string }).id;
}

function changes(server: ServerProcess, agentId: string, count: number): Promise<unknown> {
  return eventually(`${count} changes`, async () => {
    const agent = JSON.parse(await callServer(server, { method: 'GET', path: `/agents/${agentId}` })) as {
      sequence: number;
    };
    return agent.sequence >= count ? agent : null;
  });
}

/** What the app's log shows it was called with: each event once, however often it was called, in order of first call. */
function callbacks(server: ServerProcess, count: number): Promise<readonly ActivityPayload[]> {
  return eventually(`${count} callbacks`, async () => {
    const apps = JSON.parse(await callServer(server, { method: 'GET', path: '/apps' })) as { items: { id: string }[] };
    const path = `/apps/${apps.items[0]?.id}/logs?limit=1000`;
    const logs = JSON.parse(await callServer(server, { method: 'GET', path })) as { items: { text: string }[] };
    const called = logs.items.flatMap(({ text }) =>
      text.startsWith(SAID) ? [JSON.parse(text.slice(SAID.length)) as ActivityPayload] : [],
    );
    const byId = new Map(called.map((payload) => [payload.activity?.id, payload]));
    return byId.size >= count ? [...byId.values()] : null;
  });
}

function assertChainsClose(payloads: readonly ActivityPayload[]): void {
  const last = new Map<string, ActivityPayload['data']['agent_activity']>();
  for (const [index, { data, activity }] of payloads.entries()) {
    const change = data.agent_activity;
    const before = last.get(change.availability_event_type);
    assert.equal(change.prev_status, before?.status ?? 'UNAVAILABLE');
    if (before !== undefined) assert.equal(change.prev_status_change_timestamp, before.status_change_timestamp);
    assert.equal(activity?.sequence, index + 1);
    last.set(change.availability_event_type, change);
  }
}
