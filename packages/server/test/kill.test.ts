import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ActivityPayload } from '@rollcall/contract';
import {
  callServer,
  killServerProcess,
  pause,
  type ServerProcess,
  startServerProcess,
  stopServerProcess,
} from './server-process.ts';

/**
 * Kill −9 at random moments under load, many times over. What it holds: no acknowledged change lost, none doubled, chains
 * whole, the same answer to a retry with the same idempotency key, every delivery made or still due.
 *
 * It proves nothing about the disk itself, since the page cache survives a killed process: `fsync.test.ts` counts that.
 */
const ROUNDS = 100;
const CLIENTS = 12;
const AGENTS = 24;
const APP = fileURLToPath(new URL('../../../examples/agent-activity-log', import.meta.url));

type Asked = { readonly key: string; readonly agent: string; readonly body: string };
type Acknowledged = Asked & { readonly answer: string };

const folder = mkdtempSync(join(tmpdir(), 'rollcall-kill-'));
let current: ServerProcess | null = null;
after(() => {
  current?.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test(`a server that is killed ${ROUNDS} times under load loses, doubles and disorders nothing`, async () => {
  const chains = new Chains();
  let server = await start();
  const agents = await makeAgents(server);
  let unanswered: Asked[] = [];
  let retried = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const load = startLoad(server, agents, round);
    await pause(15 + ((round * 37) % 120));
    await killServerProcess(server);
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
  await stopServerProcess(server);
});

function ask(server: ServerProcess, { agent, body, key }: Asked): Promise<string> {
  return callServer(server, { method: 'PUT', path: `/agents/${agent}/intelliassign`, body, idempotencyKey: key });
}

async function start(): Promise<ServerProcess> {
  current = await startServerProcess(folder, '--app', APP);
  return current;
}

async function makeAgents(server: ServerProcess): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < AGENTS; index++) {
    const { id } = JSON.parse(
      await callServer(server, { method: 'POST', path: '/agents', body: { email: `agent-${index}@example.com` } }),
    ) as {
      id: string;
    };
    await callServer(server, { method: 'POST', path: `/agents/${id}/sessions` });
    ids.push(id);
  }
  return ids;
}

/** Clients that toggle until the server is gone: what was acknowledged, and what was asked without an answer. */
async function startLoad(server: ServerProcess, agents: readonly string[], round: number) {
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

  async read(server: ServerProcess): Promise<void> {
    for (;;) {
      const after = this.#cursor === null ? '' : `&after=${this.#cursor}`;
      const page = JSON.parse(await callServer(server, { method: 'GET', path: `/events?limit=1000${after}` })) as {
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
async function everythingDelivered(server: ServerProcess): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const waiting = JSON.parse(await callServer(server, { method: 'GET', path: '/deliveries?state=waiting' })) as {
      items: unknown[];
    };
    const dead = JSON.parse(await callServer(server, { method: 'GET', path: '/deliveries?state=dead' })) as {
      items: unknown[];
    };
    assert.equal(dead.items.length, 0);
    if (waiting.items.length === 0) return;
    assert.ok(Date.now() < giveUpAt, `${waiting.items.length} deliveries are still waiting`);
    await pause(200);
  }
}
