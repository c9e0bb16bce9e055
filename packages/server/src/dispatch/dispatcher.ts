import type { RecordedFact } from '../activity/fact.ts';
import type { AccountNumber, Position } from '../activity/position.ts';
import { isSubscriptionId } from '../delivery/delivery-id.ts';
import { DELIVERY_LIMITS, type DeliveryLimits } from '../delivery/limits.ts';
import type { Receiver } from '../delivery/receiver.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { LaneRow } from '../engine/change.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type DeliveryPage, type DeliveryQuery, listDeliveries } from './deliveries.ts';
import { Headcount } from './headcount.ts';
import type { DispatchPorts } from './ports.ts';
import { type Redelivery, redeliver } from './redeliver.ts';
import { positionBefore } from './replay-start.ts';
import { allKeys } from './row-key.ts';
import { type Restored, ServedSubscription, type Service } from './served-subscription.ts';
import { SnapshotCache } from './snapshot-cache.ts';
import { type Told, tell } from './told.ts';
import { WriteBehind } from './write-behind.ts';

export type DispatcherParts = {
  readonly ports: DispatchPorts;
  /** The newest durable position. */
  readonly head: Position;
  /** What the store has of deliveries that are not done, of all subscriptions. */
  readonly cursors: readonly { readonly subscription: string; readonly position: Position }[];
  readonly lanes: readonly LaneRow[];
  /** Default: `DELIVERY_LIMITS`. */
  readonly limits?: DeliveryLimits;
};

/** How a subscription is doing, for people and metrics. */
export type SubscriptionStatus = {
  readonly subscription: Subscription;
  /** Everything up to here is delivered, or held up in a lane. */
  readonly cursor: Position;
  /** How many positions of the log are behind the cursor. */
  readonly behind: number;
  /** Agents whose events are held up. */
  readonly heldAgents: number;
  readonly callsInFlight: number;
  /** A replay under way: where it stands and ends. */
  readonly replay: { readonly cursor: Position; readonly end: Position } | null;
  /** Since the process started: accepted events, failed attempts, events given up. */
  readonly delivered: number;
  readonly failed: number;
  readonly deadLetters: number;
};

/**
 * Drives all deliveries of one process: every subscription gets every event after it was made, at least once, in order
 * per agent, the same id on each attempt.
 *
 * What it keeps on disk: one cursor per subscription, and rows only for what failed. The signal (`onCommitted`) says
 * where to look and may bring the facts along; the truth is in the log, so a lost signal delays and loses nothing.
 */
export class Dispatcher {
  readonly #ports: DispatchPorts;
  readonly #limits: DeliveryLimits;
  readonly #service: Service;
  readonly #writes: WriteBehind;
  readonly #underway = new Headcount();
  readonly #snapshots: SnapshotCache;
  readonly #cursors: Map<string, Position>;
  readonly #lanes: Map<string, LaneRow[]>;
  readonly #served = new Map<string, ServedSubscription>();
  readonly #byAccount = new Map<AccountNumber, Set<ServedSubscription>>();
  readonly #toWake = new Set<ServedSubscription>();
  #head: Position;
  #sweptAt: Position;
  #state: 'new' | 'running' | 'stopping' = 'new';

  constructor(parts: DispatcherParts) {
    const { ports } = parts;
    const limits = parts.limits ?? DELIVERY_LIMITS;
    this.#ports = ports;
    this.#limits = limits;
    this.#head = parts.head;
    this.#sweptAt = parts.head;
    this.#cursors = new Map(parts.cursors.map(({ subscription, position }) => [subscription, position]));
    this.#lanes = Map.groupBy(parts.lanes, ({ subscription }) => subscription);
    this.#snapshots = new SnapshotCache(ports.log, limits.snapshotsMax);
    this.#writes = new WriteBehind(ports, limits, () => this.#wakeAll());
    this.#service = {
      ports,
      limits,
      snapshots: this.#snapshots,
      underway: this.#underway,
      head: () => this.#head,
      isOpen: () => this.#state === 'running' && !this.#writes.isOverfull,
      isStopping: () => this.#state === 'stopping',
      changed: (served, events) => this.#writes.mark(served, events),
    };
  }

  /** Begins to deliver. Subscriptions may be added before and after. */
  start(): void {
    assert(this.#state === 'new', 'a dispatcher is started once');
    this.#state = 'running';
    this.#wakeAll();
  }

  /**
   * Starts no further call, waits for those in flight (at most 25 s) and writes the cursors. What had not ended by then
   * is delivered again after the next start.
   */
  async stop(): Promise<void> {
    if (this.#state === 'stopping') return;
    this.#state = 'stopping';
    for (const served of this.#served.values()) served.stop();
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#ports.clock.after(this.#limits.stopMsMax, resolve);
    });
    for (const served of this.#served.values()) this.#writes.mark(served, 0);
    await Promise.race([this.#underway.none().then(() => this.#writes.flush()), late]);
    cancel();
    this.#writes.end();
    for (const served of this.#served.values()) served.remove();
  }

  /**
   * Serves a subscription from where the store says it stands, or from its own `from`.
   *
   * Limits: ids of at most 27 letters, digits, `_` and `-`.
   */
  add(subscription: Subscription, receiver: Receiver): void {
    const { id, account } = subscription;
    assert(isSubscriptionId(id), `${id} cannot be the id of a subscription`);
    assert(!this.#served.has(id), `subscription ${id} is served already`);
    const served = new ServedSubscription(this.#service, subscription, receiver, this.#takeRestored(id));
    this.#served.set(id, served);
    const siblings = this.#byAccount.get(account) ?? new Set();
    this.#byAccount.set(account, siblings.add(served));
    served.wake();
  }

  /** Changes what a subscription wants, its state or its receiver. Calls in flight end where they are. */
  update(subscription: Subscription, receiver: Receiver): void {
    const served = this.#served.get(subscription.id);
    assert(served !== undefined, `subscription ${subscription.id} is not served`);
    served.update(subscription, receiver);
  }

  /** Ends a subscription and everything that is kept of it; settles when that is on disk. Unknown ids are no fault. */
  async remove(id: string): Promise<void> {
    const served = this.#served.get(id);
    served?.remove();
    this.#served.delete(id);
    if (served !== undefined) this.#byAccount.get(served.subscription.account)?.delete(served);
    this.#takeRestored(id);
    await this.#writes.order(allKeys(id).map((key) => ({ kind: 'RemoveSubscription', subscription: key })));
  }

  /**
   * Everything up to this position is durable. With `facts`, all facts since the signal before this one, in order, the
   * log need not be read; they are believed only when they are that without a gap. Returns at once.
   */
  onCommitted(position: Position, facts: readonly RecordedFact[] | null = null): void {
    const previous = this.#head;
    if (position <= previous) return;
    this.#head = position;
    if (facts !== null && isWhole(facts, previous, position)) {
      this.#feed(facts);
    } else {
      for (const served of this.#served.values()) {
        served.live.look(previous);
        this.#wakeSoon(served);
      }
    }
    if (position - this.#sweptAt >= this.#limits.idleCursorLagMax) this.#sweep();
  }

  /** A subscription as it is served now, with its state; null when there is none of this id. */
  get(id: string): Subscription | null {
    return this.#served.get(id)?.subscription ?? null;
  }

  /** How a subscription is doing; null when there is none of this id. */
  status(id: string): SubscriptionStatus | null {
    const served = this.#served.get(id);
    if (served === undefined) return null;
    const { subscription, live, line, replaying, tally } = served;
    const { cursor } = live;
    const heldAgents = [...live.heldLanes()].length;
    const behind = Math.max(0, this.#head - cursor);
    return { subscription, cursor, behind, heldAgents, callsInFlight: line.inFlight, replay: replaying, ...tally };
  }

  /** Everybody's status, in no particular order. */
  statuses(): readonly SubscriptionStatus[] {
    return [...this.#served.keys()].flatMap((id) => this.status(id) ?? []);
  }

  /**
   * Deliveries of an account, in the order of the log. A page can be shorter than its limit although more follows: then
   * `next` says where to go on.
   */
  async deliveries(query: DeliveryQuery): Promise<DeliveryPage> {
    if (!this.#writes.isFailing) await this.#writes.flush();
    const served = [...(this.#byAccount.get(query.account) ?? [])];
    return await listDeliveries({ ports: this.#ports, snapshots: this.#snapshots, head: this.#head, served }, query);
  }

  /**
   * Sends an event again on somebody's word, at once and out of order, and answers when the attempt has ended. An event
   * that is still waiting is not sent out of order: its lane is tried now instead of later.
   */
  async redeliver(account: AccountNumber, id: string): Promise<Redelivery> {
    if (!this.#writes.isFailing) await this.#writes.flush();
    const find = (subscription: string) => {
      const served = this.#served.get(subscription);
      return served?.subscription.account === account ? served : null;
    };
    return await redeliver({ ports: this.#ports, snapshots: this.#snapshots, find }, id);
  }

  /**
   * Sends everything after `from` (a position, or an instant of recording) up to now once more, marked as a replay and in
   * order per agent, in a pass of its own beside the ordinary one, which goes on undisturbed. Settles when the replay is
   * on disk, so that it goes on after a restart. Null when there is no such subscription.
   */
  async replay(id: string, from: ReplayFrom): Promise<{ readonly cursor: Position; readonly end: Position } | null> {
    const start = 'after' in from ? from.after : await positionBefore(this.#ports.log, this.#head, from.recordedFrom);
    const served = this.#served.get(id);
    if (served === undefined) return null;
    const replay = served.replay(start);
    await this.#writes.flush();
    return replay;
  }

  #feed(facts: readonly RecordedFact[]): void {
    const byAccount = new Map<AccountNumber, Told[]>();
    for (const fact of facts) {
      if (fact.kind !== 'StatusChanged') {
        this.#snapshots.offer(fact);
        continue;
      }
      const tolds = byAccount.get(fact.account);
      if (tolds === undefined) byAccount.set(fact.account, [tell(fact)]);
      else tolds.push(tell(fact));
    }
    for (const [account, tolds] of byAccount) {
      for (const served of this.#byAccount.get(account) ?? []) {
        served.live.feed(tolds);
        this.#wakeSoon(served);
      }
    }
  }

  /** Calls begin in the next turn: whoever waits for the answer to the commit is answered first. */
  #wakeSoon(served: ServedSubscription): void {
    this.#toWake.add(served);
    if (this.#toWake.size > 1) return;
    this.#ports.clock.nextTurn(() => {
      const toWake = [...this.#toWake];
      this.#toWake.clear();
      for (const each of toWake) each.live.wake();
    });
  }

  /** Cursors that only moved over other accounts' facts are written now and then, so that a restart need not reread. */
  #sweep(): void {
    this.#sweptAt = this.#head;
    for (const served of this.#served.values()) {
      if (served.live.lag >= this.#limits.idleCursorLagMax) this.#writes.mark(served, 0);
    }
  }

  #wakeAll(): void {
    for (const served of this.#served.values()) served.wake();
  }

  /** What the store had of this subscription; forgotten here, for it is out of date from now on. */
  #takeRestored(id: string): Restored {
    const cursors = new Map<string, Position>();
    const lanes: LaneRow[] = [];
    for (const key of allKeys(id)) {
      const cursor = this.#cursors.get(key);
      if (cursor !== undefined) cursors.set(key, cursor);
      lanes.push(...(this.#lanes.get(key) ?? []));
      this.#cursors.delete(key);
      this.#lanes.delete(key);
    }
    return { cursors, lanes };
  }
}

/** A position after which everything is sent again, or the instant of recording from which on it is. */
export type ReplayFrom = { readonly after: Position } | { readonly recordedFrom: Instant };

/** Whether these are all facts after one position up to another: only then nothing can be missed by not reading. */
function isWhole(facts: readonly RecordedFact[], after: Position, upTo: Position): boolean {
  return facts.length === upTo - after && facts[0]?.position === after + 1 && facts.at(-1)?.position === upTo;
}
