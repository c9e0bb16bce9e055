import type { CallPurpose } from '../../server/src/apps/app-operation.ts';
import type { DeliveryError } from '../../server/src/delivery/receiver.ts';
import type { Clock } from '../../server/src/engine/clock.ts';
import { readRendered } from '../../server/src/marketplace/rendered-data.ts';
import type { AppCode, CallEnd, CallEnding } from './app-code.ts';
import type { Callback, CallbackError, LogLine, SentRequest } from './callback.ts';
import type { BusyCall } from './team-time.ts';

/** The platform's limit for callbacks, and for functions that name none of their own, in virtual milliseconds. */
export const CALLBACK_LIMIT_MS = 20_000;

/** A call to be made. */
export type PlannedCall = Pick<Callback, 'event' | 'module' | 'handler' | 'payload' | 'attempt' | 'eventId'> & {
  readonly ending: CallEnding;
  /** Virtual milliseconds. */
  readonly limitMs: number;
  /** Some globals are not to be had everywhere. */
  readonly purpose: CallPurpose;
};

/** Makes the calls of the app's functions and keeps a record of each. */
export class CallBook {
  readonly #clock: Clock;
  readonly #records: Record[] = [];
  readonly #open = new Map<number, OpenCall>();
  /** Lines that belong to no call: printed while the files were loaded, or by a package on its own. */
  readonly #stray: LogLine[] = [];
  #code: AppCode | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The calls so far, in the order in which they began. */
  get callbacks(): readonly Callback[] {
    return this.#records;
  }

  get strayLines(): readonly LogLine[] {
    return this.#stray;
  }

  use(code: AppCode): void {
    this.#code = code;
  }

  /** Makes a call; the answer is its record, once it ended. */
  async call(planned: PlannedCall): Promise<Callback> {
    const code = this.#code;
    if (code === null) throw new Error('the app’s files are not loaded yet');
    const { ending, limitMs, purpose, ...shown } = planned;
    const startedMs = this.#clock.now();
    const record: Record = {
      ...shown,
      startedAt: new Date(startedMs).toISOString(),
      outcome: 'running',
      error: null,
      answer: null,
      logs: [],
      requests: [],
      durationMs: 0,
    };
    const number = this.#records.push(record);
    const open: OpenCall = { purpose, signs: 0, timers: 0, isParked: false, giveUp: () => {} };
    this.#open.set(number, open);
    const { handler, payload } = planned;
    const end = await Promise.race([code.run({ number, handler, payload, ending }), this.#limit(open, limitMs)]);
    open.giveUp();
    this.#open.delete(number);
    Object.assign(record, shownEnd(end, ending), { durationMs: this.#clock.now() - startedMs });
    return record;
  }

  line(call: number | null, line: LogLine): void {
    this.#sign(call);
    (this.#recordOf(call)?.logs ?? this.#stray).push(line);
  }

  request(call: number | null, request: SentRequest): void {
    this.#recordOf(call)?.requests.push(request);
  }

  /** The call asked for something, or got an answer: it moves on by itself. */
  sign(call: number | null): void {
    this.#sign(call);
  }

  /** What the services know a call by: jobs have an id of their own; null outside of every call. */
  idOf(call: number | null): string | null {
    if (call === null) return null;
    const isJob = this.#open.get(call)?.purpose === 'job';
    return isJob ? (this.#recordOf(call)?.eventId ?? null) : `${CALL}${call}`;
  }

  /** In what a call was made; null when it has ended. */
  purposeOf(id: string): CallPurpose | null {
    if (!id.startsWith(CALL)) return 'job';
    return this.#open.get(Number(id.slice(CALL.length)))?.purpose ?? null;
  }

  /** The call set a virtual timer, or one of its was over. */
  timers(call: number | null, change: 1 | -1): void {
    const open = call === null ? undefined : this.#open.get(call);
    if (open !== undefined) open.timers += change;
    this.#sign(call);
  }

  /** Calls that may go on without time passing. */
  busy(): readonly BusyCall[] {
    const waiting = [...this.#open.values()].filter(({ isParked, timers }) => !isParked && timers === 0);
    return waiting.map((open) => ({
      get signs() {
        return open.signs;
      },
      park() {
        open.isParked = true;
      },
    }));
  }

  /** Ends every call that has not ended. */
  abandon(): void {
    for (const open of this.#open.values()) open.giveUp();
  }

  #recordOf(call: number | null): Record | undefined {
    return call === null ? undefined : this.#records[call - 1];
  }

  #sign(call: number | null): void {
    const open = call === null ? undefined : this.#open.get(call);
    if (open === undefined) return;
    open.signs += 1;
    open.isParked = false;
  }

  #limit(open: OpenCall, limitMs: number): Promise<CallEnd> {
    return new Promise((resolve) => {
      const seconds = limitMs / 1000;
      const late = (code: string, message: string) => resolve({ kind: 'failed', error: { code, message } });
      const cancel = this.#clock.after(limitMs, () => late('timed_out', `it had not ended after ${seconds} s`));
      open.giveUp = () => {
        cancel();
        late('abandoned', 'the team was closed before it ended');
      };
    });
  }
}

const CALL = 'call ';

type Record = { -readonly [Key in keyof Callback]: Callback[Key] } & {
  readonly logs: LogLine[];
  readonly requests: SentRequest[];
};

type OpenCall = { readonly purpose: CallPurpose; signs: number; timers: number; isParked: boolean; giveUp: () => void };

function shownEnd(end: CallEnd, ending: CallEnding): Partial<Callback> {
  switch (end.kind) {
    case 'returned':
      return { outcome: ending === 'returned' ? 'delivered' : 'answered' };
    case 'rendered': {
      const read = readRendered(end.error, end.data);
      if (read.kind === 'answered') return { outcome: 'answered', answer: read.data };
      const { status, message } = read.error;
      return { outcome: 'refused', error: { code: 'refused', status, message } };
    }
    case 'failed':
      return { outcome: end.error.code === 'timed_out' ? 'timed_out' : 'failed', error: shownError(end.error) };
  }
}

function shownError(error: DeliveryError): CallbackError {
  return { ...error };
}
