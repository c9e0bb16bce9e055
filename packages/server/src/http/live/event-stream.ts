import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../directory/api-key.ts';
import { type Rejection, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Agent } from '../../engine/memory.ts';
import { authorize } from '../authenticate.ts';
import { MAY } from '../roles.ts';
import type { AccountChannel } from './account-channel.ts';
import { takeSnapshot } from './account-snapshot.ts';
import { EventFan } from './event-fan.ts';
import { STREAM_LIMITS, type StreamLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';
import { PageTurns } from './page-turns.ts';
import { problemReply, sendProblem, shuttingDown, unauthorized } from './problem-reply.ts';
import { StreamReader, type StreamStart } from './stream-reader.ts';
import { readStreamRequest, type StreamRequest } from './stream-request.ts';

export const EVENT_STREAM_PATH = '/api/v1/events/stream';

export type EventStreamDeps = {
  readonly engine: Engine;
  /** Who asks; null without a key that is known. */
  authenticate(headers: IncomingHttpHeaders): Caller | null;
  /** An agent on the wire, as a read of it shows. */
  encodeAgent(agent: Agent): object;
  readonly logger: LiveLogger;
  /** Default: `STREAM_LIMITS`. */
  readonly limits?: Partial<StreamLimits>;
};

/**
 * `GET /api/v1/events/stream`: the account's events as Server-Sent Events, from the beginning, from an id, from a snapshot
 * of its agents, or from now on. Every event has its position as id; whoever comes back with the last one it saw gets
 * every later event once. Ends when the server stops.
 *
 * Answers before the stream begins: `invalid_input`, `unauthorized`, `forbidden`, `unknown_agent`, `too_many_requests`,
 * `shutting_down`.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (read 2026-11-22)
 */
export function registerEventStream(app: FastifyInstance, deps: EventStreamDeps): void {
  const limits = { ...STREAM_LIMITS, ...deps.limits };
  const fan = new EventFan(deps.engine, deps.logger, limits);
  const turns = new PageTurns(deps.engine.clock, limits.pagesPerTurnMax);
  const door: Door = { deps, limits, fan, turns };
  app.route({
    method: 'GET',
    url: EVENT_STREAM_PATH,
    exposeHeadRoute: false,
    handler: (request, reply) => answer(door, request, reply),
  });
  app.addHook('preClose', () => fan.close());
}

type Door = {
  readonly deps: EventStreamDeps;
  readonly limits: StreamLimits;
  readonly fan: EventFan;
  readonly turns: PageTurns;
};

function answer(door: Door, request: FastifyRequest, reply: FastifyReply): void {
  const admitted = admit(door, request);
  if (admitted.kind === 'rejected') {
    sendProblem(reply, problemReply(admitted, request.id));
    return;
  }
  const response = reply.hijack().raw;
  // What the server sends with every answer was noted on the reply, which now says no more.
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value);
  // A request that was sent before the answer to the one ahead of it has no connection to write to yet.
  if (response.socket !== null) open(door, admitted, response, response.socket);
  else response.once('socket', (socket: Socket) => open(door, admitted, response, socket));
}

type Admitted = {
  readonly kind: 'admitted';
  readonly caller: Caller;
  readonly asked: StreamRequest;
};

function admit({ deps, fan }: Door, request: FastifyRequest): Admitted | Rejection {
  const caller = deps.authenticate(request.headers);
  if (caller === null) return unauthorized();
  const refusedRole = authorize(caller, MAY.readEvents);
  if (refusedRole.kind === 'rejected') return refusedRole;
  if (fan.isClosing) return shuttingDown();
  const lastEventId = request.headers['last-event-id'];
  const raw = { lastEventId: headerText(lastEventId), query: request.query as Readonly<Record<string, unknown>> };
  const asked = readStreamRequest(raw, caller, deps.engine);
  if (asked.kind === 'rejected') return asked;
  if (!fan.hasRoom(caller.account)) {
    return refuse('too_many_requests', 'The account has as many open streams as it may have: share one, or close one.');
  }
  return { kind: 'admitted', caller, asked: asked.value };
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

function open(door: Door, { caller, asked }: Admitted, response: ServerResponse, socket: Socket): void {
  const { deps, limits, fan, turns } = door;
  if (fan.isClosing || socket.destroyed) {
    socket.destroy();
    return;
  }
  const channel = fan.channelOf(caller.account);
  const start = startOf(deps.engine, channel, caller, asked);
  writeHead(response, prologue(start, asked, limits));
  const reader = new StreamReader({
    engine: deps.engine,
    channel,
    account: caller.account,
    view: asked.view,
    keyId: caller.keyId,
    socket,
    rendering: { partAgentsMax: limits.snapshotPartAgentsMax, encodeAgent: deps.encodeAgent },
    limits,
    turn: () => turns.next(),
    failed: (cause) => deps.logger.error({ err: cause }, 'an event stream was cut off; its reader may come back'),
  });
  reader.start(start);
}

function startOf(engine: Engine, channel: AccountChannel, caller: Caller, { begin, view }: StreamRequest): StreamStart {
  if (begin === 'snapshot') return { kind: 'snapshot', snapshot: snapshotOf(engine, channel, caller, view.agent) };
  return { kind: 'after', position: begin ?? engine.head };
}

/** The memory and the head change together, so in one turn they are of one moment. */
function snapshotOf(engine: Engine, channel: AccountChannel, caller: Caller, agent: number | null) {
  const read = (numbers: readonly number[]) =>
    numbers.map((number) => engine.memory.agents.get(number)).filter((found) => found !== undefined);
  if (agent !== null) return takeSnapshot(engine.head, read([agent]));
  return channel.snapshotAt(engine.head, () => read(engine.memory.agentsOf(caller.account)));
}

/**
 * The first lines. A reader that begins now is told where that is: a connection that breaks before the first event then
 * resumes there too, and not at a later now.
 */
function prologue(start: StreamStart, { begin }: StreamRequest, limits: StreamLimits): string {
  const id = start.kind === 'after' && begin === null ? `id: ${start.position}\n` : '';
  return `retry: ${limits.retryAfterMs}\n${id}\n`;
}

/**
 * The head, and from here on the connection is the reader's: the stream ends with it, so its bytes need no frames of
 * HTTP around them, and the same buffer goes to every reader as it is.
 */
function writeHead(response: ServerResponse, firstLines: string): void {
  response.removeHeader('transfer-encoding');
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  response.write(firstLines);
}
