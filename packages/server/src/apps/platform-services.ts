import type { CallOutcome } from '../delivery/receiver.ts';
import type { Change, StoredRecord } from '../engine/change.ts';
import type { Engine } from '../engine/engine.ts';
import { currentHost, externalPayload, jobPayload, scheduledPayload } from '../marketplace/app-payload.ts';
import { ownHandlerOf } from '../marketplace/event-handlers.ts';
import type { JobCall } from '../marketplace/job.ts';
import type { DocumentOwner } from './app-document.ts';
import { type AppEvent, AppEvents } from './app-events.ts';
import type { AppLog } from './app-log.ts';
import type { OperationContext, OperationHandlers } from './app-operation.ts';
import { type AppRates, PLATFORM_RATES } from './app-rates.ts';
import type { AppAnswer } from './app-runner.ts';
import { EntityService } from './entity-service.ts';
import type { InstalledApp } from './installed-app.ts';
import { JOB_LIMITS, type JobOwner, JobService } from './job-service.ts';
import { KeyValueService, keyValueOperations } from './key-value-service.ts';
import { OauthService } from './oauth-service.ts';
import type { Outbound } from './outbound.ts';
import { rateOf, withinRate } from './rate-limit.ts';
import { requestOperations, requestTimeoutMs } from './request-service.ts';
import { ScheduleService } from './schedule-service.ts';
import { TargetUrls } from './target-url.ts';
import type { Vault } from './vault.ts';

export type PlatformServicesPorts = {
  readonly engine: Engine;
  readonly log: AppLog;
  readonly vault: Vault;
  readonly outbound: Outbound;
  readonly rates: AppRates;
  /** The address under which the world reaches this server, without a slash at its end. */
  readonly publicUrl: () => string;
  appOf(id: string): InstalledApp | undefined;
  /** Whether the app belongs to its developer, who wants to see schedules fire soon. */
  isLive(app: InstalledApp): boolean;
  report(sentence: string, details: Readonly<Record<string, unknown>>): void;
};

/** What stands behind the globals of the platform: one of each service for all apps, and what an app leaves in them. */
export class PlatformServices {
  readonly schedules: ScheduleService;
  readonly events: AppEvents;
  readonly jobs: JobService;
  readonly targets: TargetUrls;
  readonly oauth: OauthService;
  readonly #ports: PlatformServicesPorts;
  readonly #ofApps = new Map<string, OwnServices>();
  #records: readonly StoredRecord[] = [];

  constructor(ports: PlatformServicesPorts) {
    const { engine, log, report, vault, outbound, publicUrl } = ports;
    const { clock, world } = engine;
    const { random } = world;
    const commit = (changes: readonly Change[]) => engine.commit(changes);
    const now = () => clock.now();
    this.#ports = ports;
    this.events = new AppEvents({
      clock,
      random,
      commit,
      deliver: (app, event) => this.#deliver(app, event),
      log: (app, { level, text }) => void log.add({ app, level, text, eventId: null }),
      report,
    });
    this.schedules = new ScheduleService({ clock, zones: world.zones, events: this.events, commit, report });
    this.jobs = new JobService({ now, random, commit, run: (app, job) => this.#run(app, job), report });
    this.targets = new TargetUrls({ publicUrl, vault, random, commit });
    this.oauth = new OauthService({ outbound, vault, now, secret: () => random.secret(), commit });
  }

  /** Takes up what the apps left. Nothing fires or is delivered before `start` and `open`. */
  async resume(records: readonly StoredRecord[]): Promise<void> {
    this.#records = records;
    this.events.resume(records);
    this.schedules.resume(records);
    this.targets.resume(records);
    this.oauth.resume(records);
    await this.jobs.resume(records);
  }

  start(): void {
    this.schedules.start();
    // Every app that was there has looked for its own by now.
    this.#records = [];
  }

  async stop(): Promise<void> {
    await this.schedules.stop();
    await this.events.stop();
  }

  /** The app is installed: its own events are delivered from now on. */
  open(app: InstalledApp): void {
    this.#of(app);
    this.events.open(app.id);
  }

  /** What removes everything that the app left, from disk; after its commit, `forget`. */
  removal({ id, account }: DocumentOwner): readonly Change[] {
    const own = this.#ofApps.get(id)?.entities ?? this.#entitiesOf({ id, account }, () => []);
    return [
      { kind: 'RemoveKeyValues', app: id },
      ...own.removal(),
      ...this.events.removal(id),
      ...this.schedules.removal(id),
      ...this.jobs.removal(id),
      ...this.targets.removal(id),
      ...this.oauth.removal(id),
    ];
  }

  forget({ id }: Pick<DocumentOwner, 'id'>): void {
    this.#ofApps.delete(id);
    this.events.forget(id);
    this.schedules.forget(id);
    this.jobs.forget(id);
    this.targets.forget(id);
    this.oauth.forget(id);
  }

  operationsOf(app: InstalledApp): readonly OperationHandlers[] {
    return this.#of(app).operations;
  }

  jobOwnerOf(app: InstalledApp): JobOwner {
    return { ...ownerOf(app), jobs: () => app.definition?.jobs ?? [] };
  }

  /** What is an app's own lives as long as it is installed, whatever becomes of its process and its code. */
  #of(app: InstalledApp): OwnServices {
    const known = this.#ofApps.get(app.id);
    if (known !== undefined) return known;
    const entities = this.#entitiesOf(ownerOf(app), () => app.definition?.entities ?? []);
    const made = { entities, operations: this.#operationsFor(app, entities) };
    this.#ofApps.set(app.id, made);
    return made;
  }

  #operationsFor(app: InstalledApp, entities: EntityService): readonly OperationHandlers[] {
    const { engine, isLive, outbound } = this.#ports;
    const rates = app.record.settings.strictLimits === true ? PLATFORM_RATES : this.#ports.rates;
    const { store, clock } = engine;
    const now = () => clock.now();
    const owner = ownerOf(app);
    const keyValue = new KeyValueService(app.id, { store, commit: (changes) => engine.commit(changes), now });
    const hears = (event: string) => () => app.definition !== null && ownHandlerOf(app.definition, event) !== null;
    const requests = requestOperations(
      {
        definition: () => app.definition,
        iparams: () => app.iparams,
        currentHost: () => currentHost(app.occasion().account.domain, app.definition?.modules ?? []),
        agentOf: ({ callId }: OperationContext) => (callId === null ? null : app.agentOf(callId)),
      },
      {
        outbound,
        clock,
        oauth: this.oauth.tokensOf(owner),
        perMinuteMax: rates.requestPerMinuteMax,
        timeoutMs: requestTimeoutMs(null),
      },
    );
    return [
      withinRate(
        keyValueOperations((operation) => keyValue.call(operation)),
        rateOf(rates.keyValuePerMinuteMax, now),
      ),
      withinRate(entities.operations(), rateOf(rates.entityPerMinuteMax, now)),
      this.schedules.operations({
        ...owner,
        isListening: hears('onScheduledEvent'),
        strictMinimum: !isLive(app),
      }),
      this.jobs.operations(this.jobOwnerOf(app)),
      this.targets.operations({ ...owner, isListening: hears('onExternalEvent') }),
      requests,
    ];
  }

  #entitiesOf(owner: DocumentOwner, definitions: ConstructorParameters<typeof EntityService>[2]): EntityService {
    const { engine } = this.#ports;
    const { store, clock, world } = engine;
    const entities = new EntityService(
      owner,
      {
        store,
        commit: (changes) => engine.commit(changes),
        now: () => clock.now(),
        random: world.random,
        nextTurn: (run) => clock.nextTurn(run),
      },
      definitions,
    );
    entities.resume(this.#records);
    return entities;
  }

  async #deliver(id: string, event: AppEvent): Promise<CallOutcome> {
    const app = this.#ports.appOf(id);
    const definition = app?.definition ?? null;
    const name = event.kind === 'scheduled' ? 'onScheduledEvent' : 'onExternalEvent';
    const handler = definition === null ? null : ownHandlerOf(definition, name);
    if (app === undefined || definition === null || handler === null) {
      const error = app?.fault ?? { code: 'no_handler', message: `The app has no handler for ${name}.` };
      return { kind: 'failed', durationMs: 0, error };
    }
    const occasion = { ...app.occasion(), at: event.at };
    const receiver = app.receiverOf(definition);
    const payload =
      event.kind === 'scheduled'
        ? scheduledPayload(event.data, occasion, receiver)
        : externalPayload(event, occasion, receiver);
    const purpose = event.kind === 'scheduled' ? 'scheduled_event' : 'external_event';
    const outcome = await app.call({ callId: event.id, handler: handler.handler, payload, purpose });
    if (outcome.kind === 'failed') app.noteFailure(outcome.error, { callId: event.id, durationMs: outcome.durationMs });
    void this.#ports.log.flush();
    return outcome;
  }

  async #run(id: string, job: JobCall & { readonly id: string }): Promise<AppAnswer> {
    const app = this.#ports.appOf(id);
    if (app === undefined) return { kind: 'interrupted' };
    return app.ask({
      callId: job.id,
      handler: job.name,
      payload: jobPayload(job.options, app),
      purpose: 'job',
      limitMs: JOB_LIMITS.runMsMax,
      mayEndByReturn: true,
    });
  }
}

type OwnServices = { readonly entities: EntityService; readonly operations: readonly OperationHandlers[] };

function ownerOf(app: InstalledApp): DocumentOwner {
  return { id: app.id, account: app.record.account };
}
