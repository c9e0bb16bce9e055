import type { HashHex } from '../activity/checksum.ts';
import { eventId, positionOfEventId } from '../activity/event-id.ts';
import type { RecordedFact } from '../activity/fact.ts';
import { activityEventId, type RecordedStatusChange } from '../activity/payload.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import { type ImportedEvent, type ImportFault, readImportedEvent } from '../directory/imported-event.ts';
import { nameKey } from '../directory/name-key.ts';
import type { Ask } from './agent-commands.ts';
import type { Change } from './change.ts';
import { type EventKey, type EventKeys, idKey, keysOfEvent, keysOfFact, statusNameKey } from './event-key.ts';
import { ENGINE_LIMITS } from './limits.ts';
import { type Memory, scoped } from './memory.ts';
import type { RecordCache } from './record-cache.ts';
import type { Store } from './store.ts';

export type ImportDeskParts = {
  readonly store: Store;
  readonly memory: Memory;
  readonly records: RecordCache;
  readonly hash: HashHex;
  /** The newest durable position. */
  head(): Position;
  commit(changes: readonly Change[]): Promise<void>;
  /** Hears of every durable group from now on; the answer ends it. */
  onCommitted(listener: (head: Position, facts: readonly RecordedFact[]) => void): () => void;
};

/** A batch that was looked up and waits to be decided. Whoever opened it closes it, whatever became of it. */
export type ImportBatch = {
  readonly events: readonly (ImportedEvent | ImportFault)[];
  /** Whose each is, where that was known when it was looked up. */
  readonly agents: readonly (AgentNumber | null)[];
  /** The keys of each, as far as they could be made; those of a fault are none. */
  readonly keys: readonly EventKeys[];
  /** What of it is in the log already; grows while the batch is decided. */
  readonly known: Map<EventKey, Position>;
  /** The ids of the events at those positions. */
  readonly ids: Map<Position, string>;
  /** Custom statuses under names that they no longer have, by the key of the name. */
  readonly formerNames: ReadonlyMap<string, string>;
  /** Keys that live events got for this batch: written with it. */
  readonly changes: readonly Change[];
  /** What was recorded since the batch was looked up. */
  readonly since: readonly RecordedFact[];
  readonly hash: HashHex;
  close(): void;
};

/**
 * Where events from elsewhere wait to be taken.
 *
 * The problem: whether an event is known can only be answered by the disk, and the one writer does not wait for the
 * disk. So a batch is looked up before it is decided, and what is recorded in between is collected and asked as well. One
 * batch at a time: two could bring the same event at once, and a thousand of a thousand would be one endless group.
 */
export class ImportDesk {
  readonly #parts: ImportDeskParts;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ImportDeskParts) {
    this.#parts = parts;
  }

  /**
   * Reads and looks up a batch, once the one before it is closed.
   *
   * @throws StoreFailure
   */
  async open({ caller, now }: Ask, values: readonly unknown[]): Promise<ImportBatch> {
    const before = this.#last;
    const mine = Promise.withResolvers<void>();
    this.#last = mine.promise;
    await before;
    const since: RecordedFact[] = [];
    const stopListening = this.#parts.onCommitted((_head, facts) => since.push(...facts));
    const close = () => {
      stopListening();
      mine.resolve();
    };
    try {
      return { ...(await this.#lookUp(caller.account, values, now)), since, hash: this.#parts.hash, close };
    } catch (cause) {
      close();
      throw cause;
    }
  }

  async #lookUp(account: AccountNumber, values: readonly unknown[], now: number) {
    const events = values.map((value) => readImportedEvent(value, now));
    const agents = events.map((event) =>
      event.kind === 'fault' ? null : findAgent(this.#parts.memory, account, event),
    );
    const changes = await this.#keyLiveEvents(agents);
    const known = new Map<EventKey, Position>();
    // Keys that are not written yet are found here and not on disk.
    for (const change of changes) if (change.kind === 'PutEventKey') known.set(change.key, change.position);
    const keys = events.map((event, index) =>
      event.kind === 'fault' ? NO_KEYS : keysOfEvent(this.#parts.hash, account, event, agents[index] ?? null),
    );
    const wanted = keys.flatMap(({ lookedUp }) => lookedUp);
    for (const [key, position] of await this.#parts.store.eventKeys(wanted)) known.set(key, position);
    const ids = await this.#lookUpIds(account, events, wanted, known);
    const formerNames = await this.#formerNames(account, events);
    return { events, agents, keys, known, ids, formerNames, changes };
  }

  /**
   * Gives keys to the live events of these agents that have none yet. What it costs: the first import that speaks of an
   * agent reads its whole chain once, some 5 µs an event; each further one reads what the agent did since. A change of
   * status itself costs nothing.
   */
  async #keyLiveEvents(agents: readonly (AgentNumber | null)[]): Promise<readonly Change[]> {
    const numbers = [...new Set(agents)].filter((number) => number !== null);
    const keyedUpTo = await this.#parts.store.keyedAgents(numbers);
    let changes: Change[] = [];
    for (const number of numbers) {
      const after = keyedUpTo.get(number) ?? 0;
      let head = this.#parts.memory.agents.get(number)?.head ?? 0;
      while (head > after) {
        const facts = await this.#parts.store.agentFacts({ head, after, limit: ENGINE_LIMITS.factsKeyedAtOnceMax });
        changes.push(...(await this.#keysOf(facts)));
        if (changes.length > ENGINE_LIMITS.factsKeyedAtOnceMax) {
          await this.#parts.commit(changes);
          changes = [];
        }
        head = facts[0]?.previous ?? 0;
      }
    }
    return changes;
  }

  async #keysOf(facts: readonly RecordedFact[]): Promise<Change[]> {
    const live = facts.filter((fact): fact is RecordedStatusChange => fact.kind === 'StatusChanged');
    await this.#parts.records.load(live);
    return live.flatMap((fact) =>
      keysOfFact(this.#parts.hash, fact, this.#parts.records.snapshots).map(
        (key): Change => ({ kind: 'PutEventKey', key, position: fact.position }),
      ),
    );
  }

  /** Ids of our own making are known by the place that they name; of the others, what is known is told with its id. */
  async #lookUpIds(
    account: AccountNumber,
    events: readonly (ImportedEvent | ImportFault)[],
    wanted: readonly EventKey[],
    known: Map<EventKey, Position>,
  ): Promise<Map<Position, string>> {
    const ids = new Map<Position, string>();
    const made: { readonly id: string; readonly position: Position }[] = [];
    for (const event of events) {
      const place = event.kind === 'fault' || event.id === null ? null : positionOfEventId(event.id.toLowerCase());
      if (place === null || event.kind === 'fault' || event.id === null) continue;
      made.push({ id: event.id, position: place.position });
    }
    const found = wanted.flatMap((key) => known.get(key) ?? []);
    const facts = await this.#factsAt([...made.map(({ position }) => position), ...found]);
    for (const { id, position } of made) {
      const fact = facts.get(position);
      if (fact === undefined || fact.account !== account || fact.source?.id != null) continue;
      if (eventId(position, fact.checksum, 'onAgentActivityCreate') !== id.toLowerCase()) continue;
      known.set(idKey(this.#parts.hash, account, id), position);
    }
    for (const [position, fact] of facts) ids.set(position, activityEventId(fact));
    return ids;
  }

  async #factsAt(positions: readonly Position[]): Promise<Map<Position, RecordedStatusChange>> {
    const head = this.#parts.head();
    const asked = [...new Set(positions)].filter((position) => position > 0 && position <= head);
    const facts = new Map<Position, RecordedStatusChange>();
    for (const fact of await this.#parts.store.factsAt(asked)) {
      if (fact.kind === 'StatusChanged') facts.set(fact.position, fact);
    }
    return facts;
  }

  /** A custom status that came under several names is found by each of them, also after it has another. */
  async #formerNames(
    account: AccountNumber,
    events: readonly (ImportedEvent | ImportFault)[],
  ): Promise<ReadonlyMap<string, string>> {
    const { memory, hash, store } = this.#parts;
    const names = new Set<string>();
    for (const event of events) {
      if (event.kind === 'fault') continue;
      for (const name of [event.status, event.prevStatus]) if (!isKnownName(memory, account, name)) names.add(name);
    }
    const keys = new Map([...names].map((name) => [statusNameKey(hash, account, name), nameKey(name)]));
    const places = await store.eventKeys([...keys.keys()]);
    const former = new Map<string, string>();
    for (const [key, position] of places) {
      const fact = await store.factAt(position);
      const name = keys.get(key);
      if (fact?.kind === 'CustomStatusRecorded' && name !== undefined) former.set(name, fact.record.id);
    }
    return former;
  }
}

const NO_KEYS: EventKeys = { lookedUp: [], entered: [] };

function isKnownName(memory: Memory, account: AccountNumber, name: string): boolean {
  if (name === 'AVAILABLE' || name === 'UNAVAILABLE') return true;
  const key = scoped(account, nameKey(name));
  return memory.customStatusNames.get(key) !== undefined || memory.archivedStatusNames.get(key) !== undefined;
}

/** The agent that an event speaks of: by its organization-level id, then by e-mail. */
function findAgent(memory: Memory, account: AccountNumber, { orgAgentId, email }: ImportedEvent): AgentNumber | null {
  const byOrgId = orgAgentId === null ? undefined : memory.orgAgentIds.get(scoped(account, orgAgentId));
  if (byOrgId !== undefined) return byOrgId;
  return (email === null ? undefined : memory.emails.get(scoped(account, nameKey(email)))) ?? null;
}
