import type { VirtualClock } from '../../server/simulation/virtual-clock.ts';
import type { AccountNumber } from '../../server/src/activity/position.ts';
import type { AppEvents } from '../../server/src/apps/app-events.ts';
import type { CallPurpose, OperationAnswer, OperationHandlers } from '../../server/src/apps/app-operation.ts';
import { EntityService } from '../../server/src/apps/entity-service.ts';
import { KeyValueService, keyValueOperations } from '../../server/src/apps/key-value-service.ts';
import { operationTable } from '../../server/src/apps/operation-table.ts';
import { REQUEST_LIMITS, requestOperations } from '../../server/src/apps/request-service.ts';
import { ScheduleService } from '../../server/src/apps/schedule-service.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { currentHost } from '../../server/src/marketplace/app-payload.ts';
import { ownHandlerOf } from '../../server/src/marketplace/event-handlers.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../server/src/marketplace/json-value.ts';
import { refused } from '../../server/src/marketplace/platform-refusal.ts';
import type { Instant } from '../../server/src/time/instant.ts';
import type { Zones } from '../../server/src/time/zone-rules.ts';
import type { CallBook } from './call-book.ts';
import type { LoadedApp } from './load-app.ts';
import { missingStub, type RequestStubs } from './request-stubs.ts';
import type { TeamSchedule } from './team.ts';
import type { TeamTime } from './team-time.ts';

export type AppServicesParts = {
  readonly app: LoadedApp;
  readonly appId: string;
  readonly account: AccountNumber;
  readonly engine: Engine;
  readonly zones: Zones;
  readonly clock: VirtualClock;
  readonly time: TeamTime;
  readonly events: AppEvents;
  readonly stubs: RequestStubs;
  readonly book: CallBook;
  readonly domain: () => string;
  readonly purposeOf: (call: number) => CallPurpose | null;
};

/** What stands behind the globals of the platform: the server's own services, with stubs where the network would be. */
export type AppServices = {
  operation(call: number | null, name: string, args: readonly JsonValue[]): Promise<OperationAnswer>;
  readRecord(key: string): Promise<JsonValue>;
  writeRecord(key: string, value: JsonObject): Promise<void>;
  removeRecord(key: string): Promise<void>;
  schedules(): readonly TeamSchedule[];
  nextScheduleAt(): Instant | null;
  start(): void;
  stop(): Promise<void>;
};

export function appServices(parts: AppServicesParts): AppServices {
  const { app, appId, account, engine, zones, clock, events, stubs, book } = parts;
  const { definition } = app;
  const commit: (typeof engine)['commit'] = (changes) => engine.commit(changes);
  const now = () => clock.now();
  const owner = { id: appId, account };
  const keyValue = new KeyValueService(appId, { store: engine.store, commit, now });
  const db = keyValueOperations((operation) => keyValue.call(operation));
  const { random } = engine.world;
  const nextTurn = (run: () => void) => clock.nextTurn(run);
  const entities = new EntityService(
    owner,
    { store: engine.store, commit, now, random, nextTurn },
    () => definition.entities,
  );
  // Its timers are no instants to stop at: when the next schedule is due is known otherwise.
  const schedules = new ScheduleService({ clock, zones, events, commit, report: ignore });
  const isListening = () => ownHandlerOf(definition, 'onScheduledEvent') !== null;
  const table = operationTable(
    [
      db,
      entities.operations(),
      schedules.operations({ ...owner, isListening, strictMinimum: true }),
      requests(parts),
      { 'target_url.generate': (args) => targetUrl(app, parts.domain(), args) },
    ],
    (callId) => parts.purposeOf(Number(callId)),
  );

  const ask = async (name: string, ...args: JsonValue[]): Promise<OperationAnswer> => {
    const handle = db[name];
    return handle === undefined ? refused(404, name) : handle(args, { callId: null, purpose: null });
  };

  return {
    async operation(call, name, args) {
      book.sign(call);
      const carryOut = () => table({ name, args, callId: call === null ? null : String(call) });
      const request = requestNameOf(name, args);
      const answer = request === null ? await carryOut() : await sent(stubs, { call, name: request, args }, carryOut);
      book.sign(call);
      return answer;
    },
    async readRecord(key) {
      const answer = await ask('db.get', key);
      if (answer.kind === 'done') return answer.result;
      if (answer.error.status === 404) return null;
      throw new Error(answer.error.message);
    },
    writeRecord: async (key, value) => requireDone(await ask('db.set', key, value)),
    removeRecord: async (key) => requireDone(await ask('db.delete', key)),
    schedules: () =>
      schedules.list(appId).map(({ schedule: { name, data, repeat }, nextAt }) => ({
        name,
        data,
        nextAt: new Date(nextAt).toISOString(),
        isRecurring: repeat !== null,
      })),
    nextScheduleAt: () => schedules.list(appId)[0]?.nextAt ?? null,
    start: () => schedules.start(),
    stop: () => schedules.stop(),
  };
}

function requests({ app, time, stubs, domain }: AppServicesParts): OperationHandlers {
  const { definition, iparams } = app;
  return requestOperations(
    {
      definition: () => definition,
      iparams: () => iparams,
      currentHost: () => currentHost(domain(), definition.modules),
      agentOf: () => null,
    },
    {
      outbound: stubs.outbound,
      clock: time.clock,
      oauth: invented,
      perMinuteMax: null,
      timeoutMs: REQUEST_LIMITS.timeoutMsDefault,
    },
  );
}

type OauthTokens = Parameters<typeof requestOperations>[1]['oauth'];

/** Nobody signs in anywhere during a test: every integration has a token that says what it is. */
const invented: OauthTokens = {
  token: async ({ name }) => ({ kind: 'token', accessToken: `invented-token-of-${name}`, oauthIparams: {} }),
  renew: async ({ name }) => ({ kind: 'token', accessToken: `renewed-token-of-${name}`, oauthIparams: {} }),
};

/** What a stub for this operation is called; null when it is no request. */
function requestNameOf(operation: string, [first]: readonly JsonValue[]): string | null {
  if (operation === 'request.invoke_template') return String(first);
  return operation.startsWith('request.') ? operation.slice('request.'.length) : null;
}

async function sent(
  stubs: RequestStubs,
  { call, name, args }: { readonly call: number | null; readonly name: string; readonly args: readonly JsonValue[] },
  carryOut: () => Promise<OperationAnswer>,
): Promise<OperationAnswer> {
  const [, options] = args;
  const given = isJsonObject(options) && isJsonObject(options.context) ? options.context : {};
  const { result, isUnanswered } = await stubs.during({ call, name, context: given }, carryOut);
  if (!isUnanswered || result.kind === 'done') return result;
  const message = missingStub(name);
  return { kind: 'refused', error: { ...result.error, status: 502, response: message, message } };
}

/** An address that leads nowhere: `team.externalEvent` is what calls it. */
async function targetUrl(
  { definition }: LoadedApp,
  domain: string,
  [options]: readonly JsonValue[],
): Promise<OperationAnswer> {
  if (ownHandlerOf(definition, 'onExternalEvent') === null) {
    return refused(
      400,
      'Unsupported operation: The generateTargetUrl method cannot be used unless there is a corresponding external event callback',
    );
  }
  const query = typeof options === 'string' ? `?options=${encodeURIComponent(options)}` : '';
  return { kind: 'done', result: `https://${domain}/hooks/app-under-test${query}` };
}

function requireDone(answer: OperationAnswer): void {
  if (answer.kind === 'refused') throw new Error(answer.error.message);
}

function ignore(): void {}
