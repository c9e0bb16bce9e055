import { once } from 'node:events';
import type { ErrorCode } from '@rollcall/contract';
import type { WebSocket } from 'ws';
import type { AgentNumber, SessionNumber } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { closeSession } from '../../engine/agent-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import { sessionId } from '../../engine/session-id.ts';
import { StoreFailure } from '../../engine/store.ts';
import type { Instant } from '../../time/instant.ts';
import type { LiveLogger } from './live-logger.ts';
import type { Pinged } from './ping-rounds.ts';
import { isPlainActivity, readPresenceMessage } from './presence-message.ts';

/** Why the server ends a socket: codes that a page can tell apart. */
export const PRESENCE_CLOSE = {
  signedOut: 1000,
  /** Too many messages that say nothing known, or a key that was revoked. */
  refused: 1008,
  restarting: 1012,
  /** The session ended: its agent was deactivated, for one. */
  ended: 4000,
  /** Another connection returned to the same session. */
  takenOver: 4001,
} as const;

/** What all connections share. */
export type ConnectionParts = {
  readonly engine: Engine;
  readonly logger: LiveLogger;
  readonly badMessagesMax: number;
  closed(connection: PresenceConnection): void;
};

export type ConnectionOf = {
  readonly session: SessionNumber;
  readonly agent: AgentNumber;
  readonly agentId: string;
  readonly caller: Caller;
};

/** One open presence socket: it speaks for a session of an agent until it closes or is released from it. */
export class PresenceConnection implements Pinged {
  readonly of: ConnectionOf;
  heardAt: Instant;
  pingedAt: Instant = 0;
  pingedBeforeAt: Instant = 0;
  pingSlot = 0;
  readonly #parts: ConnectionParts;
  readonly #socket: WebSocket;
  #badMessages = 0;
  #isEnding = false;
  #isReleased = false;
  #silentSince: Instant | null = null;
  #closedAt: Instant | null = null;

  constructor(of: ConnectionOf, socket: WebSocket, parts: ConnectionParts) {
    this.of = of;
    this.heardAt = parts.engine.clock.now();
    this.#socket = socket;
    this.#parts = parts;
    const heard = () => {
      this.heardAt = parts.engine.clock.now();
    };
    socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    socket.on('pong', heard);
    socket.on('ping', heard);
    // What went wrong on a connection is the page's affair: a close follows, and that is what counts.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#closedAt = this.#silentSince ?? parts.engine.clock.now();
      this.#isEnding = true;
      parts.closed(this);
    });
    this.#send({ type: 'session', id: sessionId(of.session) });
  }

  /** Its close is no loss: the session is over, or somebody else speaks for it. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** When the connection was gone; null while it is there. */
  get closedAt(): Instant | null {
    return this.#closedAt;
  }

  ping(): void {
    this.#socket.ping();
  }

  /** The other side is gone without a word, since it was last heard. */
  giveUp(): void {
    this.#silentSince = this.heardAt;
    this.#socket.terminate();
  }

  /** Ends the connection, and its session does not mind. */
  release(code: number, reason: string): void {
    this.#isReleased = true;
    this.end(code, reason);
  }

  end(code: number, reason: string): void {
    this.#isEnding = true;
    this.#socket.close(code, reason);
  }

  async gone(): Promise<void> {
    if (this.#closedAt === null) await once(this.#socket, 'close');
  }

  #take(data: Buffer, isBinary: boolean): void {
    const now = this.#parts.engine.clock.now();
    this.heardAt = now;
    if (this.#isEnding) return;
    if (!isBinary && isPlainActivity(data)) {
      this.#tick(now);
      return;
    }
    const message = readPresenceMessage(data, isBinary);
    switch (message.kind) {
      case 'activity':
        this.#tick(now);
        return;
      case 'sign_out':
        void this.#signOut(now);
        return;
      case 'unknown':
        this.#complain(message.code, message.detail);
    }
  }

  /** Nearly every tick ends in the first line: two reads and a write of typed arrays, and no promise for it. */
  #tick(now: Instant): void {
    const { presence } = this.#parts.engine;
    const { agent, session } = this.of;
    if (presence.agentOf(session) === agent && presence.tick(agent, now)) return;
    void this.#tickThatMatters(now);
  }

  /** It comes after a deadline, or brings an idle agent back. */
  async #tickThatMatters(now: Instant): Promise<void> {
    const { caller, session } = this.of;
    try {
      const isLive = await this.#parts.engine.tick(caller, session, now);
      if (!isLive) this.release(PRESENCE_CLOSE.ended, 'the session has ended');
    } catch (cause) {
      this.#failed(cause, 'The activity could not be noted: send it again.');
    }
  }

  async #signOut(now: Instant): Promise<void> {
    const { engine } = this.#parts;
    const { caller, session, agentId } = this.of;
    try {
      // The fact of it ends this connection, as it does when somebody else signs the session out.
      await engine.write((draft) => closeSession(draft, engine.world, { caller, now }, { agentId, session }));
    } catch (cause) {
      this.#failed(cause, 'The sign-out could not be noted: send it again.');
    }
  }

  #failed(cause: unknown, detail: string): void {
    if (cause instanceof StoreFailure) {
      this.#send({ type: 'error', code: 'store_unavailable', detail });
      return;
    }
    this.#parts.logger.error({ err: cause, session: this.of.session }, 'a presence message could not be taken');
    this.#send({ type: 'error', code: 'internal', detail });
  }

  #complain(code: ErrorCode, detail: string): void {
    this.#badMessages++;
    this.#send({ type: 'error', code, detail });
    if (this.#badMessages >= this.#parts.badMessagesMax) this.end(PRESENCE_CLOSE.refused, 'too many bad messages');
  }

  #send(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}

type ServerMessage =
  | { readonly type: 'session'; readonly id: string }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly detail: string };
