import type { Fence } from '@rollcall/contract';
import { maskedIparams } from '../marketplace/secret-iparams.ts';
import type { AppPackage, AppRecord } from './app-record.ts';
import type { AppVersion, AppView } from './apps.ts';
import type { InstalledApp } from './installed-app.ts';
import type { Subscriptions } from './lifecycle.ts';
import { inOneLine } from './loaded-app.ts';
import type { PlatformServices } from './platform-services.ts';

export type ViewPorts = {
  readonly subscriptions: Pick<Subscriptions, 'get'>;
  readonly services: Pick<PlatformServices, 'schedules' | 'events'>;
  readonly fence: Fence;
};

/** An installed app as people see it. */
export function viewOf(app: InstalledApp, { subscriptions, services, fence }: ViewPorts): AppView {
  const { record, definition, work } = app;
  const isOff = subscriptions.get(record.subscription)?.state.kind === 'switched_off';
  return {
    id: record.id,
    name: nameOf(record),
    folder: record.origin.kind === 'folder' ? record.origin.folder : null,
    platformVersion: definition?.platformVersion ?? 'unknown',
    state: stateOf(app, isOff),
    events: definition?.handlers ?? [],
    iparams: definition === null ? {} : maskedIparams(app.iparams, app.secrets),
    settings: record.settings,
    subscriptionId: record.subscription,
    fence,
    installedAt: record.installedAt,
    lastError: app.lastError ?? faultOf(app),
    version: versionOf(work.folder === '' ? null : record.package),
    previousVersion: versionOf(record.previous),
    process: app.process,
    findings: work.loaded.findings,
    schedules: services.schedules.list(app.id).length,
    eventsWaiting: services.events.waiting(app.id),
  };
}

export function stateOf(app: InstalledApp, isOff: boolean): AppView['state'] {
  if (app.fault !== null) return 'faulty';
  if (app.record.phase !== 'installed') return 'needs_parameters';
  return isOff ? 'switched_off' : 'active';
}

export function nameOf({ origin }: Pick<AppRecord, 'origin'>): string {
  if (origin.kind === 'upload') return origin.name;
  const parts = origin.folder.split(/[\\/]/).filter((part) => part !== '');
  return parts.at(-1) ?? origin.folder;
}

function versionOf(one: AppPackage | null): AppVersion | null {
  return one === null ? null : { digest: one.digest, at: one.at };
}

function faultOf(app: InstalledApp): AppView['lastError'] {
  const at = app.record.installedAt;
  const first = app.work.loaded.findings.find((finding) => finding.severity === 'error');
  if (first !== undefined) return { at, eventId: null, message: inOneLine(first) };
  return app.fault === null ? null : { at, eventId: null, message: app.fault.message };
}
