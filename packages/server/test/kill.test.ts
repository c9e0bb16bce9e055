import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ActivityPayload } from '@rollcall/contract';

/**
 * Kill −9 at random moments under load, many times over. What it holds: no acknowledged change lost, none doubled, chains
 * whole, the same answer to a retry with the same idempotency key, every delivery made or still due.
 *
 * It proves nothing about the disk itself, since the page cache survives a killed process: `fsync.test.ts` counts that.
 */
const ROUNDS = 100;
const CLIENTS = 12;
const AGENTS = 24;
const KEY = 'a-first-admin-key-for-the-kill-test';
const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const APP = fileURLToPath(new URL('../../../examples/agent-activity-log', import.meta.url));

type Asked = { readonly key: string; readonly agent: string; readonly body: string };
type Acknowledged = Asked & { readonly answer: string };

const folder = mkdtempSync(join(tmpdir(), 'rollcall-kill-'));
let current: Server | null = null;
after(() => {
  current?.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

type Server = { readonly child: ChildProcess; readonly url: string };

test(`a server that is killed ${ROUNDS} times under load loses, doubles and disorders nothing`, async () => {
  const chains = new Chains();
  let server = await start();
  const agents = await makeAgents(server);
  let unanswered: Asked[] = [];
  let retried = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const load = startLoad(server, agents, round);
    await pause(15 + ((round * 37) % 120));
    server.child.kill('SIGKILL');
    const { acknowledged, open } = await load;
    server = await start();
    await chains.read(server);
    for (const one of acknowledged) chains.mustHold(one);
    for (const one of acknowledged.slice(-2)) assert.equal(await ask(server, one), one.answer, 'the same answer again');
    for (const one of [...unanswered, ...open].slice(0, 20)) {
      const answer = await ask(server, one);
      assert.equal(await ask(server, one), answer, 'asked twice, done once');
      retried++;
    }
    unanswered = open.slice(20);
  }
  await chains.read(server);
  assert.ok(chains.acknowledged > ROUNDS, `only ${chains.acknowledged} changes were acknowledged under the kills`);
  assert.ok(retried > 0, 'no request was caught in the middle: the kills came too late or too early');
  await everythingDelivered(server);
  await stop(server);
});

/** A server on the folder, ready. */
async function start(): Promise<Server> {
  const words = [
    '--disable-warning=ExperimentalWarning',
    PROGRAM,
    'serve',
    '--port',
    '0',
    '--data',
    folder,
    '--app',
    APP,
  ];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ROLLCALL_ADMIN_KEY: KEY, ROLLCALL_LOG_LEVEL: 'warn' },
  });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      out += bytes.toString();
      const found = /listening on (http:\S+)/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready: ${said}${out}`)));
  });
  current = { child, url };
  return current;
}

async function stop(server: Server): Promise<void> {
  const ended = new Promise((resolve) => server.child.on('exit', resolve));
  server.child.kill('SIGTERM');
  assert.equal(await ended, 0);
}

async function call(server: Server, method: string, path: string, body?: unknown, key?: string): Promise<string> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text;
}

function ask(server: Server, { agent, body, key }: Asked): Promise<string> {
  return call(server, 'PUT', `/agents/${agent}/intelliassign`, body, key);
}

async function makeAgents(server: Server): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < AGENTS; index++) {
    const { id } = JSON.parse(await call(server, 'POST', '/agents', { email: `agent-${index}@example.com` })) as {
      id: string;
    };
    await call(server, 'POST', `/agents/${id}/sessions`);
    ids.push(id);
  }
  return ids;
}

/** Clients that toggle until the server is gone: what was acknowledged, and what was asked without an answer. */
async function startLoad(server: Server, agents: readonly string[], round: number) {
  const acknowledged: Acknowledged[] = [];
  const open: Asked[] = [];
  const client = async (index: number) => {
    for (let time = 0; ; time++) {
      const agent = agents[(index + time * CLIENTS) % agents.length] ?? '';
      const body = JSON.stringify({ status: (time >> 1) % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE' });
      const asked = { key: `round-${round}-${index}-${time}`, agent, body };
      try {
        acknowledged.push({ ...asked, answer: await ask(server, asked) });
      } catch (cause) {
        assert.ok(cause instanceof TypeError, `a live server refused: ${String(cause)}`);
        open.push(asked);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  return { acknowledged, open };
}

/** Every event of the log, read on as it grows: each agent's chain, and every id once. */
class Chains {
  acknowledged = 0;
  #cursor: string | null = null;
  readonly #ids = new Set<string>();
  readonly #last = new Map<string, ActivityPayload>();
  readonly #sequences = new Map<string, number>();

  async read(server: Server): Promise<void> {
    for (;;) {
      const after = this.#cursor === null ? '' : `&after=${this.#cursor}`;
      const page = JSON.parse(await call(server, 'GET', `/events?limit=1000${after}`)) as {
        items: ActivityPayload[];
        next: string | null;
      };
      for (const event of page.items) this.#take(event);
      const last = page.items.at(-1)?.activity;
      if (last !== undefined) this.#cursor = String(Number.parseInt(last.id.replaceAll('-', '').slice(0, 12), 16));
      if (page.next === null) return;
    }
  }

  mustHold({ answer, key }: Acknowledged): void {
    const { event } = JSON.parse(answer) as { event: ActivityPayload | null };
    this.acknowledged++;
    if (event?.activity !== undefined) assert.ok(this.#ids.has(event.activity.id), `acknowledged and lost: ${key}`);
  }

  #take(event: ActivityPayload): void {
    const { activity } = event;
    const { agent_activity: change } = event.data;
    assert.ok(activity !== undefined && !this.#ids.has(activity.id), 'no event twice');
    this.#ids.add(activity.id);
    assert.equal(activity.sequence, (this.#sequences.get(activity.agent_id) ?? 0) + 1, 'sequences have no gap');
    this.#sequences.set(activity.agent_id, activity.sequence);
    const axis = `${activity.agent_id} ${change.availability_event_type}`;
    const before = this.#last.get(axis)?.data.agent_activity;
    assert.equal(change.prev_status, before?.status ?? 'UNAVAILABLE');
    if (before !== undefined) assert.equal(change.prev_status_change_timestamp, before.status_change_timestamp);
    assert.notEqual(change.status, change.prev_status);
    this.#last.set(axis, event);
  }
}

/** Every delivery ends as delivered: what was due when the process died is due again. */
async function everythingDelivered(server: Server): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const waiting = JSON.parse(await call(server, 'GET', '/deliveries?state=waiting')) as { items: unknown[] };
    const dead = JSON.parse(await call(server, 'GET', '/deliveries?state=dead')) as { items: unknown[] };
    assert.equal(dead.items.length, 0);
    if (waiting.items.length === 0) return;
    assert.ok(Date.now() < giveUpAt, `${waiting.items.length} deliveries are still waiting`);
    await pause(200);
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
