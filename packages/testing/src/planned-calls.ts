import type { AppDefinition, EventHandler } from '../../server/src/marketplace/app-definition.ts';
import { actionPayload, functionPayload, type ProductPayload } from '../../server/src/marketplace/app-payload.ts';
import { didYouMean } from '../../server/src/marketplace/did-you-mean.ts';
import { isSetUpEvent } from '../../server/src/marketplace/event-handlers.ts';
import type { JsonObject } from '../../server/src/marketplace/json-value.ts';
import { commonEvents } from '../../server/src/marketplace/platform-catalog.ts';
import { type Installation, occasionOf, payloadOfOwn, productPayload } from './app-payloads.ts';
import { CALLBACK_LIMIT_MS, type PlannedCall } from './call-book.ts';
import { sampleOf } from './sample-payload.ts';

/** A call of an event's handler that the test makes by hand. @throws Error when the app has none */
export function firedEvent(
  installation: Installation,
  event: string,
  given: { readonly module?: string; readonly payload?: JsonObject },
): PlannedCall {
  const handler = requireHandler(installation.app.definition, event, given.module);
  const isCommon = commonEvents.some((name) => name === event);
  const isSetUp = isSetUpEvent(event);
  const payload = isCommon
    ? payloadOfOwn(installation, event, given.payload ?? {})
    : productPayload(installation, completed(installation, handler, given.payload));
  return {
    ...handler,
    payload,
    attempt: 1,
    eventId: `fired ${event}`,
    purpose: isSetUp ? 'set_up_event' : isCommon ? commonPurpose(event) : 'product_event',
    ending: isSetUp ? 'rendered' : 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  };
}

function commonPurpose(event: string): 'scheduled_event' | 'external_event' {
  return event === 'onScheduledEvent' ? 'scheduled_event' : 'external_event';
}

/** @throws Error that says what there is instead */
export function requireHandler(app: AppDefinition, event: string, module: string | undefined): EventHandler {
  const found = app.handlers.find((one) => one.event === event && (module === undefined || one.module === module));
  if (found !== undefined) return found;
  const names = [...new Set(app.handlers.map((one) => one.event))];
  throw new Error(
    `The app has no handler for ${event}${module === undefined ? '' : ` in ${module}`}. ${hint(event, names)}`,
  );
}

function hint(word: string, words: readonly string[]): string {
  const guess = didYouMean(word, words);
  return guess === null ? `It has ${words.join(', ') || 'none'}.` : `Did you mean ${guess}?`;
}

function completed(
  installation: Installation,
  { module, event }: EventHandler,
  given: JsonObject | undefined,
): ProductPayload {
  const payload = given ?? sampleOf(installation.app.files, module, event);
  if (payload === null)
    throw new Error(`${event} needs a payload, or test data in server/test_data/${module}/${event}.json`);
  const { accountId, domain, region } = occasionOf(installation.engine).account;
  const envelope = { account_id: accountId, domain, region, version: '2.0.0', data: {} };
  return { timestamp: installation.engine.clock.now(), ...envelope, ...payload, event } as ProductPayload;
}

/** A server method or an action, as the app's front end calls it. @throws Error when there is none */
export function functionCall({ app }: Installation, name: string, args: JsonObject): PlannedCall {
  const { functions, actions } = app.definition;
  const found = functions.find((one) => one.name === name);
  const names = [...functions.map((one) => one.name), ...actions.map((one) => one.name)];
  if (!names.includes(name)) throw new Error(`The app has no function or action ${name}. ${hint(name, names)}`);
  const seconds = found?.timeoutSeconds ?? null;
  return {
    event: name,
    module: found?.module ?? 'common',
    handler: name,
    payload: found === undefined ? actionPayload(args, app) : functionPayload(args, app, { isInstall: false }),
    attempt: 1,
    eventId: `called ${name}`,
    purpose: found === undefined ? 'action' : 'function',
    ending: 'rendered',
    limitMs: seconds === null ? CALLBACK_LIMIT_MS : seconds * 1000,
  };
}

/** @throws Error when the app has no such request to answer */
export function requireRequest({ requests, requestTemplates }: AppDefinition, name: string): void {
  const names = [...new Set([...requests, ...requestTemplates.map((one) => one.name)]), ...VERBS];
  if (!names.includes(name)) throw new Error(`The app has no request template ${name}. ${hint(name, names)}`);
}

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];
