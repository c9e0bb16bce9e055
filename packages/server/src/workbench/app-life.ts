import { basename } from 'node:path';
import type { AppView } from '../apps/apps.ts';
import type { Rejection } from '../directory/rejection.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { hasErrors } from '../marketplace/finding.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { installPackages, missingPackages } from './app-packages.ts';
import type { AppSeat } from './app-seat.ts';
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
    const kind = await this.#takeUpCode();
    const note: ReloadNote = { paths, durationMs: Math.round(stopwatch() - since), kind };
    this.#lastReload = note;
    this.#tell(note);
    changed();
  }

  async #takeUpCode(): Promise<ReloadNote['kind']> {
    const { seat } = this.#parts;
    if (this.#reading.app === null || hasErrors(this.#reading.findings)) {
      this.#state = { kind: 'broken', runs: this.#running !== null && seat.view() !== null };
      return 'broken';
    }
    if (seat.view() === null) {
      if (this.#state.kind === 'uninstalled') return 'not_installed';
      return (await this.install(null)) === null ? 'installed' : 'not_installed';
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
      if (!isChange) this.#state = { kind: 'not_installed', why: answer.detail, faults: answer.faults };
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

  /** Uninstalls the app, data and all; null when it went well. */
  async remove(): Promise<Rejection | null> {
    const answer = await this.#parts.seat.remove();
    if (answer.kind === 'done') this.#state = { kind: 'uninstalled' };
    this.#parts.changed();
    return answer.kind === 'rejected' ? answer : null;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work.catch(() => {});
  }

  async #installPackages({ dependencies }: AppDefinition): Promise<void> {
    const { folder, changed, say, stopwatch, installsPackages } = this.#parts;
    if (!installsPackages) return;
    const missing = missingPackages(folder, dependencies);
    if (missing.length === 0) return;
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
    if (outcome.kind === 'failed') {
      this.#packages = { kind: 'failed', names, sentence: outcome.sentence };
      say(`the packages were not installed: ${outcome.sentence}`);
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
    } else say(`${kind} in ${durationMs} ms${what}`);
  }
}
