import type { RecordedFact } from '../../activity/fact.ts';
import type { RecordedStatusChange } from '../../activity/payload.ts';
import type { AccountNumber, Position } from '../../activity/position.ts';
import type { Engine } from '../../engine/engine.ts';
import { AccountChannel, type ChannelReader } from './account-channel.ts';
import { type EventFrame, eventFrame } from './event-batch.ts';
import type { StreamLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';

type Committed = { readonly head: Position; readonly facts: readonly RecordedFact[] };

/**
 * Passes committed events on to the open streams. Only what is durable comes here, a turn after it became so: whoever
 * caused an event has its answer before a thousand readers are written to, and what was committed in between goes out in
 * the same write.
 */
export class EventFan {
  readonly #engine: Engine;
  readonly #logger: LiveLogger;
  readonly #limits: StreamLimits;
  readonly #channels = new Map<AccountNumber, AccountChannel>();
  readonly #stopListening: () => void;
  #waiting: Committed[] = [];
  /** Up to here the committed groups were taken in hand: a channel that opens now begins after it. */
  #taken: Position;
  #passing: Promise<void> | null = null;
  #stopBeating: () => void = () => {};
  #isClosing = false;

  constructor(engine: Engine, logger: LiveLogger, limits: StreamLimits) {
    this.#engine = engine;
    this.#logger = logger;
    this.#limits = limits;
    this.#taken = engine.head;
    this.#stopListening = engine.onCommitted((head, facts) => this.#note({ head, facts }));
    this.#beatLater();
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Whether the account may have one more reader. */
  hasRoom(account: AccountNumber): boolean {
    return (this.#channels.get(account)?.readers.size ?? 0) < this.#limits.readersPerAccountMax;
  }

  channelOf(account: AccountNumber): AccountChannel {
    const known = this.#channels.get(account);
    if (known !== undefined) return known;
    const channel = new AccountChannel(this.#taken, this.#limits.recentBytesMax);
    this.#channels.set(account, channel);
    return channel;
  }

  /** Passes on what is durable, ends every stream, and waits a little for what was sent to be taken. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopBeating();
    await this.#passing;
    this.#stopListening();
    for (const reader of this.#allReaders()) reader.end('read');
    await this.#untilEnded();
    for (const reader of this.#allReaders()) reader.end('cut');
  }

  #note(committed: Committed): void {
    if (this.#channels.size === 0 && this.#passing === null) {
      this.#taken = committed.head;
      return;
    }
    for (const fact of committed.facts) this.#channels.get(fact.account)?.forgetSnapshot();
    this.#waiting.push(committed);
    this.#passing ??= this.#passOn();
  }

  async #passOn(): Promise<void> {
    await new Promise<void>((resolve) => this.#engine.clock.nextTurn(resolve));
    while (this.#waiting.length > 0) await this.#passGroups(this.#waiting.splice(0));
    this.#passing = null;
  }

  async #passGroups(groups: readonly Committed[]): Promise<void> {
    this.#taken = groups.at(-1)?.head ?? this.#taken;
    const to = this.#taken;
    this.#dropEmptyChannels();
    // Channels that open while the records are read begin at `taken`, so these groups are none of theirs.
    const channels = [...this.#channels];
    const events = groups.flatMap(({ facts }) => facts.filter((fact) => this.#isPassedOn(fact)));
    const changes = events.filter((fact): fact is RecordedStatusChange => fact.kind === 'StatusChanged');
    const frames = await this.#rendered(changes);
    for (const [account, channel] of channels) {
      if (frames === null) this.#cutOff(account, channel);
      else channel.deliver(frames.get(account) ?? [], to);
    }
    for (const fact of events) if (fact.kind === 'ThingRecorded') this.#endRevoked(fact.id);
  }

  #isPassedOn(fact: RecordedFact): boolean {
    if (!this.#channels.has(fact.account)) return false;
    return fact.kind === 'StatusChanged' || (fact.kind === 'ThingRecorded' && isRevocation(fact));
  }

  /** By account, in log order; null when the records that the events refer to could not be read. */
  async #rendered(changes: readonly RecordedStatusChange[]): Promise<Map<AccountNumber, EventFrame[]> | null> {
    const frames = new Map<AccountNumber, EventFrame[]>();
    const { records } = this.#engine;
    try {
      await records.load(changes);
      for (const fact of changes) {
        const frame = eventFrame(fact, records.snapshots);
        const ofAccount = frames.get(fact.account);
        if (ofAccount === undefined) frames.set(fact.account, [frame]);
        else ofAccount.push(frame);
      }
      return frames;
    } catch (cause) {
      // Nothing is lost: every reader knows its last id, and comes back to read from the log.
      this.#logger.error({ err: cause }, 'events could not be rendered; their streams were cut off');
      return null;
    }
  }

  /** What the channel missed it can never pass on, so nobody may join it any more. */
  #cutOff(account: AccountNumber, channel: AccountChannel): void {
    this.#channels.delete(account);
    for (const reader of channel.readers) reader.end('cut');
  }

  /** A key that is revoked opens nothing any more, and what it opened is closed. */
  #endRevoked(keyId: string): void {
    for (const reader of this.#allReaders()) if (reader.keyId === keyId) reader.end('cut');
  }

  #dropEmptyChannels(): void {
    for (const [account, channel] of this.#channels) if (channel.readers.size === 0) this.#channels.delete(account);
  }

  async #untilEnded(): Promise<void> {
    const readers = this.#allReaders();
    if (readers.length === 0) return;
    let stopWaiting = () => {};
    const isLate = new Promise<void>((resolve) => {
      stopWaiting = this.#engine.clock.after(this.#limits.closingMsMax, resolve);
    });
    await Promise.race([isLate, Promise.all(readers.map((reader) => reader.gone()))]);
    stopWaiting();
  }

  #allReaders(): readonly ChannelReader[] {
    return [...this.#channels.values()].flatMap((channel) => [...channel.readers]);
  }

  #beatLater(): void {
    this.#stopBeating = this.#engine.clock.after(this.#limits.heartbeatEveryMs, () => {
      for (const channel of this.#channels.values()) for (const reader of channel.readers) reader.beat();
      this.#beatLater();
    });
  }
}

function isRevocation(fact: Extract<RecordedFact, { kind: 'ThingRecorded' }>): boolean {
  return fact.thing === 'key' && fact.change === 'removed';
}
