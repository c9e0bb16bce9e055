import { realpath } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { EventName } from '../../activity/event-id.ts';
import { type AppDefinition, type EventHandler, handlerOf } from '../../marketplace/app-definition.ts';
import { hasErrors } from '../../marketplace/finding.ts';
import { fixApp } from '../../marketplace/fixes.ts';
import { commonEvents } from '../../marketplace/platform-catalog.ts';
import { sarifLog } from '../../marketplace/sarif.ts';
import { validateApp } from '../../marketplace/validate-app.ts';
import { EXIT, wrongUsage } from '../command-failed.ts';
import { fileDiffs } from '../file-diff.ts';
import { countFindings, findingGroups } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { productVersion } from '../product-version.ts';
import { type ReadApp, readApp, readAppOrPackage } from '../read-app.ts';
import { writeAppFiles } from '../write-app-files.ts';

export type AppValidateOptions = { readonly json?: boolean; readonly sarif?: boolean; readonly fix?: boolean };

/**
 * `app validate DIR`: every finding at once; exit 1 when one of them keeps the app from loading. With `--fix` what is
 * certain is repaired first, and what is left is said.
 */
export async function validate(invocation: Invocation, folder: string, options: AppValidateOptions): Promise<void> {
  if (options.json === true && options.sarif === true) throw wrongUsage('Choose one of --json and --sarif.');
  const today = new Date().toISOString().slice(0, 10);
  const fixed = options.fix === true ? await fix(folder) : null;
  const read = await readAppOrPackage(folder, { today });
  const isBad = read.app === null || hasErrors(read.findings);
  if (isBad) invocation.exitCode = EXIT.failed;
  if (options.sarif === true) await printSarif(invocation, folder, read);
  else if (options.json === true) await printJson(invocation, folder, { read, ok: !isBad, fixed });
  else await printText(invocation, folder, { read, fixed });
}

type Fixed = { readonly changed: readonly string[]; readonly count: number; readonly diff: string };

async function fix(folder: string): Promise<Fixed> {
  if (/\.zip$/i.test(folder)) throw wrongUsage('--fix changes files: give the app folder instead of its package.');
  const read = await readApp(folder);
  if (read.files === null) return { changed: [], count: 0, diff: '' };
  const { files, changed, applied } = fixApp(read.files, (candidate) => validateApp(candidate).findings);
  await writeAppFiles(read.folder, files, changed);
  return { changed, count: applied.length, diff: fileDiffs(read.files, files) };
}

type Result = { readonly read: ReadApp; readonly fixed: Fixed | null };

async function printJson(
  { terminal }: Invocation,
  folder: string,
  { read, ok, fixed }: Result & { readonly ok: boolean },
): Promise<void> {
  const { findings, app } = read;
  const platform_version = app?.platformVersion ?? null;
  const events = app === null ? null : app.handlers.map(({ module, event, handler }) => ({ module, event, handler }));
  const repaired = fixed === null ? {} : { fixed: fixed.count, changed: fixed.changed, diff: fixed.diff };
  await terminal.line(JSON.stringify({ app: folder, ok, platform_version, events, findings, ...repaired }));
}

async function printSarif({ terminal }: Invocation, folder: string, read: ReadApp): Promise<void> {
  const path = await realpath(folder).catch(() => folder);
  const folderUri = `${pathToFileURL(path).href}/`;
  const log = sarifLog(read.findings, read.files ?? new Map(), { version: productVersion(), folderUri });
  await terminal.line(JSON.stringify(log, null, 2));
}

async function printText({ terminal }: Invocation, folder: string, { read, fixed }: Result): Promise<void> {
  if (fixed !== null) await terminal.text(fixedText(fixed));
  for (const lines of findingGroups(read.findings, folder, read.files)) {
    await terminal.text(`${[...lines, ''].join('\n')}\n`);
  }
  const counts = countFindings(read.findings);
  if (read.app === null) await terminal.line(`${folder} cannot be loaded: ${counts ?? 'it is no app'}`);
  else await terminal.line(`${folder} can be loaded (${counts ?? 'nothing to remark'}): ${summaryOf(read.app)}`);
}

function fixedText({ changed, count, diff }: Fixed): string {
  if (changed.length === 0) return 'nothing to fix that is certain\n\n';
  return `${diff}\nfixed ${count} ${count === 1 ? 'finding' : 'findings'} in ${changed.join(', ')}\n\n`;
}

/** What the app will be called for, so that its author sees at once what was understood. */
function summaryOf(app: AppDefinition): string {
  const events = app.handlers.map((one) => {
    const note = isOwnEvent(one.event) || isMadeHere(app, one) ? '' : ' (never called by this server)';
    return `${one.event} → ${one.handler}${note}`;
  });
  return `platform ${app.platformVersion}, ${events.length === 0 ? 'no event' : events.join(', ')}`;
}

/** This server makes the events of availability, in one module: others of that name or of that module come by hand only. */
function isMadeHere(app: AppDefinition, handler: EventHandler): boolean {
  return EVENTS.some((event) => event === handler.event) && handlerOf(app, handler.event) === handler;
}

const EVENTS: readonly EventName[] = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'];

/** Events that come from installing, from schedules and from outside, whatever the product. */
function isOwnEvent(event: string): boolean {
  return commonEvents.some((name) => name === event);
}
