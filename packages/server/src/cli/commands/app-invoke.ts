import { readFileSync } from 'node:fs';
import type { CallPurpose } from '../../apps/app-operation.ts';
import type { AppAnswer, AppLine } from '../../apps/app-runner.ts';
import { JOB_LIMITS } from '../../apps/job-service.ts';
import type { CallOutcome } from '../../delivery/receiver.ts';
import { type AppDefinition, type EventHandler, handlerOf } from '../../marketplace/app-definition.ts';
import type { AppFiles } from '../../marketplace/app-files.ts';
import { functionPayload } from '../../marketplace/app-payload.ts';
import { didYouMean } from '../../marketplace/did-you-mean.ts';
import { isSetUpEvent } from '../../marketplace/event-handlers.ts';
import { checkIparams, defaultIparams } from '../../marketplace/iparams.ts';
import { isJsonObject, type JsonObject } from '../../marketplace/json-value.ts';
import type { Fence } from '../../sandbox/choose-fence.ts';
import { boundedPatterns } from '../../system/bounded-pattern.ts';
import { type AppSession, INVOKED, openAppSession } from '../app-session.ts';
import { codeFrame } from '../code-frame.ts';
import { CommandFailed, EXIT, wrongUsage } from '../command-failed.ts';
import { findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { type InvokePayload, payloadFor, readPayload } from '../invoke-payload.ts';
import { readApp } from '../read-app.ts';

export type AppInvokeOptions = {
  readonly payload?: string;
  readonly iparams?: string;
  readonly fence: 'auto' | Fence;
  readonly json?: boolean;
};

type Ask = { readonly folder: string; readonly event: string; readonly options: AppInvokeOptions };

/**
 * `app invoke DIR NAME`: calls one callback once, in a process of its own; exit 1 when it fails. The name is an event, or
 * else a function, an action or a job of the app.
 */
export async function invoke(invocation: Invocation, { folder, event, options }: Ask): Promise<void> {
  const read = await readApp(folder);
  if (read.app === null || read.files === null) throw refusedApp(folder, read);
  const target = targetOf(read.app, event);
  const iparams = iparamsOf(read.app, options);
  const made = payloadOf(target, { app: read.app, files: read.files, iparams, options });
  if (made.kind === 'rejected') throw wrongUsage(made.sentence);
  const isJson = options.json === true;
  const lines: AppLine[] = [];
  const { terminal } = invocation;
  if (!isJson) terminal.say(`${event} → ${target.handler}, with ${made.source}`);
  const print = (line: AppLine) => {
    lines.push(line);
    if (!isJson) void terminal.line(`${line.level.padEnd(5)} ${line.text}`).catch(() => {});
  };
  const { purpose } = target;
  const { fence } = options;
  const parts = { appFolder: read.folder, definition: read.app, iparams, purpose, print, fence };
  const session = await openAppSession(parts);
  const outcome = await callOnce(session, target, made.payload).finally(() => session.close());
  if (outcome.kind !== 'delivered' && outcome.kind !== 'answered') invocation.exitCode = EXIT.failed;
  if (isJson) await terminal.line(JSON.stringify(asJson(outcome, lines, made.source)));
  else for (const line of outcomeLines(outcome, folder, read.files)) await terminal.line(line);
}

/** What is called: an event's handler, or a function that is called by its name. */
type Target = {
  readonly purpose: CallPurpose;
  readonly handler: string;
  /** Null for what is no event. */
  readonly event: EventHandler | null;
  readonly limitMs: number;
};

function targetOf(app: AppDefinition, name: string): Target {
  const named = app.handlers.some((handler) => handler.event === name) ? null : namedTarget(app, name);
  if (named !== null) return named;
  const event = subscribedHandler(app, name);
  return { purpose: purposeOfEvent(event.event), handler: event.handler, event, limitMs: EVENT_MS_MAX };
}

function namedTarget(app: AppDefinition, name: string): Target | null {
  const target = { handler: name, event: null, limitMs: EVENT_MS_MAX };
  const called = app.functions.find((one) => one.name === name);
  if (called !== undefined) {
    return { ...target, purpose: 'function', limitMs: (called.timeoutSeconds ?? EVENT_MS_MAX / 1000) * 1000 };
  }
  if (app.actions.some((one) => one.name === name)) return { ...target, purpose: 'action' };
  return app.jobs.includes(name) ? { ...target, purpose: 'job', limitMs: JOB_LIMITS.runMsMax } : null;
}

const EVENT_MS_MAX = 20_000;

function purposeOfEvent(event: string): CallPurpose {
  if (event === 'onScheduledEvent') return 'scheduled_event';
  if (event === 'onExternalEvent') return 'external_event';
  return isSetUpEvent(event) ? 'set_up_event' : 'product_event';
}

type PayloadParts = {
  readonly app: AppDefinition;
  readonly files: AppFiles;
  readonly iparams: JsonObject;
  readonly options: AppInvokeOptions;
};

function payloadOf({ event }: Target, { app, files, iparams, options }: PayloadParts): InvokePayload {
  const file = options.payload;
  if (event !== null && file === undefined) return payloadFor(event, { app, files, iparams });
  if (event !== null) return readPayload(readText(file ?? ''), file ?? '', { app, iparams, event: event.event });
  const args = file === undefined ? {} : parsed(readText(file), file);
  if (!isJsonObject(args)) return { kind: 'rejected', sentence: `${file}: a payload is one JSON object.` };
  const payload = functionPayload(args, { iparams }, { isInstall: false });
  return { kind: 'payload', payload, source: file ?? 'no arguments' };
}

function refusedApp(folder: string, { findings, files }: Awaited<ReturnType<typeof readApp>>): CommandFailed {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const lines = errors.flatMap((finding) => findingLines(finding, folder, files));
  return new CommandFailed([`${folder} cannot be loaded:`, ...lines].join('\n'));
}

/** The handler of an event that this server sends, or else of any module that has one. */
function subscribedHandler(app: AppDefinition, event: string): EventHandler {
  const found = handlerOf(app, event) ?? app.handlers.find((handler) => handler.event === event);
  if (found !== undefined) return found;
  const events = [...new Set(app.handlers.map((handler) => handler.event))];
  const guess = didYouMean(event, events);
  const hint = guess === null ? `It has ${events.join(', ') || 'none'}.` : `Did you mean ${guess}?`;
  throw wrongUsage(`The app does not subscribe to ${event}. ${hint}`);
}

function iparamsOf(app: AppDefinition, options: AppInvokeOptions): JsonObject {
  if (options.iparams === undefined) return defaultIparams(app.installation);
  const check = checkIparams(app.installation, parsed(readText(options.iparams), options.iparams), boundedPatterns()());
  if (check.kind === 'accepted') return check.iparams;
  const faults = check.errors.map(({ pointer, detail }) => `${options.iparams}${pointer}: ${detail}`);
  throw wrongUsage(faults.join('\n'));
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongUsage(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrongUsage(`Cannot read ${file} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

type Outcome = CallOutcome | AppAnswer;

function callOnce(
  { runner }: AppSession,
  { purpose, handler, limitMs }: Target,
  payload: JsonObject,
): Promise<Outcome> {
  const call = { callId: INVOKED, handler, payload, limitMs };
  switch (purpose) {
    case 'product_event':
    case 'scheduled_event':
    case 'external_event':
      return runner.call(call);
    default:
      return runner.ask({ ...call, mayEndByReturn: purpose === 'job' });
  }
}

function asJson(outcome: Outcome, lines: readonly AppLine[], source: string): object {
  const logs = lines.map(({ level, text }) => ({ level, text }));
  if (outcome.kind === 'interrupted')
    return { outcome: 'interrupted', duration_ms: 0, error: null, payload: source, logs };
  const error = outcome.kind === 'failed' || outcome.kind === 'refused' ? outcome.error : null;
  const data = outcome.kind === 'answered' ? { data: outcome.data } : {};
  return { outcome: outcome.kind, duration_ms: outcome.durationMs, error, ...data, payload: source, logs };
}

function outcomeLines(outcome: Outcome, folder: string, files: AppFiles): readonly string[] {
  switch (outcome.kind) {
    case 'delivered':
      return [`done in ${Math.round(outcome.durationMs)} ms`];
    case 'answered':
      return [`answered in ${Math.round(outcome.durationMs)} ms: ${JSON.stringify(outcome.data)}`];
    case 'refused':
      return [`refused in ${Math.round(outcome.durationMs)} ms: ${outcome.error.message} (${outcome.error.status})`];
    case 'interrupted':
      return ['the app’s process ended before the call did'];
    case 'failed': {
      const { code, message, file, line = 1, column = 1 } = outcome.error;
      const place = file === undefined ? '' : ` at ${folder.replace(/\/+$/, '')}/${file}:${line}:${column}`;
      const frame = file === undefined ? [] : codeFrame(files.get(file) ?? '', { line, column });
      const head = `failed (${code}) after ${Math.round(outcome.durationMs)} ms: ${message}${place}`;
      return [head, ...frame.map((row) => `    ${row}`)];
    }
  }
}
