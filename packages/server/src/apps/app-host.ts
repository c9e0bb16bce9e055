import type { AccountNumber } from '../activity/position.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { StoredRecord } from '../engine/change.ts';
import type { Engine } from '../engine/engine.ts';
import type { PayloadAccount } from '../marketplace/app-payload.ts';
import { ownHandlerOf } from '../marketplace/event-handlers.ts';
import type { ExternalRequest } from '../marketplace/external-event.ts';
import type { JobView } from '../marketplace/job.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { PageCall, PageReply } from '../marketplace/page-call.ts';
import type { TextMatcher } from '../marketplace/text-matcher.ts';
import { AppLog } from './app-log.ts';
import { type AppRates, LENIENT_RATES } from './app-rates.ts';
import type { AppRecord } from './app-record.ts';
import { AppRegistry } from './app-registry.ts';
import type { AppRunners } from './app-runner.ts';
import { viewOf } from './app-view.ts';
import type {
  AppInstallation,
  AppInvocation,
  AppLogView,
  AppReply,
  AppScheduleView,
  AppSettings,
  Apps,
  AppView,
  CustomPage,
  ExternalOutcome,
  InstallationLink,
  InstallationOutcome,
} from './apps.ts';
import { startAppJob, startAppOauth, takeExternal } from './ask-services.ts';
import { callAppFunction, type EventCall, invokeApp } from './call-app.ts';
import type { AppSource, CodeStore } from './code-store.ts';
import { CustomPages } from './custom-pages.ts';
import { type InstallInput, installApp } from './install-app.ts';
import { InstallationDesk } from './installation-desk.ts';
import type { InstalledApp } from './installed-app.ts';
import type { Lifecycle, Subscriptions } from './lifecycle.ts';
import { APP_LIMITS } from './limits.ts';
import type { OauthCallback, OauthFinished } from './oauth-service.ts';
import type { Outbound } from './outbound.ts';
import { PlatformServices } from './platform-services.ts';
import { RateLimit } from './rate-limit.ts';
import { removeApp } from './remove-app.ts';
import { resumeApps } from './resume-apps.ts';
import { Turns } from './turns.ts';
import { reloadApp, rollBackApp, setAppIparams, updateApp } from './update-app.ts';
import type { Vault } from './vault.ts';

export type AppHostPorts = {
  readonly engine: Engine;
  readonly runners: AppRunners;
  readonly code: CodeStore;
  readonly vault: Vault;
  readonly outbound: Outbound;
  /** Tries the patterns of one form. */
  readonly matcher: () => TextMatcher;
  /** The address under which the world reaches this server, without a slash at its end. */
  readonly publicUrl: () => string;
  /** Default: the lenient ones. */
  readonly rates?: AppRates;
  readonly subscriptions: Subscriptions;
  /** The absolute path of a folder that the server was started with; null when it is none of them. */
  readonly resolveFolder: (folder: string) => string | null;
  /** Absolute paths of folders whose apps run in place, for their developer. */
  readonly liveFolders: readonly string[];
  /** Why apps that are uploaded may not run on this machine; null when they may. Default: they may. */
  readonly objectToUploads?: () => Promise<string | null>;
  readonly report: (sentence: string, details: Readonly<Record<string, unknown>>) => void;
};

/** The installed apps of all accounts: their records, their processes, and what connects them to the log. */
export class AppHost implements Apps {
  readonly services: PlatformServices;
  readonly #ports: AppHostPorts;
  readonly #log: AppLog;
  readonly #registry = new AppRegistry();
  readonly #life: Lifecycle;
  readonly #desk: InstallationDesk;
  readonly #pages: CustomPages;
  /** One step of an app's life at a time. */
  readonly #turns = new Turns();
  readonly #rates = new Map<string, RateLimit>();

  constructor(ports: AppHostPorts) {
    const { engine, runners, code, vault, subscriptions, report } = ports;
    const registry = this.#registry;
    const isLive = (folder: string) => ports.liveFolders.includes(folder);
    this.#ports = ports;
    this.#log = new AppLog(engine.clock, (changes) => engine.commit(changes));
    this.#pages = new CustomPages({
      runners,
      random: engine.world.random,
      rateOf: (app) => this.#rateOf(app.id),
      operationsOf: (app) => this.services.operationsOf(app),
    });
    this.#desk = new InstallationDesk({
      clock: engine.clock,
      secret: () => engine.world.random.secret(),
      publicUrl: ports.publicUrl,
      pages: this.#pages,
      appOf: (id) => registry.byId(id),
      stateOf: (app) => this.#view(app).state,
      setIparams: (ask, id, values) => this.setIparams(ask, id, values),
    });
    this.services = new PlatformServices({
      engine,
      log: this.#log,
      vault,
      outbound: ports.outbound,
      publicUrl: ports.publicUrl,
      rates: ports.rates ?? LENIENT_RATES,
      appOf: (id) => registry.byId(id),
      isLive: ({ record: { origin } }) => origin.kind === 'folder' && isLive(origin.folder),
      report,
    });
    const now = () => engine.clock.now();
    const facilities = {
      runners,
      log: this.#log,
      now,
      accountOf: (record: AppRecord) => accountOf(engine, record.account),
      operationsOf: (app: InstalledApp) => this.services.operationsOf(app),
      report,
    };
    const { services } = this;
    const { matcher } = ports;
    this.#life = { engine, runners, code, vault, subscriptions, registry, isLive, now, facilities, services, matcher };
  }

  /** Takes up the apps that were installed before. Their own events come from `start` on. */
  async resume(records: readonly StoredRecord[]): Promise<void> {
    await resumeApps(this.#life, records);
    this.services.start();
  }

  /** The app of this folder, or null when it is not installed in the account. */
  ofFolder(account: AccountNumber, folder: string): AppView | null {
    const app = this.#registry.ofFolder(account, folder);
    return app === undefined ? null : this.#view(app);
  }

  /**
   * The app of a folder that the server is started with: installed with the defaults of its parameters when it is new,
   * updated when the folder has changed since, and left alone otherwise. Refused, what was there before goes on.
   */
  async takeUp(ask: Ask, folder: string, settings: AppSettings = DEFAULT_SETTINGS): Promise<Answer<AppView>> {
    const app = this.#registry.ofFolder(ask.caller.account, folder);
    const source: AppSource = { kind: 'folder', folder };
    if (app === undefined) {
      const input = { source, iparams: null, name: null, settings, runsWithDefaults: true };
      return this.#install(ask, input);
    }
    const isLive = this.#ports.liveFolders.includes(folder);
    const fingerprint = isLive ? null : await this.#ports.code.fingerprintOf(folder);
    const { origin } = app.record;
    const isSame = fingerprint === null || (origin.kind === 'folder' && origin.seen === fingerprint);
    if (isSame) return done(this.#view(app));
    const wish = { source, iparams: null, runsWithDefaults: true };
    return this.#step(ask, app.id, (found) => updateApp(this.#life, ask, { app: found, ...wish }));
  }

  /** Reads the folder of an app that runs in place anew; null when there is no such app, or it runs from a copy. */
  async reload(id: string): Promise<AppView | null> {
    const app = this.#registry.byId(id);
    const { origin } = app?.record ?? { origin: null };
    if (app === undefined || origin?.kind !== 'folder' || !this.#ports.liveFolders.includes(origin.folder)) return null;
    await this.#turns.take(id, () => reloadApp(this.#life, app));
    return this.#view(app);
  }

  list(account: AccountNumber): readonly AppView[] {
    return this.#registry.ofAccount(account).map((app) => this.#view(app));
  }

  get(account: AccountNumber, id: string): AppView | null {
    const app = this.#registry.find(account, id);
    return app === undefined ? null : this.#view(app);
  }

  async install(ask: Ask, input: Parameters<Apps['install']>[1]): Promise<Answer<AppView>> {
    const source = await this.#admitted(input.source);
    if (source.kind === 'rejected') return source;
    return this.#install(ask, {
      source: source.value,
      iparams: input.iparams as JsonObject | null,
      name: input.name ?? null,
      settings: {
        timestampUnit: input.timestampUnit ?? DEFAULT_SETTINGS.timestampUnit,
        withActivity: input.withActivity ?? DEFAULT_SETTINGS.withActivity,
        strictLimits: input.strictLimits ?? false,
      },
      runsWithDefaults: false,
    });
  }

  async update(ask: Ask, id: string, input: Parameters<Apps['update']>[2]): Promise<Answer<AppView>> {
    const source = await this.#admitted(input.source);
    if (source.kind === 'rejected') return source;
    const iparams = input.iparams as JsonObject | null;
    const wish = { source: source.value, iparams, runsWithDefaults: false };
    return this.#step(ask, id, (app) => updateApp(this.#life, ask, { app, ...wish }));
  }

  rollBack(ask: Ask, id: string): Promise<Answer<AppView>> {
    return this.#step(ask, id, (app) => rollBackApp(this.#life, ask, app));
  }

  setIparams(ask: Ask, id: string, values: Readonly<Record<string, unknown>>): Promise<Answer<AppView>> {
    return this.#step(ask, id, (app) => setAppIparams(this.#life, ask, { app, values: values as JsonObject }));
  }

  async invoke(ask: Ask, id: string, call: Parameters<Apps['invoke']>[2]): Promise<Answer<AppInvocation>> {
    const app = this.#registry.find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    const { engine } = this.#ports;
    const made: EventCall = { module: null, ...call, payload: call.payload as JsonObject | null };
    return invokeApp(app, made, { random: engine.world.random, runners: this.#ports.runners });
  }

  async callFunction(ask: Ask, id: string, call: Parameters<Apps['callFunction']>[2]): Promise<Answer<AppReply>> {
    const app = this.#registry.find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    return callAppFunction(
      app,
      { ...call, args: call.args as JsonObject, isInstall: false, agent: this.#agentOf(ask) },
      { random: this.#ports.engine.world.random, rate: this.#rateOf(id) },
    );
  }

  async startJob(ask: Ask, id: string, job: Parameters<Apps['startJob']>[2]): Promise<Answer<JobView>> {
    const app = this.#registry.find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    return startAppJob(app, { ...job, args: job.args as JsonObject }, this.services);
  }

  jobs(account: AccountNumber, id: string): Answer<readonly JobView[]> {
    return this.#registry.find(account, id) === undefined ? unknownApp(id) : done(this.services.jobs.list(id));
  }

  schedules(account: AccountNumber, id: string): Answer<readonly AppScheduleView[]> {
    if (this.#registry.find(account, id) === undefined) return unknownApp(id);
    return done(
      this.services.schedules.list(id).map(({ schedule: { name, data, at, repeat }, nextAt }) => ({
        name,
        data,
        at,
        nextAt,
        repeat,
      })),
    );
  }

  async logs(
    account: AccountNumber,
    id: string,
    query: { readonly after: number; readonly limit: number },
  ): Promise<Answer<readonly AppLogView[]>> {
    if (this.#registry.find(account, id) === undefined) return unknownApp(id);
    await this.#log.flush();
    return done(await this.#ports.engine.store.appLog({ app: id, ...query }));
  }

  async remove(ask: Ask, id: string, { isForced }: { readonly isForced: boolean }): Promise<Answer<null>> {
    return this.#turns.take(id, async () => {
      const app = this.#registry.find(ask.caller.account, id);
      if (app === undefined) return unknownApp(id);
      const answer = await removeApp(this.#life, ask, { app, isForced });
      if (answer.kind === 'done') {
        this.#desk.forgetApp(id);
        this.#rates.delete(id);
      }
      return answer;
    });
  }

  installation(account: AccountNumber, id: string): Answer<AppInstallation> {
    const app = this.#registry.find(account, id);
    return app === undefined ? unknownApp(id) : done(this.#desk.installationOf(app));
  }

  installationLink(ask: Ask, id: string): Answer<InstallationLink> {
    const app = this.#registry.find(ask.caller.account, id);
    return app === undefined ? unknownApp(id) : this.#desk.link(ask, app);
  }

  installationOf(token: string): AppInstallation | null {
    return this.#desk.open(token);
  }

  customPage(token: string): Promise<CustomPage | null> {
    return this.#desk.customPage(token);
  }

  customPageFile(pageKey: string, path: string): Promise<Uint8Array | null> {
    return this.#desk.customPageFile(pageKey, path);
  }

  callFromPage(token: string, call: PageCall): Promise<PageReply | null> {
    return this.#desk.callFromPage(token, call);
  }

  /** The same from the page of an app's developer, who needs no link; null when there is no such app. */
  async callFromDeveloperPage(account: AccountNumber, id: string, call: PageCall): Promise<PageReply | null> {
    const app = this.#registry.find(account, id);
    return app === undefined ? null : this.#pages.call(app, call, { isInstall: true });
  }

  /** A file of a folder that the server was started with, whether or not its app is installed. */
  async fileOfFolder(folder: string, path: string): Promise<Uint8Array | null> {
    return this.#ports.liveFolders.includes(folder) ? this.#ports.runners.readFile(folder, path) : null;
  }

  submitInstallation(token: string, values: JsonObject): Promise<InstallationOutcome> {
    return this.#desk.submit(token, values);
  }

  async externalEvent(token: string, request: ExternalRequest): Promise<ExternalOutcome | null> {
    const id = this.services.targets.appOf(token);
    const app = id === null ? undefined : this.#registry.byId(id);
    if (app === undefined || !mayHear(app)) return null;
    return takeExternal(app, request, this.services);
  }

  startOauth(ask: Ask, id: string, start: Parameters<Apps['startOauth']>[2]): Answer<{ readonly url: string }> {
    const app = this.#registry.find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    const wish = { ...start, oauthIparams: start.oauthIparams as JsonObject, agent: start.agent ?? this.#agentOf(ask) };
    return startAppOauth(app, wish, {
      oauth: this.services.oauth,
      publicUrl: this.#ports.publicUrl(),
      matches: this.#ports.matcher(),
    });
  }

  finishOauth(callback: OauthCallback): Promise<OauthFinished> {
    return this.services.oauth.finish(callback);
  }

  /** Ends every app's process and writes the lines that are still on their way. */
  async stop(): Promise<void> {
    await this.services.stop();
    await Promise.all(this.#registry.atWork().map((app) => app.stop()));
    await this.#log.flush();
  }

  async #install(ask: Ask, input: InstallInput): Promise<Answer<AppView>> {
    const { source } = input;
    const key = source.kind === 'folder' ? `folder ${ask.caller.account} ${source.folder}` : `zip ${ask.now}`;
    return this.#turns.take(key, async () => {
      const before = source.kind === 'folder' ? this.ofFolder(ask.caller.account, source.folder) : null;
      if (before !== null)
        return refuse('name_taken', `The app of ${before.folder} is installed already, as ${before.id}.`);
      return this.#viewed(await installApp(this.#life, ask, input));
    });
  }

  #step(ask: Ask, id: string, run: (app: InstalledApp) => Promise<Answer<InstalledApp>>): Promise<Answer<AppView>> {
    return this.#turns.take(id, async () => {
      const app = this.#registry.find(ask.caller.account, id);
      return app === undefined ? unknownApp(id) : this.#viewed(await run(app));
    });
  }

  #rateOf(id: string): RateLimit {
    const rate = this.#rates.get(id) ?? new RateLimit(APP_LIMITS.functionsPerMinuteMax, () => this.#life.now());
    this.#rates.set(id, rate);
    return rate;
  }

  #agentOf({ caller }: Ask): string | null {
    return caller.agent === 0 ? null : (this.#ports.engine.memory.agents.get(caller.agent)?.profile.id ?? null);
  }

  async #admitted(source: AppSource): Promise<Answer<AppSource>> {
    if (source.kind === 'folder') return this.#resolved(source);
    const objection = (await this.#ports.objectToUploads?.()) ?? null;
    return objection === null ? done(source) : refuse('fence_missing', objection);
  }

  #resolved(source: AppSource): Answer<AppSource> {
    if (source.kind === 'zip') return done(source);
    const folder = this.#ports.resolveFolder(source.folder);
    if (folder !== null) return done({ kind: 'folder', folder });
    const detail = `The server was not started with the folder ${source.folder}: start it with --app ${source.folder}.`;
    return refuse('unknown_app', detail, [{ pointer: '/folder', detail }]);
  }

  #viewed(answer: Answer<InstalledApp>): Answer<AppView> {
    return answer.kind === 'rejected' ? answer : done(this.#view(answer.value));
  }

  #view(app: InstalledApp): AppView {
    const { subscriptions, runners } = this.#ports;
    return viewOf(app, { subscriptions, services: this.services, fence: runners.fence });
  }
}

/** What is known to hear no external events has no address; of an app that does not load now nobody knows. */
function mayHear({ definition }: InstalledApp): boolean {
  return definition === null || ownHandlerOf(definition, 'onExternalEvent') !== null;
}

const DEFAULT_SETTINGS: AppSettings = { timestampUnit: 'milliseconds', withActivity: true };

function accountOf(engine: Engine, account: AccountNumber): PayloadAccount {
  const record = engine.memory.accounts.get(account)?.record;
  return { accountId: record?.id ?? '', domain: record?.domain ?? '', region: record?.region ?? 'US' };
}

function unknownApp(id: string): Extract<Answer<never>, { kind: 'rejected' }> {
  return refuse('unknown_app', `There is no app ${id}.`);
}
