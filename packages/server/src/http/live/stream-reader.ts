import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { AgentNumber, Position } from '../../activity/position.ts';
import type { Engine } from '../../engine/engine.ts';
import type { AccountChannel, ChannelReader } from './account-channel.ts';
import { type AccountSnapshot, type Rendering, snapshotPart } from './account-snapshot.ts';
import { bytesAfter, bytesOf, type EventBatch, eventFrame, type View } from './event-batch.ts';
import type { StreamLimits } from './limits.ts';

/** What a stream begins with: a snapshot, or what follows a position. */
export type StreamStart =
  | { readonly kind: 'snapshot'; readonly snapshot: AccountSnapshot }
  | { readonly kind: 'after'; readonly position: Position };

export type StreamReaderParts = {
  readonly engine: Engine;
  readonly channel: AccountChannel;
  readonly account: number;
  readonly view: View;
  readonly keyId: string;
  /** After the head of the answer: only events are written to it from now on, and only by this reader. */
  readonly socket: Socket;
  readonly rendering: Rendering;
  readonly limits: StreamLimits;
  /** Settles when this reader may read one page from the log. */
  turn(): Promise<void>;
  /** The log could not be read, or we were wrong; the stream is cut off. */
  failed(cause: unknown): void;
};

const HEARTBEAT = Buffer.from(': heartbeat\n\n');

/**
 * One open stream: it takes events as they are committed while it keeps up, and pages through the log while it does not.
 *
 * The problem: a thousand readers must cost one rendering and one write each, and one that stops reading must cost the
 * others nothing; yet no reader may miss an event or see one twice, whichever way it comes to it.
 *
 * The rule: everything up to `#position` that the view shows was written, and nothing after it.
 */
export class StreamReader implements ChannelReader {
  readonly view: View;
  readonly keyId: string;
  readonly #parts: StreamReaderParts;
  readonly #socket: Socket;
  #position: Position = 0;
  #isLive = false;
  #isEnding = false;
  #goOn: (() => void) | null = null;

  constructor(parts: StreamReaderParts) {
    this.view = parts.view;
    this.keyId = parts.keyId;
    this.#parts = parts;
    this.#socket = parts.socket;
    parts.channel.readers.add(this);
    const goOn = () => this.#goOn?.();
    // Counts while bytes wait and none is taken; then the server of the socket ends it.
    this.#socket.setTimeout(parts.limits.stalledMsMax);
    this.#socket.on('drain', goOn);
    this.#socket.once('close', () => {
      this.#isEnding = true;
      parts.channel.leave(this);
      parts.channel.readers.delete(this);
      goOn();
    });
  }

  start(start: StreamStart): void {
    void this.#run(start);
  }

  take(batch: EventBatch): void {
    if (this.#socket.writableLength > this.#parts.limits.unreadBytesMax) {
      this.#fallBehind();
      return;
    }
    this.#write(batch);
  }

  beat(): void {
    // Who has not taken the last bytes yet needs no more of them; without them, the socket's own timer sees that it stands.
    if (this.#isLive && this.#socket.writableLength === 0) this.#send(HEARTBEAT);
  }

  end(how: 'read' | 'cut'): void {
    if (how === 'cut' || !this.#isLive) this.#socket.destroy();
    else this.#socket.destroySoon();
    this.#isEnding = true;
    this.#parts.channel.leave(this);
  }

  async gone(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  async #run(start: StreamStart): Promise<void> {
    try {
      if (start.kind === 'snapshot') await this.#writeSnapshot(start.snapshot);
      else this.#position = start.position;
      await this.#catchUp();
    } catch (cause) {
      this.#parts.failed(cause);
      this.end('cut');
    }
  }

  /**
   * Off the live events, until what was written has been read. Everything that the channel passed on so far was either
   * written or not in view, so that is where the reader stands.
   */
  #fallBehind(): void {
    const { channel, failed } = this.#parts;
    channel.leave(this);
    this.#isLive = false;
    this.#position = Math.max(this.#position, channel.position);
    this.#catchUp().catch((cause: unknown) => {
      failed(cause);
      this.end('cut');
    });
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      await this.#room();
      if (this.#isEnding) return;
      const recent = this.#parts.channel.since(this.#position);
      if (recent !== null) {
        this.#goLive(recent);
        return;
      }
      await this.#parts.turn();
      await this.#writePage();
    }
  }

  /**
   * The hand-over. Everything up to the reader's position is written; `recent` is everything from there to the channel's
   * position; beyond its position the channel hands over every batch. Nothing may wait between looking at what the channel
   * remembers and joining it: a batch that passed in between would be in neither part, and the reader would never know.
   *
   * The parts may overlap: a reader that begins at the newest durable position is ahead of the channel, which passes
   * events on a turn later, and one that paged ends in the middle of a batch. So `#write` leaves out what the reader is past.
   */
  #goLive(recent: readonly EventBatch[]): void {
    for (const batch of recent) this.#write(batch);
    this.#isLive = true;
    this.#parts.channel.join(this);
  }

  #write(batch: EventBatch): void {
    const isWhole = this.#position <= batch.from;
    const bytes = isWhole ? bytesOf(batch, this.view) : bytesAfter(batch, this.view, this.#position);
    this.#send(bytes);
    this.#position = Math.max(this.#position, batch.to);
  }

  async #writePage(): Promise<void> {
    if (this.#isEnding) return;
    const { engine, account, channel, limits } = this.#parts;
    const { agent, axis } = this.view;
    const page = await engine.store.events({
      account,
      agent: agent === null ? null : { number: agent, head: headOf(engine, agent) },
      axis,
      from: null,
      to: null,
      after: this.#position,
      // What comes after is rendered for everybody anyway.
      upTo: channel.position,
      limit: limits.pageEventsMax,
    });
    await engine.records.load(page.facts);
    if (this.#isEnding) return;
    const frames = page.facts.map((fact) => eventFrame(fact, engine.records.snapshots));
    const bytes = bytesAfter({ frames }, this.view, this.#position);
    this.#send(bytes);
    this.#position = page.scannedTo;
  }

  async #writeSnapshot(snapshot: AccountSnapshot): Promise<void> {
    const { rendering, turn } = this.#parts;
    for (let index = 0; ; index++) {
      const part = snapshotPart(snapshot, index, rendering);
      if (part === null) break;
      this.#send(part);
      await this.#room();
      if (this.#isEnding) return;
      if (snapshot.parts[index + 1] === undefined) await turn();
    }
    this.#position = snapshot.position;
  }

  #send(bytes: Buffer): void {
    if (bytes.length > 0 && this.#socket.writable) this.#socket.write(bytes);
  }

  /** Settles when what was written has been taken, or when the reader is gone. */
  async #room(): Promise<void> {
    if (!this.#socket.writableNeedDrain || this.#isEnding) return;
    await new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    this.#goOn = null;
  }
}

function headOf(engine: Engine, agent: AgentNumber): Position {
  return engine.memory.agents.get(agent)?.head ?? 0;
}
