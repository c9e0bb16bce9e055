import type { AgentNumber, Position } from '../../activity/position.ts';
import { type AccountSnapshot, takeSnapshot } from './account-snapshot.ts';
import { type EventBatch, type EventFrame, eventBatch, type View } from './event-batch.ts';

/** Who reads a channel. */
export type ChannelReader = {
  readonly view: View;
  readonly keyId: string;
  /** Events that were just committed, in order, to a reader that is live. */
  take(batch: EventBatch): void;
  /** A sign of life to a reader that has nothing to take. */
  beat(): void;
  /** Ends it: `read` after what was written has been taken, `cut` at once. */
  end(how: 'read' | 'cut'): void;
  /** Settles when its connection is gone. */
  gone(): Promise<void>;
};

/**
 * One account's events on their way to its readers, for as long as it has any: how far they came, the newest of them, and
 * who is live. A live reader has been given everything up to `position`.
 */
export class AccountChannel {
  readonly readers = new Set<ChannelReader>();
  readonly #recentBytesMax: number;
  readonly #liveOnAll = new Set<ChannelReader>();
  readonly #liveOnAgent = new Map<AgentNumber, Set<ChannelReader>>();
  #recent: EventBatch[] = [];
  #recentFrom: Position;
  #recentBytes = 0;
  #position: Position;
  #snapshot: AccountSnapshot | null = null;

  constructor(position: Position, recentBytesMax: number) {
    this.#position = position;
    this.#recentFrom = position;
    this.#recentBytesMax = recentBytesMax;
  }

  /** Everything up to here went to the live readers. */
  get position(): Position {
    return this.#position;
  }

  get hasSnapshot(): boolean {
    return this.#snapshot !== null;
  }

  /** The agents as they are now; the same list for all who ask before the account's next fact. */
  snapshotAt(position: Position, agents: () => AccountSnapshot['agents']): AccountSnapshot {
    this.#snapshot ??= takeSnapshot(position, agents());
    return this.#snapshot;
  }

  forgetSnapshot(): void {
    this.#snapshot = null;
  }

  /** The newest events after a position; null when the channel does not go back so far. */
  since(position: Position): readonly EventBatch[] | null {
    if (position < this.#recentFrom) return null;
    return this.#recent.filter((batch) => batch.to > position);
  }

  deliver(frames: readonly EventFrame[], to: Position): void {
    if (frames.length > 0) {
      const batch = eventBatch(this.#position, to, frames);
      this.#remember(batch);
      for (const reader of this.#liveOnAll) reader.take(batch);
      if (this.#liveOnAgent.size > 0) this.#deliverToAgents(batch);
    }
    this.#position = to;
  }

  #deliverToAgents(batch: EventBatch): void {
    for (const agent of new Set(batch.frames.map((frame) => frame.agent))) {
      for (const reader of this.#liveOnAgent.get(agent) ?? []) reader.take(batch);
    }
  }

  #remember(batch: EventBatch): void {
    this.#recent.push(batch);
    this.#recentBytes += batch.length;
    while (this.#recentBytes > this.#recentBytesMax && this.#recent.length > 1) {
      const oldest = this.#recent.shift();
      if (oldest === undefined) return;
      this.#recentBytes -= oldest.length;
      this.#recentFrom = oldest.to;
    }
  }

  /** From here on the reader is given every batch; it must have everything up to `position`. */
  join(reader: ChannelReader): void {
    const { agent } = reader.view;
    if (agent === null) {
      this.#liveOnAll.add(reader);
      return;
    }
    const live = this.#liveOnAgent.get(agent);
    if (live === undefined) this.#liveOnAgent.set(agent, new Set([reader]));
    else live.add(reader);
  }

  leave(reader: ChannelReader): void {
    const { agent } = reader.view;
    if (agent === null) {
      this.#liveOnAll.delete(reader);
      return;
    }
    const live = this.#liveOnAgent.get(agent);
    live?.delete(reader);
    if (live?.size === 0) this.#liveOnAgent.delete(agent);
  }
}
