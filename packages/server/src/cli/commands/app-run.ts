import { spawn } from 'node:child_process';
import type { TimestampUnit } from '@rollcall/contract';
import { type Logger, pino } from 'pino';
import type { AppRunners } from '../../apps/app-runner.ts';
import type { Config } from '../../config/config.ts';
import { registerPageFiles, sendInstallationFrame } from '../../http/custom-page-door.ts';
import { npmFailure } from '../../install/npm-failure.ts';
import { type RunningServer, startServer } from '../../main.ts';
import { developerLauncher } from '../../sandbox/developer-launcher.ts';
import { defaultSandboxLimits } from '../../sandbox/limits.ts';
import { createNodeLauncher } from '../../sandbox/node-launcher.ts';
import { sandboxedApps } from '../../sandbox/sandboxed-apps.ts';
import { systemClock } from '../../system/system-clock.ts';
import { callLines } from '../../workbench/call-report.ts';
import { Coverage, type CoverageSummary } from '../../workbench/coverage.ts';
import { hostSeat } from '../../workbench/host-seat.ts';
import { Journal } from '../../workbench/journal.ts';
import { openDoor, type WorkbenchDoor } from '../../workbench/open-door.ts';
import { createOriginTrail, type OriginTrail } from '../../workbench/origin.ts';
import { createShiftableClock, type ShiftableClock } from '../../workbench/shiftable-clock.ts';
import { entryView, lineView } from '../../workbench/state-view.ts';
import { WORKBENCH_ACCOUNT } from '../../workbench/team.ts';
import { type WatchedRunners, watchRunners } from '../../workbench/watched-runners.ts';
import { Workbench } from '../../workbench/workbench.ts';
import {
  type BenchPlace,
  benchPlace,
  coverageFolder,
  freePort,
  readClockOffset,
  writeClockOffset,
} from '../app-run-place.ts';
import { setUpBenchTeam } from '../app-run-team.ts';
import { wrongUsage } from '../command-failed.ts';
import { countFindings, findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { productVersion } from '../product-version.ts';
import { readApp } from '../read-app.ts';
import { stopSignal } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';

export type AppRunOptions = {
  readonly port: number;
  readonly fresh?: boolean;
  readonly fence: 'trusted' | 'hardened' | 'plain';
  /** True: at the port that debuggers look at. */
  readonly inspect?: number | true;
  readonly skipCoverage?: boolean;
  readonly coverageReport?: boolean;
  readonly timestamps: TimestampUnit;
  readonly strictLimits?: boolean;
  readonly retries?: boolean;
  /** False with `--no-install`. */
  readonly install: boolean;
  readonly open?: boolean;
  /** Without a slash at its end. */
  readonly publicUrl?: string;
  readonly json?: boolean;
};

const INSPECTOR_PORT = 9229;

/** `app run DIR`: the developer's bench for one app, on the live engine, until it is told to stop. */
export async function run({ terminal }: Invocation, folder: string, options: AppRunOptions): Promise<void> {
  refuseWhatDoesNotGoTogether(options);
  const stop = stopSignal();
  const inspectorPort = options.inspect === undefined ? null : await inspectorPortOf(options.inspect);
  const port = await freePort(options.port, '--port');
  const place = benchPlace(folder, options.fresh === true);
  const opened: Opened = { server: null, bench: null, door: null, coverage: null, runners: null };
  try {
    const bench = await open({ place, port, inspectorPort, options, terminal }, opened);
    void bench.start().catch((cause) => terminal.say(`the app could not be taken up: ${describe(cause)}`));
    await stop.asked;
    if (options.json !== true) terminal.say('stopping');
    await close(opened, { place, options, terminal });
  } catch (error) {
    await close(opened, { place, options, terminal: null });
    throw error;
  } finally {
    place.leave();
  }
}

function refuseWhatDoesNotGoTogether({ fence, inspect, coverageReport, skipCoverage }: AppRunOptions): void {
  if (fence !== 'trusted' && inspect !== undefined) {
    throw wrongUsage(`A debugger reaches an app in the trusted fence only: leave --fence ${fence} or --inspect out.`);
  }
  if (coverageReport === true && (skipCoverage === true || fence !== 'trusted')) {
    throw wrongUsage('Without coverage there is no report: leave --skip-coverage and --fence out.');
  }
}

function inspectorPortOf(given: number | true): Promise<number> {
  return freePort(given === true ? INSPECTOR_PORT : given, '--inspect=<port>');
}

type Opened = {
  server: RunningServer | null;
  bench: Workbench | null;
  door: WorkbenchDoor | null;
  coverage: Coverage | null;
  runners: WatchedRunners | null;
};

type Setting = {
  readonly place: BenchPlace;
  readonly port: number;
  readonly inspectorPort: number | null;
  readonly options: AppRunOptions;
  readonly terminal: Terminal;
};

async function open(setting: Setting, opened: Opened): Promise<Workbench> {
  const { place, port, inspectorPort, options, terminal } = setting;
  const clock = createShiftableClock(systemClock(), readClockOffset(place.dataFolder));
  const journal = new Journal();
  const origins = createOriginTrail();
  const isCounted = options.fence === 'trusted' && options.skipCoverage !== true;
  const files = () => opened.bench?.life.runningFiles ?? null;
  opened.coverage = isCounted ? new Coverage(coverageFolder(place.dataFolder), files) : null;

  opened.server = await startServer(configOf(setting), quietLog(terminal), {
    clock,
    liveFolders: [place.folder],
    runners: (own) => benchRunners(own, { setting, clock, journal, origins, opened }),
  });
  const { engine, host } = opened.server;
  await setUpBenchTeam(engine, WORKBENCH_ACCOUNT);

  const bench = new Workbench({
    engine,
    clock,
    journal,
    origins,
    seat: hostSeat({ host, engine, folder: place.folder, timestampUnit: options.timestamps }),
    customPages: { registerFiles: registerPageFiles, sendFrame: sendInstallationFrame },
    folder: place.folder,
    fence: opened.server.fence,
    version: productVersion(),
    read: () => readApp(place.folder),
    load: async () => opened.runners?.load(),
    explainNpm: (output, dependencies) => npmFailure({ kind: 'failed', output }, dependencies).finding.message,
    coverage: opened.coverage,
    inspectorPort,
    isRetried: options.retries === true,
    installsPackages: options.install,
    say: (sentence) => say(terminal, options, sentence),
    stepped: (offsetMs) => writeClockOffset(place.dataFolder, offsetMs),
  });
  opened.bench = bench;
  tellTerminal(bench, setting);
  opened.door = await openDoor(bench, { port }, (cause) => terminal.say(`the workbench failed: ${describe(cause)}`));
  await greet(opened.door.url, opened.server, setting);
  if (options.open === true) openBrowser(opened.door.url);
  return bench;
}

function configOf({ place, port, options }: Setting): Config {
  return {
    host: '127.0.0.1',
    port: 0,
    dataFolder: place.dataFolder,
    appFolders: [],
    demo: false,
    postgresUrl: null,
    natsUrl: null,
    adminKey: null,
    logLevel: 'warn',
    // Addresses that the app hands out lead to the workbench, as those of the vendor's kit do.
    publicUrl: options.publicUrl ?? `http://localhost:${port}`,
    fence: options.fence,
    appPrivateHosts: [],
  };
}

/** What the server itself has to say is for the person at the terminal, when it is worth it. */
function quietLog(terminal: Terminal): Logger {
  const write = (text: string) => {
    const { msg, cause } = JSON.parse(text) as { readonly msg?: string; readonly cause?: string };
    terminal.say(`server: ${msg}${cause === undefined ? '' : ` (${cause})`}`);
  };
  return pino({ level: 'warn', base: null }, { write });
}

function benchRunners(
  own: () => AppRunners,
  parts: {
    readonly setting: Setting;
    readonly clock: ShiftableClock;
    readonly journal: Journal;
    readonly origins: OriginTrail;
    readonly opened: Opened;
  },
): AppRunners {
  const { setting, clock, journal, origins, opened } = parts;
  const { options } = setting;
  const runners = options.fence === 'trusted' ? trustedRunners(setting, opened.coverage) : own();
  opened.runners = watchRunners(runners, {
    journal,
    origins,
    now: () => clock.now(),
    stopwatch: () => performance.now(),
    app: () => opened.bench?.life.definition ?? null,
    files: () => opened.bench?.life.runningFiles ?? null,
    loaded: (error) => opened.bench?.loaded(error),
    ended: (pid) => opened.bench?.callEnded(pid),
    isRetried: options.retries === true,
    isDebugged: setting.inspectorPort !== null,
  });
  return opened.runners;
}

/** The developer's own app, in a process that tools may look into; its limits run on the machine's clock. */
function trustedRunners({ inspectorPort, options }: Setting, coverage: Coverage | null): AppRunners {
  const tools = { inspectorPort, coverageFolder: coverage?.takesFolder ?? null };
  const launcher = developerLauncher(createNodeLauncher({ nodePath: process.execPath }), tools);
  const unlimited = { callMsMax: DAY_MS, loadMsMax: DAY_MS, answerMsMax: DAY_MS, idleStopAfterMs: DAY_MS };
  const roomy = options.strictLimits === true ? {} : { memoryMbMax: defaultSandboxLimits.memoryMbMax * 2 };
  const limits = { ...defaultSandboxLimits, ...roomy, ...(inspectorPort === null ? {} : unlimited) };
  return sandboxedApps({ launcher, fence: 'trusted', clock: systemClock(), limits });
}

const DAY_MS = 24 * 3_600_000;

/** What happens to the app, in the terminal too. */
function tellTerminal(bench: Workbench, { options, terminal, place }: Setting): void {
  bench.parts.journal.read({
    entry(entry) {
      if (entry.outcome === null) return;
      if (options.json === true) void print(terminal, { type: 'call', ...entryView(entry) });
      else for (const line of callLines(entry, place.shown)) void terminal.line(line).catch(() => {});
    },
    line(line) {
      if (options.json === true) void print(terminal, { type: 'line', ...lineView(line) });
      else void terminal.line(`          ${line.level.padEnd(5)} ${line.text}`).catch(() => {});
    },
  });
  let told = '';
  bench.onRead((findings, files) => {
    const text = JSON.stringify(findings);
    if (text === told) return;
    told = text;
    if (options.json === true) return void print(terminal, { type: 'findings', findings });
    if (findings.length === 0) return;
    for (const finding of findings) {
      for (const line of findingLines(finding, place.shown, files)) terminal.say(line);
    }
    terminal.say(countFindings(findings) ?? '');
  });
}

function say(terminal: Terminal, { json }: AppRunOptions, sentence: string): void {
  if (json === true) void print(terminal, { type: 'note', sentence });
  else terminal.say(sentence);
}

function print(terminal: Terminal, value: object): Promise<void> {
  return terminal.line(JSON.stringify(value)).catch(() => {});
}

async function greet(url: string, server: RunningServer, setting: Setting): Promise<void> {
  const { options, place, inspectorPort, terminal } = setting;
  const inspector = inspectorPort === null ? null : `127.0.0.1:${inspectorPort}`;
  if (options.json === true) {
    const { fence, url: api } = server;
    await print(terminal, {
      type: 'listening',
      url,
      api,
      fence,
      folder: place.folder,
      data: place.dataFolder,
      inspector,
    });
    await terminal.flush();
    return;
  }
  await terminal.line(`listening on ${url}`);
  terminal.say(`  app      ${place.folder}, live: a saved change is taken up at once`);
  const fence = options.fence === 'trusted' ? [TRUSTED] : server.fenceSentences;
  for (const [index, sentence] of fence.entries())
    terminal.say(`${index === 0 ? '  fence    ' : '           '}${sentence}`);
  terminal.say(`  data     ${place.dataFolder}${place.isFresh ? ', removed at the end' : ''}`);
  terminal.say('  team     invented: every name says so');
  if (inspector !== null)
    terminal.say(`  debugger ${inspector}: open chrome://inspect, or attach your editor; no limits of time hold`);
  await terminal.flush();
}

const TRUSTED =
  'trusted: your own app, in a process of its own and with no wall around it (--fence hardened tries it as it will run)';

/** The reports at the end, and nothing left behind. */
async function close(
  { door, bench, server, coverage }: Opened,
  {
    place,
    options,
    terminal,
  }: { readonly place: BenchPlace; readonly options: AppRunOptions; readonly terminal: Terminal | null },
): Promise<void> {
  await door?.close();
  await bench?.stop();
  await server?.stop();
  if (coverage === null) return;
  coverage.take();
  if (terminal !== null) await tellCoverage(coverage, { place, options, terminal });
  coverage.close();
}

async function tellCoverage(
  coverage: Coverage,
  {
    place,
    options,
    terminal,
  }: { readonly place: BenchPlace; readonly options: AppRunOptions; readonly terminal: Terminal },
): Promise<void> {
  const summary = await coverage.summary();
  const report = options.coverageReport === true ? await coverage.writeReport(place.folder) : null;
  if (options.json === true) return print(terminal, { type: 'coverage', ...summary, report });
  if (summary.files.length === 0) return;
  for (const line of coverageLines(summary)) terminal.say(line);
  if (report !== null) terminal.say(`written to ${report}`);
}

function coverageLines({ total, files }: CoverageSummary): readonly string[] {
  const width = Math.max(...files.map(({ file }) => file.length), 'all files'.length);
  const row = (name: string, one: CoverageSummary['total']) =>
    `  ${name.padEnd(width)}  lines ${percent(one.lines)}  branches ${percent(one.branches)}  functions ${percent(one.functions)}`;
  return [
    'coverage of what ran:',
    ...files.map((one) => row(one.file, one)),
    row('all files', total),
    '  The vendor recommends 80 % for apps that are to be published.',
  ];
}

function percent(value: number): string {
  return `${String(Math.floor(value)).padStart(3)} %`;
}

function openBrowser(url: string): void {
  const [command, ...words] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command as string, [...words, url], { stdio: 'ignore', detached: true });
  // Who has no browser opens the address somewhere else.
  child.on('error', () => {});
  child.unref();
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
