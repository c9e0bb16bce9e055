import type { AppAnswer, AppRunnerState } from '../apps/app-runner.ts';
import type { CallError, CallOutcome, LoadOutcome } from './call-outcome.ts';
import { crashBackoffMs } from './crash-backoff.ts';
import type { HostServices } from './host-services.ts';
import type { Launcher } from './launcher.ts';
import type { SandboxLimits } from './limits.ts';
import { createProcessHost, type ProcessHost } from './process-host.ts';
import type { SeatOutcome, Sitter } from './process-seats.ts';
import { type AskRequest, type CallRequest, type ProcessEnding, RunnerProcess } from './runner-process.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** What an app's process is doing. */
export type AppProcessState = AppRunnerState & { readonly callsInFlight: number };

/** What an app's process is made of. */
export interface AppProcessParts {
  /** Real path of the app's folder. */
  readonly appFolder: string;
  readonly launcher: Launcher;
  readonly services: HostServices;
  readonly clock: SandboxClock;
  readonly limits: SandboxLimits;
  /** Default: this app has one of its own, without a broker. */
  readonly host?: ProcessHost;
}

type Started = { readonly kind: 'running'; readonly runner: RunnerProcess; readonly load: LoadOutcome } | NotStarted;
type NotCalled = Extract<CallOutcome, { kind: 'interrupted' | 'failed' }>;
type NotStarted = { readonly kind: 'not_loaded'; readonly error: CallError } | { readonly kind: 'closed' };

const NO_SEAT: CallError = {
  code: 'not_started',
  message: 'as many apps as may run at once were at work all the time, and none made room for this one',
};
const NO_SOCKETS: CallError = { code: 'not_started', message: 'no socket could be opened for the app' };

/**
 * One installed app as something that can be called. Behind it stands at most one process at a time, started when it is
 * needed, put to sleep when it is not, and started again after a crash: at once the first time, and after ever longer
 * waits while it keeps crashing.
 */
export class AppProcess {
  readonly #parts: AppProcessParts;
  readonly #host: ProcessHost;
  readonly #sitter: Sitter;
  #runner: RunnerProcess | null = null;
  #starting: Promise<Started> | null = null;
  #startingRunner: RunnerProcess | null = null;
  #endings = new Set<Promise<ProcessEnding>>();
  #isClosed = false;
  #isWaitingForSeat = false;
  #cutWaitShort: () => void = () => {};
  #callOffSleep: () => void = () => {};
  /** Those that wait for the process too. */
  #callsAsked = 0;
  #crashesInARow = 0;
  #lastCrash: AppProcessState['lastCrash'] = null;

  constructor(parts: AppProcessParts) {
    this.#parts = parts;
    this.#host = parts.host ?? createProcessHost({ limits: parts.limits, broker: null });
    this.#sitter = {
      isIdle: () => this.#runner !== null && this.#callsAsked === 0,
      sleep: () => this.#sleepNow(),
      busySince: () => this.#runner?.busySince ?? null,
      putOut: () => this.#putOut(),
    };
  }

  get state(): AppProcessState {
    const startsAgainAt = this.#startsAgainAt();
    const isHeldBack = startsAgainAt !== null && startsAgainAt > this.#parts.clock.now();
    return {
      phase: this.#phase(isHeldBack),
      pid: (this.#runner ?? this.#startingRunner)?.pid ?? null,
      callsInFlight: this.#runner?.callsInFlight ?? 0,
      crashesInARow: this.#crashesInARow,
      lastCrash: this.#lastCrash,
      startsAgainAt: isHeldBack ? startsAgainAt : null,
    };
  }

  /** Starts the process if it does not run, and says whether the app's code loads. */
  async load(): Promise<LoadOutcome> {
    const started = await this.#ready();
    if (started.kind === 'running') return started.load;
    if (started.kind === 'not_loaded') return started;
    return { kind: 'not_loaded', error: { code: 'not_loaded', message: 'the app was stopped' } };
  }

  /**
   * Calls a handler; many calls may be under way. The limit of time runs from the moment at which the process has the
   * call, not while it is started. Never rejects.
   */
  call(request: CallRequest): Promise<CallOutcome> {
    return this.#inRunner((runner) => runner.call(request));
  }

  /** Calls a handler that answers with `renderData`; otherwise as `call`. */
  ask(request: AskRequest): Promise<AppAnswer> {
    return this.#inRunner((runner) => runner.ask(request));
  }

  /** Stops the process for good; calls in flight may end within the grace, and are interrupted after it. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#callOffSleep();
    this.#cutWaitShort();
    await this.#startingRunner?.stop();
    await this.#starting;
    await this.#runner?.stop();
    await Promise.all(this.#endings);
  }

  async #inRunner<Outcome extends { readonly kind: string }>(
    begin: (runner: RunnerProcess) => Promise<Outcome>,
  ): Promise<Outcome | NotCalled> {
    this.#callsAsked += 1;
    this.#host.seats.used(this.#sitter);
    try {
      for (;;) {
        const started = await this.#ready();
        if (started.kind === 'closed') return { kind: 'interrupted' };
        if (started.kind === 'not_loaded') return { kind: 'failed', error: started.error, durationMs: 0 };
        // It may have ended between its start and this turn: then nobody has seen the call yet, and it starts anew.
        if (started.runner.isOpen) return await this.#callIn(started.runner, begin);
        await started.runner.ended;
      }
    } finally {
      this.#callsAsked -= 1;
      if (this.#callsAsked === 0) this.#host.seats.idled();
    }
  }

  async #callIn<Outcome extends { readonly kind: string }>(
    runner: RunnerProcess,
    begin: (runner: RunnerProcess) => Promise<Outcome>,
  ): Promise<Outcome> {
    this.#callOffSleep();
    const outcome = await begin(runner);
    if (outcome.kind !== 'failed' && outcome.kind !== 'interrupted') this.#crashesInARow = 0;
    if (runner.callsInFlight === 0) this.#sleepLater(runner);
    return outcome;
  }

  #sleepLater(runner: RunnerProcess): void {
    this.#callOffSleep();
    // The last call of a process that is being stopped ends after it: nobody would call this timer off any more.
    if (this.#isClosed) return;
    this.#callOffSleep = this.#parts.clock.after(this.#parts.limits.idleStopAfterMs, () => {
      if (runner.callsInFlight === 0 && this.#runner === runner) this.#sleepNow();
    });
  }

  #sleepNow(): void {
    const runner = this.#runner;
    this.#runner = null;
    this.#callOffSleep();
    void runner?.stop();
  }

  /** Others wait, and this one has had its time: what it is at is interrupted, and made again later. */
  #putOut(): void {
    const text = "the app's process was ended: its calls went on for long while other apps waited for a place";
    this.#parts.services.log({ at: this.#parts.clock.now(), level: 'warn', text, callId: null });
    this.#sleepNow();
  }

  async #ready(): Promise<Started> {
    if (this.#isClosed) return { kind: 'closed' };
    if (this.#runner?.isOpen === true)
      return { kind: 'running', runner: this.#runner, load: await this.#runner.loaded };
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start(): Promise<Started> {
    // The crash that made this start necessary must be counted before the wait is measured.
    await Promise.all(this.#endings);
    await this.#waitUntilAllowed();
    if (this.#isClosed) return { kind: 'closed' };
    const taken = await this.#takeSeat();
    if (taken.kind === 'given_up') return { kind: 'closed' };
    if (taken.kind === 'too_late') return { kind: 'not_loaded', error: NO_SEAT };
    const runner = await this.#launch(taken.leave);
    if (runner === null) return { kind: 'not_loaded', error: NO_SOCKETS };
    this.#startingRunner = runner;
    if (this.#isClosed) void runner.stop();
    const load = await runner.loaded;
    this.#startingRunner = null;
    if (load.kind === 'not_loaded') {
      await runner.ended;
      return this.#isClosed ? { kind: 'closed' } : load;
    }
    this.#runner = runner;
    this.#sleepLater(runner);
    return { kind: 'running', runner, load };
  }

  /** Given up when the app was stopped before there was one. */
  async #takeSeat(): Promise<SeatOutcome> {
    const { seat, giveUp } = this.#host.seats.take(this.#sitter);
    this.#cutWaitShort = giveUp;
    this.#isWaitingForSeat = true;
    const outcome = await seat;
    this.#isWaitingForSeat = false;
    if (outcome.kind !== 'seated' || !this.#isClosed) return outcome;
    outcome.leave();
    return { kind: 'given_up' };
  }

  /** Null when the app's way to the network could not be opened. */
  async #launch(leaveSeat: () => void): Promise<RunnerProcess | null> {
    const { appFolder, launcher, services, clock, limits } = this.#parts;
    const { broker, watch, pidFile } = this.#host;
    const sockets = broker === null ? null : await broker.open().catch(services.broke);
    if (sockets === undefined) {
      leaveSeat();
      return null;
    }
    const launch = launcher({ appFolder, memoryMbMax: limits.memoryMbMax, brokerPath: sockets?.path ?? null });
    const runner = new RunnerProcess({ launch, services, clock, limits, watch });
    const { pid } = runner;
    if (pid !== null) pidFile?.add(pid);
    const ending = runner.ended.then(async (end) => {
      if (pid !== null) pidFile?.remove(pid);
      leaveSeat();
      await sockets?.close().catch(services.broke);
      this.#endings.delete(ending);
      this.#onEnded(runner, end);
      return end;
    });
    this.#endings.add(ending);
    return runner;
  }

  #onEnded(runner: RunnerProcess, ending: ProcessEnding): void {
    if (this.#runner === runner) this.#runner = null;
    if (ending.kind === 'stopped') return;
    this.#crashesInARow += 1;
    this.#lastCrash = { at: this.#parts.clock.now(), message: ending.error.message };
  }

  #startsAgainAt(): number | null {
    if (this.#lastCrash === null || this.#crashesInARow === 0) return null;
    return this.#lastCrash.at + crashBackoffMs(this.#crashesInARow, this.#parts.limits);
  }

  #waitUntilAllowed(): Promise<void> {
    const waitMs = (this.#startsAgainAt() ?? 0) - this.#parts.clock.now();
    if (waitMs <= 0 || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const callOff = this.#parts.clock.after(waitMs, resolve);
      this.#cutWaitShort = () => {
        callOff();
        resolve();
      };
    });
  }

  #phase(isHeldBack: boolean): AppProcessState['phase'] {
    if (this.#isClosed) return 'closed';
    if (this.#runner !== null) return 'running';
    if (this.#startingRunner !== null) return 'starting';
    if (this.#isWaitingForSeat) return 'waiting';
    return isHeldBack ? 'backing_off' : 'asleep';
  }
}
