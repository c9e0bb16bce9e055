import { readFileSync } from 'node:fs';
import type { OperationAnswer } from '../../apps/app-operation.ts';
import type { AppLine, AppServices } from '../../apps/app-runner.ts';
import { keyValueOperations } from '../../apps/key-value-service.ts';
import { operationTable } from '../../apps/operation-table.ts';
import type { CallOutcome } from '../../delivery/receiver.ts';
import { type AppDefinition, type EventHandler, handlerOf } from '../../marketplace/app-definition.ts';
import type { AppFiles } from '../../marketplace/app-files.ts';
import { didYouMean } from '../../marketplace/did-you-mean.ts';
import { checkIparams, defaultIparams } from '../../marketplace/iparams.ts';
import type { JsonObject } from '../../marketplace/json-value.ts';
import { applyKeyValueOperation, type KeyValueOperation, type KeyValueRecord } from '../../marketplace/key-value.ts';
import { createNodeLauncher } from '../../sandbox/node-launcher.ts';
import { sandboxedApps } from '../../sandbox/sandboxed-apps.ts';
import { systemClock } from '../../system/system-clock.ts';
import { codeFrame } from '../code-frame.ts';
import { CommandFailed, EXIT, wrongUsage } from '../command-failed.ts';
import { findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { payloadFor, readPayload } from '../invoke-payload.ts';
import { readApp } from '../read-app.ts';

export type AppInvokeOptions = { readonly payload?: string; readonly iparams?: string; readonly json?: boolean };

type Ask = { readonly folder: string; readonly event: string; readonly options: AppInvokeOptions };

/** `app invoke DIR EVENT`: calls one callback once, in a process of its own; exit 1 when it fails. */
export async function invoke(invocation: Invocation, { folder, event, options }: Ask): Promise<void> {
  const read = await readApp(folder);
  if (read.app === null || read.files === null) throw refusedApp(folder, read);
  const handler = subscribedHandler(read.app, event);
  const iparams = iparamsOf(read.app, options);
  const made =
    options.payload === undefined
      ? payloadFor(handler, { app: read.app, files: read.files, iparams })
      : readPayload(readText(options.payload), options.payload, { app: read.app, iparams, event: handler.event });
  if (made.kind === 'rejected') throw wrongUsage(made.sentence);
  const call = { appFolder: read.folder, handler: handler.handler, payload: made.payload };
  const isJson = options.json === true;
  const lines: AppLine[] = [];
  const { terminal } = invocation;
  if (!isJson) terminal.say(`${event} → ${handler.handler}, with ${made.source}`);
  const outcome = await callOnce(call, (line) => {
    lines.push(line);
    if (!isJson) void terminal.line(`${line.level.padEnd(5)} ${line.text}`).catch(() => {});
  });
  if (outcome.kind !== 'delivered') invocation.exitCode = EXIT.failed;
  if (isJson) await terminal.line(JSON.stringify(asJson(outcome, lines, made.source)));
  else for (const line of outcomeLines(outcome, folder, read.files)) await terminal.line(line);
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
  const check = checkIparams(app.installation, parsed(readText(options.iparams), options.iparams));
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

type Call = { readonly appFolder: string; readonly handler: string; readonly payload: JsonObject };

async function callOnce(call: Call, print: (line: AppLine) => void): Promise<CallOutcome> {
  const clock = systemClock();
  const runners = sandboxedApps({
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    fence: 'trusted',
    clock,
  });
  const runner = runners.open({ folder: call.appFolder, services: servicesInMemory(print, () => clock.now()) });
  try {
    return await runner.call({ callId: 'invoke', handler: call.handler, payload: call.payload });
  } finally {
    await runner.stop();
  }
}

/** `$db` that begins empty and ends with the call. */
function servicesInMemory(print: (line: AppLine) => void, now: () => number): AppServices {
  const records = new Map<string, KeyValueRecord>();
  const carryOut = async (operation: KeyValueOperation): Promise<OperationAnswer> => {
    const outcome = applyKeyValueOperation(operation, records.get(operation.key) ?? null, now());
    if (outcome.kind === 'refused') return outcome;
    if (outcome.record === null) records.delete(operation.key);
    else records.set(operation.key, outcome.record);
    return { kind: 'done', result: outcome.result };
  };
  return {
    operation: operationTable([keyValueOperations(carryOut)], () => 'product_event'),
    log: print,
    broke: (cause) => print({ level: 'error', text: `$db broke: ${String(cause)}`, callId: null }),
  };
}

function asJson(outcome: CallOutcome, lines: readonly AppLine[], source: string): object {
  const logs = lines.map(({ level, text }) => ({ level, text }));
  if (outcome.kind === 'interrupted')
    return { outcome: 'interrupted', duration_ms: 0, error: null, payload: source, logs };
  const error = outcome.kind === 'failed' ? outcome.error : null;
  return { outcome: outcome.kind, duration_ms: outcome.durationMs, error, payload: source, logs };
}

function outcomeLines(outcome: CallOutcome, folder: string, files: AppFiles): readonly string[] {
  switch (outcome.kind) {
    case 'delivered':
      return [`done in ${Math.round(outcome.durationMs)} ms`];
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
