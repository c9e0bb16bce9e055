import type { Position } from '../activity/position.ts';
import { type EventPlace, eventOf, positionOf } from '../delivery/event-place.ts';
import type { DeliveryLimits } from '../delivery/limits.ts';
import type { Receiver } from '../delivery/receiver.ts';
import { hear, type Subscription } from '../delivery/subscription.ts';
import type { Change, LaneRow } from '../engine/change.ts';
import type { Headcount } from './headcount.ts';
import { restoreLanes } from './lane-row.ts';
import { Pass } from './pass.ts';
import type { FailedAttempt, PassContext } from './pass-context.ts';
import { patiently } from './patience.ts';
import type { DispatchPorts } from './ports.ts';
import { ReceiverLine } from './receiver-line.ts';
import { cursorKey, type PassName, replayEndKey, replayKeys, rowKey } from './row-key.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** What the process offers to each subscription that it serves. */
export type Service = {
  readonly ports: DispatchPorts;
  readonly limits: DeliveryLimits;
  readonly snapshots: SnapshotCache;
  readonly underway: Headcount;
  readonly head: () => Position;
  /** Whether calls may start, as far as the process is concerned. */
  readonly isOpen: () => boolean;
  readonly isStopping: () => boolean;
  readonly changed: (served: ServedSubscription, events: number) => void;
};

/** What the store had of the subscription when the process started. */
export type Restored = {
  readonly cursors: ReadonlyMap<string, Position>;
  readonly lanes: readonly LaneRow[];
};

/** One subscription at work: its receiver's line, its ordinary pass over the log, and perhaps a replay beside it. */
export class ServedSubscription {
  readonly line: ReceiverLine;
  readonly live: Pass;
  readonly #service: Service;
  #subscription: Subscription;
  #replay: { readonly pass: Pass; readonly end: Position; readonly life: Life } | null = null;
  #written: Subscription;
  #leftover: Change[] = [];
  #isRemoved = false;
  #delivered = 0;
  #failed = 0;
  #deadLetters = 0;

  constructor(service: Service, subscription: Subscription, receiver: Receiver, restored: Restored) {
    this.#service = service;
    this.#subscription = subscription;
    this.#written = subscription;
    this.line = new ReceiverLine({
      receiver,
      clock: service.ports.clock,
      underway: service.underway,
      answerMsMax: service.limits.answerMsMax,
    });
    const { from } = subscription;
    const at = restored.cursors.get(this.#cursorKey('live')) ?? from;
    this.live = this.#newPass({ name: 'live', cursor: at, end: null, rows: restored.lanes, life: { isOver: false } });
    const end = restored.cursors.get(replayEndKey(subscription.id));
    const cursor = restored.cursors.get(this.#cursorKey('replay'));
    if (end !== undefined && cursor !== undefined) this.#startReplay(cursor, end, restored.lanes);
  }

  get subscription(): Subscription {
    return this.#subscription;
  }

  /** Where a replay stands and where it ends; null when there is none. */
  get replaying(): { readonly cursor: Position; readonly end: Position } | null {
    return this.#replay === null ? null : { cursor: this.#replay.pass.cursor, end: this.#replay.end };
  }

  get tally(): { readonly delivered: number; readonly failed: number; readonly deadLetters: number } {
    return { delivered: this.#delivered, failed: this.#failed, deadLetters: this.#deadLetters };
  }

  /** Whether it is served now, on its own account and the process'. */
  get isOpen(): boolean {
    return !this.#isRemoved && this.#subscription.state.kind === 'active' && this.#service.isOpen();
  }

  wake(): void {
    this.live.wake();
    this.#replay?.pass.wake();
  }

  /**
   * Takes over what was changed from outside: what it wants, its state, its receiver. Since when it fails is known here
   * alone, and is forgotten when it is made active again: else the next failure would switch it off at once.
   */
  update(changed: Subscription, receiver: Receiver): void {
    const isRevived = this.#subscription.state.kind === 'switched_off' && changed.state.kind === 'active';
    const { failingSince } = this.#subscription;
    this.#subscription = { ...changed, failingSince: isRevived ? null : failingSince };
    this.#written = changed;
    this.#changed(0);
    this.line.change(receiver);
    this.wake();
  }

  /** Begins a replay, or moves the one that is under way so that it covers both; answers what it covers, once. */
  replay(from: Position): { readonly cursor: Position; readonly end: Position } {
    const running = this.replaying;
    const cursor = Math.max(this.#subscription.from, running === null ? from : Math.min(from, running.cursor));
    const end = this.live.scannedTo;
    this.#endReplay();
    if (cursor >= end) return { cursor, end };
    this.#startReplay(cursor, end, []);
    this.#leftover.push(
      { kind: 'PutCursor', subscription: this.#cursorKey('replay'), position: cursor },
      { kind: 'PutCursor', subscription: replayEndKey(this.#subscription.id), position: end },
    );
    this.#changed(1);
    this.wake();
    return { cursor, end };
  }

  /** An attempt by hand, or one of a pass, was accepted or failed: what it says about the receiver as a whole. */
  hear(kind: 'delivered' | 'failed'): void {
    const { ports } = this.#service;
    const before = this.#subscription;
    if (kind === 'delivered') {
      this.#delivered += 1;
      if (before.failingSince === null) return;
    } else {
      this.#failed += 1;
    }
    this.#subscription = hear(before, { kind, at: ports.clock.now() });
    if (this.#subscription === before) return;
    this.#changed(1);
    if (before.state.kind === 'active' && this.#subscription.state.kind === 'switched_off') this.#logSwitchedOff();
  }

  /** Adds a row to what is written next. */
  write(change: Change): void {
    this.#leftover.push(change);
    this.#changed(1);
  }

  takeChanges(): readonly Change[] {
    if (this.#isRemoved) return [];
    const replayed = this.#replay?.pass.takeChanges() ?? [];
    const leftover = this.#leftover;
    this.#leftover = [];
    return [...leftover, ...this.live.takeChanges(), ...replayed, ...this.#subscriptionChanges()];
  }

  /** Starts nothing more. */
  stop(): void {
    this.line.close();
    this.live.stop();
    this.#replay?.pass.stop();
  }

  /** Ends at once, and hears of nothing any more. */
  remove(): void {
    this.#isRemoved = true;
    this.stop();
    this.line.cut();
  }

  #startReplay(cursor: Position, end: Position, rows: readonly LaneRow[]): void {
    const life: Life = { isOver: false };
    const pass = this.#newPass({ name: 'replay', cursor, end, rows, life });
    this.#replay = { pass, end, life };
  }

  /** Lets go of a replay, done or not, with every row it kept. What it gave up stays, among the dead letters. */
  #endReplay(): void {
    if (this.#replay === null) return;
    const { pass, life } = this.#replay;
    life.isOver = true;
    pass.stop();
    this.#leftover.push(...pass.takeChanges());
    this.#replay = null;
    for (const key of replayKeys(this.#subscription.id)) {
      this.#leftover.push({ kind: 'RemoveSubscription', subscription: key });
    }
    this.#changed(1);
  }

  #newPass(plan: PassPlan): Pass {
    const { callsInFlightMax, replayCallsInFlightMax } = this.#service.limits;
    return new Pass({
      context: this.#context(plan.name, plan.life),
      cursor: plan.cursor,
      end: plan.end,
      lanes: restoreLanes(plan.rows, this.#subscription.id, plan.name),
      callsMax: plan.name === 'live' ? callsInFlightMax : replayCallsInFlightMax,
      finished: () => {
        if (!plan.life.isOver) this.#endReplay();
      },
    });
  }

  #context(name: PassName, life: Life): PassContext {
    const { ports, limits, snapshots, underway, head, isStopping } = this.#service;
    return {
      name,
      ports,
      limits,
      snapshots,
      underway,
      head,
      line: this.line,
      subscription: () => this.#subscription,
      isOpen: () => !life.isOver && this.isOpen,
      isOver: () => life.isOver || this.#isRemoved || isStopping(),
      delivered: (place) => {
        this.hear('delivered');
        if (name === 'replay') void this.#redeem(place);
      },
      failed: (failure) => this.#heardFailure(failure),
      changed: (events) => this.#changed(events),
    };
  }

  /** What a replay delivered is no dead letter any more. */
  async #redeem(place: EventPlace): Promise<void> {
    const { ports, underway, isStopping } = this.#service;
    const key = rowKey(this.#subscription.id, 'live', eventOf(place));
    const isOver = () => this.#isRemoved || isStopping();
    const letter = await patiently({ ports, underway, isOver }, () => ports.history.deadLetter(key, positionOf(place)));
    if (letter === null || letter.redeliveredAt !== null) return;
    this.write({ kind: 'PutDeadLetter', letter: { ...letter, redeliveredAt: ports.clock.now() } });
  }

  #heardFailure(failure: FailedAttempt): void {
    this.hear('failed');
    if (!failure.isGivenUp) return;
    this.#deadLetters += 1;
    const { agent, place, attempt, error } = failure;
    const fields = {
      subscription: this.#subscription.id,
      agent,
      position: positionOf(place),
      attempt,
      code: error.code,
    };
    this.#service.ports.logger.warn(fields, 'an event was given up; it is kept among the dead letters');
  }

  #logSwitchedOff(): void {
    const { id, target, failingSince } = this.#subscription;
    this.#service.ports.logger.error(
      { subscription: id, target, failingSince },
      'a receiver failed everything for five days and was switched off; make it active again when it is mended',
    );
  }

  /**
   * A receiver that fails now and then would cost a row per failure, so a failing time is written once it has lasted; a
   * restart before that forgets less of it than that.
   */
  #subscriptionChanges(): readonly Change[] {
    const { state, failingSince } = this.#subscription;
    const written = this.#written;
    const failingMs = failingSince === null ? 0 : this.#service.ports.clock.now() - failingSince;
    const isLasting = written.failingSince !== null || failingMs >= this.#service.limits.failingWrittenAfterMs;
    const isWorthIt = state !== written.state || (failingSince !== written.failingSince && isLasting);
    if (!isWorthIt) return [];
    this.#written = this.#subscription;
    return this.#service.ports.subscriptionChanges(this.#subscription);
  }

  #cursorKey(pass: PassName): string {
    return cursorKey(this.#subscription.id, pass);
  }

  #changed(events: number): void {
    this.#service.changed(this, events);
  }
}

/** Whether a pass was let go: what still comes back from its calls changes nothing. */
type Life = { isOver: boolean };

type PassPlan = {
  readonly name: PassName;
  readonly cursor: Position;
  readonly end: Position | null;
  readonly rows: readonly LaneRow[];
  readonly life: Life;
};
