import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { AppHost } from '../src/apps/app-host.ts';
import type { CodeStore } from '../src/apps/code-store.ts';
import { FakeOutbound } from '../src/apps/fake-outbound.ts';
import { subscriptionChanges } from '../src/apps/subscription-record.ts';
import type { Caller } from '../src/directory/api-key.ts';
import type { Answer, Rejection } from '../src/directory/rejection.ts';
import { Dispatcher } from '../src/dispatch/dispatcher.ts';
import { type Ask, changeIntelliassign } from '../src/engine/agent-commands.ts';
import { createAgent } from '../src/engine/agent-record-commands.ts';
import { Engine } from '../src/engine/engine.ts';
import type { Store } from '../src/engine/store.ts';
import { fileCodeStore } from '../src/install/file-code-store.ts';
import { defaultSandboxLimits, type SandboxLimits } from '../src/sandbox/limits.ts';
import { createNodeLauncher } from '../src/sandbox/node-launcher.ts';
import { sandboxedApps } from '../src/sandbox/sandboxed-apps.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { boundedPatterns } from '../src/system/bounded-pattern.ts';
import { openFileVault } from '../src/system/file-vault.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { sha256Hex, systemRandomness } from '../src/system/system-randomness.ts';
import { createZones } from '../src/time/zone.ts';

const ADMIN: Caller = { keyId: 'test', account: 1, role: 'admin', agent: 0 };

/** Apps as a server has them, on a real store, in real processes, without a door. */
export type AppWorld = {
  readonly host: AppHost;
  readonly engine: Engine;
  readonly dispatcher: Dispatcher;
  readonly outbound: FakeOutbound;
  /** The data folder. */
  readonly folder: string;
  readonly reports: string[];
  readonly code: CodeStore;
  ask(): Ask;
  /** One event of an agent of the test. */
  toggle(): Promise<void>;
  /** Everything that lies in the data folder's files, one after the other. */
  everythingOnDisk(): string;
  /** Names in the folder of the apps' code. */
  packages(): readonly string[];
  /** What an app printed, the newest last. */
  printed(id: string): Promise<readonly string[]>;
  stop(): Promise<void>;
};

export type AppWorldOptions = {
  /** Another world's, which was stopped. */
  readonly folder?: string;
  readonly liveFolders?: readonly string[];
  readonly folders?: readonly string[];
  /** Default: those of a server. */
  readonly limits?: Partial<SandboxLimits>;
  /** In place of the real one, around it. */
  readonly code?: (real: CodeStore) => CodeStore;
};

export async function startAppWorld(options: AppWorldOptions = {}): Promise<AppWorld> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'rollcall-apps-'));
  const clock = systemClock();
  const store: Store = openSqliteStore({ folder, hash: sha256Hex });
  const random = systemRandomness();
  const ports = { store, clock, random, hash: sha256Hex, report: () => {}, zones: createZones('unknown') };
  const first = {
    accountId: '4096',
    accountName: 'First',
    domain: 'first.example.com',
    secret: 'an admin key of a test',
  };
  const { engine, loaded } = await Engine.start(ports, first);
  const dispatcher = new Dispatcher({
    ports: {
      log: store,
      history: store,
      commit: (changes) => engine.commit(changes),
      clock,
      random: () => 0.5,
      headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
      subscriptionChanges,
      logger: pino({ level: 'silent' }),
    },
    head: engine.head,
    cursors: loaded.cursors,
    lanes: loaded.lanes,
  });
  engine.onCommitted((head, facts) => dispatcher.onCommitted(head, facts));
  const outbound = new FakeOutbound();
  const reports: string[] = [];
  const real = fileCodeStore({ folder: join(folder, 'apps'), environment: { PATH: process.env.PATH } });
  const code = options.code?.(real) ?? real;
  const host = new AppHost({
    engine,
    runners: sandboxedApps({
      launcher: createNodeLauncher({ nodePath: process.execPath }),
      fence: 'trusted',
      clock,
      limits: { ...defaultSandboxLimits, ...options.limits },
    }),
    code,
    vault: openFileVault(folder),
    outbound,
    matcher: boundedPatterns(),
    publicUrl: () => 'https://team.example.com',
    subscriptions: dispatcher,
    resolveFolder: (asked) => (options.folders ?? [asked]).find((one) => one === asked) ?? null,
    liveFolders: options.liveFolders ?? [],
    report: (sentence) => void reports.push(sentence),
  });
  await host.resume(loaded.records);
  dispatcher.start();
  const ask = (): Ask => ({ caller: ADMIN, now: clock.now() });
  let agent: string | null = null;
  return {
    host,
    engine,
    dispatcher,
    outbound,
    folder,
    reports,
    code,
    ask,
    async toggle() {
      const agentId = agent ?? (await newAgent(engine, ask()));
      agent = agentId;
      const answer = await engine.write((draft) => {
        const number = engine.memory.agentNumbers.get(agentId) ?? 0;
        const isAvailable = draft.memory.agents.drafted(number)?.availability.intelliassign.status === 1;
        const status = isAvailable ? 'UNAVAILABLE' : 'AVAILABLE';
        return changeIntelliassign(draft, engine.world, ask(), { agentId, status });
      });
      assert.equal(doneWith(answer).changed, true);
    },
    everythingOnDisk: () => {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
    },
    packages: () => {
      try {
        return readdirSync(join(folder, 'apps'));
      } catch {
        return [];
      }
    },
    async printed(id) {
      const lines = doneWith(await host.logs(1, id, { after: 0, limit: 1000 }));
      return lines.map(({ text }) => text);
    },
    async stop() {
      await dispatcher.stop();
      await host.stop();
      await engine.stop();
      await store.close();
    },
  };
}

async function newAgent(engine: Engine, ask: Ask): Promise<string> {
  const email = `agent-${engine.head}@example.com`;
  const made = await engine.write((draft) => createAgent(draft, engine.world, ask, { email }));
  return doneWith(made).profile.id;
}

export function doneWith<T>(answer: Answer<T>): T {
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
  return (answer as Extract<Answer<T>, { kind: 'done' }>).value;
}

export function rejectionOf(answer: Answer<unknown>): Rejection {
  assert.equal(answer.kind, 'rejected', JSON.stringify(answer));
  return answer as Rejection;
}

/** An app's files in a folder of their own; written again, they replace those that were there. */
export function writeApp(folder: string, files: Readonly<Record<string, string | object>>): string {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}
