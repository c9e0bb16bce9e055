import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../directory/api-key.ts';
import { type Answer, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Draft } from '../engine/draft.ts';
import type { EncodedAnswer, Idempotency, OnceAnswer } from '../engine/engine.ts';
import { assert } from '../time/assert.ts';
import { bearerSecret } from './authenticate.ts';
import { bodyOf } from './body-parser.ts';
import { FileAnswer } from './file-answer.ts';
import { type CallsOnce, idempotencyOf } from './idempotency.ts';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.ts';
import type { InputReader } from './read-input.ts';
import type { Input, Prepared, Route } from './route.ts';
import { seal, unseal } from './sealed-answer.ts';
import type { Services } from './services.ts';

export type Serving = { readonly services: Services; readonly callsOnce: CallsOnce };

/** A route with what is made once for all of its requests. */
export type PreparedRoute = { readonly route: Route; readonly readInput: InputReader };

/** Serves one request of a route by a caller who may: input, idempotency, action, answer. */
export async function serveRoute(
  { route, readInput }: PreparedRoute,
  serving: Serving,
  caller: Caller,
  request: FastifyRequest,
): Promise<Served> {
  const { services } = serving;
  const ask: Ask = { caller, now: services.engine.clock.now() };
  const body = bodyOf(request);
  if (body.kind === 'rejected') return { answer: problemAnswer(body, request.id) };
  const { params, query, headers } = request;
  const raw = { params, query, body: body.value, accept: headers.accept };
  const input = readInput(raw, ask, services);
  if (input.kind === 'rejected') return { answer: problemAnswer(input, request.id) };
  const turn: Turn = { route, serving, ask, input: input.value, instance: request.id, prepared: null };
  if (route.action.kind === 'query') {
    const answer = await route.action.read(services, ask, input.value);
    if (answer.kind === 'done' && answer.value instanceof FileAnswer) return { file: answer.value };
    return { answer: encodedAnswer(turn, answer) };
  }
  if (route.action.kind === 'call' && route.action.isRepeatable) return { answer: await call(turn) };
  const once = idempotencyOf(request, {
    keyId: caller.keyId,
    body: body.value,
    hash: services.engine.world.random.hash,
  });
  if (once.kind === 'rejected') return { answer: problemAnswer(once, request.id) };
  const prepared = await prepare(turn);
  try {
    const ready = { ...turn, prepared };
    return once.value === null ? { answer: await act(ready) } : await actOnce(ready, once.value, request);
  } finally {
    prepared?.close();
  }
}

async function prepare({ route: { action }, serving, ask, input }: Turn): Promise<Prepared | null> {
  if (action.kind !== 'command' || action.prepare === undefined) return null;
  return action.prepare(serving.services, ask, input);
}

/** `isReplayed`: it is the answer to an earlier request with the same idempotency key. */
export type Served = { readonly answer: EncodedAnswer; readonly isReplayed?: true } | { readonly file: FileAnswer };

/** Puts an answer on the wire. */
export function send(reply: FastifyReply, { status, body }: EncodedAnswer, mediaType = JSON_TYPE): FastifyReply {
  reply.code(status);
  if (status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', RATE_WINDOW_SECONDS);
  if (body === null) reply.send();
  else reply.header('content-type', status >= 400 ? PROBLEM_TYPE : mediaType).send(body);
  const { request } = reply;
  request.observer?.answered(request, status);
  return reply;
}

/** Everything that is counted here is counted by the minute. */
const RATE_WINDOW_SECONDS = 60;

const JSON_TYPE = 'application/json; charset=utf-8';

/** One request on its way through one route. */
type Turn = {
  readonly route: Route;
  readonly serving: Serving;
  readonly ask: Ask;
  readonly input: Input;
  readonly instance: string;
  /** What the route looked up before the command, where it does. */
  readonly prepared: Prepared | null;
};

function encodedAnswer({ route, instance }: Turn, answer: Answer<unknown>): EncodedAnswer {
  if (answer.kind === 'rejected') return problemAnswer(answer, instance);
  const { status } = route.answer;
  if (status === 204) return { status, body: null };
  const isText = typeof answer.value === 'string' && route.answer.mediaType?.startsWith('text/') === true;
  return { status, body: isText ? String(answer.value) : JSON.stringify(answer.value) };
}

function act(turn: Turn): Promise<EncodedAnswer> {
  const decide = decisionOf(turn);
  return decide === null ? call(turn) : turn.serving.services.engine.write(decide);
}

/** A command's answer is made in its group, while what it speaks of is still as the command left it. */
function decisionOf(turn: Turn): ((draft: Draft) => EncodedAnswer) | null {
  const { ask, input, prepared } = turn;
  const { action } = turn.route;
  if (action.kind !== 'command') return null;
  const { world } = turn.serving.services.engine;
  return (draft) => encodedAnswer(turn, action.decide({ draft, world, ask }, input, prepared));
}

async function call(turn: Turn): Promise<EncodedAnswer> {
  const { action } = turn.route;
  assert(action.kind === 'call', 'queries and commands are served elsewhere');
  return encodedAnswer(turn, await action.call(turn.serving.services, turn.ask, turn.input));
}

async function actOnce(turn: Turn, once: Idempotency, request: FastifyRequest): Promise<Served> {
  const lock = turn.route.holdsSecret === true ? lockOf(once, request) : OPEN;
  const answer = await decideOnce(turn, once, lock);
  switch (answer.kind) {
    case 'fresh':
      return { answer: answer.value };
    case 'stored':
      return { answer: lock.open(answer.answer), isReplayed: true };
    case 'conflict': {
      const detail = 'This Idempotency-Key came with another request before.';
      return { answer: problemAnswer(refuse('idempotency_conflict', detail), turn.instance) };
    }
  }
}

function decideOnce(turn: Turn, once: Idempotency, lock: Lock): Promise<OnceAnswer<EncodedAnswer>> {
  const decide = decisionOf(turn);
  const { callsOnce, services } = turn.serving;
  return decide === null
    ? callsOnce.run(once, () => call(turn), lock.close)
    : services.engine.writeOnce(once, decide, lock.close);
}

type Lock = { close(answer: EncodedAnswer): EncodedAnswer; open(answer: EncodedAnswer): EncodedAnswer };

const OPEN: Lock = { close: (answer) => answer, open: (answer) => answer };

/** How an answer with a secret is stored; refusals hold none, and stay as they are. */
function lockOf(once: Idempotency, request: FastifyRequest): Lock {
  const secret = bearerSecret(request.headers.authorization);
  assert(secret !== null, 'a caller is known by a bearer secret');
  const place = `${once.scope}|${once.key}|${once.requestHash}`;
  const through = (turn: typeof seal) => (answer: EncodedAnswer) =>
    answer.body === null || answer.status >= 400 ? answer : { ...answer, body: turn(answer.body, secret, place) };
  return { close: through(seal), open: through(unseal) };
}
