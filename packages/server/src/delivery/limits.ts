import { dayMs, secondMs } from '../time/instant.ts';

/** The bounds of delivering: everything that could grow has its limit here. */
export const DELIVERY_LIMITS = Object.freeze({
  /** Calls in flight at once for one subscription's ordinary flow: as many agents are served side by side. */
  callsInFlightMax: 1_000,
  /** Besides those, agents whose events were held up and are tried again or catch up. */
  heldCallsInFlightMax: 500,
  /** A replay goes slowly beside the ordinary flow: it is in nobody's way. */
  replayCallsInFlightMax: 100,
  /** Events of one subscription that are in memory between its cursor and the newest one that was looked at. */
  windowEventsMax: 2_048,
  /** Events read from the log at once, for a subscription and for one agent that catches up. */
  pageEventsMax: 512,
  heldPageEventsMax: 100,
  /** How long the first event of a full window may be in flight before it is set aside for the others' sake. */
  parkAfterMs: 250,
  /** Progress is written down at the latest after so long, or after so many events. */
  writeAfterMs: 50,
  writeAfterEvents: 500,
  /** A cursor that only moves over other accounts' facts is written when it has moved this far. */
  idleCursorLagMax: 10_000,
  /** Rows that wait to be written, when the store refuses: then no call is started until it takes them. */
  unwrittenRowsMax: 10_000,
  /** After the store failed to read or write, the next try. */
  storeRetryMs: secondMs,
  /** A receiver answers within a limit of its own. One that does not is given up on, so that every attempt ends. */
  answerMsMax: 60 * secondMs,
  /** How long stopping waits for calls in flight: longer than the longest call. */
  stopMsMax: 25 * secondMs,
  /** `Retry-After` lengthens a wait up to this. */
  retryAfterMsMax: dayMs,
  /** A receiver that fails everything for so long is switched off. */
  switchOffAfterMs: 5 * dayMs,
  /** How long everything fails before that is written down: a failing receiver shall not cost a write per failure. */
  failingWrittenAfterMs: 60 * secondMs,
  /** Past profiles, accounts and statuses kept for rendering payloads. */
  snapshotsMax: 50_000,
  /** Of what a failed attempt leaves behind. */
  errorCharactersMax: 2_000,
  errorStackCharactersMax: 8_000,
  /** Facts that one answer of the list of deliveries looks at, at most: one that finds little ends, and says so. */
  listedFactsMax: 10_000,
});

/** The same bounds with other figures: the simulation and the tests come to each of them sooner. */
export type DeliveryLimits = { readonly [name in keyof typeof DELIVERY_LIMITS]: number };
