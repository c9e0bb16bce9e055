import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExternalOutcome } from '../apps/apps.ts';
import { changeAccount } from '../engine/account-commands.ts';
import { type ExternalRequest, readExternalRequest } from '../marketplace/external-event.ts';
import { installationNote, installationPage } from '../marketplace/installation-page.ts';
import { iparamsOfForm } from '../marketplace/iparam-form.ts';
import { defaultIparams } from '../marketplace/iparams.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { readTestData } from '../marketplace/test-data.ts';
import type { SeatAnswer } from './app-seat.ts';
import { inventedFor, startingPayload } from './bench-routes.ts';
import { registerCustomPage, sendCustomPage, takeCustomValues } from './custom-page-routes.ts';
import { refusalOf } from './local-door.ts';
import { PAGE_POLICY } from './page-files.ts';
import { WORKBENCH_ACCOUNT } from './team.ts';
import { placeOfTestData, saveTestData } from './test-data.ts';
import type { HandCall, Workbench } from './workbench.ts';

/**
 * The addresses of the vendor's kit, so that habits, bookmarks and scripts go on working: what a developer's machine
 * answers at port 10001 there it answers here.
 */
export function registerKit(app: FastifyInstance, bench: Workbench): void {
  registerTestData(app, bench);
  registerExecution(app, bench);
  registerParameters(app, bench);
  registerSettings(app, bench);
}

type EventAt = { Params: { event: string }; Querystring: { product?: string; module?: string } };

function registerTestData(app: FastifyInstance, bench: Workbench): void {
  app.get('/web/eventsList', () => {
    const events = bench.life.definition?.handlers ?? [];
    return Object.fromEntries(
      [...Map.groupBy(events, ({ module }) => module)].map(([module, of]) => [module, of.map(({ event }) => event)]),
    );
  });
  app.get<EventAt>('/web/events/:event', (request) => {
    return startingPayload(bench, request.params.event, moduleOf(request)).payload;
  });
  app.post<EventAt>('/web/events/:event', (request, reply) => {
    if (!isJsonObject(request.body)) return kitFault(reply, 400, 'A payload is one JSON object.');
    return save(bench, reply, { event: request.params.event, module: moduleOf(request), payload: request.body });
  });
  app.post<EventAt>('/web/events/reset/:event', async (request, reply) => {
    const { event } = request.params;
    const module = moduleOf(request);
    const files = bench.life.reading.files ?? new Map<string, string>();
    const payload = inventedFor(bench, event, module);
    if (readTestData(files, module, event).kind === 'none') return payload;
    const answer = await save(bench, reply, { event, module, payload });
    return reply.sent ? answer : payload;
  });
}

function moduleOf({ query }: FastifyRequest<EventAt>): string | null {
  return query.module ?? query.product ?? null;
}

/** Into the file of the event, as the vendor's kit does when a developer simulates: nothing else is ever written. */
async function save(
  bench: Workbench,
  reply: FastifyReply,
  about: { readonly event: string; readonly module: string | null; readonly payload: JsonObject },
): Promise<object> {
  const { life, parts } = bench;
  const files = life.reading.files ?? new Map<string, string>();
  const isModular = life.definition?.platformVersion === '3.0';
  const place = placeOfTestData(files, { module: about.module, event: about.event, isModular });
  if (place === null) return kitFault(reply, 400, `${about.event} is no name of an event.`);
  saveTestData(parts.folder, place, about.payload);
  await life.reread();
  return { success: true, file: place };
}

function registerExecution(app: FastifyInstance, bench: Workbench): void {
  app.post<{ Querystring: { name?: string; product?: string; module?: string; type?: string } }>(
    '/event/execute',
    async (request, reply) => {
      const { name, product, module, type } = request.query;
      if (name === undefined) return kitFault(reply, 400, 'name says which event.');
      const at = module ?? product ?? null;
      const sent = isJsonObject(request.body) && Object.keys(request.body).length > 0 ? request.body : null;
      const { payload } = startingPayload(bench, name, at);
      const isAction = type === 'actions' || bench.life.definition?.actions.some((one) => one.name === name) === true;
      const call: HandCall = { kind: isAction ? 'action' : 'event', name, module: at, payload: sent ?? payload };
      return kitAnswer(reply, await bench.call(call, { kind: 'simulated' }), isAction);
    },
  );
  app.post<{ Params: { name: string } }>('/web/actions/:name', async (request, reply) => {
    const payload = isJsonObject(request.body) ? request.body : {};
    const call: HandCall = { kind: 'action', name: request.params.name, module: null, payload };
    return kitAnswer(reply, await bench.call(call, { kind: 'simulated' }), true);
  });
  app.post('/dprouter', async (request, reply) => {
    const body = isJsonObject(request.body) ? request.body : {};
    const name = [body.action, body.name, body.functionName].find((one) => typeof one === 'string');
    if (typeof name !== 'string') return kitFault(reply, 400, 'Requested function not found or registered');
    const args = [body.params, body.args, body.data].find(isJsonObject) ?? {};
    const call: HandCall = { kind: 'function', name, module: null, payload: args };
    return kitAnswer(reply, await bench.call(call, { kind: 'simulated' }), true);
  });
  app.route<{ Params: { product: string }; Querystring: Record<string, string> }>({
    method: ['GET', 'POST', 'PUT'],
    url: '/event/hook/:product',
    handler: async (request, reply) => {
      const asked = externalRequestOf(request);
      // An address that the app gave out has its token there, one that was typed the name of a product.
      const outcome = await bench.parts.seat.externalEvent(request.params.product, asked);
      if (outcome !== null) return hookAnswer(reply, outcome);
      const refusal = refusalOf(request);
      if (refusal !== null) return kitFault(reply, 403, refusal);
      const reading = readExternalRequest(asked);
      if (reading.kind === 'challenge') return hookAnswer(reply, reading);
      if (reading.kind === 'refused') return kitFault(reply, reading.status, reading.message);
      const { kind: _, ...parts } = reading;
      const payload = { ...inventedFor(bench, 'onExternalEvent', null), ...(parts as JsonObject) };
      const call: HandCall = { kind: 'event', name: 'onExternalEvent', module: null, payload };
      return kitAnswer(reply, await bench.call(call, { kind: 'simulated' }), false);
    },
  });
  app.get<{ Querystring: Record<string, string | undefined> }>('/auth/callback', async (request, reply) => {
    const { state = null, code = null, error = null, error_description: description } = request.query;
    const why = error === null ? null : [error, description].filter((part) => part !== undefined).join(': ');
    const finished = await bench.parts.seat.finishOauth({ state, code, error: why });
    if (finished.kind === 'authorized') return reply.redirect('/', 303);
    const nonce = randomBytes(12).toString('base64url');
    pageHeaders(reply.code(400), nonce);
    return reply.send(installationNote({ title: 'Not authorized', sentences: [finished.message] }, nonce));
  });
}

function externalRequestOf({ method, headers, body, query }: FastifyRequest): ExternalRequest {
  const text = body instanceof URLSearchParams ? body.toString() : typeof body === 'string' ? body : null;
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return {
    method,
    headers: Object.fromEntries(single.filter(([, value]) => value !== undefined)),
    contentType: headers['content-type'] ?? null,
    body: text ?? (body === undefined || body === null ? '' : JSON.stringify(body)),
    query: query as Record<string, string>,
  };
}

function hookAnswer(reply: FastifyReply, outcome: ExternalOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'accepted':
      return reply.send({ success: true });
    case 'challenge':
      return reply.type('text/plain; charset=utf-8').send(outcome.text);
    case 'refused':
      return kitFault(reply, outcome.status, outcome.message);
  }
}

function registerParameters(app: FastifyInstance, bench: Workbench): void {
  app.get('/custom_configs', (_, reply) => parametersPage(bench, reply, { faults: [], notice: null, values: null }));
  registerCustomPage(app, bench);
  app.post('/custom_configs', async (request, reply) => {
    const installation = bench.life.reading.app?.installation;
    if (installation?.kind === 'custom_page') return takeCustomValues(bench, request, reply);
    if (installation?.kind !== 'definitions') return parametersPage(bench, reply, NOTHING_SAID);
    const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const names = new Set(fields.keys());
    const values = iparamsOfForm(
      installation.definitions,
      new Map([...names].map((name) => [name, fields.getAll(name)])),
      (bench.parts.seat.view()?.iparams ?? {}) as JsonObject,
    );
    const rejection = await bench.install(values, false);
    if (rejection === null) return reply.redirect('/', 303);
    const faults = rejection.faults.map(({ pointer, detail }) => ({
      pointer: pointer.replace(/^\/iparams/, ''),
      detail,
    }));
    reply.code(422);
    return parametersPage(bench, reply, { faults, notice: rejection.detail, values });
  });
}

const NOTHING_SAID = { faults: [], notice: null, values: null } as const;

function parametersPage(
  bench: Workbench,
  reply: FastifyReply,
  said: {
    readonly faults: readonly { readonly pointer: string; readonly detail: string }[];
    readonly notice: string | null;
    readonly values: JsonObject | null;
  },
): FastifyReply {
  const { life, parts } = bench;
  const installation = life.reading.app?.installation;
  if (installation?.kind === 'custom_page') return sendCustomPage(bench, reply);
  const styleNonce = randomBytes(12).toString('base64url');
  pageHeaders(reply, styleNonce);
  if (installation === undefined) {
    const sentences = ['The app does not load as it is now. Its findings stand on the first page.'];
    return reply.send(installationNote({ title: life.name, sentences }, styleNonce));
  }
  const view = parts.seat.view();
  const values = said.values ?? view?.iparams ?? defaultIparams(installation);
  return reply.send(
    installationPage({
      appName: life.name,
      definitions: installation.definitions,
      values: values as JsonObject,
      kept: (view?.iparams ?? {}) as JsonObject,
      faults: said.faults,
      notice: said.notice,
      action: '/custom_configs',
      submitLabel: view === null ? 'Install' : 'Save',
      styleNonce,
    }),
  );
}

function pageHeaders(reply: FastifyReply, styleNonce: string): void {
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY.replace("style-src 'self'", `style-src 'nonce-${styleNonce}'`));
}

function registerSettings(app: FastifyInstance, bench: Workbench): void {
  const { engine, clock } = bench.parts;
  app.get('/bench/settings', () => {
    const account = engine.memory.accounts.get(WORKBENCH_ACCOUNT)?.record;
    const modules = bench.life.definition?.modules.filter((module) => module !== 'common') ?? [];
    const { id, domain, region } = account ?? {};
    return { account_id: id, domain, region, modules, products: bench.life.definition?.products ?? [] };
  });
  app.post('/bench/settings', async (request, reply) => {
    const domain = isJsonObject(request.body) ? request.body.domain : undefined;
    if (typeof domain !== 'string' || !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(domain)) {
      return reply.code(400).send({ sentence: 'domain is a bare host, such as acme.example.com.' });
    }
    const caller = { keyId: 'workbench', account: WORKBENCH_ACCOUNT, role: 'admin', agent: 0 } as const;
    const answer = await engine.write((draft) =>
      changeAccount(draft, engine.world, { caller, now: clock.now() }, { domain }),
    );
    return answer.kind === 'done' ? {} : reply.code(422).send({ sentence: answer.detail });
  });
}

/** As the vendor's kit answers: events with success, everything that answers with what `renderData` was given. */
function kitAnswer(reply: FastifyReply, answer: Awaited<ReturnType<Workbench['call']>>, isAnswering: boolean): object {
  if (answer.kind === 'rejected') return kitFault(reply, answer.code === 'not_found' ? 404 : 400, answer.detail);
  return outcome(reply, answer.value, isAnswering);
}

function outcome(reply: FastifyReply, answer: SeatAnswer, isAnswering: boolean): object {
  if (answer.kind === 'failed') return kitFault(reply, answer.status, answer.message);
  return isAnswering ? { requestID: requestId(), response: answer.data } : { success: true };
}

function kitFault(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ requestID: requestId(), status, message, errorSource: 'APP' });
}

function requestId(): string {
  return randomBytes(8).toString('hex');
}
