import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';
import type { CallOutcome, DeliveryError } from '../delivery/receiver.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import {
  actionPayload,
  appPayload,
  externalPayload,
  functionPayload,
  type PayloadReceiver,
  type ProductPayload,
  scheduledPayload,
  setUpPayload,
} from '../marketplace/app-payload.ts';
import { isSetUpEvent, namedHandlerOf } from '../marketplace/event-handlers.ts';
import { inventedProductData } from '../marketplace/invented-product-data.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { jsonBytes } from '../marketplace/platform-refusal.ts';
import { readTestData, type TestData } from '../marketplace/test-data.ts';
import type { CallPurpose } from './app-operation.ts';
import type { AppAnswer, AppRunners } from './app-runner.ts';
import type { AppInvocation, AppReply } from './apps.ts';
import type { InstalledApp, PrintedLine } from './installed-app.ts';
import { APP_LIMITS } from './limits.ts';
import { refusedApp } from './loaded-app.ts';
import type { RateLimit } from './rate-limit.ts';

export type EventCall = {
  readonly event: string;
  /** Null: the one that this server is, or the only one that has the event. */
  readonly module: string | null;
  /** Null: the app's own test data for the event, else one made for it. */
  readonly payload: JsonObject | null;
};

/** Calls one callback once, outside its subscription: any event, of any kind. */
export async function invokeApp(
  app: InstalledApp,
  call: EventCall,
  { random, runners }: { readonly random: { uuid(): string }; readonly runners: Pick<AppRunners, 'readFolder'> },
): Promise<Answer<AppInvocation>> {
  const { definition } = app;
  if (definition === null) return refusedApp(app.work.loaded.findings);
  const named = namedHandlerOf(definition, call);
  if (named.kind !== 'found') return notSubscribed(definition, call, named.kind === 'ambiguous' ? named.modules : []);
  const own = call.payload === null ? await testDataOf(app, { ...call, module: named.handler.module }, runners) : null;
  if (own?.kind === 'broken') return refuse('app_invalid', own.sentence);
  const payload = own?.kind === 'found' ? own.payload : call.payload;
  const lines: PrintedLine[] = [];
  const made = {
    callId: `invoke ${random.uuid()}`,
    handler: named.handler.handler,
    payload: payloadFor(app, definition, { ...call, module: named.handler.module, payload }),
    purpose: purposeOf(call.event),
    hear: (line: PrintedLine) => lines.push(line),
  };
  if (!isSetUpEvent(call.event)) return done(invocationOf(await app.call(made), lines));
  return done(askedInvocation(await app.ask({ ...made, limitMs: APP_LIMITS.setUpMsMax }), lines));
}

function notSubscribed(definition: AppDefinition, { event, module }: EventCall, modules: readonly string[]) {
  if (modules.length > 0) {
    return refuse('event_not_subscribed', `Several modules have ${event}: name one of ${modules.join(', ')}.`);
  }
  const has = [
    ...new Set(definition.handlers.map((one) => (module === null ? one.event : `${one.module}.${one.event}`))),
  ];
  const asked = module === null ? event : `${module}.${event}`;
  return refuse(
    'event_not_subscribed',
    `The app does not subscribe to ${asked}; it has ${has.join(', ') || 'no event'}.`,
  );
}

function purposeOf(event: string): CallPurpose {
  if (isSetUpEvent(event)) return 'set_up_event';
  if (event === 'onScheduledEvent') return 'scheduled_event';
  return event === 'onExternalEvent' ? 'external_event' : 'product_event';
}

/** What the developer keeps with the app to call it with. */
async function testDataOf(
  app: InstalledApp,
  { module, event }: { readonly module: string; readonly event: string },
  runners: Pick<AppRunners, 'readFolder'>,
): Promise<TestData> {
  const { files } = await runners.readFolder(app.work.folder);
  return readTestData(files ?? new Map(), module, event);
}

/** A payload of somebody's own, or one made for the event, with what the platform adds to every one. */
function payloadFor(app: InstalledApp, definition: AppDefinition, call: EventCall): JsonObject {
  const { event, payload } = call;
  const receiver = app.receiverOf(definition);
  if (purposeOf(event) === 'product_event') {
    return appPayload(payload === null ? examplePayload(app, call) : completed(app, event, payload), receiver);
  }
  return { ...ownExample(app, event, receiver), ...payload, event, iparams: receiver.iparams };
}

function ownExample(app: InstalledApp, event: string, receiver: PayloadReceiver): JsonObject {
  const occasion = app.occasion();
  if (event === 'onScheduledEvent') return scheduledPayload({}, occasion, receiver);
  if (event !== 'onExternalEvent') return setUpPayload(event, occasion, receiver);
  return externalPayload({ data: {}, headers: {}, options: null }, occasion, receiver);
}

function completed(app: InstalledApp, event: string, payload: JsonObject): ProductPayload {
  const { account, at } = app.occasion();
  const { accountId, domain, region } = account;
  const envelope = { account_id: accountId, domain, region, timestamp: at, version: '2.0.0', data: {} };
  return { ...envelope, ...payload, event } as ProductPayload;
}

/** An invented payload of the event; it says so itself. Of events whose shape is not known here, the envelope alone. */
function examplePayload(app: InstalledApp, { event, module }: EventCall): ProductPayload {
  const examples = Object.hasOwn(EXAMPLES, event) ? EXAMPLES[event] : undefined;
  const example = examples?.[0] as ProductPayload | undefined;
  return example ?? completed(app, event, { ...inventedProductData({ event, module }, app.occasion().at) });
}

const EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  onAgentActivityCreate: Object.values(EXAMPLE_ACTIVITY_PAYLOADS),
  onAgentCustomStatusUpdate: Object.values(EXAMPLE_CUSTOM_STATUS_PAYLOADS),
};

function invocationOf(outcome: CallOutcome, logs: AppInvocation['logs']): AppInvocation {
  if (outcome.kind === 'delivered') return { outcome: 'delivered', error: null, durationMs: outcome.durationMs, logs };
  if (outcome.kind === 'interrupted') return { outcome: 'exited', error: ENDED, durationMs: 0, logs };
  return { outcome: kindOf(outcome.error), error: wordsOf(outcome.error), durationMs: outcome.durationMs, logs };
}

function askedInvocation(answer: AppAnswer, logs: AppInvocation['logs']): AppInvocation {
  switch (answer.kind) {
    case 'answered':
      return { outcome: 'delivered', error: null, durationMs: answer.durationMs, logs };
    case 'refused':
      return { outcome: 'refused', error: answer.error.message, durationMs: answer.durationMs, logs };
    default:
      return invocationOf(answer, logs);
  }
}

const ENDED = "The app's process ended through another call.";

function kindOf({ code }: DeliveryError): 'failed' | 'timed_out' | 'exited' {
  return code === 'timed_out' || code === 'exited' ? code : 'failed';
}

function wordsOf({ message, file, line, column }: DeliveryError): string {
  return file === undefined ? message : `${message} (${file}:${line ?? 1}:${column ?? 1})`;
}

export type FunctionCall = {
  readonly kind: 'function' | 'action';
  readonly name: string;
  readonly args: JsonObject;
  /** From an installation page, where there is no installation yet that could have data. */
  readonly isInstall: boolean;
  /** The agent in whose name it is called; null for nobody. */
  readonly agent: string | null;
};

/** Calls a server method or an action of an app, within the platform's limits; it answers with `renderData`. */
export async function callAppFunction(
  app: InstalledApp,
  call: FunctionCall,
  { random, rate }: { readonly random: { uuid(): string }; readonly rate: RateLimit },
): Promise<Answer<AppReply>> {
  const { definition } = app;
  if (definition === null) return refusedApp(app.work.loaded.findings);
  const limitMs = limitOf(definition, call);
  if (limitMs === null) return unknownFunction(definition, call);
  if (jsonBytes(call.args) > APP_LIMITS.functionBytesMax) {
    return refuse('invalid_input', 'The arguments are larger than 100 KB.', [
      { pointer: '/args', detail: 'must not be larger than 100 KB' },
    ]);
  }
  if (!rate.take()) {
    return refuse('too_many_requests', `You have exceeded the limit of ${rate.perMinuteMax} requests per minute`);
  }
  const logs: PrintedLine[] = [];
  const callId = `${call.kind} ${random.uuid()}`;
  const payload =
    call.kind === 'action'
      ? actionPayload(call.args, app)
      : functionPayload(call.args, app, { isInstall: call.isInstall });
  const hear = (line: PrintedLine) => logs.push(line);
  const purpose = call.isInstall ? 'function_of_installation' : call.kind;
  const { name: handler, agent } = call;
  const answer = await app.ask({ callId, handler, payload, purpose, limitMs, hear, agent });
  if (answer.kind === 'failed') app.noteFailure(answer.error, { callId, durationMs: answer.durationMs });
  return done(replyOf(answer, logs));
}

/** How long the call may take; null when the app has no such function. */
function limitOf(definition: AppDefinition, { kind, name }: FunctionCall): number | null {
  if (kind === 'action') return definition.actions.some((one) => one.name === name) ? APP_LIMITS.callMsMax : null;
  const found = definition.functions.find((one) => one.name === name);
  if (found === undefined) return null;
  return found.timeoutSeconds === null ? APP_LIMITS.callMsMax : found.timeoutSeconds * 1000;
}

function unknownFunction(definition: AppDefinition, { kind }: FunctionCall) {
  const names = (kind === 'action' ? definition.actions : definition.functions).map(({ name }) => name);
  const has = `the app has ${names.join(', ') || `no ${kind}`}.`;
  return refuse('unknown_function', `Requested function not found or registered: ${has}`);
}

function replyOf(answer: AppAnswer, logs: AppReply['logs']): AppReply {
  switch (answer.kind) {
    case 'answered':
      return { outcome: 'answered', data: answer.data, durationMs: answer.durationMs, logs };
    case 'refused':
      return { outcome: 'refused', error: refusalOf(answer.error), durationMs: answer.durationMs, logs };
    case 'interrupted':
      return { outcome: 'exited', message: ENDED, durationMs: 0, logs };
    case 'failed':
      return { outcome: kindOf(answer.error), message: wordsOf(answer.error), durationMs: answer.durationMs, logs };
  }
}

function refusalOf(error: unknown): JsonObject {
  return isJsonObject(error) ? error : {};
}
