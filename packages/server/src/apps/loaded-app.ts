import type { DeliveryError } from '../delivery/receiver.ts';
import { type Answer, refuse } from '../directory/rejection.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { validateApp } from '../marketplace/validate-app.ts';
import type { AppRunners } from './app-runner.ts';

/** An app's files as they were read: what it is, when nothing keeps it from loading, and all there is to say about them. */
export type LoadedApp = { readonly definition: AppDefinition | null; readonly findings: readonly Finding[] };

export async function loadApp(runners: Pick<AppRunners, 'readFolder'>, folder: string): Promise<LoadedApp> {
  const { files, findings } = await runners.readFolder(folder);
  if (files === null) return { findings, definition: null };
  const reading = validateApp(files);
  return { findings: [...findings, ...reading.findings], definition: reading.app };
}

/**
 * Why an app cannot be installed as it is: every error, each with its place and its fix.
 *
 * @param pointer where the app stands in what was sent; empty for an app that is installed already
 */
export function refusedApp(
  findings: readonly Finding[],
  pointer: '' | '/folder' | '/zip' = '',
): Extract<Answer<never>, { kind: 'rejected' }> {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const faults = errors.map((finding) => ({
    pointer,
    detail: `${inOneLine(finding)}${finding.fix === undefined ? '' : ` — ${finding.fix}`}`,
  }));
  return refuse('app_invalid', faults[0]?.detail ?? 'The app does not load.', faults);
}

/** The same of an app whose code does not run. */
export function refusedLoad(
  { message, file = 'server/server.js', line = 1, column = 1 }: DeliveryError,
  pointer: '/folder' | '/zip',
): ReturnType<typeof refusedApp> {
  return refusedApp([{ severity: 'error', code: 'load-failed', message, file, line, column }], pointer);
}

/** What a call of an app that does not load comes to. */
export function notLoadedError({ findings }: LoadedApp): DeliveryError | null {
  const first = findings.find((finding) => finding.severity === 'error');
  if (first === undefined) return null;
  return { code: 'not_loaded', message: first.message, file: first.file, line: first.line, column: first.column };
}

export function inOneLine({ file, line, column, message }: Finding): string {
  return file === '' ? message : `${file}:${line}:${column} ${message}`;
}
