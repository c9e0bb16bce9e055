import type { Subscription } from '../delivery/subscription.ts';
import type { StoredRecord } from '../engine/change.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { acquireCode } from './acquire-code.ts';
import {
  APP_RECORD,
  type AppPackage,
  type AppRecord,
  readAppRecord,
  SUBSCRIPTION_RECORD,
  seenOrigin,
} from './app-record.ts';
import { digestsOf } from './app-registry.ts';
import { secretsOf } from './app-secrets.ts';
import { forgetting } from './install-app.ts';
import { type AppWork, InstalledApp } from './installed-app.ts';
import { type Lifecycle, sealedFor, writeQuietly } from './lifecycle.ts';
import { type LoadedApp, loadApp } from './loaded-app.ts';
import { needsSealing, openIparams } from './stored-iparams.ts';

/**
 * Takes up the apps that were installed before: with their subscriptions where those stood. What a crash left half
 * installed is removed, code that no app names too, and secrets that still lie in clear are sealed.
 */
export async function resumeApps(life: Lifecycle, records: readonly StoredRecord[]): Promise<void> {
  const stored = records.filter(({ type }) => type === APP_RECORD).map(({ body }) => readAppRecord(body));
  const subscriptions = subscriptionsOf(records);
  await life.services.resume(records);
  await removeHalfInstalled(
    life,
    stored.filter(({ phase }) => phase === 'installing'),
  );
  const whole = stored.filter(({ phase }) => phase !== 'installing');
  // Before anything new is staged: a folder of somebody's own never has the name of a digest.
  await life.code.keepOnly(new Set(whole.flatMap((record) => digestsOf(record))));
  for (const record of whole) {
    const { app, release } = await takeUp(life, record);
    life.registry.add(app);
    await release();
    const subscription = subscriptions.get(record.subscription);
    if (record.phase === 'needs_parameters' || subscription === undefined) continue;
    life.subscriptions.add(subscription, app.receiver);
    life.services.open(app);
  }
}

function subscriptionsOf(records: readonly StoredRecord[]): ReadonlyMap<string, Subscription> {
  const found = records.filter(({ type }) => type === SUBSCRIPTION_RECORD);
  return new Map(found.map(({ key, body }) => [key, JSON.parse(body) as Subscription]));
}

async function removeHalfInstalled({ engine, services, facilities }: Lifecycle, records: readonly AppRecord[]) {
  for (const record of records) {
    const { id } = record;
    facilities.report('an app that was half installed is removed: the server ended before the app had agreed', {
      app: id,
    });
    await engine.commit([...services.removal(record), ...forgetting(id)]);
    services.forget(record);
  }
}

type TakenUp = { readonly app: InstalledApp; release(): Promise<void> };

async function takeUp(life: Lifecycle, record: AppRecord): Promise<TakenUp> {
  const { code, folder, loaded, release = async () => {} } = await codeOf(life, record);
  const iparams = record.iparams === null ? {} : openIparams(record.iparams, life.vault);
  if (iparams === null) {
    const out = 'put secret.key back into the data folder, or set all parameters of the app anew';
    life.facilities.report(`the secret parameters of an app cannot be read: ${out}`, { app: record.id });
  }
  const work: AppWork = { folder, loaded, iparams };
  const isTaken = record.package === null && code !== null;
  const current = isTaken ? { ...record, package: code, origin: seenOrigin(record.origin, code) } : record;
  const mended = mendedRecord(life, current, work);
  if (mended !== record) await life.engine.write((draft) => writeQuietly(draft, mended));
  return { app: new InstalledApp(life.facilities, mended, work), release };
}

/** The same record, when there is nothing to mend. */
function mendedRecord(life: Lifecycle, record: AppRecord, { loaded, iparams }: AppWork): AppRecord {
  const { definition } = loaded;
  const isOpen = record.iparams !== null && needsSealing(record.iparams, secretsOf(definition, iparams ?? {}));
  if (!isOpen || definition === null || iparams === null) return record;
  return { ...record, iparams: sealedFor(definition, iparams, life.vault) };
}

type CodeAtWork = {
  readonly code: AppPackage | null;
  readonly folder: string;
  readonly loaded: LoadedApp;
  /** Of code that was just taken in: to be called when the app has it. */
  readonly release?: () => Promise<void>;
};

/** The code that an app runs: its folder, its copy, or, where it has none yet, a copy that is made now. */
async function codeOf(life: Lifecycle, record: AppRecord): Promise<CodeAtWork> {
  const { origin, package: known } = record;
  if (origin.kind === 'folder' && life.isLive(origin.folder)) {
    return { code: known, folder: origin.folder, loaded: await loadApp(life.runners, origin.folder) };
  }
  if (known !== null) return fromCopy(life, known);
  if (origin.kind === 'upload') return withoutCode('The code of this app is not there any more: upload it again.');
  const acquired = await acquireCode(life, { kind: 'folder', folder: origin.folder });
  if (acquired.kind === 'rejected') return withoutCode(acquired.detail);
  const { package: code, folder, loaded, release } = acquired.value;
  return { code, folder, loaded, release };
}

async function fromCopy(life: Lifecycle, known: AppPackage): Promise<CodeAtWork> {
  const folder = life.code.folderOf(known.digest);
  const loaded = await loadApp(life.runners, folder);
  if (!loaded.findings.some(({ code }) => code === 'folder-missing')) return { code: known, folder, loaded };
  const gone = withoutCode(
    'The code of this app is gone from the data folder: restore it from a backup, or update the app.',
  );
  return { ...gone, code: known, folder };
}

function withoutCode(message: string): CodeAtWork {
  const finding: Finding = { severity: 'error', code: 'code-missing', message, file: '', line: 1, column: 1 };
  const definition: AppDefinition | null = null;
  return { code: null, folder: '', loaded: { definition, findings: [finding] } };
}
