import type { AgentNumber, Position } from '../activity/position.ts';
import { type EventPlace, placeOf, positionOf } from '../delivery/event-place.ts';
import { isOwed } from '../delivery/lane.ts';
import { wantedEvents } from '../delivery/subscription.ts';
import type { Change } from '../engine/change.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type AgentLane, newLane } from './agent-lane.ts';
import { Alarm } from './alarm.ts';
import { type CallEnd, call } from './call.ts';
import { Fifo } from './fifo.ts';
import { HeldLanes } from './held-lanes.ts';
import type { RestoredLane } from './lane-row.ts';
import type { PassContext } from './pass-context.ts';
import { patiently } from './patience.ts';
import { cursorKey } from './row-key.ts';
import { RowsToWrite } from './rows-to-write.ts';
import { type Told, tell } from './told.ts';
import { type Entry, Window } from './window.ts';

export type PassParts = {
  readonly context: PassContext;
  /** Everything up to here is settled or held in a lane. */
  readonly cursor: Position;
  /** Where the pass ends; null = never. */
  readonly end: Position | null;
  readonly lanes: readonly RestoredLane[];
  readonly callsMax: number;
  /** The pass has an end and has come to it. */
  readonly finished: () => void;
};

/**
 * Once over the log for one subscription: many agents side by side, each agent's events in order.
 *
 * Events are read ahead into a window. An event is called when nothing of its agent is before it. The cursor is the part
 * of the window that is done without a gap; it is all that success leaves on disk. What fails leaves the window as a
 * held lane (`held-lanes.ts`), whose row is written in the same commit as the cursor that passed it, never later:
 * otherwise a crash between the two would lose the event.
 *
 * At the tail, new facts come from memory with the signal and the log is not read at all.
 */
export class Pass {
  readonly #context: PassContext;
  readonly #end: Position | null;
  readonly #callsMax: number;
  readonly #finished: () => void;
  readonly #lanes = new Map<AgentNumber, AgentLane>();
  readonly #window = new Window();
  readonly #ready = new Fifo<AgentLane>();
  readonly #rows: RowsToWrite;
  readonly #held: HeldLanes;
  readonly #alarm: Alarm;
  #scannedTo: Position;
  #writtenCursor: Position;
  /** Everything up to the head was looked at: what comes next comes with the signal. */
  #isAtTail = false;
  #isReading = false;
  /** What was signalled while the last page was being read; null when it is not known to be complete. */
  #signalled: Told[] | null = null;
  #inFlight = 0;
  #isPumping = false;

  constructor(parts: PassParts) {
    const { context, cursor } = parts;
    this.#context = context;
    this.#end = parts.end;
    this.#callsMax = parts.callsMax;
    this.#finished = parts.finished;
    this.#scannedTo = cursor;
    this.#writtenCursor = cursor;
    this.#rows = new RowsToWrite(context.subscription().id, context.name);
    this.#alarm = new Alarm(context.ports.clock, (now) => this.#look(now));
    this.#held = new HeldLanes({
      context,
      lanes: this.#lanes,
      rows: this.#rows,
      callsMax: context.name === 'live' ? context.limits.heldCallsInFlightMax : parts.callsMax,
      scannedTo: () => this.scannedTo,
      wakeAt: (at) => this.#alarm.wakeAt(at),
      rested: () => this.#finishAtEnd(),
    });
    for (const lane of parts.lanes) this.#held.restore(lane, cursor);
  }

  /** Up to where the log was looked at. */
  get scannedTo(): Position {
    return this.#isAtTail ? this.#context.head() : this.#scannedTo;
  }

  /** Up to where everything is settled or held in a lane. */
  get cursor(): Position {
    return this.#window.cursor(this.scannedTo);
  }

  /** The lanes that are held, by agent. */
  *heldLanes(): IterableIterator<AgentLane> {
    for (const lane of this.#lanes.values()) if (lane.state.kind !== 'following') yield lane;
  }

  /** Goes on: at the start, when there are new facts, and when what kept it has passed. */
  wake(): void {
    this.#held.pump();
    this.#pump();
    this.#finishAtEnd();
  }

  /** There are new facts after this position, but what they are must be read; `wake` begins. */
  look(previousHead: Position): void {
    this.#leaveTail(previousHead);
    this.#signalled = null;
  }

  /** New facts of the account, complete since the last signal. They are taken in; `wake` delivers them. */
  feed(tolds: readonly Told[]): void {
    const first = tolds[0];
    if (first === undefined) return;
    if (this.#isAtTail && this.#hasRoomFor(tolds.length)) {
      for (const told of tolds) this.#admit(told);
    } else if (this.#isAtTail) {
      this.#leaveTail(first.fact.position - 1);
    } else if (this.#signalled !== null) {
      if (this.#hasRoomFor(this.#signalled.length + tolds.length)) this.#signalled.push(...tolds);
      else this.#signalled = null;
    }
  }

  /** What is to be written: everything since it was taken last. */
  takeChanges(): Change[] {
    const subscription = this.#context.subscription();
    const changes = this.#rows.take(this.#lanes, subscription);
    const { cursor } = this;
    if (cursor > this.#writtenCursor) {
      // In one commit with the rows of the lanes that this cursor has passed: see the essay above.
      changes.push({
        kind: 'PutCursor',
        subscription: cursorKey(subscription.id, this.#context.name),
        position: cursor,
      });
      this.#writtenCursor = cursor;
    }
    return changes;
  }

  /** How far the cursor on disk is behind. */
  get lag(): number {
    return this.cursor - this.#writtenCursor;
  }

  /** Whether this event is still to be delivered, now or when its turn comes. */
  isWaiting(agent: AgentNumber, place: EventPlace): boolean {
    const position = positionOf(place);
    if (position > this.scannedTo) return true;
    const lane = this.#lanes.get(agent);
    if (lane === undefined) return false;
    if (lane.state.kind !== 'following') return isOwed(lane.state, place);
    const entry = this.#window.find(position);
    return entry?.events.slice(entry.index).some((event) => placeOf(position, event) === place) === true;
  }

  /** No event before this position is waiting. */
  get firstWaiting(): Position {
    let first = this.cursor + 1;
    for (const { state } of this.heldLanes()) {
      if (state.kind === 'following') continue;
      first = Math.min(first, positionOf(state.kind === 'retrying' ? state.head : state.settled));
    }
    return first;
  }

  /** The lane of an agent, if something of it is under way or held. */
  laneOf(agent: AgentNumber): AgentLane | undefined {
    return this.#lanes.get(agent);
  }

  /** Tries the head of a held lane now instead of later. */
  hasten(agent: AgentNumber): void {
    const lane = this.#lanes.get(agent);
    if (lane !== undefined) this.#held.hasten(lane);
  }

  stop(): void {
    this.#alarm.off();
  }

  #hasRoomFor(count: number): boolean {
    return this.#window.size + count <= this.#context.limits.windowEventsMax;
  }

  #leaveTail(scannedTo: Position): void {
    if (!this.#isAtTail) return;
    this.#isAtTail = false;
    this.#scannedTo = scannedTo;
  }

  #admit(told: Told): void {
    const { agent, position } = told.fact;
    const events = wantedEvents(this.#context.subscription(), told.fact);
    if (events.length === 0) return;
    const lane = this.#lanes.get(agent);
    if (lane !== undefined && lane.state.kind !== 'following') {
      // The cursor will pass this event although nobody has had it. It is not lost, because the lane's row is on disk no
      // later than that cursor, and the lane cannot follow again before it has found everything up to this position.
      // Passing it over without telling the lane, or letting a lane go that was told, would lose it for good.
      this.#held.passOver(lane, position);
      return;
    }
    const entry: Entry = { told, events, index: 0, isDone: false, startedAt: null };
    this.#window.push(entry);
    if (lane === undefined) this.#open(agent, entry);
    else lane.queue.push(entry);
  }

  #open(agent: AgentNumber, entry: Entry): void {
    const lane = newLane(agent);
    lane.current = entry;
    this.#lanes.set(agent, lane);
    this.#ready.push(lane);
  }

  #pump(): void {
    // A call can end in the very turn in which it starts (when the filter keeps the event out): without this, a long run
    // of such events would be a stack as deep.
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#context.isOpen() && this.#inFlight < this.#callsMax) {
      const lane = this.#ready.shift();
      if (lane === undefined) break;
      this.#start(lane);
    }
    this.#isPumping = false;
    this.#readAhead();
  }

  #start(lane: AgentLane): void {
    const entry = lane.current;
    assert(entry !== null, 'a lane that is in line has an entry');
    this.#inFlight += 1;
    entry.startedAt = this.#context.ports.clock.now();
    const event = entry.events[entry.index] as Entry['events'][number];
    const resent = this.#context.name === 'replay' ? 'replay' : null;
    call(this.#context, { told: entry.told, event, attempt: 1, resent }, (end) => {
      this.#inFlight -= 1;
      this.#ended(lane, entry, placeOf(entry.told.fact.position, event), end);
      this.#pump();
    });
  }

  #ended(lane: AgentLane, entry: Entry, place: EventPlace, end: CallEnd): void {
    if (lane.state.kind !== 'following') {
      // It was parked while it was in flight: the lane has it now.
      this.#held.settled(lane, place, end);
    } else if (end.kind === 'failed') {
      this.#release(lane);
      this.#held.settled(lane, place, end);
    } else {
      if (end.kind === 'delivered') this.#context.delivered(place);
      this.#goOn(lane, entry);
    }
  }

  #goOn(lane: AgentLane, entry: Entry): void {
    entry.index += 1;
    if (entry.index < entry.events.length) {
      entry.startedAt = null;
      this.#ready.push(lane);
      return;
    }
    entry.isDone = true;
    if (this.#window.first === entry) this.#window.advance();
    lane.current = lane.queue.shift() ?? null;
    if (lane.current === null) this.#lanes.delete(lane.agent);
    else this.#ready.push(lane);
    this.#context.changed(1);
    this.#finishAtEnd();
  }

  /** Takes everything of a lane out of the window: from now on it is held, and finds its events in the log. */
  #release(lane: AgentLane): void {
    for (const entry of [lane.current, ...lane.queue]) {
      if (entry === null) continue;
      entry.isDone = true;
      lane.owedTo = entry.told.fact.position;
    }
    lane.lastSeen = lane.owedTo;
    lane.current = null;
    lane.queue.clear();
    this.#window.advance();
  }

  #look(now: Instant): void {
    this.#held.look(now);
    this.#parkSlow(now);
    this.#pump();
    const dueAt = this.#held.nextDueAt;
    if (dueAt !== null) this.#alarm.wakeAt(dueAt);
    this.#finishAtEnd();
  }

  /**
   * Sets aside what is slow at the front of a full window: it alone keeps others from being read. Not while every call
   * is in use, for then room in the window would help nobody.
   */
  #parkSlow(now: Instant): void {
    for (let entry = this.#window.first; entry !== undefined; entry = this.#window.first) {
      const lane = this.#lanes.get(entry.told.fact.agent);
      const isSlow = entry.startedAt !== null && now - entry.startedAt >= this.#context.limits.parkAfterMs;
      if (!this.#isFull() || this.#inFlight >= this.#callsMax || !isSlow || lane?.current !== entry) return;
      const event = entry.events[entry.index] as Entry['events'][number];
      this.#release(lane);
      this.#held.park(lane, entry.told, placeOf(entry.told.fact.position, event));
    }
  }

  /** Too full for another page to be worth the reading. */
  #isFull(): boolean {
    return this.#window.size > (this.#context.limits.windowEventsMax * 3) / 4;
  }

  #readAhead(): void {
    if (this.#isReading || this.#isAtTail || !this.#context.isOpen()) return;
    const head = this.#context.head();
    const upTo = this.#end === null ? head : Math.min(this.#end, head);
    if (this.#scannedTo >= upTo) this.#isAtTail = this.#end === null;
    else if (this.#isFull()) this.#alarm.wakeAt(this.#context.ports.clock.now() + this.#context.limits.parkAfterMs);
    else void this.#read(upTo);
  }

  async #read(upTo: Position): Promise<void> {
    const { ports, subscription } = this.#context;
    const room = this.#context.limits.windowEventsMax - this.#window.size;
    this.#isReading = true;
    this.#signalled = this.#end === null ? [] : null;
    const page = await patiently(this.#context, () =>
      ports.log.events({
        account: subscription().account,
        agent: null,
        axis: null,
        from: null,
        to: null,
        after: this.#scannedTo,
        upTo,
        limit: Math.min(room, this.#context.limits.pageEventsMax),
      }),
    );
    this.#isReading = false;
    if (page === null) return;
    for (const fact of page.facts) this.#admit(tell(fact));
    this.#moveTo(page.isLast ? upTo : page.scannedTo, page.isLast);
    this.#context.changed(1);
    this.#held.windowMoved();
    this.#pump();
    this.#finishAtEnd();
  }

  /** A page was looked at. When it was the last, what was signalled meanwhile follows it without a gap. */
  #moveTo(scannedTo: Position, isLast: boolean): void {
    const signalled = this.#signalled;
    this.#signalled = null;
    this.#scannedTo = scannedTo;
    if (!isLast || signalled === null) return;
    for (const told of signalled) this.#admit(told);
    this.#isAtTail = true;
  }

  #finishAtEnd(): void {
    if (this.#end === null || this.cursor < this.#end) return;
    for (const lane of this.heldLanes()) if (lane.state.kind !== 'probing' || lane.isBusy) return;
    this.#finished();
  }
}
