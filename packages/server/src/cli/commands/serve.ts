import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { type Demo, startDemo } from '../../../simulation/demo-team.ts';
import { createSeededRandom } from '../../../simulation/seeded-random.ts';
import type { Config } from '../../config/config.ts';
import type { Flags } from '../../config/settings.ts';
import { type RunningServer, startServer } from '../../main.ts';
import { systemClock } from '../../system/system-clock.ts';
import { formatInstant } from '../../time/instant.ts';
import { tailAppLogs } from '../app-log-tail.ts';
import { CommandFailed } from '../command-failed.ts';
import { type ControlDoor, openControlDoor } from '../control/control-door.ts';
import { performInServer } from '../control/perform-in-server.ts';
import { removeServerFile, writeServerFile } from '../control/server-file.ts';
import { configOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';
import { stopSignal } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';

export type ServeOptions = Flags & { readonly appLogs?: boolean; readonly json?: boolean };

/** `serve`: the server, until it is told to stop. */
export async function serve({ terminal }: Invocation, options: ServeOptions): Promise<void> {
  const config = configOf(options);
  refuseWhatIsNotThere(config);
  const stop = stopSignal();
  const logger = processLog(config);
  const server = await start(config, logger);
  const control = await openControl(config, server, logger);
  if (options.json === true) await terminal.line(JSON.stringify(announcement(config, server)));
  else {
    await terminal.line(`listening on ${server.url}`);
    for (const sentence of greeting(config, server)) terminal.say(sentence);
  }
  await terminal.flush();
  const demo = config.demo ? startDemoTeam(server, logger) : null;
  const tail = config.demo || options.appLogs === true ? await showAppLogs(server, terminal) : null;
  const callOffProof = proveFenceSoon(server, logger);
  const signal = await stop.asked;
  callOffProof();
  logger.info({ signal }, 'stopping');
  await tail?.stop();
  await stopAll(config, { server, control, demo });
  logger.info('stopped');
}

/**
 * The first upload would wait for the attack battery; it is run before somebody uploads, once the start has settled, and
 * only where it was not run before.
 */
function proveFenceSoon({ fence, objectToUploads }: RunningServer, logger: Logger): () => void {
  if (fence === 'none' || fence === 'trusted') return () => {};
  let isOver = false;
  const timer = setTimeout(async () => {
    const objection = await objectToUploads();
    if (objection !== null && !isOver) logger.warn({ objection }, 'uploaded apps will be refused');
  }, PROOF_AFTER_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const PROOF_AFTER_MS = 10_000;

/** A setting that is silently ignored is a promise that is silently broken. */
function refuseWhatIsNotThere(config: Config): void {
  const asked = [config.postgresUrl === null ? null : 'PostgreSQL', config.natsUrl === null ? null : 'NATS'];
  const missing = asked.filter((name) => name !== null);
  if (missing.length === 0) return;
  throw new CommandFailed(`This version has no adapter for ${missing.join(' and ')}: leave the setting out.`);
}

/** JSON lines on stderr: stdout is for data. */
function processLog(config: Config): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
  // A log that nobody takes must not stop the server.
  destination.on('error', () => {});
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

async function start(config: Config, logger: Logger): Promise<RunningServer> {
  try {
    return await startServer(config, logger);
  } catch (error) {
    const sentence = listenSentence(config, (error as NodeJS.ErrnoException).code);
    throw sentence === null ? error : new CommandFailed(sentence, 1, error);
  }
}

function listenSentence({ host, port }: Config, code: string | undefined): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop what listens there, or choose another with --port (0 takes any free one).`;
    case 'EACCES':
      return `Port ${port} of ${host} may not be listened on by this user. Choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine. Give one that is with --host, or 127.0.0.1.`;
    default:
      return null;
  }
}

async function openControl(config: Config, server: RunningServer, logger: Logger): Promise<ControlDoor | null> {
  const { engine, url } = server;
  try {
    const door = await openControlDoor(config.dataFolder, (operation) => performInServer(engine, operation));
    const startedAt = formatInstant(engine.world.readyAt);
    writeServerFile(config.dataFolder, { pid: process.pid, url, control: door.path, startedAt });
    return door;
  } catch (error) {
    logger.warn(
      { cause: String(error) },
      'commands cannot reach this server: key create, account create and import will not work',
    );
    return null;
  }
}

function startDemoTeam({ engine }: RunningServer, logger: Logger): Demo {
  return startDemo(engine, {
    account: 1,
    clock: systemClock(),
    random: createSeededRandom(randomUUID()),
    report: (level, sentence, details = {}) => logger[level](details, sentence),
  });
}

function showAppLogs({ engine, apps }: RunningServer, terminal: Terminal): Promise<{ stop(): Promise<void> }> {
  const { store, clock } = engine;
  return tailAppLogs({ store, clock, apps, print: (line) => terminal.say(line) });
}

type Started = {
  readonly server: RunningServer;
  readonly control: ControlDoor | null;
  readonly demo: Demo | null;
};

async function stopAll(config: Config, { server, control, demo }: Started): Promise<void> {
  await demo?.stop();
  if (control !== null) removeServerFile(config.dataFolder, process.pid);
  await control?.close();
  await server.stop();
}

/** What a person wants to know first, on stderr. */
function greeting(config: Config, server: RunningServer): readonly string[] {
  const { url, recovery, madeAdminKey, fenceSentences } = server;
  const refused = server.refusedApps.flatMap(({ folder, rejection }) => [
    `  not loaded  ${folder}: ${rejection.detail}`,
    ...rejection.faults.slice(1).map(({ detail }) => `              ${detail}`),
  ]);
  return [
    `  API         ${url}/api/v1, described at ${url}/api`,
    `  data        ${config.dataFolder}, ${logSentence(recovery)}`,
    ...server.apps.map(({ name, folder, id }) => `  app         ${name} (${id}) from ${folder}`),
    ...refused,
    ...fenceSentences.map((sentence, index) => `  ${index === 0 ? 'fence' : '     '}       ${sentence}`),
    ...(config.demo ? ['  demo        an invented team is at work: every name says so. What apps print follows.'] : []),
    ...(madeAdminKey === null ? [] : [`  admin key   ${madeAdminKey} (shown this once: keep it)`]),
  ];
}

function logSentence(recovery: RunningServer['recovery']): string {
  if (recovery.kind === 'new') return 'a new log';
  const { head, agents, lastSeenAt, readyAt } = recovery;
  const away = `${formatInstant(lastSeenAt)} to ${formatInstant(readyAt)}`;
  return `${head} facts and ${agents} agents taken up; nobody watched from ${away}`;
}

function announcement(config: Config, server: RunningServer): object {
  const { url, madeAdminKey, fence, apps, refusedApps } = server;
  return {
    listening_on: url,
    pid: process.pid,
    data: config.dataFolder,
    admin_key: madeAdminKey,
    fence,
    fence_notes: server.fenceSentences,
    apps,
    refused_apps: refusedApps.map(({ folder, rejection }) => ({
      folder,
      code: rejection.code,
      detail: rejection.detail,
    })),
  };
}
