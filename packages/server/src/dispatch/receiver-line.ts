import type { CallOutcome, Delivery, DeliveryError, Receiver } from '../delivery/receiver.ts';
import type { Clock } from '../engine/clock.ts';
import { Bug } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { Alarm } from './alarm.ts';
import { Fifo } from './fifo.ts';
import type { Headcount } from './headcount.ts';

/** How a call ended, once nobody else can be at fault for it. */
export type LineOutcome = Exclude<CallOutcome, { kind: 'interrupted' }>;

type Call = {
  readonly delivery: Delivery;
  readonly end: (outcome: LineOutcome) => void;
  startedAt: Instant;
};

/**
 * The line to one receiver: every call of one subscription goes through it.
 *
 * The problem: when an app's process dies, every call in it dies, and only one of them was the cause. To count a failure
 * against all would send innocent events to the dead letters; to count none would send the guilty one for ever.
 *
 * The rule: calls that were interrupted are suspects. While there are suspects, nothing else starts; each is sent again
 * with nobody beside it. The one that kills while it is alone is the cause, so its own call fails; a suspect that is
 * interrupted although it was alone fails too, for nobody else can have done it. The innocent ones cost one call each,
 * and then the line is open again.
 *
 * Who never failed does not wait behind those who did: suspects on their first attempt are tested first, and before each
 * one that has failed before, everybody on a first attempt that came meanwhile is let through together.
 */
export class ReceiverLine {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #underway: Headcount;
  readonly #alarm: Alarm;
  readonly #answerMsMax: number;
  readonly #inFlight = new Set<Call>();
  /** On their first attempt. */
  readonly #suspects = new Fifo<Call>();
  /** Suspects that have failed before: likely to be what kills. */
  readonly #repeaters = new Fifo<Call>();
  readonly #waiting = new Fifo<Call>();
  #receiver: Receiver;
  #alone: Call | null = null;
  #isTurnOfFirst = false;
  #isClosed = false;

  constructor(parts: {
    readonly receiver: Receiver;
    readonly clock: Pick<Clock, 'now' | 'after'>;
    readonly underway: Headcount;
    /** A receiver answers within a limit of its own; after this one, it is not waited for. */
    readonly answerMsMax: number;
  }) {
    this.#receiver = parts.receiver;
    this.#clock = parts.clock;
    this.#underway = parts.underway;
    this.#answerMsMax = parts.answerMsMax;
    this.#alarm = new Alarm(parts.clock, (now) => this.#giveUpSilent(now));
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Makes the call, at once or when the suspects are through; `end` is called once, in a later turn. */
  send(delivery: Delivery, end: (outcome: LineOutcome) => void): void {
    const call: Call = { delivery, end, startedAt: 0 };
    if (this.#isTesting()) this.#waiting.push(call);
    else this.#start(call);
  }

  /** Calls from now on go to this receiver; those in flight end where they are. */
  change(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Starts no further call: what has not started will be found again in the log. */
  close(): void {
    this.#isClosed = true;
    this.#suspects.clear();
    this.#repeaters.clear();
    this.#waiting.clear();
  }

  /** Hears no more of calls in flight either. */
  cut(): void {
    this.close();
    this.#alarm.off();
    for (const _ of this.#inFlight) this.#underway.leave();
    this.#inFlight.clear();
  }

  #isTesting(): boolean {
    return this.#alone !== null || this.#suspects.size > 0 || this.#repeaters.size > 0;
  }

  #start(call: Call): void {
    if (this.#isClosed) return;
    call.startedAt = this.#clock.now();
    if (this.#inFlight.size === 0) this.#alarm.wakeAt(call.startedAt + this.#answerMsMax);
    this.#inFlight.add(call);
    this.#underway.enter();
    this.#deliver(call.delivery).then(
      (outcome) => this.#ended(call, outcome),
      (cause) => this.#broke(call, cause),
    );
  }

  #deliver(delivery: Delivery): Promise<CallOutcome> {
    try {
      return this.#receiver.deliver(delivery);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  #broke(call: Call, cause: unknown): void {
    if (cause instanceof Bug) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#ended(call, this.#failure(call, { code: 'receiver_failed', message }));
  }

  #ended(call: Call, outcome: CallOutcome): void {
    // A late answer of a call that was given up, or of a line that was cut.
    if (!this.#inFlight.delete(call)) return;
    const wasAlone = this.#alone === call;
    if (wasAlone) this.#alone = null;
    if (outcome.kind !== 'interrupted') call.end(outcome);
    else if (wasAlone) call.end(this.#failure(call, INTERRUPTED_ALONE));
    else if (!this.#isClosed) (hasFailed(call) ? this.#repeaters : this.#suspects).push(call);
    this.#goOn();
    this.#underway.leave();
  }

  #goOn(): void {
    if (this.#alone !== null) return;
    if (this.#suspects.size === 0 && this.#repeaters.size === 0) {
      for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) this.#start(call);
      return;
    }
    // Alone means alone: with one innocent call beside it, the next death would again be nobody's.
    if (this.#inFlight.size > 0) return;
    if (this.#suspects.size === 0 && this.#letThrough()) return;
    this.#alone = this.#suspects.shift() ?? this.#repeaters.shift() ?? null;
    if (this.#alone !== null) this.#start(this.#alone);
  }

  /** Starts everybody on a first attempt that waits; false when there is nobody, or when it was their turn just now. */
  #letThrough(): boolean {
    this.#isTurnOfFirst = !this.#isTurnOfFirst;
    if (!this.#isTurnOfFirst) return false;
    for (let left = this.#waiting.size; left > 0; left--) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      if (hasFailed(call)) this.#waiting.push(call);
      else this.#start(call);
    }
    return this.#inFlight.size > 0;
  }

  /** Gives up on calls that were not answered within any receiver's limit, so that every attempt has an end. */
  #giveUpSilent(now: Instant): void {
    for (const call of this.#inFlight) {
      if (call.startedAt + this.#answerMsMax > now) {
        this.#alarm.wakeAt(call.startedAt + this.#answerMsMax);
        return;
      }
      this.#ended(call, this.#failure(call, NEVER_ANSWERED));
    }
  }

  #failure(call: Call, error: DeliveryError): LineOutcome {
    return { kind: 'failed', error, durationMs: Math.max(0, this.#clock.now() - call.startedAt) };
  }
}

function hasFailed(call: Call): boolean {
  return call.delivery.attempt > 1;
}

const INTERRUPTED_ALONE: DeliveryError = {
  code: 'interrupted',
  message: 'The process of the receiver ended during this call, and no other call was in it.',
};

const NEVER_ANSWERED: DeliveryError = {
  code: 'never_answered',
  message: 'The receiver neither answered nor said that its own time limit had passed.',
};
