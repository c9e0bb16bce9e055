import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { SessionNumber } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import { mayActFor } from '../../engine/agent-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Agent } from '../../engine/memory.ts';
import { parseSessionId } from '../../engine/session-id.ts';
import { authorize } from '../authenticate.ts';
import { refusedInput } from '../problem-answer.ts';
import { findDurableAgent } from '../queries/find-agent.ts';
import { MAY } from '../roles.ts';
import { type ProblemReply, problemReply, unauthorized, upgradeRequired } from './problem-reply.ts';

/** The protocol that a page names when it can send its key in no other way. */
export const PRESENCE_PROTOCOL = 'rollcall.presence';

/** What an address of a presence socket says. */
export type PresenceAddress = { readonly agentId: string; readonly query: URLSearchParams };

/** null when the address is somebody else's. */
export function presenceAddress(url: string): PresenceAddress | null {
  const [path = '', query = ''] = url.split('?', 2);
  const agentId = /^\/api\/v1\/agents\/([^/]+)\/presence$/.exec(path)?.[1];
  return agentId === undefined ? null : { agentId, query: new URLSearchParams(query) };
}

/** What is wrong with the handshake, before anybody is signed in by it; null when it is as it must be. */
export function handshakeProblem({ method, headers }: IncomingMessage, instance: string): ProblemReply | null {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket' || headers['sec-websocket-version'] !== '13') {
    return upgradeRequired(instance);
  }
  const fault = handshakeFault(headers);
  return fault === null ? null : problemReply(refuse('invalid_input', fault), instance);
}

function handshakeFault(headers: IncomingHttpHeaders): string | null {
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return 'Sec-WebSocket-Key must be 16 bytes in base64.';
  }
  const protocols = protocolsOf(headers);
  if (protocols.length === 0) return null;
  if (protocols.some((protocol) => !TOKEN.test(protocol)) || new Set(protocols).size < protocols.length) {
    return 'Sec-WebSocket-Protocol must be a list of different tokens.';
  }
  return protocols.includes(PRESENCE_PROTOCOL) ? null : `Sec-WebSocket-Protocol must name ${PRESENCE_PROTOCOL}.`;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function protocolsOf(headers: IncomingHttpHeaders): readonly string[] {
  const list = headers['sec-websocket-protocol'];
  return list === undefined ? [] : list.split(',').map((protocol) => protocol.trim());
}

/**
 * Who asks. A browser cannot send a header with a WebSocket, but it can name protocols: the key comes as `bearer.KEY`
 * beside the protocol that is meant, percent-encoded where a token may not hold it, and is never answered.
 */
export function presenceCaller(
  headers: IncomingHttpHeaders,
  authenticate: (headers: IncomingHttpHeaders) => Caller | null,
): Caller | null {
  if (headers.authorization !== undefined) return authenticate(headers);
  const bearer = protocolsOf(headers).find((protocol) => protocol.startsWith('bearer.'));
  if (bearer === undefined) return authenticate(headers);
  const secret = bearer.slice('bearer.'.length);
  const asWritten = authenticate({ ...headers, authorization: `Bearer ${secret}` });
  if (asWritten !== null || !secret.includes('%')) return asWritten;
  return authenticate({ ...headers, authorization: `Bearer ${decoded(secret)}` });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whose presence, by whom; as far as it can be told without asking the log. */
export type PresenceAsk = {
  readonly caller: Caller;
  readonly agent: Agent;
  /** To be returned to; null for a new session. */
  readonly session: SessionNumber | null;
};

export function readPresenceAsk(address: PresenceAddress, caller: Caller | null, engine: Engine): Answer<PresenceAsk> {
  if (caller === null) return unauthorized();
  const refusedRole = authorize(caller, MAY.keepSessions);
  if (refusedRole.kind === 'rejected') return refusedRole;
  const agent = findDurableAgent(engine, caller, address.agentId);
  if (agent === undefined) return refuse('unknown_agent', 'There is no such agent.');
  if (!mayActFor(caller, agent)) return refuse('forbidden', 'A key of role agent may act for its own agent only.');
  const refused = refusedQuery(address.query);
  if (refused !== null) return refused;
  const id = address.query.get('session');
  if (id === null) return done({ caller, agent, session: null });
  const session = parseSessionId(id);
  return session === null ? unknownSession() : done({ caller, agent, session });
}

function refusedQuery(query: URLSearchParams): Rejection | null {
  const faults = [...new Set(query.keys())].flatMap((name) => {
    const pointer = `/${name}`;
    if (name !== 'session') return [{ pointer, detail: 'is not known; only session is' }];
    return query.getAll(name).length > 1 ? [{ pointer, detail: 'must come once' }] : [];
  });
  return faults.length === 0 ? null : refusedInput(faults);
}

export function unknownSession(): Rejection {
  const detail = 'The agent never had such a session: open a new one, without naming any.';
  return refuse('unknown_session', detail, [{ pointer: '/session', detail }]);
}
