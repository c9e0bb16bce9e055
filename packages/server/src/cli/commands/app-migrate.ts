import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Finding, hasErrors } from '../../marketplace/finding.ts';
import { kitSettingsFile, migrateApp } from '../../marketplace/migrate/migrate-app.ts';
import type { MigratedApp } from '../../marketplace/migrate/migration.ts';
import { validateApp } from '../../marketplace/validate-app.ts';
import { CommandFailed, EXIT } from '../command-failed.ts';
import { colouredDiff, fileDiffs } from '../file-diff.ts';
import { countFindings, findingGroups, findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';
import { readApp } from '../read-app.ts';
import { writeAppFiles } from '../write-app-files.ts';

export type AppMigrateOptions = { readonly write?: boolean; readonly yes?: boolean; readonly json?: boolean };

type ReadFolder = Awaited<ReturnType<typeof readApp>>;

/**
 * `app migrate DIR`: shows what an app of platform 2.x would be in 3.0, as a diff, and what a person must still do.
 * Writes with `--write` or `--yes`, or after a yes at a terminal, and only what validates.
 */
export async function migrate(invocation: Invocation, folder: string, options: AppMigrateOptions): Promise<void> {
  const read = await readApp(folder);
  if (read.files === null) throw unreadable(folder, read.findings, read);
  const files = new Map(read.files);
  const settings = await readFile(join(read.folder, kitSettingsFile), 'utf8').catch(() => null);
  if (settings !== null) files.set(kitSettingsFile, settings);
  const migration = migrateApp(files);
  if (migration.kind === 'unreadable') throw unreadable(folder, migration.findings, read);
  if (migration.kind === 'current') return await sayCurrent(invocation, folder, options);
  const { findings } = validateApp(migration.files);
  const diff = fileDiffs(files, migration.files);
  const plan: Plan = { folder, read, migration, findings, diff };
  if (options.json !== true) await print(invocation, plan);
  const isWritten = !hasErrors(findings) && (await isWanted(invocation, options));
  if (isWritten) await writeAppFiles(read.folder, migration.files, migration.changed);
  if (hasErrors(findings)) invocation.exitCode = EXIT.failed;
  if (options.json === true) await printJson(invocation, plan, isWritten);
  else invocation.terminal.say(endOf(plan, isWritten));
}

type Plan = {
  readonly folder: string;
  readonly read: ReadFolder;
  readonly migration: MigratedApp;
  /** Of the app as it would be. */
  readonly findings: readonly Finding[];
  readonly diff: string;
};

function unreadable(folder: string, findings: readonly Finding[], { files }: ReadFolder): CommandFailed {
  const lines = findings.flatMap((finding) => findingLines(finding, folder, files));
  const way = files === null ? '' : ` Put it right first; rollcall app validate --fix ${folder} does what is certain.`;
  return new CommandFailed([`${folder} cannot be migrated (${countFindings(findings)}).${way}`, ...lines].join('\n'));
}

async function sayCurrent({ terminal }: Invocation, folder: string, options: AppMigrateOptions): Promise<void> {
  if (options.json === true) await terminal.line(JSON.stringify({ app: folder, from: '3.0', to: '3.0', changed: [] }));
  else terminal.say(`${folder} is an app of platform 3.0 already: there is nothing to migrate`);
}

async function print({ terminal }: Invocation, { folder, read, migration, findings, diff }: Plan): Promise<void> {
  const hasColours = process.stdout.isTTY === true && process.stdout.hasColors();
  await terminal.text(`${hasColours ? colouredDiff(diff) : diff}\n`);
  for (const sentence of migration.done) await terminal.line(`done: ${sentence}`);
  if (migration.todo.length > 0) await terminal.text('\nleft to a person, with places in the app as it was:\n\n');
  for (const lines of findingGroups(migration.todo, folder, read.files)) {
    await terminal.text(`${[...lines, ''].join('\n')}\n`);
  }
  const faults = findings.filter(({ severity }) => severity === 'error');
  if (faults.length > 0) await terminal.text('\nthe result would not be valid, so nothing is written:\n\n');
  for (const finding of faults) await terminal.text(`${findingLines(finding, folder, migration.files).join('\n')}\n`);
  await terminal.flush();
}

async function printJson({ terminal }: Invocation, plan: Plan, written: boolean): Promise<void> {
  const { folder, migration, findings, diff } = plan;
  const { from, changed, done, todo } = migration;
  await terminal.line(JSON.stringify({ app: folder, from, to: '3.0', written, changed, done, todo, findings, diff }));
}

async function isWanted({ terminal }: Invocation, options: AppMigrateOptions): Promise<boolean> {
  if (options.write === true || options.yes === true) return true;
  if (options.json === true || process.stdin.isTTY !== true || process.stdout.isTTY !== true) return false;
  await terminal.flush();
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question('Write these changes? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}

function endOf({ folder, migration, findings }: Plan, isWritten: boolean): string {
  const { changed, todo, from } = migration;
  const left =
    todo.length === 0 ? '' : `, ${todo.length} ${todo.length === 1 ? 'thing is' : 'things are'} left to a person`;
  if (hasErrors(findings)) return `${folder}: nothing was written`;
  if (isWritten) return `${folder}: written in ${changed.length} files, from platform ${from} to 3.0${left}`;
  return `${folder}: nothing was written; --write changes ${changed.length} files, from platform ${from} to 3.0${left}`;
}
