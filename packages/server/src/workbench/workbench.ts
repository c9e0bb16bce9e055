import { randomBytes } from 'node:crypto';
import type { DeliveryError } from '../delivery/receiver.ts';
import type { Answer } from '../directory/rejection.ts';
import { refuse } from '../directory/rejection.ts';
import type { Engine } from '../engine/engine.ts';
import type { Dependency } from '../marketplace/app-definition.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import { type FolderWatch, watchAppFolder } from './app-folder-watch.ts';
import { AppLife } from './app-life.ts';
import type { AppSeat, SeatAnswer } from './app-seat.ts';
import type { CallKind } from './call-kind.ts';
import type { Coverage, CoverageSummary } from './coverage.ts';
import type { CustomPageDoor } from './custom-page-door.ts';
import type { Entry, Journal } from './journal.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import type { CallOrigin, OriginTrail } from './origin.ts';
import { PageStream } from './page-stream.ts';
import type { AppReading } from './reading.ts';
import type { ShiftableClock } from './shiftable-clock.ts';
import { entryView, lineView, nextDue, stateView } from './state-view.ts';
import { type AgentDeed, findAgent, keepOthersActive, perform } from './team.ts';

export type WorkbenchParts = {
  readonly engine: Engine;
  readonly clock: ShiftableClock;
  readonly journal: Journal;
  readonly origins: OriginTrail;
  readonly seat: AppSeat;
  readonly customPages: CustomPageDoor;
  readonly folder: string;
  readonly fence: string;
  readonly version: string;
  readonly read: () => Promise<AppReading>;
  readonly load: () => Promise<void>;
  readonly explainNpm: (output: string, dependencies: readonly Dependency[]) => string;
  readonly coverage: Coverage | null;
  readonly inspectorPort: number | null;
  readonly isRetried: boolean;
  readonly installsPackages: boolean;
  /** A sentence for the terminal. */
  readonly say: (sentence: string) => void;
  /** The clock was stepped: by how much it is ahead now. */
  readonly stepped: (offsetMs: number) => void;
};

/** What is called by hand. */
export type HandCall = {
  readonly kind: 'event' | 'function' | 'action' | 'job';
  readonly module: string | null;
  readonly name: string;
  /** Null: an invented one. */
  readonly payload: JsonObject | null;
};

/** Where the clock is to go. */
export type Step =
  | { readonly kind: 'by'; readonly ms: number }
  | { readonly kind: 'next_deadline' }
  | { readonly kind: 'deadline_of'; readonly agentId: string }
  | { readonly kind: 'to'; readonly at: Instant };

/** The developer's bench: one app on the live engine, its folder watched, and everything that happens told to the pages. */
export class Workbench {
  readonly life: AppLife;
  readonly pages = new PageStream();
  /** To the files of the app's own installation page. */
  readonly pageKey = randomBytes(16).toString('base64url');
  readonly parts: WorkbenchParts;
  #watch: FolderWatch | null = null;
  #coverage: CoverageSummary | null = null;
  #stateTimer: NodeJS.Timeout | null = null;
  #coverageTimer: NodeJS.Timeout | null = null;
  readonly #leave: (() => void)[] = [];
  readonly #readers: ((findings: AppReading['findings'], files: AppReading['files']) => void)[] = [];

  constructor(parts: WorkbenchParts) {
    this.parts = parts;
    this.life = new AppLife({
      folder: parts.folder,
      seat: parts.seat,
      read: () => this.#read(),
      load: parts.load,
      explainNpm: parts.explainNpm,
      stopwatch: () => performance.now(),
      changed: () => this.changed(),
      say: parts.say,
      installsPackages: parts.installsPackages,
    });
  }

  /** Takes the app up and watches its folder from now on; an app that does not load is no failure. */
  async start(): Promise<void> {
    const { journal, engine, folder, say } = this.parts;
    this.#leave.push(
      journal.read({
        entry: (entry) => {
          this.pages.send('entry', entryView(entry));
          if (entry.outcome !== null) this.changed();
        },
        line: (line) => this.pages.send('line', lineView(line)),
      }),
      engine.onCommitted(() => this.changed()),
    );
    this.#watch = watchAppFolder(
      folder,
      (paths) => this.#follow(paths),
      (cause) => say(`the folder cannot be watched any more: ${cause.message}`),
    );
    await this.life.start();
    await this.#readCoverage();
  }

  #follow(paths: readonly string[]): void {
    this.life.follow(paths).catch((cause: unknown) => {
      this.parts.say(`the change could not be taken up: ${cause instanceof Error ? cause.message : cause}`);
    });
  }

  async #read(): Promise<AppReading> {
    const reading = await this.parts.read();
    for (const tell of this.#readers) tell(reading.findings, reading.files);
    return reading;
  }

  /** The app's code was loaded, or was not: that is said as what is wrong with the files is. */
  loaded(error: DeliveryError | null): void {
    this.life.loaded(error);
    if (error === null) return;
    for (const tell of this.#readers) tell(this.life.findings, this.life.reading.files);
  }

  async stop(): Promise<void> {
    this.#watch?.close();
    for (const leave of this.#leave) leave();
    for (const timer of [this.#stateTimer, this.#coverageTimer]) if (timer !== null) clearTimeout(timer);
    await this.life.stop();
    this.pages.close();
  }

  /** Tells what there is to say about the app's files whenever they were read. */
  onRead(tell: (findings: AppReading['findings'], files: AppReading['files']) => void): void {
    this.#readers.push(tell);
  }

  /** Everything that the pages show, soon: many changes at once are sent once. */
  changed(): void {
    this.#stateTimer ??= setTimeout(() => {
      this.#stateTimer = null;
      this.pages.send('state', this.state());
    }, WORKBENCH_LIMITS.stateEveryMs);
  }

  state(): object {
    const { engine, clock, seat, fence, folder, inspectorPort, version, isRetried } = this.parts;
    const { life } = this;
    const coverage = () => this.#coverage;
    return stateView({ engine, clock, life, seat, fence, folder, coverage, inspectorPort, version, isRetried });
  }

  /** What a page gets first. */
  firstFrames(): readonly { readonly event: string; readonly data: object }[] {
    const { journal } = this.parts;
    return [
      { event: 'state', data: this.state() },
      {
        event: 'journal',
        data: { entries: journal.entries().map(entryView), lines: journal.looseLines().map(lineView) },
      },
    ];
  }

  // The team

  async act(agentId: string, deed: AgentDeed): Promise<Answer<null>> {
    return perform(this.parts.engine, agentId, deed);
  }

  // The app

  /** Calls a callback, a function, an action or a job. */
  call(call: HandCall, origin: CallOrigin): Promise<Answer<SeatAnswer>> {
    const { seat, origins } = this.parts;
    if (seat.view() === null) {
      const isInstallation = call.kind === 'event' && call.name === 'onAppInstall' && this.life.isSound;
      if (isInstallation) return this.#tryInstallation(call.payload, origin);
      return Promise.resolve(refuse('app_invalid', this.#whyNotInstalled()));
    }
    return origins.during(origin, () => {
      const { name, module, payload } = call;
      switch (call.kind) {
        case 'event':
          return seat.fire({ module, event: name, payload });
        case 'function':
        case 'action':
          return seat.callFunction({ kind: call.kind, name, args: payload ?? {} });
        case 'job':
          return seat.startJob({ name, tag: null, args: payload ?? {} });
      }
    });
  }

  #whyNotInstalled(): string {
    const { state } = this.life;
    switch (state.kind) {
      case 'not_installed':
        return `The app is not installed. ${asSentence(state.why)} On the page it can be installed anyway.`;
      case 'uninstalled':
        return 'The app is uninstalled. On the page it can be installed again.';
      default:
        return 'The app is not installed: it does not load as it is now.';
    }
  }

  /** The callback of an app that is not installed yet: it installs the app when it agrees, and can be debugged when not. */
  async #tryInstallation(payload: JsonObject | null, origin: CallOrigin): Promise<Answer<SeatAnswer>> {
    const { journal, origins } = this.parts;
    const before = journal.entries().at(-1)?.number ?? 0;
    const rejection = await origins.during(origin, () => this.life.install(null), payload);
    const entry = journal.entries().findLast(({ number, name }) => number > before && name === 'onAppInstall');
    const outcome = entry?.outcome;
    const durationMs = outcome === null || outcome === undefined || !('durationMs' in outcome) ? 0 : outcome.durationMs;
    if (rejection === null) return { kind: 'done', value: { kind: 'done', data: null, durationMs } };
    if (entry === undefined) return rejection;
    return { kind: 'done', value: { kind: 'failed', status: 500, message: rejection.detail, durationMs } };
  }

  /** The call of an entry again: with its own payload, or with an edited one. */
  resend(number: number, payload: JsonObject | null): Promise<Answer<SeatAnswer>> {
    const entry = this.parts.journal.get(number);
    if (entry === null) return Promise.resolve(refuse('not_found', `The journal has no entry ${number} any more.`));
    const origin: CallOrigin = { kind: 'resent', entry: number, isEdited: payload !== null };
    return this.call(callOf(entry, payload ?? entry.payload), origin);
  }

  /** Installs the app, or gives it other parameters; `isForced`: although it refuses. */
  install(iparams: JsonObject | null, isForced: boolean) {
    return this.parts.origins.during({ kind: isForced ? 'forced' : 'fired' }, () => this.life.install(iparams));
  }

  /** Uninstalls the app; `isForced`: although it refuses. */
  remove(isForced: boolean) {
    return this.parts.origins.during({ kind: isForced ? 'forced' : 'fired' }, () => this.life.remove(isForced));
  }

  // The clock

  /** Steps the clock, and waits for what it sets off. */
  async step(step: Step): Promise<Answer<{ readonly now: Instant; readonly timers: number }>> {
    const { clock, engine, stepped } = this.parts;
    const target = await this.#targetOf(step);
    if (target === null) return refuse('invalid_input', 'There is no deadline to step to.');
    const now = clock.now();
    if (target - now > WORKBENCH_LIMITS.stepMsMax) {
      return refuse('invalid_input', `A step goes at most 31 days ahead; ${formatInstant(target)} is further.`);
    }
    this.changed();
    const hopMs = target - now > WORKBENCH_LIMITS.exactStepMsMax ? (target - now) / WORKBENCH_LIMITS.hopsMax : 0;
    const timers = await clock.stepTo(target, () => this.#settle(), hopMs);
    // Deadlines are looked at in slots: the one that was asked for is met in the slot after it.
    if (step.kind !== 'by') await clock.stepTo(target + SLOT_MS, () => this.#settle());
    stepped(clock.offsetMs);
    this.changed();
    return { kind: 'done', value: { now: engine.clock.now(), timers } };
  }

  async #targetOf(step: Step): Promise<Instant | null> {
    const { engine, clock, seat } = this.parts;
    switch (step.kind) {
      case 'by':
        return clock.now() + step.ms;
      case 'to':
        return step.at;
      case 'next_deadline':
        return nextDue(engine, seat)?.at ?? null;
      case 'deadline_of': {
        const agent = findAgent(engine, step.agentId);
        return agent === undefined ? null : keepOthersActive(engine, agent);
      }
    }
  }

  /** Until the writer has nothing to do and no callback is under way, for a bounded time outside. */
  async #settle(): Promise<void> {
    const { clock, engine, journal } = this.parts;
    const turn = () => new Promise<void>((resolve) => clock.nextTurn(resolve));
    const until = performance.now() + WORKBENCH_LIMITS.settleMsMax;
    for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < until; ) {
      await turn();
      if (engine.waitingCommands > 0) quiet = 0;
      else if (journal.openCalls > 0) {
        quiet = 0;
        await new Promise((resolve) => setTimeout(resolve, 2));
      } else quiet += 1;
    }
  }

  // Coverage

  /** A call has ended in this process: what it ran is counted soon. */
  callEnded(pid: number | null): void {
    const { coverage } = this.parts;
    if (coverage === null || pid === null) return;
    this.#coverageTimer ??= setTimeout(() => {
      this.#coverageTimer = null;
      coverage.ask(pid);
      this.#coverageTimer = setTimeout(() => {
        this.#coverageTimer = null;
        void this.#readCoverage();
      }, WORKBENCH_LIMITS.coverageQuietMs);
    }, WORKBENCH_LIMITS.coverageQuietMs);
  }

  /** What ran so far; null when nothing is counted. */
  async coverage(): Promise<CoverageSummary | null> {
    await this.#readCoverage();
    return this.#coverage;
  }

  async clearCoverage(): Promise<void> {
    this.parts.coverage?.clear();
    await this.#readCoverage();
  }

  async #readCoverage(): Promise<void> {
    const { coverage } = this.parts;
    if (coverage === null) return;
    try {
      coverage.take();
      this.#coverage = await coverage.summary();
      this.changed();
    } catch (cause) {
      // Counting is a service beside the work: what goes wrong in it ends nothing.
      this.parts.say(`the coverage could not be counted: ${cause instanceof Error ? cause.message : cause}`);
    }
  }
}

const QUIET_TURNS = 3;
const SLOT_MS = 33;

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function callOf({ kind, module, name }: Entry, payload: JsonObject): HandCall {
  return { kind: handKindOf(kind), module, name, payload };
}

function handKindOf(kind: CallKind): HandCall['kind'] {
  switch (kind) {
    case 'function':
    case 'action':
    case 'job':
      return kind;
    case 'product_event':
    case 'set_up_event':
    case 'scheduled_event':
    case 'external_event':
      return 'event';
  }
}
