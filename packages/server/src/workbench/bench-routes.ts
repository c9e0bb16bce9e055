import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Answer } from '../directory/rejection.ts';
import { namedHandlerOf } from '../marketplace/event-handlers.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { readTestData } from '../marketplace/test-data.ts';
import { formatInstant } from '../time/instant.ts';
import type { SeatAnswer } from './app-seat.ts';
import { inventedPayload } from './invented-payload.ts';
import { readCall, readDeed, readStep } from './read-request.ts';
import { entryView } from './state-view.ts';
import { WORKBENCH_ACCOUNT } from './team.ts';
import type { Workbench } from './workbench.ts';

/** The API of the developer's page, below /bench: JSON in snake_case, for this page and for scripts of the developer. */
export function registerBench(app: FastifyInstance, bench: Workbench): void {
  app.get('/bench/state', () => bench.state());
  app.get('/bench/stream', (_, reply) => {
    reply.hijack();
    if (!bench.pages.open(reply.raw, bench.firstFrames())) reply.raw.writeHead(503).end('too many pages');
  });
  app.get<{ Params: { number: string } }>('/bench/entries/:number', (request, reply) => {
    const entry = bench.parts.journal.get(Number(request.params.number));
    return entry === null ? refused(reply, 404, 'The journal has no such entry any more.') : entryView(entry);
  });
  registerTeam(app, bench);
  registerCalls(app, bench);
  registerInstallation(app, bench);
  app.get('/bench/storage', async () => storageWire(await bench.parts.seat.storage()));
  app.get('/bench/coverage', async () => ({ coverage: await bench.coverage() }));
  app.delete('/bench/coverage', async () => {
    await bench.clearCoverage();
    return {};
  });
}

function registerTeam(app: FastifyInstance, bench: Workbench): void {
  app.post<{ Params: { id: string } }>('/bench/agents/:id', async (request, reply) => {
    const deed = readDeed(request.body);
    if (deed.kind === 'wrong') return refused(reply, 400, deed.sentence);
    return answered(reply, await bench.act(request.params.id, deed.value), () => ({}));
  });
  app.post('/bench/clock', async (request, reply) => {
    const step = readStep(request.body);
    if (step.kind === 'wrong') return refused(reply, 400, step.sentence);
    const answer = await bench.step(step.value);
    return answered(reply, answer, ({ now, timers }) => ({ now: formatInstant(now), timers }));
  });
}

function registerCalls(app: FastifyInstance, bench: Workbench): void {
  app.post('/bench/calls', async (request, reply) => {
    const call = readCall(request.body);
    if (call.kind === 'wrong') return refused(reply, 400, call.sentence);
    return answered(reply, await bench.call(call.value, { kind: 'fired' }), callWire);
  });
  app.post<{ Params: { number: string } }>('/bench/entries/:number/resend', async (request, reply) => {
    const payload = isJsonObject(request.body) ? request.body.payload : undefined;
    if (payload !== undefined && !isJsonObject(payload)) return refused(reply, 400, 'payload is a JSON object.');
    return answered(reply, await bench.resend(Number(request.params.number), payload ?? null), callWire);
  });
  app.get<{ Querystring: { event?: string; module?: string } }>('/bench/payload', (request, reply) => {
    const { event, module } = request.query;
    if (event === undefined) return refused(reply, 400, 'event says which one.');
    return startingPayload(bench, event, module === undefined || module === '' ? null : module);
  });
}

/** A payload to begin with, and where it is from: a file of the app, or null when it is invented. */
export type StartingPayload = {
  readonly payload: JsonObject;
  readonly source: string | null;
  /** Why the app's own file was not taken. */
  readonly fault: string | null;
};

/** The developer's own test data where there is some, else an invented payload. */
export function startingPayload(bench: Workbench, event: string, module: string | null): StartingPayload {
  const data = readTestData(bench.life.reading.files ?? new Map(), module, event);
  if (data.kind === 'found') return { payload: data.payload, source: data.file, fault: null };
  return {
    payload: inventedFor(bench, event, module),
    source: null,
    fault: data.kind === 'broken' ? data.sentence : null,
  };
}

/**
 * An invented payload of an event in the account of the workbench. Without a module it is that of the handler that
 * would be called.
 */
export function inventedFor({ life, parts }: Workbench, event: string, module: string | null): JsonObject {
  const named = life.definition === null ? null : namedHandlerOf(life.definition, { event, module });
  const at = named?.kind === 'found' ? named.handler.module : module;
  const account = parts.engine.memory.accounts.get(WORKBENCH_ACCOUNT)?.record;
  const { id = '', domain = 'localhost', region = 'US' } = account ?? {};
  return inventedPayload({ event, module: at }, { id, domain, region }, parts.clock.now());
}

function registerInstallation(app: FastifyInstance, bench: Workbench): void {
  app.post('/bench/install', async (request, reply) => {
    const given = isJsonObject(request.body) ? request.body.iparams : null;
    const isForced = isJsonObject(request.body) && request.body.force === true;
    const rejection = await bench.install(isJsonObject(given) ? given : null, isForced);
    if (rejection === null) return {};
    return reply.code(422).send({ sentence: rejection.detail, faults: rejection.faults });
  });
  app.post('/bench/uninstall', async (request, reply) => {
    const rejection = await bench.remove(isJsonObject(request.body) && request.body.force === true);
    return rejection === null ? {} : reply.code(422).send({ sentence: rejection.detail, code: rejection.code });
  });
  app.post('/bench/oauth', (request, reply) => {
    const integration = isJsonObject(request.body) ? request.body.integration : null;
    return answered(
      reply,
      bench.parts.seat.startOauth(typeof integration === 'string' ? integration : null),
      (url) => url,
    );
  });
  app.post('/bench/reload', async () => {
    await bench.life.follow([]);
    return {};
  });
}

function storageWire(storage: Awaited<ReturnType<Workbench['parts']['seat']['storage']>>): object {
  const instant = (at: number | null) => (at === null ? null : formatInstant(at));
  return {
    key_values: storage.keyValues.map(({ key, value, expiresAt }) => ({ key, value, expires_at: instant(expiresAt) })),
    schedules: storage.schedules.map(({ name, nextAt, repeat, data }) => ({
      name,
      next_at: instant(nextAt),
      repeat,
      data,
    })),
    jobs: storage.jobs,
  };
}

function callWire(answer: SeatAnswer): object {
  const { durationMs, ...rest } = answer;
  return { ...rest, duration_ms: durationMs };
}

function answered<T>(reply: FastifyReply, answer: Answer<T>, encode: (value: T) => object): object {
  if (answer.kind === 'done') return encode(answer.value);
  const status = answer.code.startsWith('unknown_') || answer.code === 'not_found' ? 404 : 422;
  return reply.code(status).send({ sentence: answer.detail, code: answer.code, faults: answer.faults });
}

function refused(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply.code(status).send({ sentence });
}
