import type { ActivityPayload, CustomStatusPayload } from '@rollcall/contract';
import type { RecordedStatusChange } from '../activity/payload.ts';

/**
 * The port of whoever takes deliveries: an app's process, a webhook. One receiver serves one subscription, and is called
 * for many agents at once, but never twice at once for the same agent; only what is sent again by hand or in a replay
 * comes beside.
 */
export type Receiver = {
  /**
   * Makes one attempt and says how it ended. It answers within a limit of its own (20 s for a callback, 15 s for a
   * webhook), and answers also when the receiver's process cannot be started; a promise that is rejected counts as a
   * failed attempt. The payload is shared with other receivers: copy it before adding to it.
   */
  deliver(delivery: Delivery): Promise<CallOutcome>;
};

export type Delivery = {
  /** The same on every attempt, after every restart and by hand: what a receiver tells doubles by. */
  readonly id: string;
  /** 1 on the first attempt. Calls that were interrupted do not count. */
  readonly attempt: number;
  /** Sent again on somebody's word, outside the ordinary flow; null when it was not. */
  readonly resent: 'redelivery' | 'replay' | null;
  readonly payload: ActivityPayload | CustomStatusPayload;
  readonly fact: RecordedStatusChange;
};

export type CallOutcome =
  | { readonly kind: 'delivered'; readonly durationMs: number }
  | {
      readonly kind: 'failed';
      readonly error: DeliveryError;
      readonly durationMs: number;
      /** How long the receiver asked to be left alone (`Retry-After`), in milliseconds. */
      readonly retryAfterMs?: number;
    }
  /**
   * The receiver's process died through another call's fault. It is no attempt: the event is sent again, and those that
   * were interrupted together are sent one at a time, so that the one that kills is found out by its own call.
   */
  | { readonly kind: 'interrupted' };

/** Why an attempt failed, with the line of the receiver's own file when there is one. */
export type DeliveryError = {
  /** Stable, for programs: `handler_threw`, `timed_out`, `process_exited`, … */
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  readonly stack?: string;
};
