import { type AppDefinition, handlerOf } from '../../marketplace/app-definition.ts';
import { hasErrors } from '../../marketplace/finding.ts';
import { EXIT } from '../command-failed.ts';
import { countFindings, findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { type ReadApp, readApp } from '../read-app.ts';

export type AppValidateOptions = { readonly json?: boolean };

/** `app validate DIR`: every finding at once; exit 1 when one of them keeps the app from loading. */
export async function validate(invocation: Invocation, folder: string, options: AppValidateOptions): Promise<void> {
  const read = await readApp(folder);
  const isBad = read.app === null || hasErrors(read.findings);
  if (isBad) invocation.exitCode = EXIT.failed;
  if (options.json === true) await printJson(invocation, folder, read, !isBad);
  else await printText(invocation, folder, read);
}

async function printJson({ terminal }: Invocation, folder: string, read: ReadApp, ok: boolean): Promise<void> {
  const { findings, app } = read;
  const platform_version = app?.platformVersion ?? null;
  const events = app === null ? null : app.handlers.map(({ module, event, handler }) => ({ module, event, handler }));
  await terminal.line(JSON.stringify({ app: folder, ok, platform_version, events, findings }));
}

async function printText({ terminal }: Invocation, folder: string, read: ReadApp): Promise<void> {
  for (const finding of read.findings) {
    await terminal.text(`${[...findingLines(finding, folder, read.files), ''].join('\n')}\n`);
  }
  const counts = countFindings(read.findings);
  if (read.app === null) await terminal.line(`${folder} cannot be loaded: ${counts ?? 'it is no app'}`);
  else await terminal.line(`${folder} can be loaded (${counts ?? 'nothing to remark'}): ${summaryOf(read.app)}`);
}

/** What the app will be called for, so that its author sees at once what was understood. */
function summaryOf(app: AppDefinition): string {
  const events = app.handlers.map(({ event, handler }) => {
    const note = handlerOf(app, event) === null ? ' (never called by this server)' : '';
    return `${event} → ${handler}${note}`;
  });
  return `platform ${app.platformVersion}, ${events.length === 0 ? 'no event' : events.join(', ')}`;
}
