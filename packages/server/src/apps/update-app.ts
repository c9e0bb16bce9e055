import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { ownHandlerOf } from '../marketplace/event-handlers.ts';
import { checkIparams, type InstallationPage } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { keptSecret, secretMask, secretNames, unmaskedIparams } from '../marketplace/secret-iparams.ts';
import { type AcquiredCode, acquireCode, pointerOf } from './acquire-code.ts';
import { type AppOrigin, type AppRecord, seenOrigin } from './app-record.ts';
import { digestsOf } from './app-registry.ts';
import type { AppSource } from './code-store.ts';
import { finishInstall, refusedIparams } from './install-app.ts';
import type { AppWork, InstalledApp } from './installed-app.ts';
import { eventsOf, type Lifecycle, putSubscription, recordChange, sealedFor } from './lifecycle.ts';
import { loadApp, refusedApp, refusedLoad } from './loaded-app.ts';
import { askSetUp, sentenceOf } from './set-up.ts';

/**
 * Changes an app's code for another version. The subscription and its cursor stay, deliveries wait while the versions
 * change places, and the new one may refuse (`afterAppUpdate`): then the old one goes on as if nothing had been.
 */
export async function updateApp(
  life: Lifecycle,
  ask: Ask,
  { source, ...update }: UpdateWish & { readonly app: InstalledApp; readonly source: AppSource },
): Promise<Answer<InstalledApp>> {
  const acquired = await acquireCode(life, source);
  if (acquired.kind === 'rejected') return acquired;
  const code = acquired.value;
  try {
    const { origin } = update.app.record;
    const isOfFolder = source.kind === 'folder' && origin.kind === 'folder' && origin.folder === source.folder;
    return await updateTo(life, ask, {
      ...update,
      code,
      pointer: pointerOf(source),
      origin: isOfFolder ? seenOrigin(origin, code.package) : origin,
    });
  } finally {
    await code.release();
  }
}

export type UpdateWish = {
  /** Null: those that it has. */
  readonly iparams: JsonObject | null;
  /** Whether it runs with its defaults although the new version cannot do without other parameters. */
  readonly runsWithDefaults: boolean;
};

type Update = UpdateWish & {
  readonly app: InstalledApp;
  readonly code: AcquiredCode;
  readonly pointer: Pointer;
  readonly origin: AppOrigin;
};

type Pointer = ReturnType<typeof pointerOf>;

async function updateTo(
  life: Lifecycle,
  ask: Ask,
  { app, code, pointer, origin, ...wish }: Update,
): Promise<Answer<InstalledApp>> {
  const { definition } = code.loaded;
  const values = iparamsFor(life, app, definition.installation, wish);
  const waits = app.record.phase === 'needs_parameters';
  if (values.kind === 'rejected' && !waits) return values;
  const next: NextVersion = {
    work: {
      folder: code.folder,
      loaded: code.loaded,
      iparams: values.kind === 'done' ? values.value : app.work.iparams,
    },
    definition,
    record: { ...app.record, origin, package: code.package, previous: app.record.package ?? app.record.previous },
  };
  const mustLoad = code.package === null ? null : pointer;
  return changeVersion(life, ask, { app, next, event: waits ? null : 'afterAppUpdate', mustLoad });
}

/** Goes back to the version before the last update. The app is not asked: whoever goes back has a reason to. */
export async function rollBackApp(life: Lifecycle, ask: Ask, app: InstalledApp): Promise<Answer<InstalledApp>> {
  const { previous } = app.record;
  if (previous === null) return refuse('no_previous_version', 'The app has not been updated since it was installed.');
  const folder = life.code.folderOf(previous.digest);
  const loaded = await loadApp(life.runners, folder);
  const { definition } = loaded;
  if (definition === null) return refusedApp(loaded.findings);
  const values = iparamsFor(life, app, definition.installation, { iparams: null, runsWithDefaults: false });
  if (values.kind === 'rejected') return values;
  const record: AppRecord = { ...app.record, package: previous, previous: app.record.package };
  return changeVersion(life, ask, {
    app,
    next: { work: { folder, loaded, iparams: values.value }, definition, record },
    event: null,
    mustLoad: null,
  });
}

/** Reads the folder of an app that runs in place anew: what was changed there holds from the next call on. */
export async function reloadApp(life: Lifecycle, app: InstalledApp): Promise<void> {
  const { folder, iparams } = app.work;
  const loaded = await loadApp(life.runners, folder);
  await app.begin({ folder, loaded, iparams });
  const before = life.subscriptions.get(app.record.subscription);
  if (loaded.definition === null || before === null) return;
  const after = { ...before, events: eventsOf(loaded.definition) };
  if (String(after.events) === String(before.events)) return;
  await life.engine.write((draft) => putSubscription(draft, after, draft.head.position));
  life.subscriptions.update(after, app.receiver);
}

type NextVersion = { readonly work: AppWork; readonly definition: AppDefinition; readonly record: AppRecord };

type VersionChange = {
  readonly app: InstalledApp;
  readonly next: NextVersion;
  /** What to ask the new version; null for nothing. */
  readonly event: 'afterAppUpdate' | null;
  /** Where the new version stands in what was sent, when its code has to run; null when that is not looked at. */
  readonly mustLoad: Pointer | null;
};

async function changeVersion(life: Lifecycle, ask: Ask, change: VersionChange): Promise<Answer<InstalledApp>> {
  const { app } = change;
  const release = app.hold();
  const before = await app.begin(change.next.work);
  try {
    const objection = await objectionTo(life, change);
    if (objection !== null) {
      await app.begin(before);
      return objection;
    }
    const replaced = digestsOf(app.record);
    await commitVersion(life, ask, change);
    await removeUnneeded(life, replaced);
    return done(app);
  } catch (cause) {
    await app.begin(before);
    throw cause;
  } finally {
    release();
  }
}

/** Why the new version cannot be put to work: its code does not run, or it says no. */
async function objectionTo(life: Lifecycle, { app, event, mustLoad }: VersionChange): Promise<Rejected | null> {
  const { engine } = life;
  const fault = mustLoad === null ? null : await app.load();
  if (mustLoad !== null && fault !== null) return refusedLoad(fault, mustLoad);
  if (event === null) return null;
  const verdict = await askSetUp(app, event, { random: engine.world.random, isLive: life.isLive });
  if (verdict.kind === 'agreed') return null;
  return refuse('app_refused', `${sentenceOf(verdict, { event, refuses: 'the update' })} It stays as it was.`);
}

type Rejected = Extract<Answer<never>, { kind: 'rejected' }>;

async function commitVersion(life: Lifecycle, ask: Ask, { app, next }: VersionChange): Promise<void> {
  const { engine, services, subscriptions, vault } = life;
  const { work, definition } = next;
  const isScheduled = ownHandlerOf(definition, 'onScheduledEvent') !== null;
  const keepsDefaults = app.record.iparams === null && Object.keys(work.iparams ?? {}).length === 0;
  const iparams =
    keepsDefaults || work.iparams === null ? app.record.iparams : sealedFor(definition, work.iparams, vault);
  const record: AppRecord = { ...next.record, iparams };
  const before = subscriptions.get(record.subscription);
  const subscription = before === null ? null : { ...before, events: eventsOf(definition) };
  await engine.write((draft) => {
    const position = recordChange(draft, ask, { record, change: 'changed' });
    if (subscription !== null) putSubscription(draft, subscription, position);
    if (!isScheduled) for (const change of services.schedules.removal(app.id)) draft.put(change);
  });
  app.record = record;
  if (!isScheduled) forgetSchedules(life, app.id);
  if (subscription !== null) subscriptions.update(subscription, app.receiver);
}

/** Nobody would hear of them any more. */
function forgetSchedules({ facilities, services }: Lifecycle, app: string): void {
  const names = services.schedules.list(app).map(({ schedule }) => schedule.name);
  services.schedules.forget(app);
  if (names.length === 0) return;
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ') + (names.length > NAMES_SHOWN_MAX ? ', …' : '');
  const text = `this version has no onScheduledEvent: the schedules that the one before made are removed (${shown})`;
  facilities.log.add({ app, level: 'warn', text, eventId: null });
}

const NAMES_SHOWN_MAX = 10;

async function removeUnneeded({ registry, code }: Lifecycle, digests: readonly string[]): Promise<void> {
  for (const digest of digests) {
    if (!registry.needs(digest)) await code.remove(digest);
  }
}

/** Sets an app's parameters, all of them; one that waited for them is installed by it. */
export async function setAppIparams(
  life: Lifecycle,
  ask: Ask,
  { app, values }: { readonly app: InstalledApp; readonly values: JsonObject },
): Promise<Answer<InstalledApp>> {
  const { definition } = app;
  if (definition === null) return refusedApp(app.work.loaded.findings);
  const given = unmasked(app, definition.installation, values);
  const check = checkIparams(definition.installation, given, life.matcher());
  if (check.kind === 'rejected') return refusedIparams(check.errors, '');
  const record: AppRecord = { ...app.record, iparams: sealedFor(definition, given, life.vault) };
  const before = app.record;
  const work = { ...app.work, iparams: given };
  if (before.phase === 'needs_parameters') {
    const workBefore = await app.begin(work);
    app.record = record;
    const finished = await finishInstall(life, ask, { app, ofWaiting: true });
    if (finished.kind === 'done') return finished;
    app.record = before;
    await app.begin(workBefore);
    return finished;
  }
  await life.engine.write((draft) => recordChange(draft, ask, { record, change: 'changed' }));
  app.record = record;
  app.setIparams(given);
  return done(app);
}

/** What an app was given, as far as another version knows it; or what that one needs and was not given. */
function iparamsFor(
  life: Lifecycle,
  app: InstalledApp,
  installation: InstallationPage,
  { iparams: given, runsWithDefaults }: UpdateWish,
): Answer<JsonObject> {
  const values = given === null ? knownOnly(app, installation) : unmasked(app, installation, given);
  const check = checkIparams(installation, values, life.matcher());
  // Whoever was let run with incomplete defaults goes on with them.
  const mayBeIncomplete = given === null && (runsWithDefaults || isIncomplete(life, app));
  if (check.kind === 'accepted' || mayBeIncomplete) return done(values);
  return refusedIparams(check.errors, '/iparams');
}

function isIncomplete(life: Lifecycle, { definition, work }: InstalledApp): boolean {
  if (definition === null) return false;
  return checkIparams(definition.installation, work.iparams ?? {}, life.matcher()).kind === 'rejected';
}

function knownOnly(app: InstalledApp, installation: InstallationPage): JsonObject {
  const values = app.work.iparams ?? {};
  // A page of its own says what is secret when it is filled in, and this one was not yet.
  if (installation.kind === 'custom_page') return keptSecret(values, app.secrets);
  const names = new Set(installation.definitions.map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/** A secret that comes back as its own mask was not changed, and is a secret as before. */
function unmasked(app: InstalledApp, installation: InstallationPage, values: JsonObject): JsonObject {
  const before = app.iparams;
  const secrets = new Set([...secretNames(installation, values), ...app.secrets]);
  const given = unmaskedIparams(values, { before, secrets });
  if (installation.kind === 'definitions') return given;
  return keptSecret(
    given,
    [...app.secrets].filter((name) => values[name] === secretMask),
  );
}
