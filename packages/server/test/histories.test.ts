/** Histories in a whole server: at once, after a restart, and from the data folder alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { openSession } from '../src/engine/agent-commands.ts';
import { createAgent } from '../src/engine/agent-record-commands.ts';
import { type RunningServer, startServer } from '../src/main.ts';
import { PRESENCE, presenceOf } from '../src/report/state-code.ts';
import { readHistories } from '../src/reporting/history-book.ts';
import type { HistorySource } from '../src/reporting/history-source.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { sha256Hex } from '../src/system/system-randomness.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-histories-'));
const dataFolder = join(folder, 'data');
const running: RunningServer[] = [];
after(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<RunningServer> {
  const server = await startServer(
    {
      ...{ host: '127.0.0.1', port: 0, dataFolder, appFolders: [], demo: false, postgresUrl: null, natsUrl: null },
      ...{ adminKey: 'key-of-the-test', logLevel: 'silent', fence: 'trusted', publicUrl: null, appPrivateHosts: [] },
    },
    pino({ level: 'silent' }),
  );
  running.push(server);
  return server;
}

/** Positions, and how many times the agent came to be online. */
async function told(source: HistorySource) {
  const now = Date.now();
  const window = { from: now - 86_400_000, to: now };
  const snapshot = await source.snapshot({ account: 1, agents: null, window, now, atPosition: null });
  const codes = snapshot.agents[0]?.history.flatMap(({ codes, length }) => [...codes.subarray(0, length)]) ?? [];
  return { position: snapshot.position, agents: snapshot.agents.length, isOnline: codes.map(presenceOf) };
}

async function fromFolder() {
  const store = openSqliteStore({ folder: dataFolder, readOnly: true, hash: sha256Hex });
  try {
    return await told(await readHistories({ store, clock: systemClock(), report: assert.fail }));
  } finally {
    await store.close();
  }
}

test('a server keeps histories, and its data folder tells the same without it', async () => {
  const first = await start();
  const ask = () => ({ caller: { keyId: 'system', account: 1, role: 'admin', agent: 0 } as const, now: Date.now() });
  const { engine } = first;
  const made = await engine.write((draft) => createAgent(draft, engine.world, ask(), { email: 'agent@example.com' }));
  assert.ok(made.kind === 'done');
  const input = { agentId: made.value.profile.id, transport: 'http' } as const;
  await engine.write((draft) => openSession(draft, engine.world, ask(), input));
  const live = await told(first.history);
  assert.equal(live.position, engine.head);
  assert.equal(live.agents, 1);
  assert.ok(live.isOnline.includes(PRESENCE.online));
  assert.deepEqual(await fromFolder(), live, 'beside the server, from the log');
  await first.stop();
  const stopped = await fromFolder();
  assert.deepEqual(stopped.isOnline, live.isOnline, 'after it, from what it wrote');
  const store = openSqliteStore({ folder: dataFolder, readOnly: true, hash: sha256Hex });
  const { cursor, agents } = await store.histories();
  await store.close();
  assert.equal(cursor?.position, stopped.position);
  assert.equal(agents.length, 1);
  const second = await start();
  const again = await told(second.history);
  assert.equal(again.position, second.engine.head);
  // The time between the two servers, which nobody watched.
  assert.deepEqual(again.isOnline.slice(0, live.isOnline.length), live.isOnline);
  assert.ok(again.isOnline.includes(PRESENCE.unknown));
});
