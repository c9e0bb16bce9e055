import type { HashHex } from '../activity/checksum.ts';
import type { RecordedFact } from '../activity/fact.ts';
import type { AgentNumber, Position, SessionNumber } from '../activity/position.ts';
import type { Snapshots } from '../activity/snapshots.ts';
import { isOnline } from '../availability/availability.ts';
import { nextDeadline } from '../availability/deadline.ts';
import type { Caller } from '../directory/api-key.ts';
import type { Instant } from '../time/instant.ts';
import type { Zones } from '../time/zone-rules.ts';
import { passTime, tickAgent } from './agent-commands.ts';
import type { Change, StoredAnswer } from './change.ts';
import type { Clock } from './clock.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import { Draft, type LogHead } from './draft.ts';
import { DraftMap } from './draft-map.ts';
import { ImportDesk } from './import-desk.ts';
import { ENGINE_LIMITS } from './limits.ts';
import { Memory } from './memory.ts';
import { Presence } from './presence.ts';
import { RecordCache, snapshotsFrom } from './record-cache.ts';
import { bootstrap, type FirstKey, livenessMark, type Recovery, recover, restore } from './recover.ts';
import type { LoadedState, Store } from './store.ts';
import { surroundingsOf } from './surroundings.ts';
import type { Randomness, World } from './world.ts';
import { Writer } from './writer.ts';

export type EnginePorts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly hash: HashHex;
  readonly zones: Zones;
  /** A sentence for the operator: what healed itself (`warn`) or what a person must look at (`error`). */
  readonly report: (
    level: 'info' | 'warn' | 'error',
    sentence: string,
    details?: Readonly<Record<string, unknown>>,
  ) => void;
};

/** A write that may be asked again: the same key with the same request gets the same answer. */
export type Idempotency = {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
};

/** What the door stores for an idempotency key: its own answer, whole. */
export type EncodedAnswer = { readonly status: number; readonly body: string | null };

export type OnceAnswer<T> =
  | { readonly kind: 'fresh'; readonly value: T }
  | { readonly kind: 'stored'; readonly answer: EncodedAnswer }
  | { readonly kind: 'conflict' };

/** An engine at work, and what was on disk for the rooms downstream of it. */
export type StartedEngine = {
  readonly engine: Engine;
  readonly recovery: Recovery;
  readonly loaded: Pick<LoadedState, 'records' | 'cursors' | 'lanes'>;
};

export type CommitListener = (head: Position, facts: readonly RecordedFact[]) => void;

/**
 * The availability engine at work: the memory, the one writer, the presence columns and the deadlines, over one store.
 * Commands go in through `write`; what happened comes out through the log, and `onCommitted` says "look".
 */
export class Engine {
  readonly memory = new Memory();
  readonly presence = new Presence();
  readonly records: RecordCache;
  readonly store: Store;
  readonly clock: Clock;
  /** Where events from elsewhere wait to be decided. */
  readonly imports: ImportDesk;
  readonly #ports: EnginePorts;
  readonly #writer: Writer;
  readonly #wheel: DeadlineWheel;
  readonly #answers = new DraftMap<string, StoredAnswer>();
  readonly #listeners = new Set<CommitListener>();
  #world: World;
  #head: LogHead;
  #sessionCount = 0;
  #timers: { look: () => void; mark: () => void; prune: () => void };
  #lookAt = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #isStopped = false;

  /**
   * Opens the log: makes a new one, or takes up where the process before left off.
   *
   * @throws StoreFailure when the store cannot be read or written
   */
  static async start(ports: EnginePorts, firstKey: FirstKey): Promise<StartedEngine> {
    const loaded = await ports.store.load();
    const engine = new Engine(ports, loaded.head, loaded.counters.session);
    const recovery = restore(loaded, engine.memory, engine.presence, ports.clock.now());
    engine.#world = { readyAt: recovery.readyAt, random: ports.random, zones: ports.zones };
    await engine.write((draft) =>
      recovery.kind === 'new'
        ? bootstrap(draft, engine.#world, firstKey, recovery.readyAt)
        : recover(draft, engine.#world, recovery),
    );
    engine.#scheduleEverybody();
    engine.#startTimers();
    const { records, cursors, lanes } = loaded;
    return { engine, recovery, loaded: { records, cursors, lanes } };
  }

  private constructor(ports: EnginePorts, head: LogHead, sessionCount: number) {
    const now = ports.clock.now();
    this.#ports = ports;
    this.store = ports.store;
    this.clock = ports.clock;
    this.#head = { position: head.position, checksum: head.checksum };
    this.#sessionCount = sessionCount;
    this.#world = { readyAt: now, random: ports.random, zones: ports.zones };
    this.#wheel = new DeadlineWheel(now);
    this.records = new RecordCache(this.memory, ports.store);
    this.imports = new ImportDesk({
      store: ports.store,
      memory: this.memory,
      records: this.records,
      hash: ports.hash,
      head: () => this.head,
      commit: (changes) => this.commit(changes),
      onCommitted: (listener) => this.onCommitted(listener),
    });
    this.#timers = { look: () => {}, mark: () => {}, prune: () => {} };
    this.#writer = new Writer(
      {
        startDraft: () => this.#startDraft(),
        finishDraft: (draft) => this.#finishDraft(draft),
        commit: (changes) => ports.store.commit(changes),
        committed: (logHead, facts) => this.#committed(logHead, facts),
        nextTurn: (run) => ports.clock.nextTurn(run),
      },
      ENGINE_LIMITS,
    );
  }

  get world(): World {
    return this.#world;
  }

  /** The newest durable position. */
  get head(): Position {
    return this.#head.position;
  }

  get waitingCommands(): number {
    return this.#writer.waiting;
  }

  get scheduledAgents(): number {
    return this.#wheel.size;
  }

  /**
   * Decides in the next group; settles when it is durable.
   *
   * @throws StoreFailure when the commit failed: nothing happened
   */
  write<T>(decide: (draft: Draft) => T): Promise<T> {
    return this.#writer.submit(decide);
  }

  /** Like `write`, at most once per idempotency key: the answer is stored with the commit it answers for. */
  async writeOnce<T>(
    once: Idempotency,
    decide: (draft: Draft) => T,
    encode: (value: T, snapshots: Snapshots) => EncodedAnswer,
  ): Promise<OnceAnswer<T>> {
    const stored = await this.store.answer(once.scope, once.key);
    if (stored !== null && this.#isKept(stored)) return answeredBefore(stored, once);
    return this.#writer.submit((draft) => {
      const place = `${once.scope}|${once.key}`;
      const before = this.#answers.drafted(place);
      if (before !== undefined && this.#isKept(before)) return answeredBefore(before, once);
      const value = decide(draft);
      const answer: StoredAnswer = { ...once, ...encode(value, draftSnapshots(draft)), at: this.clock.now() };
      this.#answers.put(place, answer);
      draft.onDrop(() => this.#answers.drop());
      draft.onMerge(() => this.#answers.merge());
      draft.put({ kind: 'PutAnswer', answer });
      return { kind: 'fresh', value };
    });
  }

  /** Writes rows that are nobody's command: cursors, attempts, app logs. */
  commit(changes: readonly Change[]): Promise<void> {
    return this.#writer.submit((draft) => {
      for (const change of changes) draft.put(change);
    });
  }

  /**
   * Activity on a session, as cheap as it gets: one write into a column, unless it changes a status.
   *
   * @returns false when the session is nobody's (ended, or another account's)
   */
  async tick(caller: Caller, session: SessionNumber, now: Instant): Promise<boolean> {
    const number = this.presence.agentOf(session);
    if (number === 0 || this.memory.agents.get(number)?.account !== caller.account) return false;
    if (this.presence.tick(number, now)) return true;
    return this.write((draft) => tickAgent(draft, this.#world, { agent: number, session, now }));
  }

  /** Hears of every durable group, in order. A listener only takes note: it never throws and never waits. */
  onCommitted(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers what was asked, writes the last sign of life, and lets go of the timers. The store stays open. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const cancel of Object.values(this.#timers)) cancel();
    await this.#markLiveness();
    await this.#writer.settled();
  }

  #startDraft(): Draft {
    const { memory, presence } = this;
    return new Draft({ memory, presence, head: this.#head, sessionCount: this.#sessionCount, hash: this.#ports.hash });
  }

  /** What is written once per group, however many of its commands touched the same thing. */
  #finishDraft(draft: Draft): void {
    for (const [, agent] of draft.memory.agents.draftedEntries()) draft.put({ kind: 'PutAgent', agent });
    const { value, isChanged } = draft.sessionCount;
    if (isChanged) draft.put({ kind: 'PutCounter', name: 'session', value });
    const touched = draft.touchedAgents();
    draft.onMerge(() => {
      this.#sessionCount = value;
      const now = this.clock.now();
      for (const number of touched) this.#follow(number, now);
    });
  }

  #committed(head: LogHead, facts: readonly RecordedFact[]): void {
    this.#head = head;
    if (facts.length === 0) return;
    for (const listener of this.#listeners) listener(head.position, facts);
  }

  #isKept(answer: StoredAnswer): boolean {
    return this.clock.now() - answer.at < ENGINE_LIMITS.answersKeptMs;
  }

  // Deadlines

  /** Brings the presence columns and the wheel in line with an agent's durable state. */
  #follow(number: AgentNumber, now: Instant): void {
    const agent = this.memory.agents.get(number);
    if (agent === undefined) return;
    const { availability } = agent;
    const around = surroundingsOf(agent, this.memory, this.presence, this.#world, now);
    this.presence.setAgent(number, isOnline(availability), availability.activityAt, around.idleAfterMs);
    const deadline = nextDeadline(availability, around);
    if (deadline === null) this.#wheel.cancel(number);
    else this.#schedule(number, deadline.at);
  }

  #schedule(number: AgentNumber, at: Instant): void {
    const lookAt = this.#wheel.schedule(number, at);
    // Only a slot that comes before the armed look arms it anew: commands that arrive faster than a timer's millisecond
    // would otherwise put the look off for ever.
    if (lookAt < this.#lookAt && !this.#isLooking && !this.#isStopped) this.#armLook();
  }

  #scheduleEverybody(): void {
    const now = this.clock.now();
    for (let number = 1; number <= this.memory.agents.lastNumber; number++) this.#follow(number, now);
  }

  #armLook(): void {
    this.#timers.look();
    const now = this.clock.now();
    const next = this.#wheel.nextLookAt();
    this.#lookAt = Math.min(next ?? Number.POSITIVE_INFINITY, now + ENGINE_LIMITS.lookEveryMsMax);
    this.#timers.look = this.clock.after(Math.max(0, this.#lookAt - now), () => void this.#look());
  }

  /** Looks at whose time may have come, and decides in commands of a bounded size, so that callers get their turn. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    const now = this.clock.now();
    for (;;) {
      const candidates = this.#wheel.collect(now, ENGINE_LIMITS.deadlinesPerCommandMax);
      if (candidates.length === 0 || this.#isStopped) break;
      const due = candidates.filter((number) => this.#isDue(number, now));
      if (due.length > 0) await this.#decideDue(due, now);
    }
    this.#isLooking = false;
    if (!this.#isStopped) this.#armLook();
  }

  /** Whether a deadline has come; an entry that was early goes back to its true place. */
  #isDue(number: AgentNumber, now: Instant): boolean {
    const agent = this.memory.agents.get(number);
    if (agent === undefined) return false;
    const around = surroundingsOf(agent, this.memory, this.presence, this.#world, now);
    const deadline = nextDeadline(agent.availability, around);
    if (deadline === null) return false;
    if (deadline.at <= now) return true;
    this.#wheel.schedule(number, deadline.at);
    return false;
  }

  async #decideDue(due: readonly AgentNumber[], now: Instant): Promise<void> {
    try {
      await this.write((draft) => {
        passTime(draft, this.#world, due, now);
        draft.reschedule(due);
      });
    } catch (cause) {
      this.#ports.report('warn', 'deadlines could not be written; they are decided again, at their own instants', {
        agents: due.length,
        cause: String(cause),
      });
      for (const number of due) this.#wheel.schedule(number, now + ENGINE_LIMITS.lookAgainAfterFailureMs);
    }
  }

  // Upkeep

  #startTimers(): void {
    this.#armLook();
    this.#every('mark', ENGINE_LIMITS.livenessMarkEveryMs, () => this.#markLiveness());
    this.#every('prune', ENGINE_LIMITS.answersPrunedEveryMs, () => this.#pruneAnswers());
  }

  #every(name: 'mark' | 'prune', intervalMs: number, run: () => Promise<void>): void {
    const again = async () => {
      await run();
      if (!this.#isStopped) this.#every(name, intervalMs, run);
    };
    this.#timers[name] = this.clock.after(intervalMs, () => void again());
  }

  async #markLiveness(): Promise<void> {
    await this.#upkeep([livenessMark(this.clock.now())]);
  }

  async #pruneAnswers(): Promise<void> {
    const before = this.clock.now() - ENGINE_LIMITS.answersKeptMs;
    await this.#upkeep([
      { kind: 'RemoveAnswersBefore', before },
      { kind: 'RemoveKeyValuesExpiredBefore', before: this.clock.now() },
    ]);
    this.#forgetAnswers();
  }

  #forgetAnswers(): void {
    if (this.#answers.size > ENGINE_LIMITS.answersRememberedMax) this.#answers.clear();
  }

  /** Upkeep that fails is tried again at its next turn: the store's trouble is told by the commands that it refuses. */
  async #upkeep(changes: readonly Change[]): Promise<void> {
    try {
      await this.commit(changes);
    } catch (cause) {
      this.#ports.report('warn', 'upkeep could not be written; it is tried again', { cause: String(cause) });
    }
  }
}

/** Snapshots as a group so far leaves them: for answers that are stored with their commit. */
export function draftSnapshots(draft: Draft): Snapshots {
  return snapshotsFrom((position) => draft.memory.records.drafted(position));
}

function answeredBefore<T>(stored: StoredAnswer, once: Idempotency): OnceAnswer<T> {
  if (stored.requestHash !== once.requestHash) return { kind: 'conflict' };
  return { kind: 'stored', answer: { status: stored.status, body: stored.body } };
}
