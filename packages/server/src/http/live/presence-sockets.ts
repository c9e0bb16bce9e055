import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RecordedFact } from '../../activity/fact.ts';
import type { SessionNumber } from '../../activity/position.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import { type Ask, findAgent, openSession, returnSession } from '../../engine/agent-commands.ts';
import type { Draft } from '../../engine/draft.ts';
import type { Engine } from '../../engine/engine.ts';
import { StoreFailure } from '../../engine/store.ts';
import type { PresenceLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';
import { LostSessions } from './lost-sessions.ts';
import { PingRounds } from './ping-rounds.ts';
import { type ConnectionParts, PRESENCE_CLOSE, PresenceConnection } from './presence-connection.ts';
import { PRESENCE_PROTOCOL, type PresenceAsk, unknownSession } from './presence-request.ts';
import { endWithProblem, problemReply, shuttingDown } from './problem-reply.ts';
import { wasSessionOf } from './session-history.ts';

/** A connection that asks to become a WebSocket. */
export type Upgrade = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Names the answer to it. */
  readonly instance: string;
};

/**
 * The open presence sockets, and which of them speaks for which session.
 *
 * The problem: connections come and go in any order. A page that changes networks returns before its old connection is
 * seen to be gone; the old one's close must then not count as a loss of the session that the new one holds.
 *
 * The rule: a session has at most one holder, and only the close of the holder is a loss. Returning to a session is done by
 * one connection at a time; while one is at it, a close of the holder is only noted, and whoever returns settles it: as
 * nothing when it takes the session over, as a loss at the instant of the close when it does not.
 */
export class PresenceSockets {
  readonly #engine: Engine;
  readonly #logger: LiveLogger;
  readonly #limits: PresenceLimits;
  readonly #server: WebSocketServer;
  readonly #pings: PingRounds<PresenceConnection>;
  readonly #lost: LostSessions;
  readonly #parts: ConnectionParts;
  readonly #open = new Set<PresenceConnection>();
  readonly #holders = new Map<SessionNumber, PresenceConnection>();
  readonly #returning = new Map<SessionNumber, Promise<void>>();
  readonly #stopListening: () => void;
  #isClosing = false;

  constructor(engine: Engine, logger: LiveLogger, limits: PresenceLimits) {
    this.#engine = engine;
    this.#logger = logger;
    this.#limits = limits;
    this.#server = serverOf(limits);
    this.#parts = {
      engine,
      logger,
      badMessagesMax: limits.badMessagesMax,
      closed: (connection) => this.#closed(connection),
    };
    this.#lost = new LostSessions(engine, logger, limits.lossAgainAfterMs);
    const times = { everyMs: limits.pingEveryMs, graceMs: limits.pingGraceMs };
    this.#pings = new PingRounds(engine.clock, times, {
      ping: (connection) => connection.ping(),
      silent: (connection) => connection.giveUp(),
    });
    this.#stopListening = engine.onCommitted((_head, facts) => this.#hearOf(facts));
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Opens a session or returns to one, and upgrades the connection when that is durable; or refuses. Never throws. */
  async admit(ask: PresenceAsk, upgrade: Upgrade): Promise<void> {
    try {
      const answer = await this.#admitted(ask, upgrade);
      if (answer.kind === 'rejected') refuseUpgrade(upgrade, answer);
    } catch (cause) {
      refuseUpgrade(upgrade, this.#refusalOf(cause, upgrade));
    }
  }

  #refusalOf(cause: unknown, { instance }: Upgrade): Rejection {
    if (cause instanceof StoreFailure) {
      return refuse('store_unavailable', 'The store does not take writes: nobody was signed in.');
    }
    this.#logger.error({ err: cause, instance }, 'a presence socket could not be opened');
    return refuse('internal', 'The server met an error of its own: nobody was signed in.');
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#pings.stop();
    this.#lost.stop();
    const open = [...this.#open];
    for (const connection of open) connection.release(PRESENCE_CLOSE.restarting, 'the server restarts');
    await Promise.all(open.map((connection) => connection.gone()));
    this.#stopListening();
  }

  // Opening

  async #admitted(ask: PresenceAsk, upgrade: Upgrade): Promise<Answer<null>> {
    const { session, agent } = ask;
    if (session === null) return this.#signIn(ask, upgrade);
    const owner = this.#engine.presence.agentOf(session);
    if (owner === agent.number) return this.#inTurn(session, () => this.#comeBack(ask, session, upgrade));
    const { store } = this.#engine;
    const wasOwn = owner === 0 && (await wasSessionOf(store, agent.head, session, this.#limits.factsSearchedMax));
    return wasOwn ? this.#signIn(ask, upgrade) : unknownSession();
  }

  async #signIn(ask: PresenceAsk, upgrade: Upgrade): Promise<Answer<null>> {
    const engine = this.#engine;
    const asked: Ask = { caller: ask.caller, now: engine.clock.now() };
    const agentId = ask.agent.profile.id;
    const answer = await engine.write((draft) =>
      this.#hasRoom(draft, asked, agentId)
        ? openSession(draft, engine.world, asked, { agentId, transport: 'websocket' })
        : tooManySessions(),
    );
    if (answer.kind === 'rejected') return answer;
    const { session } = answer.value;
    if (!this.#connect(ask, session, upgrade)) this.#noteLoss(ask, session);
    return DONE;
  }

  #hasRoom(draft: Draft, asked: Ask, agentId: string): boolean {
    const sessions = findAgent(draft, asked, agentId)?.availability.sessions ?? [];
    return sessions.filter((session) => session.lostAt === null).length < this.#limits.sessionsPerAgentMax;
  }

  async #comeBack(ask: PresenceAsk, session: SessionNumber, upgrade: Upgrade): Promise<Answer<null>> {
    try {
      // A loss that waits for the store comes first: it decides whether the session is still there to return to.
      await this.#lost.settled(session);
      const returned = await this.#return(ask, session);
      if (returned === 'not_a_socket') return overHttp();
      // It ended while it was lost: who comes back after the grace signs in anew.
      if (returned === 'ended') return await this.#signIn(ask, upgrade);
      const isConnected = this.#connect(ask, session, upgrade);
      if (!isConnected && !this.#holders.has(session)) this.#noteLoss(ask, session);
      return DONE;
    } finally {
      const holder = this.#holders.get(session);
      if (holder !== undefined && holder.closedAt !== null) this.#lose(holder);
    }
  }

  #return({ caller, agent }: PresenceAsk, session: SessionNumber): Promise<'returned' | 'ended' | 'not_a_socket'> {
    const engine = this.#engine;
    const asked: Ask = { caller, now: engine.clock.now() };
    const agentId = agent.profile.id;
    return engine.write((draft) => {
      const sessions = findAgent(draft, asked, agentId)?.availability.sessions ?? [];
      if (sessions.some(({ number, transport }) => number === session && transport === 'http')) return 'not_a_socket';
      return returnSession(draft, engine.world, asked, { agentId, session }).kind === 'done' ? 'returned' : 'ended';
    });
  }

  /** One at a time per session. */
  async #inTurn<T>(session: SessionNumber, run: () => Promise<T>): Promise<T> {
    const before = this.#returning.get(session);
    const turn = before === undefined ? run() : before.then(run);
    const settled = turn.then(ignore, ignore);
    this.#returning.set(session, settled);
    try {
      return await turn;
    } finally {
      if (this.#returning.get(session) === settled) this.#returning.delete(session);
    }
  }

  /** False when the connection went away while the session was being written. */
  #connect({ agent, caller }: PresenceAsk, session: SessionNumber, upgrade: Upgrade): boolean {
    if (this.#isClosing) {
      refuseUpgrade(upgrade, shuttingDown());
      return true;
    }
    const { request, socket, head } = upgrade;
    let isConnected = false;
    const of = { session, agent: agent.number, agentId: agent.profile.id, caller };
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      isConnected = true;
      this.#hold(new PresenceConnection(of, webSocket, this.#parts));
    });
    return isConnected;
  }

  #hold(connection: PresenceConnection): void {
    const { session, agent } = connection.of;
    this.#holders.get(session)?.release(PRESENCE_CLOSE.takenOver, 'another connection returned to the session');
    this.#holders.set(session, connection);
    this.#open.add(connection);
    this.#pings.add(connection);
    // What ended the session in the same group as it was opened in was told before there was anybody to tell it to.
    if (this.#engine.presence.agentOf(session) !== agent)
      this.#end(session, PRESENCE_CLOSE.ended, 'the session has ended');
  }

  // Ending

  #hearOf(facts: readonly RecordedFact[]): void {
    if (this.#open.size === 0) return;
    for (const fact of facts) {
      if (fact.kind === 'SessionClosed') this.#end(fact.session, PRESENCE_CLOSE.signedOut, 'signed out');
      else if (fact.kind === 'SessionEnded') this.#end(fact.session, PRESENCE_CLOSE.ended, fact.cause);
      else if (isKeyRevoked(fact)) this.#endThoseOf(fact.id);
    }
  }

  #end(session: SessionNumber, code: number, reason: string): void {
    this.#holders.get(session)?.release(code, reason);
    this.#holders.delete(session);
  }

  /** The sessions are not ended by it: whoever signed in may come back with another key. */
  #endThoseOf(keyId: string): void {
    for (const connection of this.#open) {
      if (connection.of.caller.keyId === keyId) connection.end(PRESENCE_CLOSE.refused, 'the key was revoked');
    }
  }

  #closed(connection: PresenceConnection): void {
    this.#open.delete(connection);
    this.#pings.remove(connection);
    const { session } = connection.of;
    const isHolder = !connection.isReleased && this.#holders.get(session) === connection;
    if (isHolder && !this.#returning.has(session)) this.#lose(connection);
  }

  #lose({ of: { session, agentId, caller }, closedAt }: PresenceConnection): void {
    this.#holders.delete(session);
    this.#lost.note({ session, agentId, caller, lostAt: closedAt ?? this.#engine.clock.now() });
  }

  #noteLoss({ agent, caller }: PresenceAsk, session: SessionNumber): void {
    this.#lost.note({ session, agentId: agent.profile.id, caller, lostAt: this.#engine.clock.now() });
  }
}

function serverOf(limits: PresenceLimits): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytesMax,
    // Known to the package, but not to its types.
    closeTimeout: limits.closingMsMax,
    handleProtocols: () => PRESENCE_PROTOCOL,
  };
  return new WebSocketServer(options);
}

function refuseUpgrade({ socket, instance }: Upgrade, rejection: Rejection): void {
  endWithProblem(socket, problemReply(rejection, instance));
}

const DONE = done(null);

function ignore(): void {}

function isKeyRevoked(fact: RecordedFact): fact is Extract<RecordedFact, { kind: 'ThingRecorded' }> {
  return fact.kind === 'ThingRecorded' && fact.thing === 'key' && fact.change === 'removed';
}

function tooManySessions(): Rejection {
  return refuse('too_many_requests', 'The agent is signed in on as many devices and pages as it may be.');
}

function overHttp(): Rejection {
  const detail = 'The session was opened over plain HTTP: it is never lost, and no socket returns to it.';
  return refuse('unknown_session', detail, [{ pointer: '/session', detail }]);
}
