import type { AgentNumber, Position } from '../activity/position.ts';
import { type EventPlace, positionOf } from '../delivery/event-place.ts';
import { attemptNumber, type LaneStep, stepLane } from '../delivery/lane.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type AgentLane, hasCaughtUp, newLane, rewind, type Upcoming, upcoming } from './agent-lane.ts';
import { type CallEnd, call } from './call.ts';
import { DueQueue } from './due-queue.ts';
import { Fifo } from './fifo.ts';
import type { RestoredLane } from './lane-row.ts';
import type { PassContext } from './pass-context.ts';
import { patiently } from './patience.ts';
import type { RowsToWrite } from './rows-to-write.ts';
import { type Told, tell } from './told.ts';

/**
 * The lanes of one pass that do not follow its window: each waits for its own next attempt or catches up from the log,
 * and none waits for another.
 *
 * How a lane comes back, without loss, doubling or disorder: while it is held, the window passes over every event of its
 * agent and says so (`passOver`), so `owedTo` is always the newest event that the window left to the lane. The lane
 * reads its own events up to there and delivers them in order. It follows again in the very turn in which it finds that
 * nothing up to `owedTo` is left: no event can come between, because the window admits events in turns of its own. So
 * each event is either passed over before that turn, and was the lane's, or admitted after it, and is the window's.
 */
export class HeldLanes {
  readonly #context: PassContext;
  readonly #lanes: Map<AgentNumber, AgentLane>;
  readonly #rows: RowsToWrite;
  readonly #callsMax: number;
  readonly #scannedTo: () => Position;
  readonly #wakeAt: (at: Instant) => void;
  readonly #rested: () => void;
  readonly #due = new DueQueue<AgentLane>();
  readonly #ready = new Fifo<AgentLane>();
  /** Lanes that have caught up before the window has, after a restart. */
  #early: AgentLane[] = [];
  #inFlight = 0;

  constructor(parts: {
    readonly context: PassContext;
    readonly lanes: Map<AgentNumber, AgentLane>;
    readonly rows: RowsToWrite;
    readonly callsMax: number;
    /** Up to where the window has looked. */
    readonly scannedTo: () => Position;
    /** Asks for a look at this instant. */
    readonly wakeAt: (at: Instant) => void;
    /** Is called when a lane has nothing left to do. */
    readonly rested: () => void;
  }) {
    this.#context = parts.context;
    this.#lanes = parts.lanes;
    this.#rows = parts.rows;
    this.#callsMax = parts.callsMax;
    this.#scannedTo = parts.scannedTo;
    this.#wakeAt = parts.wakeAt;
    this.#rested = parts.rested;
  }

  /** When the next retry is due; null when none waits. */
  get nextDueAt(): Instant | null {
    return this.#due.nextAt;
  }

  /** Takes up a lane where the process before left it. Events up to the cursor may have been passed over. */
  restore(restored: RestoredLane, cursor: Position): void {
    const lane = newLane(restored.agent);
    lane.state = restored.state;
    lane.owedTo = cursor;
    lane.heldUntil = restored.position;
    this.#lanes.set(lane.agent, lane);
    this.#rows.restored(lane.agent, restored.key);
    rewind(lane);
    this.#arrange(lane);
  }

  /** An event in flight is set aside; its call goes on, and its end comes by `settled`. */
  park(lane: AgentLane, told: Told, place: EventPlace): void {
    lane.page = [told];
    lane.readTo = told.fact.position;
    lane.isBusy = true;
    this.#step(lane, stepLane(lane.state, { kind: 'parked', place, at: this.#context.ports.clock.now() }));
  }

  /** The window has an event of a held lane: it is the lane's to find. `pump` begins. */
  passOver(lane: AgentLane, position: Position): void {
    lane.owedTo = Math.max(lane.owedTo, position);
    lane.lastSeen = Math.max(lane.lastSeen, position);
    if (!lane.isBusy && lane.state.kind !== 'retrying') this.#arrange(lane);
  }

  /** An attempt of a lane that is held, or is held from now on, has ended. */
  settled(lane: AgentLane, place: EventPlace, end: CallEnd): void {
    this.#apply(lane, place, end);
    lane.isBusy = false;
    this.#arrange(lane);
    this.pump();
  }

  /** Starts what is due. */
  look(now: Instant): void {
    for (let lane = this.#due.takeDue(now); lane !== undefined; lane = this.#due.takeDue(now)) {
      const isWaiting = !lane.isBusy && lane.state.kind === 'retrying' && lane.state.nextAttemptAt <= now;
      if (isWaiting) this.#queue(lane);
    }
    this.pump();
  }

  /** Tries the head of a waiting lane now instead of later. */
  hasten(lane: AgentLane): void {
    if (lane.isBusy || lane.state.kind !== 'retrying') return;
    lane.state = { ...lane.state, nextAttemptAt: this.#context.ports.clock.now() };
    this.#queue(lane);
    this.pump();
  }

  /** The window has looked further, and may have passed over events on its way. */
  windowMoved(): void {
    const early = this.#early;
    this.#early = [];
    for (const lane of early) if (!lane.isBusy && lane.state.kind !== 'following') this.#arrange(lane);
    this.pump();
  }

  /** Gives lanes their turn, as many at once as may be in flight. */
  pump(): void {
    while (this.#context.isOpen() && this.#inFlight < this.#callsMax) {
      const lane = this.#ready.shift();
      if (lane === undefined) return;
      this.#inFlight += 1;
      void this.#run(lane);
    }
  }

  /** What the lane does next, when nothing of it is under way. */
  #arrange(lane: AgentLane): void {
    const { state } = lane;
    if (state.kind === 'retrying') {
      rewind(lane);
      this.#due.push(state.nextAttemptAt, lane);
      this.#wakeAt(state.nextAttemptAt);
    } else if (!hasCaughtUp(lane, this.#context.subscription())) {
      this.#queue(lane);
    } else if (this.#scannedTo() < lane.heldUntil) {
      this.#early.push(lane);
    } else {
      this.#caughtUp(lane);
    }
  }

  #queue(lane: AgentLane): void {
    lane.isBusy = true;
    this.#ready.push(lane);
  }

  #caughtUp(lane: AgentLane): void {
    this.#step(lane, stepLane(lane.state, { kind: 'caught_up' }));
    if (lane.state.kind === 'following' && this.#lanes.get(lane.agent) === lane) this.#lanes.delete(lane.agent);
    this.#rested();
  }

  /** One turn: goes on as long as what was read lasts, then lets others have theirs. */
  async #run(lane: AgentLane): Promise<void> {
    if (upcoming(lane, this.#context.subscription()) === null) await this.#readOn(lane);
    for (let next = this.#next(lane); next !== null && this.#context.isOpen(); next = this.#next(lane)) {
      this.#apply(lane, next.place, await this.#call(lane, next));
      if (lane.state.kind === 'retrying') break;
    }
    this.#inFlight -= 1;
    lane.isBusy = false;
    this.#arrange(lane);
    this.pump();
  }

  /** What is to be sent next of what was read. */
  #next(lane: AgentLane): Upcoming | null {
    const next = upcoming(lane, this.#context.subscription());
    const { state } = lane;
    if (state.kind !== 'retrying' || next?.place === state.head || lane.readTo < positionOf(state.head)) return next;
    // The subscription changed: it no longer asks for the event that was to be tried again.
    this.#apply(lane, state.head, { kind: 'passed_over' });
    return upcoming(lane, this.#context.subscription());
  }

  #call(lane: AgentLane, next: Upcoming): Promise<CallEnd> {
    const { told, event, place } = next;
    const attempt = attemptNumber(lane.state, place);
    const resent = this.#context.name === 'replay' ? 'replay' : null;
    return new Promise((resolve) => call(this.#context, { told, event, attempt, resent }, resolve));
  }

  /** Finds the lane's next events in the log, by the agent's own chain of facts. */
  async #readOn(lane: AgentLane): Promise<void> {
    const { agent, owedTo: upTo } = lane;
    if (lane.readTo >= upTo) return;
    const { ports, subscription } = this.#context;
    const head = Math.max(ports.headOf(agent), lane.lastSeen);
    const page = await patiently(this.#context, () =>
      ports.log.events({
        account: subscription().account,
        agent: { number: agent, head },
        axis: null,
        from: null,
        to: null,
        after: lane.readTo,
        upTo,
        limit: this.#context.limits.heldPageEventsMax,
      }),
    );
    if (page === null) return;
    lane.page.push(...page.facts.map(tell));
    lane.readTo = page.isLast ? upTo : page.scannedTo;
  }

  #apply(lane: AgentLane, place: EventPlace, end: CallEnd): void {
    switch (end.kind) {
      case 'delivered':
        this.#step(lane, stepLane(lane.state, { kind: 'delivered', place }));
        this.#context.delivered(place);
        return;
      case 'passed_over':
        this.#step(lane, stepLane(lane.state, { kind: 'passed_over', place }));
        return;
      case 'failed':
        this.#failed(lane, place, end);
    }
  }

  #failed(lane: AgentLane, place: EventPlace, end: Extract<CallEnd, { kind: 'failed' }>): void {
    const { ports } = this.#context;
    const { error, durationMs } = end;
    const at = ports.clock.now();
    const retryAfterMs = end.retryAfterMs ?? null;
    const step = stepLane(lane.state, { kind: 'failed', place, at, error, retryAfterMs, random: ports.random() });
    const { failedAttempt, isGivenUp } = step;
    assert(failedAttempt !== null, 'a failed attempt has a number');
    this.#rows.failed({ agent: lane.agent, place, attempt: failedAttempt, at, durationMs, error, isGivenUp });
    this.#step(lane, step);
    this.#context.failed({ agent: lane.agent, place, attempt: failedAttempt, error, isGivenUp });
  }

  #step(lane: AgentLane, step: LaneStep): void {
    lane.state = step.state;
    this.#rows.touch(lane.agent);
    this.#context.changed(1);
  }
}
