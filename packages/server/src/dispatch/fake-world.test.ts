import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedFact } from '../activity/fact.ts';
import type { EventPage, EventQuery } from '../activity/log-reader.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { placeOf } from '../delivery/event-place.ts';
import { DELIVERY_LIMITS, type DeliveryLimits } from '../delivery/limits.ts';
import type { CallOutcome, Delivery, Receiver } from '../delivery/receiver.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { AttemptRow, Change, DeadLetterRow, LaneRow } from '../engine/change.ts';
import { StoreFailure } from '../engine/store.ts';
import type { Instant } from '../time/instant.ts';
import { Dispatcher } from './dispatcher.ts';
import type { DispatchPorts } from './ports.ts';

/** The world around a dispatcher, in memory and in virtual time: a log, rows, a clock, receivers that obey or do not. */

export class VirtualClock {
  #now: Instant = Date.UTC(2026, 2, 4, 9);
  readonly #timers = new Set<Timer>();
  #order = 0;

  now(): Instant {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, order: this.#order++, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, and everything happen that happens in it. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }

  /** Sets the wall clock, without any time having passed. */
  jump(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) timer.at += ms;
  }

  #next(end: Instant): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const isSooner = next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order);
      if (isSooner && timer.at <= end) next = timer;
    }
    return next;
  }
}

type Timer = { at: Instant; readonly order: number; readonly run: () => void };

/** Everything that is pending has its turn. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One log with two accounts: 1, which is watched, and 2, whose facts stand between. */
export class FakeLog {
  readonly facts: RecordedFact[] = [];
  readonly #heads = new Map<AgentNumber, Position>();
  readonly #profiles = new Map<AgentNumber, Position>();
  readonly #sequences = new Map<AgentNumber, number>();
  readonly #clock: VirtualClock;
  /** A custom status' position. */
  readonly lunch: Position;
  isFailing = false;
  /** How long a read takes: one over everything, or one of few places. */
  delayMs: (isScan: boolean) => number = () => 0;
  reads = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    for (const account of [1, 2]) {
      const record = { id: String(account), domain: 'a.example', region: 'EU' };
      this.#append({ kind: 'AccountRecorded', record, by: 'x', account, agent: 0 });
    }
    const record = { id: 'status', name: 'Lunch', emoji: 'pizza' };
    this.lunch = this.#append({ kind: 'CustomStatusRecorded', record, by: 'x', account: 1, agent: 0 });
  }

  get head(): Position {
    return this.facts.length;
  }

  headOf(agent: AgentNumber): Position {
    return this.#heads.get(agent) ?? 0;
  }

  /** The agent changes its status; even sequences go to Lunch or come from it, so they are told as two events. */
  change(agent: AgentNumber, parts: { readonly account?: number; readonly custom?: boolean } = {}): Position {
    const account = parts.account ?? 1;
    this.#ensureAgent(agent, account);
    const sequence = (this.#sequences.get(agent) ?? 0) + 1;
    this.#sequences.set(agent, sequence);
    return this.#append({
      kind: 'StatusChanged',
      axis: 'Intelliassign',
      account,
      agent,
      sequence,
      status: parts.custom === true ? this.lunch : sequence % 2,
      prevStatus: 0,
      prevAt: 0,
      reason: 'agent_toggle',
      loginStatus: true,
      subjectProfile: this.#profiles.get(agent),
      actorProfile: this.#profiles.get(agent),
      accountProfile: account,
      until: null,
      note: null,
      imported: false,
      delivered: true,
      source: null,
    });
  }

  /** A fact about the agent that is no event. */
  note(agent: AgentNumber): Position {
    this.#ensureAgent(agent, 1);
    return this.#append({ kind: 'UntilChanged', until: null, account: 1, agent });
  }

  async events(query: EventQuery): Promise<EventPage> {
    await this.#answer(query.agent === null);
    return query.agent === null ? this.#scan(query) : this.#follow(query, query.agent);
  }

  async factAt(position: Position): Promise<RecordedFact | null> {
    await this.#answer();
    return this.facts[position - 1] ?? null;
  }

  async factsAt(positions: readonly Position[]): Promise<readonly RecordedFact[]> {
    await this.#answer();
    return positions.map((position) => {
      const fact = this.facts[position - 1];
      assert.ok(fact !== undefined, `position ${position} must exist`);
      return fact;
    });
  }

  async #answer(isScan = false): Promise<void> {
    this.reads += 1;
    const delayMs = this.delayMs(isScan);
    if (delayMs > 0) await new Promise<void>((resolve) => void this.#clock.after(delayMs, resolve));
    else await null;
    if (this.isFailing) throw new StoreFailure('unavailable', 'away', 'later');
  }

  #scan({ account, after, upTo, limit }: EventQuery): EventPage {
    const found: RecordedStatusChange[] = [];
    // A scan ends early now and then, as one over a large log does.
    const scanMax = 50;
    for (let position = after + 1; position <= upTo; position += 1) {
      const fact = this.facts[position - 1] as RecordedFact;
      if (fact.kind === 'StatusChanged' && fact.account === account) found.push(fact);
      const isLast = position === upTo;
      if (!isLast && (found.length === limit || position - after === scanMax)) {
        return { facts: found, scannedTo: position, isLast };
      }
    }
    return { facts: found, scannedTo: upTo, isLast: true };
  }

  #follow({ account, after, upTo, limit }: EventQuery, agent: { number: number; head: Position }): EventPage {
    const found: RecordedStatusChange[] = [];
    for (let position = agent.head; position > after; ) {
      const fact = this.facts[position - 1] as RecordedFact;
      assert.equal(fact.agent, agent.number, 'the chain of an agent holds facts of that agent');
      assert.equal(fact.account, account);
      if (fact.kind === 'StatusChanged' && position <= upTo) found.unshift(fact);
      position = fact.previous;
    }
    const facts = found.slice(0, limit);
    const isLast = facts.length === found.length;
    return { facts, scannedTo: isLast ? upTo : (facts.at(-1) as RecordedFact).position, isLast };
  }

  #ensureAgent(agent: AgentNumber, account: number): void {
    if (this.#profiles.has(agent)) return;
    const record = {
      id: `agent-${agent}`,
      orgAgentId: '1',
      orgContactId: '2',
      email: `${agent}@a.example`,
      socialProfiles: [],
      groups: agent % 2 === 0 ? ['even'] : [],
    };
    this.#profiles.set(agent, this.#append({ kind: 'AgentRecorded', record, by: 'x', account, agent }));
  }

  #append(body: Record<string, unknown> & { readonly agent: AgentNumber }): Position {
    const position = this.facts.length + 1;
    const at = this.#clock.now();
    const previous = this.headOf(body.agent);
    const checksum = (position * 7919).toString(16).padStart(32, 'ab');
    this.facts.push({ ...body, at, recordedAt: at, position, previous, checksum } as unknown as RecordedFact);
    if (body.agent > 0) this.#heads.set(body.agent, position);
    return position;
  }
}

/** The rows of deliveries, as a disk keeps them. */
export class FakeRows {
  readonly cursors = new Map<string, Position>();
  readonly lanes = new Map<string, LaneRow>();
  readonly attemptRows = new Map<string, AttemptRow>();
  readonly letters = new Map<string, DeadLetterRow>();
  readonly subscriptions = new Map<string, Subscription>();
  isFailing = false;
  commits = 0;

  apply(changes: readonly Change[]): void {
    this.commits += 1;
    for (const change of changes) this.#apply(change);
  }

  async attempts(subscription: string, position: Position): Promise<readonly AttemptRow[]> {
    const rows = [...this.attemptRows.values()];
    return rows
      .filter((row) => row.subscription === subscription && row.position === position)
      .toSorted((a, b) => a.number - b.number);
  }

  async deadLetters(query: {
    subscription: string;
    after: Position;
    limit: number;
  }): Promise<readonly DeadLetterRow[]> {
    return [...this.letters.values()]
      .filter((row) => row.subscription === query.subscription && row.position > query.after)
      .toSorted((a, b) => a.position - b.position)
      .slice(0, query.limit);
  }

  async deadLetter(subscription: string, position: Position): Promise<DeadLetterRow | null> {
    return this.letters.get(`${subscription} ${position}`) ?? null;
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case 'PutCursor':
        this.cursors.set(change.subscription, change.position);
        return;
      case 'PutLane':
        this.lanes.set(`${change.lane.subscription} ${change.lane.agent}`, change.lane);
        return;
      case 'RemoveLane':
        assert.ok(this.lanes.delete(`${change.subscription} ${change.agent}`), 'only a lane that is there is removed');
        return;
      case 'AddAttempt': {
        const { subscription, position, number } = change.attempt;
        this.attemptRows.set(`${subscription} ${position} ${number}`, change.attempt);
        return;
      }
      case 'PutDeadLetter':
        this.letters.set(`${change.letter.subscription} ${change.letter.position}`, change.letter);
        return;
      case 'RemoveSubscription':
        this.#remove(change.subscription);
        return;
      case 'PutRecord':
        this.subscriptions.set(change.record.key, JSON.parse(change.record.body) as Subscription);
        return;
      default:
        assert.fail(`a dispatcher does not write ${change.kind}`);
    }
  }

  #remove(subscription: string): void {
    this.cursors.delete(subscription);
    for (const rows of [this.lanes, this.attemptRows, this.letters] as Map<string, { subscription: string }>[]) {
      for (const [key, row] of rows) if (row.subscription === subscription) rows.delete(key);
    }
  }
}

/** What a receiver does with a call. `hang` never answers; `die` kills the process, so that calls beside it are interrupted. */
export type Behaviour =
  | Answering
  | { readonly kind: 'throw' | 'hang' }
  | { readonly kind: 'die'; readonly afterMs: number };

type Answering = { readonly kind: 'ok' | 'fail'; readonly afterMs: number; readonly retryAfterMs?: number };

/** A call as the receiver saw it. */
export type SeenCall = {
  readonly subscription: string;
  readonly delivery: Delivery;
  readonly agent: AgentNumber;
  readonly place: number;
  readonly startedAt: Instant;
  /** Which life of the process made it. */
  readonly life: number;
  outcome: CallOutcome['kind'] | 'threw' | null;
  endedAt: Instant | null;
};

type LiveCall = { readonly seen: SeenCall; readonly answer: (outcome: CallOutcome) => void };

export type Choose = (delivery: Delivery, subscription: string) => Behaviour;

export class FakeWorld {
  readonly clock = new VirtualClock();
  readonly log = new FakeLog(this.clock);
  readonly rows = new FakeRows();
  readonly calls: SeenCall[] = [];
  readonly lines: { readonly level: string; readonly sentence: string }[] = [];
  readonly limits: DeliveryLimits;
  random: () => number = () => 0.5;
  choose: Choose = () => ({ kind: 'ok', afterMs: 0 });
  life = 0;
  /** The held lanes that each life of the process found on disk. */
  readonly lanesFound: (readonly LaneRow[])[] = [];
  dispatcher: Dispatcher;
  readonly #subscriptions = new Map<string, Subscription>();
  #processes = new Map<string, Set<LiveCall>>();

  constructor(limits: Partial<DeliveryLimits> = {}) {
    this.limits = { ...DELIVERY_LIMITS, ...limits };
    this.dispatcher = this.#boot();
  }

  /** Adds a subscription from the head of the log, or from the start. */
  subscribe(parts: Partial<Subscription> & { readonly id: string }): Subscription {
    const subscription: Subscription = {
      account: 1,
      kind: 'app',
      target: 'app',
      events: ['onAgentActivityCreate'],
      filter: { groups: null },
      from: this.log.head,
      state: { kind: 'active' },
      failingSince: null,
      ...parts,
    };
    this.#subscriptions.set(subscription.id, subscription);
    this.dispatcher.add(subscription, this.receiverOf(subscription.id));
    return subscription;
  }

  /** The agent changes its status, durably, and the dispatcher hears of it. */
  change(agent: AgentNumber, parts: { readonly custom?: boolean } = {}): Position {
    const from = this.log.head;
    const position = this.log.change(agent, parts);
    this.signal(from);
    return position;
  }

  /** Says what was recorded after `from`. */
  signal(from: Position): void {
    this.dispatcher.onCommitted(this.log.head, this.log.facts.slice(from));
  }

  /** The process dies with everything in its memory, and starts again from what is on disk. */
  crash(): void {
    this.life += 1;
    this.#processes = new Map();
    this.dispatcher = this.#boot();
    for (const subscription of this.#subscriptions.values()) {
      const stored = this.rows.subscriptions.get(subscription.id) ?? subscription;
      this.dispatcher.add(stored, this.receiverOf(stored.id));
    }
    this.dispatcher.start();
  }

  forget(id: string): void {
    this.#subscriptions.delete(id);
  }

  seen(subscription: string, agent?: AgentNumber): SeenCall[] {
    return this.calls.filter((call) => call.subscription === subscription && (agent ?? call.agent) === call.agent);
  }

  /** The positions that were delivered, in the order in which they were. */
  delivered(subscription: string, agent?: AgentNumber): Position[] {
    return this.seen(subscription, agent)
      .filter(({ outcome }) => outcome === 'delivered')
      .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
      .map(({ delivery }) => delivery.fact.position);
  }

  receiverOf(subscription: string): Receiver {
    const { life } = this;
    return {
      deliver: (delivery) => {
        const seen = this.#see(subscription, delivery, life);
        const behaviour = this.choose(delivery, subscription);
        if (behaviour.kind === 'throw') {
          seen.outcome = 'threw';
          seen.endedAt = this.clock.now();
          throw new Error('thrown');
        }
        return new Promise((resolve) => this.#behave(subscription, { seen, answer: resolve }, behaviour));
      },
    };
  }

  #see(subscription: string, delivery: Delivery, life: number): SeenCall {
    const { fact, payload } = delivery;
    const event = payload.event === 'onAgentActivityCreate' ? payload.event : 'onAgentCustomStatusUpdate';
    const place = placeOf(fact.position, event);
    const startedAt = this.clock.now();
    const seen: SeenCall = {
      subscription,
      delivery,
      agent: fact.agent,
      place,
      startedAt,
      life,
      outcome: null,
      endedAt: null,
    };
    this.calls.push(seen);
    return seen;
  }

  #behave(subscription: string, call: LiveCall, behaviour: Behaviour): void {
    const process = this.#processes.get(subscription) ?? new Set();
    this.#processes.set(subscription, process.add(call));
    if (!('afterMs' in behaviour)) return;
    const end = () => {
      if (!process.has(call)) return;
      if (behaviour.kind === 'die') this.#die(process, call);
      else this.#end(process, call, outcomeOf(behaviour));
    };
    if (behaviour.afterMs === 0) end();
    else this.clock.after(behaviour.afterMs, end);
  }

  /** A process can tell whose fault it was only when one call was in it. */
  #die(process: Set<LiveCall>, culprit: LiveCall): void {
    const isAlone = process.size === 1;
    const error = { code: 'process_exited', message: 'exited' };
    for (const call of [...process]) {
      const isKnown = isAlone && call === culprit;
      this.#end(process, call, isKnown ? { kind: 'failed', error, durationMs: 0 } : { kind: 'interrupted' });
    }
  }

  #end(process: Set<LiveCall>, call: LiveCall, outcome: CallOutcome): void {
    process.delete(call);
    if (call.seen.life !== this.life) return;
    call.seen.outcome = outcome.kind;
    call.seen.endedAt = this.clock.now();
    call.answer(outcome);
  }

  #boot(): Dispatcher {
    const cursors = [...this.rows.cursors].map(([subscription, position]) => ({ subscription, position }));
    const lanes = [...this.rows.lanes.values()];
    this.lanesFound[this.life] = lanes;
    return new Dispatcher({ ports: this.#ports(), head: this.log.head, cursors, lanes, limits: this.limits });
  }

  /** The ports of one life of the process: when it is over, nothing comes back through them. */
  #ports(): DispatchPorts {
    const { life, clock, log, rows } = this;
    const alive = () => life === this.life;
    const say = (level: string) => (_: unknown, sentence: string) => void this.lines.push({ level, sentence });
    const whileAlive = async <T>(answer: Promise<T>): Promise<T> => {
      const value = await answer;
      return alive() ? value : await new Promise<never>(() => {});
    };
    return {
      log: {
        events: (query) => whileAlive(log.events(query)),
        factAt: (position) => whileAlive(log.factAt(position)),
        factsAt: (positions) => whileAlive(log.factsAt(positions)),
      },
      history: rows,
      commit: async (changes) => {
        await new Promise<void>((resolve) => void clock.after(1, resolve));
        if (!alive()) await new Promise<never>(() => {});
        if (rows.isFailing) throw new StoreFailure('full', 'no space', 'later');
        rows.apply(changes);
      },
      clock: {
        now: () => clock.now(),
        after: (delayMs, run) => clock.after(delayMs, () => alive() && run()),
        nextTurn: (run) => void setImmediate(() => alive() && run()),
      },
      random: () => this.random(),
      headOf: (agent) => log.headOf(agent),
      subscriptionChanges: (subscription) => [
        {
          kind: 'PutRecord',
          record: {
            type: 'subscription',
            key: subscription.id,
            account: subscription.account,
            position: 0,
            body: JSON.stringify(subscription),
          },
        },
      ],
      logger: { info: say('info'), warn: say('warn'), error: say('error') },
    };
  }
}

function outcomeOf(behaviour: Answering): CallOutcome {
  const { afterMs: durationMs, retryAfterMs } = behaviour;
  if (behaviour.kind === 'ok') return { kind: 'delivered', durationMs };
  const failed = { kind: 'failed', error: { code: 'handler_threw', message: 'no' }, durationMs } as const;
  return retryAfterMs === undefined ? failed : { ...failed, retryAfterMs };
}

test('reads the same events by scanning and by following an agent, page by page', async () => {
  const { log } = new FakeWorld();
  for (let index = 0; index < 200; index += 1) {
    if (index % 3 === 0) log.note((index % 5) + 1);
    log.change((index % 5) + 1);
    log.change(9, { account: 2 });
  }
  const base = { account: 1, axis: null, from: null, to: null, upTo: log.head };
  const all: RecordedStatusChange[] = [];
  for (let after = 0, isLast = false; !isLast; ) {
    const page = await log.events({ ...base, agent: null, after, limit: 7 });
    all.push(...page.facts);
    [after, isLast] = [page.scannedTo, page.isLast];
  }
  assert.equal(all.length, 200);
  const agent = { number: 2, head: log.headOf(2) };
  const first = await log.events({ ...base, agent, after: 0, limit: 30 });
  const rest = await log.events({ ...base, agent, after: first.scannedTo, limit: 30 });
  assert.equal(rest.isLast, true);
  assert.deepEqual(
    [...first.facts, ...rest.facts],
    all.filter((fact) => fact.agent === 2),
  );
});
