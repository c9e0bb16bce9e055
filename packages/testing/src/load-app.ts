import type { AppDefinition } from '../../server/src/marketplace/app-definition.ts';
import type { AppFiles } from '../../server/src/marketplace/app-files.ts';
import { type Finding, hasErrors, inReadingOrder } from '../../server/src/marketplace/finding.ts';
import { checkIparams, defaultIparams } from '../../server/src/marketplace/iparams.ts';
import type { JsonObject } from '../../server/src/marketplace/json-value.ts';
import { validateApp } from '../../server/src/marketplace/validate-app.ts';
import { readAppFolder } from '../../server/src/sandbox/read-app-folder.ts';
import { boundedPatterns } from '../../server/src/system/bounded-pattern.ts';

/** The app cannot be started, and why: every finding, each with its place. */
export class AppRefused extends Error {
  override readonly name = 'AppRefused';
  readonly findings: readonly Finding[];

  constructor(sentence: string, findings: readonly Finding[]) {
    const lines = findings.map(({ file, line, column, message, fix }) => {
      return `  ${file}:${line}:${column} ${message}${fix === undefined ? '' : ` (${fix})`}`;
    });
    super([sentence, ...lines].join('\n'));
    this.findings = findings;
  }
}

export type LoadedApp = {
  /** Real path. */
  readonly folder: string;
  readonly files: AppFiles;
  readonly definition: AppDefinition;
  readonly iparams: JsonObject;
};

/**
 * Reads and checks an app's folder, as a server does before it installs one.
 *
 * @throws AppRefused when the app has errors, or the parameters do not fit it
 */
export async function loadApp(folder: string, given: JsonObject): Promise<LoadedApp> {
  const reading = await readAppFolder(folder);
  if (reading.kind === 'rejected') throw new AppRefused(`The app of ${folder} cannot be read:`, reading.findings);
  const { app, findings } = validateApp(reading.files);
  if (app === null || hasErrors(findings)) {
    const errors = inReadingOrder([...reading.findings, ...findings]).filter(({ severity }) => severity === 'error');
    throw new AppRefused(`The app of ${folder} does not load:`, errors);
  }
  const iparams = { ...defaultIparams(app.installation), ...given };
  const check = checkIparams(app.installation, iparams, boundedPatterns()());
  if (check.kind === 'accepted')
    return { folder: reading.folder, files: reading.files, definition: app, iparams: check.iparams };
  const faults = check.errors.map(({ pointer, detail }) => `  iparams${pointer}: ${detail}`);
  throw new AppRefused(['The installation parameters do not fit the app:', ...faults].join('\n'), []);
}
