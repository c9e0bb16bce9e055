import type { VirtualClock } from '../../server/simulation/virtual-clock.ts';
import type { AccountNumber } from '../../server/src/activity/position.ts';
import type { AppEvents } from '../../server/src/apps/app-events.ts';
import type { OperationAnswer, OperationHandlers } from '../../server/src/apps/app-operation.ts';
import type { AppAnswer } from '../../server/src/apps/app-runner.ts';
import { EntityService } from '../../server/src/apps/entity-service.ts';
import { JOB_LIMITS, JobService } from '../../server/src/apps/job-service.ts';
import { KeyValueService, keyValueOperations } from '../../server/src/apps/key-value-service.ts';
import { operationTable } from '../../server/src/apps/operation-table.ts';
import { REQUEST_LIMITS, requestOperations } from '../../server/src/apps/request-service.ts';
import { ScheduleService } from '../../server/src/apps/schedule-service.ts';
import { TargetUrls } from '../../server/src/apps/target-url.ts';
import type { Vault } from '../../server/src/apps/vault.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { currentHost, jobPayload } from '../../server/src/marketplace/app-payload.ts';
import { ownHandlerOf } from '../../server/src/marketplace/event-handlers.ts';
import type { JobView } from '../../server/src/marketplace/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../server/src/marketplace/json-value.ts';
import { refused } from '../../server/src/marketplace/platform-refusal.ts';
import type { Instant } from '../../server/src/time/instant.ts';
import type { Zones } from '../../server/src/time/zone-rules.ts';
import type { CallBook } from './call-book.ts';
import type { Callback } from './callback.ts';
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
};

/** What stands behind the globals of the platform: the server's own services, with stubs where the network would be. */
export type AppServices = {
  operation(call: number | null, name: string, args: readonly JsonValue[]): Promise<OperationAnswer>;
  readRecord(key: string): Promise<JsonValue>;
  writeRecord(key: string, value: JsonObject): Promise<void>;
  removeRecord(key: string): Promise<void>;
  /** Starts a job and answers with its id. @throws Error when it is refused */
  startJob(name: string, options: JsonObject): Promise<string>;
  jobs(): readonly JobView[];
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
  const targets = new TargetUrls({
    publicUrl: () => `https://${parts.domain()}`,
    vault: openVault,
    random,
    commit,
  });
  const jobs = new JobService({ now, random, commit, run: (_app, job) => runJob(parts, job), report: ignore });
  const jobOwner = { ...owner, jobs: () => definition.jobs };
  const table = operationTable(
    [
      db,
      entities.operations(),
      schedules.operations({ ...owner, isListening, strictMinimum: true }),
      requests(parts),
      targets.operations({ ...owner, isListening: () => ownHandlerOf(definition, 'onExternalEvent') !== null }),
      jobs.operations(jobOwner),
    ],
    (callId) => book.purposeOf(callId),
  );

  const ask = async (name: string, ...args: JsonValue[]): Promise<OperationAnswer> => {
    const handle = db[name];
    return handle === undefined ? refused(404, name) : handle(args, { callId: null, purpose: null });
  };

  return {
    async operation(call, name, args) {
      book.sign(call);
      const carryOut = () => table({ name, args, callId: book.idOf(call) });
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
    async startJob(name, options) {
      const started = await jobs.invoke(jobOwner, [name, null, options]);
      if (started.kind === 'refused') throw new Error(started.error.message);
      return started.run.id;
    },
    jobs: () => jobs.list(appId),
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

/** A store that ends with the process needs no secret kept from it. */
const openVault: Vault = { seal: (text) => text, open: (sealed) => sealed };

type RunJob = ConstructorParameters<typeof JobService>[0]['run'];

async function runJob({ app, book }: AppServicesParts, job: Parameters<RunJob>[1]): ReturnType<RunJob> {
  const callback = await book.call({
    event: job.name,
    module: 'common',
    handler: job.name,
    payload: jobPayload(job.options, app),
    attempt: 1,
    eventId: job.id,
    purpose: 'job',
    ending: 'either',
    limitMs: JOB_LIMITS.runMsMax,
  });
  return answerOf(callback);
}

function answerOf({ outcome, error, answer, durationMs }: Callback): AppAnswer {
  if (error === null) return { kind: 'answered', data: answer, durationMs };
  if (outcome === 'refused') {
    return { kind: 'refused', error: { status: error.status ?? 500, message: error.message }, durationMs };
  }
  return { kind: 'failed', error, durationMs };
}

function requireDone(answer: OperationAnswer): void {
  if (answer.kind === 'refused') throw new Error(answer.error.message);
}

function ignore(): void {}
