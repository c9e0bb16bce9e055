import { basename } from 'node:path';
import type { AppView } from '../apps/apps.ts';
import type { DeliveryError } from '../delivery/receiver.ts';
import type { Rejection } from '../directory/rejection.ts';
import type { AppDefinition, Dependency } from '../marketplace/app-definition.ts';
import { type Finding, hasErrors } from '../marketplace/finding.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { localIparams } from '../marketplace/test-data.ts';
import { installPackages, missingPackages } from './app-packages.ts';
import type { AppSeat } from './app-seat.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import type { AppReading } from './reading.ts';

/** Where the app stands, between its folder and the engine. */
export type LifeState =
  /** Not looked at yet. */
  | { readonly kind: 'starting' }
  /** The folder does not load; `runs`: the code from before goes on answering. */
  | { readonly kind: 'broken'; readonly runs: boolean }
  /** It loads, and it refused its installation or lacks parameters that it requires. */
  | { readonly kind: 'not_installed'; readonly why: string; readonly faults: Rejection['faults'] }
  | { readonly kind: 'live' }
  /** Somebody uninstalled it. */
  | { readonly kind: 'uninstalled' };

export type PackagesState =
  | { readonly kind: 'none' }
  | { readonly kind: 'installing'; readonly names: readonly string[]; readonly line: string }
  | { readonly kind: 'installed'; readonly names: readonly string[]; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly names: readonly string[]; readonly sentence: string };

/** What the last change of the folder led to. */
export type ReloadNote = {
  readonly paths: readonly string[];
  readonly durationMs: number;
  readonly kind: 'reloaded' | 'broken' | 'installed' | 'not_installed';
};

export type AppLifeParts = {
  readonly folder: string;
  readonly seat: AppSeat;
  readonly read: () => Promise<AppReading>;
  /** Has the code loaded that is to run from now on, and tells of it by `loaded`. */
  readonly load: () => Promise<void>;
  /** What npm's output means when it failed, as a sentence. */
  readonly explainNpm: (output: string, dependencies: readonly Dependency[]) => string;
  readonly stopwatch: () => number;
  /** Something changed that people look at. */
  readonly changed: () => void;
  readonly say: (sentence: string) => void;
  /** Whether packages that the manifest names are installed with npm. */
  readonly installsPackages: boolean;
};

/**
 * Brings the app in line with its folder: reads and checks it, installs its packages, installs it or takes it up anew.
 * One change is worked through after the other; changes that come meanwhile are worked through together.
 */
export class AppLife {
  readonly #parts: AppLifeParts;
  #reading: AppReading = { files: null, findings: [], app: null };
  /** The last one that loaded: what the process runs. */
  #running: AppReading | null = null;
  #state: LifeState = { kind: 'starting' };
  /** Why the code that runs now does not load; null when it does, or nobody knows yet. */
  #loadFault: DeliveryError | null = null;
  #packages: PackagesState = { kind: 'none' };
  #lastReload: ReloadNote | null = null;
  #waiting = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;
  readonly #ending = new AbortController();

  constructor(parts: AppLifeParts) {
    this.#parts = parts;
  }

  get state(): LifeState {
    return this.#state;
  }

  get reading(): AppReading {
    return this.#reading;
  }

  /** What there is to say about the app's files, and about what they did when they were loaded. */
  get findings(): readonly Finding[] {
    return this.#loadFault === null
      ? this.#reading.findings
      : [loadFinding(this.#loadFault), ...this.#reading.findings];
  }

  /** Whether its files are such that it can be installed, or tried. */
  get isSound(): boolean {
    return this.#reading.app !== null && !hasErrors(this.#reading.findings);
  }

  /** What runs: of the folder as it was when it last loaded. */
  get definition(): AppDefinition | null {
    return this.#running?.app ?? this.#reading.app;
  }

  get runningFiles(): AppReading['files'] {
    return this.#running?.files ?? this.#reading.files;
  }

  get packages(): PackagesState {
    return this.#packages;
  }

  get lastReload(): ReloadNote | null {
    return this.#lastReload;
  }

  get name(): string {
    return basename(this.#parts.folder);
  }

  start(): Promise<void> {
    return this.follow([]);
  }

  /** Files of the folder changed. */
  follow(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#waiting.add(path);
    if (!this.#isWorking) {
      this.#isWorking = true;
      this.#work = this.#workThrough();
    }
    return this.#work;
  }

  async #workThrough(): Promise<void> {
    try {
      do {
        const paths = [...this.#waiting].sort();
        this.#waiting.clear();
        await this.#takeUp(paths);
      } while (this.#waiting.size > 0 && !this.#ending.signal.aborted);
    } finally {
      this.#isWorking = false;
    }
  }

  async #takeUp(paths: readonly string[]): Promise<void> {
    const { stopwatch, read, changed } = this.#parts;
    const since = stopwatch();
    this.#reading = await read();
    changed();
    if (this.#reading.app !== null) await this.#installPackages(this.#reading.app);
    if (this.#ending.signal.aborted) return;
    const kind = await this.#tried(await this.#takeUpCode());
    if (this.#ending.signal.aborted) return;
    const note: ReloadNote = { paths, durationMs: Math.round(stopwatch() - since), kind };
    this.#lastReload = note;
    this.#tell(note);
    changed();
  }

  /** Loads what was taken up, so that code which throws right away is known before the first call. */
  async #tried(kind: ReloadNote['kind']): Promise<ReloadNote['kind']> {
    const { load } = this.#parts;
    if (kind === 'reloaded' || kind === 'installed') {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, WORKBENCH_LIMITS.loadWaitMs);
      });
      // Code that stops at a breakpoint, or never ends, is told of when it is known.
      await Promise.race([load(), patience]);
      clearTimeout(timer);
    }
    return this.#loadFault === null ? kind : 'broken';
  }

  /** The code that runs now was loaded, or was not: then nothing of the app runs until it is mended. */
  loaded(error: DeliveryError | null): void {
    if (error === null && this.#loadFault === null) return;
    if (this.#state.kind === 'broken' && this.#state.runs) {
      // The process with the code from before has ended; what is in the folder now is known not to load.
      this.#state = { kind: 'broken', runs: false };
      this.#parts.changed();
      return;
    }
    this.#loadFault = error;
    if (error !== null) this.#state = { kind: 'broken', runs: false };
    else if (this.#state.kind === 'broken') this.#state = { kind: 'live' };
    this.#parts.changed();
  }

  async #takeUpCode(): Promise<ReloadNote['kind']> {
    const { seat } = this.#parts;
    this.#loadFault = null;
    if (!this.isSound) {
      const isAtWork = seat.view()?.process.phase === 'running';
      this.#state = { kind: 'broken', runs: this.#running !== null && isAtWork };
      return 'broken';
    }
    if (seat.view() === null) {
      if (this.#state.kind === 'uninstalled') return 'not_installed';
      return (await this.#installAtFirst()) === null ? 'installed' : 'not_installed';
    }
    const answer = await seat.reload();
    if (answer.kind === 'rejected') {
      this.#state = { kind: 'not_installed', why: answer.detail, faults: answer.faults };
      return 'not_installed';
    }
    this.#running = this.#reading;
    this.#settle(answer.value);
    return 'reloaded';
  }

  /** With what the developer keeps beside the app to try it with, else with the defaults of its parameters. */
  async #installAtFirst(): Promise<Rejection | null> {
    const own = localIparams(this.#reading.files ?? new Map());
    if (own === null) return this.install(null);
    const rejection = await this.install(own);
    if (rejection?.code !== 'iparams_invalid') return rejection;
    const [first] = rejection.faults;
    const why = first === undefined ? rejection.detail : `${first.pointer} ${first.detail}`;
    this.#parts.say(`config/iparam_test_data.json is left alone, since it does not fit the app: ${why}`);
    return this.install(null);
  }

  /** Files changed that the app does not run, such as its test data. */
  async reread(): Promise<void> {
    await this.#work.catch(() => {});
    this.#reading = await this.#parts.read();
    this.#parts.changed();
  }

  /** Installs the app with these parameters, or gives an installed one other parameters; null when it went well. */
  async install(iparams: JsonObject | null): Promise<Rejection | null> {
    const { seat, changed } = this.#parts;
    // What the app does while it is installed is done by the code as it is now.
    const before = this.#running;
    if (seat.view() === null) this.#running = this.#reading;
    const known = seat.view();
    const isChange = known !== null;
    const answer = isChange
      ? await seat.setIparams(iparams ?? (known.iparams as JsonObject))
      : await seat.install(iparams);
    if (answer.kind === 'rejected') {
      this.#running = before;
      if (!isChange && this.#loadFault === null) {
        this.#state = { kind: 'not_installed', why: answer.detail, faults: answer.faults };
      }
      changed();
      return answer;
    }
    this.#running = this.#reading;
    this.#settle(answer.value);
    changed();
    // In the vendor's kit saving the parameters is installing: a developer expects to see it.
    if (known !== null && known.state !== 'needs_parameters') await this.#fireInstall();
    return null;
  }

  async #fireInstall(): Promise<void> {
    const handler = this.definition?.handlers.find(({ event }) => event === 'onAppInstall');
    if (handler === undefined) return;
    await this.#parts.seat.fire({ module: handler.module, event: 'onAppInstall', payload: null });
  }

  #settle(view: AppView): void {
    this.#state =
      view.state === 'needs_parameters'
        ? { kind: 'not_installed', why: 'It needs parameters before it is installed.', faults: [] }
        : { kind: 'live' };
  }

  /** Uninstalls the app, data and all, if need be although it refuses; null when it went well. */
  async remove(isForced: boolean): Promise<Rejection | null> {
    const answer = await this.#parts.seat.remove({ isForced });
    if (answer.kind === 'done') this.#state = { kind: 'uninstalled' };
    this.#parts.changed();
    return answer.kind === 'rejected' ? answer : null;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work.catch(() => {});
  }

  async #installPackages({ dependencies }: AppDefinition): Promise<void> {
    const { folder, changed, say, stopwatch, installsPackages, explainNpm } = this.#parts;
    if (!installsPackages) return;
    const missing = missingPackages(folder, dependencies);
    if (missing.length === 0) {
      if (this.#packages.kind === 'failed') this.#packages = { kind: 'none' };
      return;
    }
    const names = missing.map(({ name, version }) => `${name}@${version}`);
    const since = stopwatch();
    this.#packages = { kind: 'installing', names, line: 'npm begins' };
    say(`installing ${names.join(', ')} into server/node_modules, without their scripts`);
    changed();
    const tell = (line: string) => {
      this.#packages = { kind: 'installing', names, line };
      changed();
    };
    const outcome = await installPackages(folder, missing, tell, this.#ending.signal);
    if (outcome.kind !== 'installed') {
      const sentence = outcome.kind === 'npm_failed' ? explainNpm(outcome.output, missing) : outcome.sentence;
      this.#packages = { kind: 'failed', names, sentence };
      say(`the packages were not installed: ${sentence}`);
    } else {
      this.#packages = { kind: 'installed', names, durationMs: Math.round(stopwatch() - since) };
    }
    // What a package lacks is a finding, and it lacks nothing now.
    this.#reading = await this.#parts.read();
    changed();
  }

  #tell({ kind, paths, durationMs }: ReloadNote): void {
    const { say } = this.#parts;
    const what =
      paths.length === 0 ? '' : ` after a change of ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' …' : ''}`;
    if (kind === 'broken') {
      const runs = this.#state.kind === 'broken' && this.#state.runs;
      say(`the app does not load${what}${runs ? '; the code from before goes on' : ''}`);
    } else if (kind === 'not_installed') {
      const why = this.#state.kind === 'not_installed' ? `: ${this.#state.why}` : '';
      say(`the app is not installed${why}`);
    } else say(`${kind} in ${durationMs} ms${what}${this.#withoutPackages()}`);
  }

  #withoutPackages(): string {
    if (this.#packages.kind !== 'failed') return '';
    return `, without ${this.#packages.names.join(', ')}: code that requires what is missing fails`;
  }
}

/** A throw of the app's own code while it was loaded, as one thing to say about its place. */
function loadFinding({ message, file, line, column }: DeliveryError): Finding {
  return {
    severity: 'error',
    code: 'script-load',
    message,
    file: file ?? 'server/server.js',
    line: line ?? 1,
    column: column ?? 1,
  };
}
