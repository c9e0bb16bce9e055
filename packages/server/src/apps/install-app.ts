import type { AccountNumber } from '../activity/position.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Change } from '../engine/change.ts';
import { checkIparams, defaultIparams, type IparamFault } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { type AcquiredCode, acquireCode, pointerOf } from './acquire-code.ts';
import { APP_RECORD, type AppOrigin, type AppRecord, seenOrigin } from './app-record.ts';
import type { AppRegistry } from './app-registry.ts';
import { nameOf } from './app-view.ts';
import type { AppSettings } from './apps.ts';
import type { AppSource } from './code-store.ts';
import { InstalledApp } from './installed-app.ts';
import {
  type Lifecycle,
  newSubscription,
  putSubscription,
  recordChange,
  sealedFor,
  writeQuietly,
} from './lifecycle.ts';
import { refusedLoad } from './loaded-app.ts';
import { askSetUp, sentenceOf } from './set-up.ts';

export type InstallInput = {
  readonly source: AppSource;
  /** Null: the defaults of the app's parameters. */
  readonly iparams: JsonObject | null;
  readonly settings: AppSettings;
  /** What to call an app that came as a zip; null: by what the zip says. */
  readonly name: string | null;
  /** Whether it runs with its defaults although it cannot do without other parameters. */
  readonly runsWithDefaults: boolean;
};

/**
 * Installs an app: its code, its parameters, its own consent, its subscription. Refused, nothing stays behind: the record
 * that it is being installed is written first, so that a crash in between is tidied up at the next start.
 */
export async function installApp(life: Lifecycle, ask: Ask, input: InstallInput): Promise<Answer<InstalledApp>> {
  const acquired = await acquireCode(life, input.source);
  if (acquired.kind === 'rejected') return acquired;
  const code = acquired.value;
  try {
    return await installCode(life, ask, { ...input, code });
  } finally {
    await code.release();
  }
}

type CodeInput = InstallInput & { readonly code: AcquiredCode };

async function installCode(life: Lifecycle, ask: Ask, input: CodeInput): Promise<Answer<InstalledApp>> {
  const { code, iparams } = input;
  const { installation } = code.loaded.definition;
  const check = checkIparams(installation, iparams ?? defaultIparams(installation), life.matcher());
  if (iparams !== null && check.kind === 'rejected') return refusedIparams(check.errors, '/iparams');
  // Whoever brings a page of his own for them is installed by that page, or by parameters that come in its stead.
  const isAsked = check.kind === 'rejected' || (installation.kind === 'custom_page' && iparams === null);
  const needsParameters = isAsked && !input.runsWithDefaults;
  const record = newRecord(life, ask, input);
  const app = new InstalledApp(life.facilities, record, {
    folder: code.folder,
    loaded: code.loaded,
    iparams: iparams ?? {},
  });
  life.registry.begin(app);
  await life.engine.write((draft) => writeQuietly(draft, record));
  const fault = code.package === null ? null : await app.load();
  if (fault !== null) {
    await undoInstall(life, app, false);
    return refusedLoad(fault, pointerOf(input.source));
  }
  if (needsParameters) {
    await life.engine.write((draft) => recordChange(draft, ask, { record: waiting(record), change: 'created' }));
    app.record = waiting(record);
    life.registry.add(app);
    return done(app);
  }
  return finishInstall(life, ask, { app, ofWaiting: false });
}

function waiting(record: AppRecord): AppRecord {
  return { ...record, phase: 'needs_parameters' };
}

function newRecord({ engine, registry, vault }: Lifecycle, ask: Ask, input: CodeInput): AppRecord {
  const unique = engine.world.random.uuid().replaceAll('-', '').slice(0, 20);
  const { code, iparams, settings } = input;
  return {
    id: `app_${unique}`,
    account: ask.caller.account,
    phase: 'installing',
    origin: originOf(input, { registry, account: ask.caller.account }),
    package: code.package,
    previous: null,
    iparams: iparams === null ? null : sealedFor(code.loaded.definition, iparams, vault),
    settings,
    subscription: `sub_${unique}`,
    installedAt: ask.now,
  };
}

/** Two uploads may have one name; the second is told from the first by a number. */
function originOf(
  { source, name, code }: CodeInput,
  { registry, account }: { readonly registry: AppRegistry; readonly account: AccountNumber },
): AppOrigin {
  if (source.kind === 'folder') {
    return seenOrigin({ kind: 'folder', folder: source.folder, seen: null }, code.package);
  }
  const taken = new Set(registry.ofAccount(account).map(({ record }) => nameOf(record)));
  return { kind: 'upload', name: freeName(name ?? code.name ?? 'uploaded app', taken) };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
  return free;
}

/**
 * Asks the app whether it agrees, and makes it an installed one when it does. An app that waited for its parameters goes
 * on waiting when it refuses; another one is gone.
 */
export async function finishInstall(
  life: Lifecycle,
  ask: Ask,
  { app, ofWaiting }: { readonly app: InstalledApp; readonly ofWaiting: boolean },
): Promise<Answer<InstalledApp>> {
  const { engine, subscriptions, registry, services } = life;
  try {
    const verdict = await askSetUp(app, 'onAppInstall', { random: engine.world.random, isLive: life.isLive });
    if (verdict.kind !== 'agreed') {
      await undoInstall(life, app, ofWaiting);
      return refuse('app_refused', sentenceOf(verdict, { event: 'onAppInstall', refuses: 'to be installed' }));
    }
    const record: AppRecord = { ...app.record, phase: 'installed' };
    const { definition } = app;
    if (definition === null) return refuse('app_invalid', 'The app does not load.');
    const subscription = await engine.write((draft) => {
      const change = ofWaiting ? 'changed' : 'created';
      const position = recordChange(draft, ask, { record, change });
      const made = newSubscription(record, definition, position);
      putSubscription(draft, made, position);
      return made;
    });
    app.record = record;
    registry.add(app);
    subscriptions.add(subscription, app.receiver);
    services.open(app);
    return done(app);
  } catch (cause) {
    // The disk refused: what can be undone is, and the rest at the next start.
    await undoInstall(life, app, ofWaiting).catch(() => {});
    throw cause;
  }
}

async function undoInstall(
  { engine, facilities, registry, services }: Lifecycle,
  app: InstalledApp,
  ofWaiting: boolean,
): Promise<void> {
  registry.giveUp(app);
  if (!ofWaiting) await app.stop();
  await facilities.log.flush();
  await engine.commit([...services.removal(app.record), ...(ofWaiting ? [] : forgetting(app.id))]);
  services.forget(app);
}

/** What removes an app itself, that never was quite one. */
export function forgetting(app: string): readonly Change[] {
  return [
    { kind: 'RemoveRecord', type: APP_RECORD, key: app },
    { kind: 'RemoveAppLog', app },
  ];
}

export function refusedIparams(
  faults: readonly IparamFault[],
  below: string,
): Extract<Answer<never>, { kind: 'rejected' }> {
  const errors = faults.map(({ pointer, detail }) => ({ pointer: `${below}${pointer}`, detail }));
  return refuse('iparams_invalid', 'The parameters do not fit the app.', errors);
}
