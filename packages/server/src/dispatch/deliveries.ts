import { type EventName, eventId } from '../activity/event-id.ts';
import { activityEventId, type RecordedStatusChange } from '../activity/payload.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import { deliveryId } from '../delivery/delivery-id.ts';
import { eventOf, placeOf, positionOf } from '../delivery/event-place.ts';
import { DELIVERY_LIMITS } from '../delivery/limits.ts';
import type { DeliveryError } from '../delivery/receiver.ts';
import { isForAgent, wantedEvents } from '../delivery/subscription.ts';
import type { DeadLetterRow } from '../engine/change.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { readError } from './error-text.ts';
import type { DispatchPorts } from './ports.ts';
import { rowKey } from './row-key.ts';
import type { ServedSubscription } from './served-subscription.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** Delivered, still due, or given up. A dead letter that was sent again and accepted counts as delivered. */
export type DeliveryState = 'delivered' | 'waiting' | 'dead';

export type DeliveryQuery = {
  readonly account: AccountNumber;
  /** One subscription, or null for all of the account. */
  readonly subscription: string | null;
  readonly state: DeliveryState | null;
  /** `next` of the page before, or null for the first. What is no such cursor gives the first page. */
  readonly after: string | null;
  readonly limit: number;
};

export type DeliveryPage = { readonly items: readonly ListedDelivery[]; readonly next: string | null };

/** One event on its way to one subscription. */
export type ListedDelivery = {
  readonly id: string;
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly event: EventName;
  readonly agent: AgentNumber;
  /** Bare UUID. */
  readonly agentId: string;
  readonly sequence: number;
  readonly position: Position;
  readonly state: DeliveryState;
  /** The attempts that failed, oldest first. One that succeeds leaves no row: the state says so. */
  readonly attempts: readonly ListedAttempt[];
  /** When it is tried next; null when it is not, or as soon as its turn comes. */
  readonly nextAttemptAt: Instant | null;
  /** When a dead letter was sent again and accepted: out of order, then. */
  readonly redeliveredAt: Instant | null;
};

export type ListedAttempt = {
  readonly number: number;
  readonly at: Instant;
  readonly durationMs: number;
  readonly error: DeliveryError;
};

export type ListParts = {
  readonly ports: DispatchPorts;
  readonly snapshots: SnapshotCache;
  readonly head: Position;
  readonly served: readonly ServedSubscription[];
};

/**
 * The list of deliveries is derived, never stored: events of the log that a subscription wants are delivered unless they
 * are in a lane, before the cursor's reach, or among the dead letters.
 */
export async function listDeliveries(parts: ListParts, query: DeliveryQuery): Promise<DeliveryPage> {
  const served = parts.served
    .filter(({ subscription }) => query.subscription === null || subscription.id === query.subscription)
    .toSorted((a, b) => (a.subscription.id < b.subscription.id ? -1 : 1));
  if (served.length === 0) return { items: [], next: null };
  const asked: Asked = { ...parts, served, query, after: parseCursor(query.after) };
  return query.state === 'dead' ? await listDead(asked) : await listFromLog(asked);
}

type Asked = ListParts & { readonly query: DeliveryQuery; readonly after: Place };

/** A place in the list: the order is position, then subscription, then event. */
type Place = { readonly position: Position; readonly subscription: string; readonly event: EventName };

type Candidate = Place & { readonly fact: RecordedStatusChange; readonly served: ServedSubscription };

/** An item without its attempts, which are read only for what is shown. */
type Drafted = Omit<ListedDelivery, 'attempts'> & { readonly key: string };

async function listFromLog(asked: Asked): Promise<DeliveryPage> {
  const { limit } = asked.query;
  const found: Drafted[] = [];
  let scannedTo = startOf(asked);
  for (let looked = 0; looked < DELIVERY_LIMITS.listedFactsMax; ) {
    const page = await readPage(asked, scannedTo);
    found.push(...(await draftPage(asked, page.facts)));
    looked += DELIVERY_LIMITS.pageEventsMax;
    scannedTo = page.isLast ? asked.head : page.scannedTo;
    if (found.length > limit || (found.length === limit && !page.isLast)) break;
    if (page.isLast) return { items: await withAttempts(asked, found), next: null };
  }
  const items = found.slice(0, limit);
  // Nothing at a position comes after a subscription of this name, for no id contains the character.
  const end: Place = { position: scannedTo, subscription: '~', event: 'onAgentCustomStatusUpdate' };
  return { items: await withAttempts(asked, items), next: writeCursor(found.length < limit ? end : placeIn(items)) };
}

/** The position after which to look: nothing of the answer can be before. */
function startOf({ after, query, served }: Asked): Position {
  const starts = served.map(({ live, subscription }) =>
    query.state === 'waiting' ? Math.max(subscription.from, live.firstWaiting - 1) : subscription.from,
  );
  return Math.max(after.position - 1, Math.min(...starts));
}

function readPage({ ports, head, query }: Asked, after: Position): ReturnType<DispatchPorts['log']['events']> {
  const limit = DELIVERY_LIMITS.pageEventsMax;
  const whole = { account: query.account, agent: null, axis: null, from: null, to: null };
  return ports.log.events({ ...whole, after, upTo: head, limit });
}

async function draftPage(asked: Asked, facts: readonly RecordedStatusChange[]): Promise<Drafted[]> {
  const letters = await lettersAmong(asked, facts);
  await asked.snapshots.load(facts);
  return facts
    .flatMap((fact) => candidatesOf(asked, fact))
    .map((candidate) => draft(asked, candidate, letters.get(letterName(candidate)) ?? null))
    .filter(({ state }) => asked.query.state === null || state === asked.query.state);
}

function candidatesOf(asked: Asked, fact: RecordedStatusChange): Candidate[] {
  const subject = asked.snapshots.agent(fact.subjectProfile);
  return asked.served.flatMap((served) => {
    const { subscription } = served;
    if (fact.position <= subscription.from || !isForAgent(subscription.filter, subject)) return [];
    return wantedEvents(subscription, fact)
      .map((event) => ({ position: fact.position, subscription: subscription.id, event, fact, served }))
      .filter((candidate) => isAfter(candidate, asked.after));
  });
}

function draft(asked: Asked, candidate: Candidate, letter: DeadLetterRow | null): Drafted {
  const { fact, served, event, position, subscription } = candidate;
  const id = eventId(position, fact.checksum, event);
  const state = stateOf(candidate, letter);
  const lane = state === 'waiting' ? served.live.laneOf(fact.agent)?.state : undefined;
  const isHead = lane?.kind === 'retrying' && lane.head === placeOf(position, event) && lane.attempts > 0;
  return {
    id: deliveryId(subscription, id),
    subscriptionId: subscription,
    eventId: event === 'onAgentActivityCreate' ? activityEventId(fact) : id,
    event,
    agent: fact.agent,
    agentId: asked.snapshots.agent(fact.subjectProfile).id,
    sequence: fact.sequence,
    position,
    state,
    nextAttemptAt: isHead ? lane.nextAttemptAt : null,
    redeliveredAt: letter?.redeliveredAt ?? null,
    key: rowKey(subscription, 'live', event),
  };
}

function stateOf({ served, fact, position, event }: Candidate, letter: DeadLetterRow | null): DeliveryState {
  if (letter !== null) return letter.redeliveredAt === null ? 'dead' : 'delivered';
  return served.live.isWaiting(fact.agent, placeOf(position, event)) ? 'waiting' : 'delivered';
}

/** The dead letters of the positions of a page, by what they are letters of. */
async function lettersAmong(
  { ports, served }: Asked,
  facts: readonly RecordedStatusChange[],
): Promise<ReadonlyMap<string, DeadLetterRow>> {
  const letters = new Map<string, DeadLetterRow>();
  const [first, last] = [facts[0], facts.at(-1)];
  if (first === undefined || last === undefined) return letters;
  for (const { subscription } of served) {
    for (const event of subscription.events) {
      const key = rowKey(subscription.id, 'live', event);
      const rows = await ports.history.deadLetters({
        subscription: key,
        after: first.position - 1,
        limit: facts.length,
      });
      for (const row of rows) {
        letters.set(letterName({ position: row.position, subscription: subscription.id, event }), row);
      }
    }
  }
  return letters;
}

/** Dead letters are few in a long log, so they are found by their own rows. */
async function listDead(asked: Asked): Promise<DeliveryPage> {
  const { limit } = asked.query;
  const found: (Place & { readonly letter: DeadLetterRow; readonly served: ServedSubscription })[] = [];
  for (const served of asked.served) {
    for (const event of ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const) {
      const letters = await deadAfter(asked, served.subscription.id, event);
      const { id } = served.subscription;
      found.push(...letters.map((letter) => ({ position: letter.position, subscription: id, event, letter, served })));
    }
  }
  const shown = found.toSorted(comparePlaces).slice(0, limit);
  const facts = await asked.ports.log.factsAt(shown.map(({ position }) => position));
  const changes = facts.filter((fact) => fact.kind === 'StatusChanged');
  assert(changes.length === shown.length, 'a dead letter stands at a position that was told');
  await asked.snapshots.load(changes);
  const drafts = shown.map((place, index) => {
    return draft(asked, { ...place, fact: changes[index] as RecordedStatusChange }, place.letter);
  });
  const next = found.length > limit ? writeCursor(placeIn(drafts)) : null;
  return { items: await withAttempts(asked, drafts), next };
}

/** The first dead letters of one kind after the cursor, one more than a page holds; not those that were sent again. */
async function deadAfter(asked: Asked, subscription: string, event: EventName): Promise<DeadLetterRow[]> {
  const { after, ports, query } = asked;
  const dead: DeadLetterRow[] = [];
  let from = Math.max(0, after.position - 1);
  for (;;) {
    const limit = query.limit + 1;
    const rows = await ports.history.deadLetters({
      subscription: rowKey(subscription, 'live', event),
      after: from,
      limit,
    });
    for (const row of rows) {
      const isNew = isAfter({ position: row.position, subscription, event }, after);
      if (row.redeliveredAt === null && isNew) dead.push(row);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit || dead.length >= limit) return dead;
    from = last.position;
  }
}

async function withAttempts({ ports }: Asked, drafts: readonly Drafted[]): Promise<ListedDelivery[]> {
  const items: ListedDelivery[] = [];
  for (const { key, ...item } of drafts) {
    const rows = await ports.history.attempts(key, item.position);
    const attempts = rows.map(({ number, at, durationMs, error }) => {
      return { number, at, durationMs, error: readError(error) };
    });
    items.push({ ...item, attempts });
  }
  return items;
}

function placeIn(items: readonly (Omit<Drafted, 'key'> | Drafted)[]): Place {
  const last = items.at(-1);
  assert(last !== undefined, 'a page that is full has a last item');
  return { position: last.position, subscription: last.subscriptionId, event: last.event };
}

function letterName({ position, subscription, event }: Place): string {
  return `${subscription} ${event} ${position}`;
}

function isAfter(place: Place, after: Place): boolean {
  return comparePlaces(place, after) > 0;
}

function comparePlaces(a: Place, b: Place): number {
  if (a.position !== b.position) return a.position - b.position;
  if (a.subscription !== b.subscription) return a.subscription < b.subscription ? -1 : 1;
  return placeOf(a.position, a.event) - placeOf(b.position, b.event);
}

const FIRST: Place = { position: 0, subscription: '', event: 'onAgentActivityCreate' };

function writeCursor({ position, subscription, event }: Place): string {
  return `${placeOf(position, event)}.${subscription}`;
}

function parseCursor(text: string | null): Place {
  const match = /^([0-9]{1,15})[.](.*)$/.exec(text ?? '');
  if (match === null) return FIRST;
  const place = Number(match[1]);
  return { position: positionOf(place), subscription: match[2] ?? '', event: eventOf(place) };
}
