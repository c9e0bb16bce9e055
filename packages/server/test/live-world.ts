import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@rollcall/contract';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RecordedFact } from '../src/activity/fact.ts';
import { type Caller, callerOf } from '../src/directory/api-key.ts';
import type { Answer } from '../src/directory/rejection.ts';
import { type Ask, changeIntelliassign } from '../src/engine/agent-commands.ts';
import { createAgent } from '../src/engine/agent-record-commands.ts';
import { Engine } from '../src/engine/engine.ts';
import { createKey, revokeKey } from '../src/engine/key-commands.ts';
import type { Agent } from '../src/engine/memory.ts';
import { type Store, StoreFailure } from '../src/engine/store.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { sha256Hex, systemRandomness } from '../src/system/system-randomness.ts';
import { createZones } from '../src/time/zone.ts';
import { ManualClock } from './manual-clock.ts';

export const START = Date.UTC(2026, 2, 4, 9);
export const ADMIN_KEY = 'the first admin key of the test';
export const ADMIN: Caller = { keyId: 'test', account: 1, role: 'admin', agent: 0 };

/** What the doors under test get, and a server for them to hang on. */
export type LiveWorld = {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly app: FastifyInstance;
  readonly disk: { isFull: boolean };
  readonly logged: string[];
  readonly facts: RecordedFact[];
  readonly deps: {
    readonly engine: Engine;
    authenticate(headers: IncomingHttpHeaders): Caller | null;
    encodeAgent(agent: Agent): object;
    readonly logger: { warn(details: object, sentence: string): void; error(details: object, sentence: string): void };
  };
  listen(): Promise<number>;
  stop(): Promise<void>;
};

/** A real engine on a real store in a folder of its own, with a clock in the hand. `folder` takes over another's. */
export async function startLiveWorld(options: { folder?: string; at?: number } = {}): Promise<LiveWorld> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'rollcall-live-'));
  const clock = new ManualClock(options.at ?? START);
  const disk = { isFull: false };
  const opened = openSqliteStore({ folder, hash: sha256Hex });
  const store: Store = Object.assign(Object.create(opened), {
    commit: (changes: Parameters<Store['commit']>[0]) => {
      if (disk.isFull) throw new StoreFailure('full', 'the disk is full', 'later');
      return opened.commit(changes);
    },
  });
  const { engine } = await Engine.start(
    {
      store,
      clock,
      random: systemRandomness(),
      hash: sha256Hex,
      zones: createZones(process.versions.tz ?? 'unknown'),
      report: () => {},
    },
    { accountId: '1', accountName: 'Test', domain: 'support.example.com', secret: ADMIN_KEY },
  );
  const app = Fastify({ forceCloseConnections: 'idle' });
  const logged: string[] = [];
  const facts: RecordedFact[] = [];
  engine.onCommitted((_head, committed) => void facts.push(...committed));
  const note = (details: object, sentence: string) => void logged.push(`${sentence} ${String(Object.values(details))}`);
  return {
    engine,
    clock,
    store,
    app,
    disk,
    logged,
    facts,
    deps: {
      engine,
      authenticate: (headers) => callerOfHeaders(engine, headers),
      encodeAgent: (agent) => ({ id: agent.profile.id, sequence: agent.availability.sequence }),
      logger: { warn: note, error: note },
    },
    async listen() {
      app.server.on('connection', (socket) => socket.on('error', () => {}));
      await app.listen({ host: '127.0.0.1', port: 0 });
      return (app.server.address() as AddressInfo).port;
    },
    async stop() {
      await app.close();
      await engine.stop();
      await opened.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function callerOfHeaders(engine: Engine, { authorization }: IncomingHttpHeaders): Caller | null {
  const secret = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const key = secret === undefined ? undefined : engine.memory.keys.get(sha256Hex(secret));
  return key === undefined ? null : callerOf(key);
}

export function valueIn<T>(answer: Answer<T>): T {
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
  return (answer as Extract<Answer<T>, { kind: 'done' }>).value;
}

export function asAdmin({ clock }: LiveWorld): Ask {
  return { caller: ADMIN, now: clock.now() };
}

export async function newAgent(world: LiveWorld, email: string, by: Caller = ADMIN): Promise<Agent> {
  const { engine } = world;
  const ask = { ...asAdmin(world), caller: by };
  return valueIn(await engine.write((draft) => createAgent(draft, engine.world, ask, { email })));
}

/** A key's secret. */
export async function newKey(
  world: LiveWorld,
  role: Role,
  agentId: string | null = null,
): Promise<{ readonly id: string; readonly secret: string }> {
  const { engine } = world;
  const input = { role, agentId, name: 'a key of the test' };
  const made = valueIn(await engine.write((draft) => createKey(draft, engine.world, asAdmin(world), input)));
  return { id: made.key.id, secret: made.secret };
}

export async function endKey(world: LiveWorld, id: string): Promise<void> {
  valueIn(await world.engine.write((draft) => revokeKey(draft, asAdmin(world), { id })));
}

/** One event on the IntelliAssign axis: from one plain status to the other. */
export async function toggle(world: LiveWorld, agentId: string): Promise<void> {
  const { engine } = world;
  const answer = await engine.write((draft) => {
    const number = engine.memory.agentNumbers.get(agentId) ?? 0;
    const isAvailable = draft.memory.agents.drafted(number)?.availability.intelliassign.status === 1;
    const status = isAvailable ? 'UNAVAILABLE' : 'AVAILABLE';
    return changeIntelliassign(draft, engine.world, asAdmin(world), { agentId, status });
  });
  assert.equal(valueIn(answer).changed, true);
}

/** The positions of an account's events, in log order, as the log itself tells them. */
export async function eventPositions({ engine }: LiveWorld, account = 1, agent = 0): Promise<number[]> {
  const facts = await engine.store.facts({ after: 0, limit: 1_000_000 });
  return facts
    .filter(
      (fact) => fact.kind === 'StatusChanged' && fact.account === account && (agent === 0 || fact.agent === agent),
    )
    .map((fact) => fact.position);
}

/** Waits for what happens on real connections, looking again at every turn. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!isSo()) {
    assert.ok(performance.now() < giveUpAt, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
