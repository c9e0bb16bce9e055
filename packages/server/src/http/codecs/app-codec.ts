import type { AppInvokeAnswer, AppLogLine, AppRead } from '@rollcall/contract';
import type { AppInvocation, AppLogView, AppView } from '../../apps/apps.ts';
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
    subscription_id: app.subscriptionId,
    fence: app.fence,
    installed_at: formatInstant(app.installedAt),
    last_error: lastErrorRead(app),
  };
}

function lastErrorRead({ lastError }: AppView): AppRead['last_error'] {
  if (lastError === null) return null;
  return { at: formatInstant(lastError.at), message: lastError.message, event_id: lastError.eventId };
}

export function invokeAnswer(invocation: AppInvocation): AppInvokeAnswer {
  return {
    outcome: invocation.outcome,
    duration_ms: Math.round(invocation.durationMs),
    error: invocation.error,
    logs: invocation.logs.map((line) => ({ at: formatInstant(line.at), level: levelOf(line.level), text: line.text })),
  };
}

export function logLineRead(line: AppLogView): AppLogLine {
  return { at: formatInstant(line.at), level: levelOf(line.level), text: line.text, event_id: line.eventId };
}

const LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** An app may call any method of its console; what is none of the five counts as plain output. */
function levelOf(level: string): (typeof LEVELS)[number] {
  return LEVELS.find((known) => known === level) ?? 'log';
}
