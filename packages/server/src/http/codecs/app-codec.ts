import type { AppLogLine, AppRead } from '@rollcall/contract';
import type { AppLogView, AppVersion, AppView } from '../../apps/apps.ts';
import { formatInstant } from '../../time/instant.ts';

export function appRead(app: AppView): AppRead {
  return {
    id: app.id,
    name: app.name,
    folder: app.folder,
    platform_version: app.platformVersion,
    state: app.state,
    events: app.events,
    iparams: app.iparams,
    timestamp_unit: app.settings.timestampUnit,
    with_activity: app.settings.withActivity,
    strict_limits: app.settings.strictLimits ?? false,
    subscription_id: app.subscriptionId,
    fence: app.fence,
    installed_at: formatInstant(app.installedAt),
    last_error: lastErrorRead(app),
    version: versionRead(app.version),
    previous_version: versionRead(app.previousVersion),
    process: processRead(app),
    findings: app.findings.map(({ severity, code, message, file, line, column, fix }) => ({
      ...{ severity, code, message, file, line, column },
      ...(fix === undefined ? {} : { fix }),
    })),
    schedules: app.schedules,
    events_waiting: app.eventsWaiting,
  };
}

function versionRead(version: AppVersion | null): AppRead['version'] {
  return version === null ? null : { digest: version.digest, at: formatInstant(version.at) };
}

function processRead({
  process: { phase, pid, crashesInARow, lastCrash, startsAgainAt },
}: AppView): AppRead['process'] {
  return {
    phase,
    pid,
    crashes_in_a_row: crashesInARow,
    last_crash: lastCrash === null ? null : { at: formatInstant(lastCrash.at), message: lastCrash.message },
    starts_again_at: startsAgainAt === null ? null : formatInstant(startsAgainAt),
  };
}

function lastErrorRead({ lastError }: AppView): AppRead['last_error'] {
  if (lastError === null) return null;
  return { at: formatInstant(lastError.at), message: lastError.message, event_id: lastError.eventId };
}

export function logLineRead(line: AppLogView): AppLogLine {
  return { at: formatInstant(line.at), level: levelOf(line.level), text: line.text, event_id: line.eventId };
}

const LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** An app may call any method of its console; what is none of the five counts as plain output. */
export function levelOf(level: string): (typeof LEVELS)[number] {
  return LEVELS.find((known) => known === level) ?? 'log';
}
