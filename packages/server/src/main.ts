import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { AppHost } from './apps/app-host.ts';
import type { AppRunners } from './apps/app-runner.ts';
import { subscriptionChanges } from './apps/subscription-record.ts';
import type { Config } from './config/config.ts';
import type { Rejection } from './directory/rejection.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import type { Clock } from './engine/clock.ts';
import { Engine } from './engine/engine.ts';
import type { Recovery } from './engine/recover.ts';
import { tableFiles } from './export/table-files.ts';
import { buildServer } from './http/build-server.ts';
import { liveDoors } from './http/live/live-doors.ts';
import { fileCodeStore } from './install/file-code-store.ts';
import { openOutgoing } from './outbound/outgoing.ts';
import { HistoryBook } from './reporting/history-book.ts';
import type { HistorySource } from './reporting/history-source.ts';
import { ReportDesk } from './reporting/report-desk.ts';
import type { Reports } from './reporting/reports.ts';
import { proveFence } from './sandbox/attacks/proven-fence.ts';
import { type ChosenFence, chooseFence, fenceSentences } from './sandbox/choose-fence.ts';
import { fencedApps } from './sandbox/fenced-apps.ts';
import { openSqliteStore } from './store/sqlite/open-sqlite-store.ts';
import { boundedPatterns } from './system/bounded-pattern.ts';
import { openFileVault } from './system/file-vault.ts';
import { systemClock } from './system/system-clock.ts';
import { sha256Hex, systemRandomness } from './system/system-randomness.ts';
import { createZones } from './time/zone.ts';
import type { Zones } from './time/zone-rules.ts';

/** A server that is up. */
export type RunningServer = {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly engine: Engine;
  /** For whoever opens a door of his own beside the HTTP API: the developer's page, the tests. */
  readonly host: AppHost;
  readonly dispatcher: Dispatcher;
  readonly reports: Reports;
  /** What reports are calculated from. */
  readonly history: HistorySource;
  readonly recovery: Recovery;
  /** The first admin key, when it was made at this start and not given: to be shown once. */
  readonly madeAdminKey: string | null;
  readonly fence: AppRunners['fence'];
  /** What the operator has to know of the fence: first what is in force, then what is not, and why. */
  readonly fenceSentences: readonly string[];
  /** Why uploaded apps may not run here; null when they may. The first answer takes as long as the attack battery. */
  readonly objectToUploads: () => Promise<string | null>;
  readonly apps: readonly { readonly folder: string; readonly name: string; readonly id: string }[];
  /** Folders whose app was not installed, with every reason. */
  readonly refusedApps: readonly { readonly folder: string; readonly rejection: Rejection }[];
  /** Answers what is under way, writes the cursors and the last sign of life, and lets go of everything. */
  stop(): Promise<void>;
};

/** The account that a new data folder begins with. */
const FIRST_ACCOUNT = { accountName: 'My team', domain: 'rollcall.localhost' } as const;

/** What is found out about this machine once for everybody who runs from this installation. */
export const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/rollcall', import.meta.url));

/** What of the world a server may be given instead of the machine's own. */
export type ServerWorld = {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Folders whose apps run in place and are read again on demand, for their developer; others run from a copy. */
  readonly liveFolders?: readonly string[];
  /** Makes the runners of apps from those that the server would take: for who watches them, or brings others. */
  readonly runners?: (own: () => AppRunners) => AppRunners;
};

/**
 * Plugs the adapters into the rooms and opens the doors: the only place that knows them all.
 *
 * @throws StoreFailure when the data folder cannot be used; Error of the system when the port cannot be listened on
 */
export async function startServer(config: Config, logger: Logger, world: ServerWorld = {}): Promise<RunningServer> {
  const clock = world.clock ?? systemClock();
  const random = systemRandomness();
  const zones = createZones(process.versions.tz ?? 'unknown');
  const report = (level: 'info' | 'warn' | 'error', sentence: string, details: object = {}) =>
    logger[level](details, sentence);

  // A port that is taken is found out before anything is written: a first admin key is shown once, or was never made.
  await requireAddress(config);
  const store = openSqliteStore({ folder: config.dataFolder, hash: sha256Hex });
  const secret = config.adminKey ?? random.secret();
  const { engine, recovery, loaded } = await Engine.start(
    { store, clock, random, hash: sha256Hex, zones, report },
    { ...FIRST_ACCOUNT, accountId: random.longDigits().slice(0, 15), secret },
  );

  const dispatcher = new Dispatcher({
    ports: {
      log: store,
      history: store,
      commit: (changes) => engine.commit(changes),
      clock,
      random: Math.random,
      headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
      subscriptionChanges,
      logger,
    },
    head: engine.head,
    cursors: loaded.cursors,
    lanes: loaded.lanes,
  });
  const stopListening = engine.onCommitted((head, facts) => dispatcher.onCommitted(head, facts));

  const history = new HistoryBook({ store, commit: (changes) => engine.commit(changes), clock, report });
  const stopRecording = engine.onCommitted((head, facts) => history.onCommitted(head, facts));
  history.start(engine.head);
  const reports = reportDeskOver(history, zones, clock);

  const folders = config.appFolders.map((folder) => resolve(folder));
  const liveFolders = (world.liveFolders ?? []).map((folder) => resolve(folder));
  const outgoing = openOutgoing({ privateHosts: config.appPrivateHosts });
  const chosen = await chooseFence({ wanted: config.fence, nodePath: process.execPath });
  const ownRunners = () =>
    fencedApps(chosen, {
      clock: systemClock(),
      broker: outgoing.sockets,
      pidFile: join(config.dataFolder, 'app-processes'),
    });
  const runners = world.runners?.(ownRunners) ?? ownRunners();
  // Known in full only when the port is: nobody asks before that.
  const listening = { url: '' };
  const stopping = new AbortController();
  const objectToUploads = objectionToUploads(config.dataFolder, chosen, stopping.signal);
  const apps = new AppHost({
    engine,
    runners,
    outbound: outgoing.http,
    matcher: boundedPatterns(),
    publicUrl: () => config.publicUrl ?? listening.url,
    subscriptions: dispatcher,
    // By its path, or by its name, which is all that a caller on another machine sees of it.
    resolveFolder: (folder) =>
      [...folders, ...liveFolders].find((one) => one === resolve(folder) || basename(one) === folder) ?? null,
    code: fileCodeStore({ folder: join(config.dataFolder, 'apps'), environment: process.env }),
    vault: openFileVault(config.dataFolder),
    liveFolders,
    objectToUploads,
    report: (sentence, details) => report('warn', sentence, details),
  });
  await apps.resume(loaded.records);
  const refusedApps = await takeUpApps(apps, folders, clock.now());
  dispatcher.start();

  let isReady = false;
  const http = buildServer({
    engine,
    apps,
    deliveries: dispatcher,
    reports,
    tableFiles: tableFiles(),
    logger,
    live: liveDoors(),
    version: productVersion(),
    isReady: () => isReady,
  });
  const closeAll = async () => {
    isReady = false;
    stopping.abort();
    await http.stop();
    await dispatcher.stop();
    await apps.stop();
    await outgoing.close();
    stopListening();
    stopRecording();
    await history.stop();
    await engine.stop();
    await store.close();
  };
  const url = await listenOrClose(() => http.listen({ host: config.host, port: config.port }), closeAll);
  listening.url = url;
  isReady = true;

  return {
    url,
    engine,
    host: apps,
    dispatcher,
    reports,
    history,
    recovery,
    madeAdminKey: recovery.kind === 'new' && config.adminKey === null ? secret : null,
    fence: runners.fence,
    fenceSentences: fenceSentences(chosen),
    objectToUploads,
    apps: apps.list(1).map(({ folder, name, id }) => ({ folder: folder ?? name, name, id })),
    refusedApps,
    stop: once(closeAll),
  };
}

/** Reports over histories, on a machine that has other things to do. */
export function reportDeskOver(source: HistorySource, zones: Zones, clock: Pick<Clock, 'nextTurn'>): Reports {
  const nextTurn = () => new Promise<void>((resolve) => clock.nextTurn(resolve));
  return new ReportDesk({ source, zones, nextTurn, ticks: () => performance.now() });
}

/**
 * Why what a stranger uploads may not run here, or null. Folders that the server is started with are the operator's own
 * choice; an upload has to meet a fence that was seen to hold on this machine, which takes some seconds, once.
 */
function objectionToUploads(
  dataFolder: string,
  chosen: ChosenFence,
  signal: AbortSignal,
): () => Promise<string | null> {
  let proof: Promise<string | null> | null = null;
  return async () => {
    if (chosen.kind === 'none') return fenceSentences(chosen).join('. ');
    if (chosen.fence === 'trusted') {
      return 'The fence is set to "trusted", which is none: apps run from folders that the server is started with. Set fence = "auto" to take uploads.';
    }
    const hostProgram = fileURLToPath(new URL('./cli/attack-host.ts', import.meta.url));
    proof ??= proveFence({ fence: chosen.fence, hostProgram, dataFolder, cacheFolder, signal }).then(
      ({ objection }) => objection,
    );
    const objection = await proof;
    // What was mended meanwhile is seen at the next upload.
    if (objection !== null) proof = null;
    return objection;
  };
}

/** Apps of the folders that the server is started with: new ones are installed with their defaults, changed ones updated. */
async function takeUpApps(
  apps: AppHost,
  folders: readonly string[],
  now: number,
): Promise<RunningServer['refusedApps']> {
  const ask = { caller: { keyId: 'system', account: 1, role: 'admin', agent: 0 }, now } as const;
  const refused: { folder: string; rejection: Rejection }[] = [];
  for (const folder of folders) {
    const answer = await apps.takeUp(ask, folder);
    if (answer.kind === 'rejected') refused.push({ folder, rejection: answer });
  }
  return refused;
}

async function listenOrClose(listen: () => Promise<string>, close: () => Promise<void>): Promise<string> {
  try {
    return await listen();
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** @throws Error of the system when the address cannot be listened on */
function requireAddress({ host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}

function productVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | null = null;
  return () => {
    result ??= run();
    return result;
  };
}
