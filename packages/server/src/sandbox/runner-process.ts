import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { OperationAnswer } from '../apps/app-operation.ts';
import type { AppAnswer } from '../apps/app-runner.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { readRendered } from '../marketplace/rendered-data.ts';
import { assert } from '../time/assert.ts';
import type { CallError, CallOutcome, LoadOutcome } from './call-outcome.ts';
import { createFrameDecoder, encodeFrames } from './frame.ts';
import type { HostServices } from './host-services.ts';
import type { Launch } from './launcher.ts';
import type { SandboxLimits } from './limits.ts';
import { createLogMeter, type LogMeter } from './log-meter.ts';
import type { ProcessWatch } from './process-watch.ts';
import { type RunnerMessage, readRunnerMessage } from './runner-message.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import { startProcess } from './start-process.ts';

/** One call of a handler. */
export interface CallRequest {
  /** Key of the function in the exports of server.js. */
  readonly handler: string;
  /** The handler's one argument. */
  readonly payload: JsonObject;
  /** What the call's log lines are marked with. */
  readonly callId: string;
  /** Default: the limit of the sandbox for a call. */
  readonly limitMs?: number;
}

/** A call that `renderData` answers. */
export interface AskRequest extends CallRequest {
  /** True for jobs: the handler's return, or the end of the promise that it returns, ends the call too, with null as its data. */
  readonly mayEndByReturn?: boolean;
}

/** How a process ended: as it was told to, or why not. */
export type ProcessEnding = { readonly kind: 'stopped' } | { readonly kind: 'crashed'; readonly error: CallError };

// What ends a call, besides a failure: see `runner.cjs`.
type CallEnds = 'returned' | 'rendered' | 'either';

type CallEnd = CallOutcome | Extract<AppAnswer, { kind: 'answered' | 'refused' }>;

interface CallInFlight {
  readonly callId: string;
  readonly ends: CallEnds;
  readonly limitMs: number;
  readonly sentAt: number;
  readonly end: (outcome: CallEnd) => void;
  readonly callOffTimer: () => void;
}

interface RunnerParts {
  readonly launch: Launch;
  readonly services: HostServices;
  readonly clock: SandboxClock;
  readonly limits: SandboxLimits;
  readonly watch: ProcessWatch;
}

type PauseReason = 'bytes' | 'members' | 'operations';

// Lines that come after a call's end still belong to it: handlers start work that they do not wait for.
const callIdsRemembered = 1000;
const lineLengthMax = 16 * 1024;
const stderrBytesKept = 4096;
const closeGraceMs = 500;
const readWindowMs = 1000;

/**
 * One process of an app, from its start to its end.
 *
 * The hard part is blame. A process dies with all its calls, and only one of them was the cause, if any. A call fails
 * by a death when it was alone, or when the process said whose exit it was; in every other case all calls that were
 * under way are `interrupted`, and whoever sent them sends them again one at a time, so that the culprit is found alone.
 */
export class RunnerProcess {
  readonly loaded: Promise<LoadOutcome>;
  readonly ended: Promise<ProcessEnding>;
  readonly pid: number | null;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #services: HostServices;
  readonly #clock: SandboxClock;
  readonly #limits: SandboxLimits;
  readonly #decoder = createFrameDecoder();
  readonly #log: LogMeter;
  readonly #calls = new Map<number, CallInFlight>();
  readonly #callIds = new Map<number, string>();
  readonly #overdue = new Set<number>();
  readonly #pauses = new Set<PauseReason>();
  readonly #resolveLoaded: (outcome: LoadOutcome) => void;
  readonly #resolveEnded: (ending: ProcessEnding) => void;
  readonly #callOffLoadTimer: () => void;
  readonly #callOffWatch: () => void;
  #lastCallId = 0;
  #lastOperationId = 0;
  #lastChunkId = 0;
  #lastProbeId = 0;
  #operationsOpen = 0;
  #callOffProbe: (() => void) | null = null;
  #isLoaded = false;
  #isStopping = false;
  #isFinished = false;
  #cause: CallError | null = null;
  #exit: { readonly code: number | null; readonly signal: string | null } | null = null;
  #exitingCall: number | null = null;
  #stderrTail = '';
  #readWindowEndsAt = 0;
  #bytesInWindow = 0;
  #membersInWindow = 0;

  constructor({ launch, services, clock, limits, watch }: RunnerParts) {
    this.#services = services;
    this.#clock = clock;
    this.#limits = limits;
    this.#log = createLogMeter({
      clock,
      bytesPerSecondMax: limits.logBytesPerSecondMax,
      log: (line) => services.log(line),
    });
    const loaded = Promise.withResolvers<LoadOutcome>();
    const ended = Promise.withResolvers<ProcessEnding>();
    this.loaded = loaded.promise;
    this.ended = ended.promise;
    this.#resolveLoaded = loaded.resolve;
    this.#resolveEnded = ended.resolve;
    this.#child = startProcess(launch);
    this.pid = this.#child.pid ?? null;
    this.#callOffLoadTimer = clock.after(limits.loadMsMax, () => this.#loadOverdue());
    this.#callOffWatch =
      this.pid === null ? () => {} : watch.watch(this.pid, launch.isWrapped === true, () => this.#tooLarge());
    this.#listen();
  }

  get callsInFlight(): number {
    return this.#calls.size;
  }

  /** When its oldest call under way was given to it; null when there is none. */
  get busySince(): number | null {
    const [oldest] = this.#calls.values();
    return oldest?.sentAt ?? null;
  }

  /** False once the process takes no further calls. */
  get isOpen(): boolean {
    return !this.#isFinished && !this.#isStopping && this.#cause === null && this.#exit === null;
  }

  /** Calls a handler that ends by returning. The process must have loaded and be open. */
  async call(request: CallRequest): Promise<CallOutcome> {
    const end = await this.#begin(request, 'returned');
    assert(end.kind !== 'answered' && end.kind !== 'refused', 'only a call that is to be answered is');
    return end;
  }

  /** Calls a handler that ends by `renderData`. The process must have loaded and be open. */
  async ask(request: AskRequest): Promise<AppAnswer> {
    const end = await this.#begin(request, request.mayEndByReturn === true ? 'either' : 'rendered');
    return end.kind === 'delivered' ? { kind: 'answered', data: null, durationMs: end.durationMs } : end;
  }

  #begin(
    { handler, payload, callId, limitMs = this.#limits.callMsMax }: CallRequest,
    ends: CallEnds,
  ): Promise<CallEnd> {
    const sentAt = this.#clock.now();
    this.#lastCallId += 1;
    const id = this.#lastCallId;
    if (!this.#send({ type: 'call', id, handler, payload, ends })) {
      const error: CallError = { code: 'payload_too_large', message: 'the payload is larger than 8 MiB' };
      return Promise.resolve({ kind: 'failed', error, durationMs: 0 });
    }
    this.#rememberCall(id, callId);
    return new Promise((end) => {
      const callOffTimer = this.#clock.after(limitMs, () => this.#callOverdue(id));
      this.#calls.set(id, { callId, ends, limitMs, sentAt, end, callOffTimer });
    });
  }

  /** Lets the calls in flight end within the grace, then the process. */
  async stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      const callOff = this.#clock.after(this.#limits.stopGraceMs, () => this.#child.kill('SIGKILL'));
      void this.ended.then(callOff);
      if (this.#calls.size === 0) this.#child.stdin.end();
    }
    await this.ended;
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (bytes: Buffer) => this.#read(bytes));
    stderr.on('data', (bytes: Buffer) => this.#readStderr(bytes));
    // A process that dies while we write shows as its exit; the pipes have nothing to add.
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
    this.#child.on('error', (cause) => this.#fail({ code: 'not_started', message: cause.message }));
    this.#child.on('exit', (code, signal) => {
      this.#exit = { code, signal };
      const callOff = this.#clock.after(closeGraceMs, () => this.#finish());
      void this.ended.then(callOff);
    });
    this.#child.on('close', () => this.#finish());
  }

  #send(message: JsonObject): boolean {
    const frames = encodeFrames(message, this.#lastChunkId + 1);
    if (frames === null) return false;
    if (frames.length > 1) this.#lastChunkId += 1;
    for (const frame of frames) this.#child.stdin.write(frame);
    if (this.#child.stdin.writableLength > this.#limits.unreadBytesMax) this.#badFrame('much and read nothing');
    return true;
  }

  #rememberCall(id: number, callId: string): void {
    this.#callIds.set(id, callId);
    if (this.#callIds.size <= callIdsRemembered) return;
    for (const oldest of this.#callIds.keys()) {
      if (!this.#calls.has(oldest)) this.#callIds.delete(oldest);
      return;
    }
  }

  #read(bytes: Buffer): void {
    this.#countBytes(bytes.length);
    const { messages, members, fault } = this.#decoder.push(bytes);
    this.#countMembers(members);
    for (const message of messages) {
      if (this.#cause?.code === 'bad_frame') return;
      const known = readRunnerMessage(message);
      if (known === null) this.#badFrame('a message that is none of the protocol');
      else this.#receive(known);
    }
    if (fault !== null) this.#badFrame(fault);
  }

  #receive(message: RunnerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready({ kind: 'loaded', functions: message.functions });
        break;
      case 'not_loaded':
        this.#notLoaded(message.error);
        break;
      case 'settled':
        this.#settled(message);
        break;
      case 'rendered':
        this.#rendered(message);
        break;
      case 'operation':
        this.#operation(message);
        break;
      case 'log':
        this.#printed(message);
        break;
      case 'pong':
        this.#pong(message.id);
        break;
      case 'exiting':
        this.#exitingCall = message.call;
        break;
    }
  }

  #printed({ level, text, call }: Extract<RunnerMessage, { type: 'log' }>): void {
    this.#log.write({ level, text: text.slice(0, lineLengthMax), callId: this.#callIdOf(call) });
  }

  #callIdOf(call: number | null): string | null {
    return call === null ? null : (this.#callIds.get(call) ?? null);
  }

  #ready(outcome: LoadOutcome): void {
    if (this.#isLoaded) {
      this.#badFrame('a second "ready"');
      return;
    }
    this.#isLoaded = true;
    this.#callOffLoadTimer();
    this.#resolveLoaded(outcome);
  }

  #notLoaded(error: CallError): void {
    if (this.#isLoaded) {
      this.#badFrame('"not_loaded" after "ready"');
      return;
    }
    this.#fail({ ...error, code: 'not_loaded' });
  }

  #settled({ id, error }: Extract<RunnerMessage, { type: 'settled' }>): void {
    if (id > this.#lastCallId) {
      this.#badFrame('the end of a call that was never made');
      return;
    }
    const call = this.#calls.get(id);
    // A call that was given up as overdue may still end.
    if (call === undefined) return;
    if (error === null && call.ends === 'rendered') {
      this.#badFrame('the end of a call without its answer');
      return;
    }
    const durationMs = this.#durationOf(call);
    this.#end(id, error === null ? { kind: 'delivered', durationMs } : { kind: 'failed', error, durationMs });
  }

  #rendered({ id, error, data }: Extract<RunnerMessage, { type: 'rendered' }>): void {
    const call = this.#calls.get(id);
    if (id > this.#lastCallId || call?.ends === 'returned') {
      this.#badFrame('an answer to a call that has none');
      return;
    }
    if (call !== undefined) this.#end(id, { ...readRendered(error, data), durationMs: this.#durationOf(call) });
  }

  #durationOf({ sentAt }: CallInFlight): number {
    return Math.max(0, this.#clock.now() - sentAt);
  }

  #end(id: number, outcome: CallEnd): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#overdue.delete(id);
    call.callOffTimer();
    call.end(outcome);
    if (this.#isStopping && this.#calls.size === 0) this.#child.stdin.end();
  }

  // The process numbers what it asks 1, 2, 3 …, and we count along: it cannot answer itself with a number of its choice.
  #operation({ id, name, args, call }: Extract<RunnerMessage, { type: 'operation' }>): void {
    if (id !== this.#lastOperationId + 1) {
      this.#badFrame('an operation out of order');
      return;
    }
    this.#lastOperationId = id;
    this.#operationsOpen += 1;
    if (this.#operationsOpen >= this.#limits.operationsOpenMax) this.#pause('operations');
    this.#services.operation({ name, args, callId: this.#callIdOf(call) }).then(
      (reply) => this.#answer(id, reply),
      (cause) => this.#operationBroke(id, cause),
    );
  }

  #operationBroke(id: number, cause: unknown): void {
    this.#answer(id, { kind: 'refused', error: { status: 500, message: 'The operation failed' } });
    this.#services.broke(cause);
  }

  #answer(id: number, reply: OperationAnswer): void {
    this.#operationsOpen -= 1;
    this.#resume('operations');
    if (this.#isFinished) return;
    const answer = reply.kind === 'done' ? { value: reply.result } : { error: reply.error };
    if (this.#send({ type: 'answer', id, ...answer })) return;
    this.#send({ type: 'answer', id, error: { status: 413, message: 'The answer is larger than 8 MiB' } });
  }

  #callOverdue(id: number): void {
    if (!this.#calls.has(id)) return;
    this.#overdue.add(id);
    if (this.#callOffProbe !== null) return;
    this.#lastProbeId += 1;
    this.#send({ type: 'ping', id: this.#lastProbeId });
    this.#callOffProbe = this.#clock.after(this.#limits.answerMsMax, () => this.#stuck());
  }

  // It answers: only the calls that are overdue have failed, and their neighbours go on.
  #pong(id: number): void {
    if (id !== this.#lastProbeId || this.#callOffProbe === null) {
      this.#badFrame('an answer that nobody asked for');
      return;
    }
    this.#callOffProbe();
    this.#callOffProbe = null;
    for (const overdue of [...this.#overdue]) {
      const call = this.#calls.get(overdue);
      if (call !== undefined) this.#end(overdue, this.#timedOut(call));
    }
  }

  #timedOut(call: CallInFlight): CallEnd {
    const durationMs = this.#durationOf(call);
    const message = `did not end within ${call.limitMs} ms`;
    if (call.ends === 'returned') return { kind: 'failed', error: { code: 'timed_out', message }, durationMs };
    const text = '  `renderData` was not called in the callback within time limit!';
    this.#services.log({ at: this.#clock.now(), level: 'error', text, callId: call.callId });
    return { kind: 'failed', error: { code: 'timed_out', message: 'Request Timed Out!' }, durationMs };
  }

  #stuck(): void {
    const [first] = this.#overdue;
    const { limitMs } = this.#calls.get(first ?? 0) ?? { limitMs: this.#limits.callMsMax };
    const message = `did not end within ${limitMs} ms and kept the process from answering`;
    this.#fail({ code: 'timed_out', message });
  }

  #loadOverdue(): void {
    const message = `server/server.js was not loaded within ${this.#limits.loadMsMax} ms`;
    this.#fail({ code: 'not_loaded', message, file: 'server/server.js', line: 1, column: 1 });
  }

  #tooLarge(): void {
    const message = `the app's process was ended: it used more than ${this.#limits.memoryMbMax} MB`;
    this.#fail({ code: 'exited', message });
  }

  #badFrame(what: string): void {
    this.#fail({ code: 'bad_frame', message: `the process sent ${what}` });
  }

  #fail(error: CallError): void {
    this.#cause ??= error;
    this.#child.kill('SIGKILL');
    if (this.pid === null) this.#finish();
  }

  #countBytes(count: number): void {
    this.#beginWindow();
    this.#bytesInWindow += count;
    if (this.#bytesInWindow > this.#limits.readBytesPerSecondMax) this.#pauseForWindow('bytes');
  }

  #countMembers(count: number): void {
    this.#beginWindow();
    this.#membersInWindow += count;
    if (this.#membersInWindow > this.#limits.readMembersPerSecondMax) this.#pauseForWindow('members');
  }

  #beginWindow(): void {
    const now = this.#clock.now();
    if (now < this.#readWindowEndsAt) return;
    this.#readWindowEndsAt = now + readWindowMs;
    this.#bytesInWindow = 0;
    this.#membersInWindow = 0;
  }

  #pauseForWindow(reason: Exclude<PauseReason, 'operations'>): void {
    if (this.#pauses.has(reason)) return;
    this.#pause(reason);
    this.#clock.after(this.#readWindowEndsAt - this.#clock.now(), () => this.#resume(reason));
  }

  #pause(reason: PauseReason): void {
    this.#pauses.add(reason);
    this.#child.stdout.pause();
    this.#child.stderr.pause();
  }

  #resume(reason: PauseReason): void {
    if (!this.#pauses.delete(reason) || this.#pauses.size > 0 || this.#isFinished) return;
    this.#child.stdout.resume();
    this.#child.stderr.resume();
  }

  // The runner prints nothing there: these are the last words of the engine itself.
  #readStderr(bytes: Buffer): void {
    this.#countBytes(bytes.length);
    const text = bytes.toString('utf8');
    this.#stderrTail = (this.#stderrTail + text).slice(-stderrBytesKept);
    for (const line of text.split('\n')) {
      if (line.trim() !== '') this.#log.write({ level: 'error', text: line.slice(0, stderrBytesKept), callId: null });
    }
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#callOffLoadTimer();
    this.#callOffWatch();
    this.#callOffProbe?.();
    this.#pauses.clear();
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.#log.flush();
    const error = this.#endedBy();
    this.#resolveLoaded({ kind: 'not_loaded', error: error ?? { code: 'not_loaded', message: 'the app was stopped' } });
    const culprit = this.#culprit();
    if (error !== null) this.#sayCrash(error, culprit);
    for (const [id, { sentAt }] of [...this.#calls]) {
      const durationMs = Math.max(0, this.#clock.now() - sentAt);
      const isAtFault = error !== null && id === culprit;
      this.#end(id, isAtFault ? { kind: 'failed', error, durationMs } : { kind: 'interrupted' });
    }
    this.#resolveEnded(error === null ? { kind: 'stopped' } : { kind: 'crashed', error });
  }

  // Only now, when everything it wrote has been read: its last words may say more than its exit code.
  #endedBy(): CallError | null {
    if (this.#cause !== null || this.#isStopping) return this.#cause;
    return exitError(this.#exit?.code ?? null, this.#exit?.signal ?? null, this.#stderrTail);
  }

  #sayCrash(error: CallError, culprit: number | null): void {
    const text = `the app's process was lost: ${error.message}`;
    this.#services.log({ at: this.#clock.now(), level: 'error', text, callId: this.#callIdOf(culprit) });
  }

  #culprit(): number | null {
    if (this.#exitingCall !== null && this.#calls.has(this.#exitingCall)) return this.#exitingCall;
    const [only] = this.#calls.keys();
    return this.#calls.size === 1 && only !== undefined ? only : null;
  }
}

function exitError(code: number | null, signal: string | null, stderr: string): CallError {
  const how = signal === null ? `with exit code ${code ?? 0}` : `by signal ${signal}`;
  const why = /heap out of memory|Array buffer allocation failed/.test(stderr) ? ': it ran out of memory' : '';
  return { code: 'exited', message: `the app's process ended ${how}${why}` };
}
