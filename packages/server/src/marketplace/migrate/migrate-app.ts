import type { EventHandler } from '../app-definition.ts';
import type { AppFiles } from '../app-files.ts';
import type { Finding, TextEdit } from '../finding.ts';
import { inReadingOrder } from '../finding.ts';
import { editText } from '../fixes.ts';
import type { InstallationPage } from '../iparams.ts';
import { readIparams } from '../iparams.ts';
import { readManifest } from '../manifest.ts';
import { oauthConfigFile } from '../oauth-config-file.ts';
import { payloadUses } from '../payload-uses.ts';
import { requestsFile } from '../requests-file.ts';
import { readServerCode } from '../server-code.ts';
import { findingAt } from '../source-text.ts';
import { validateApp } from '../validate-app.ts';
import { removeCodeEvents } from './migrate-code-events.ts';
import { migrateManifest, setJson } from './migrate-manifest.ts';
import { migrateOauth, nameIntegration } from './migrate-oauth.ts';
import { migratePages } from './migrate-pages.ts';
import { migrateRequests } from './migrate-requests.ts';
import type { Migration } from './migration.ts';

/** Path of the kit's own settings, which say that an app is one of 3.0. */
export const kitSettingsFile = '.fdk/configs.json';

/**
 * Rewrites an app of platform 2.x to 3.0, as far as its files say how: the manifest, events declared in code, request
 * calls, OAuth, the pages' client. What a person must still do is listed, with places in the app as it was.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_ticket/migration-guide
 */
export function migrateApp(files: AppFiles): Migration {
  const { app, findings } = validateApp(files);
  if (app === null) return { kind: 'unreadable', findings: findings.filter(({ severity }) => severity === 'error') };
  if (app.platformVersion === '3.0') return { kind: 'current' };
  const manifest = readManifest(files);
  const code = readServerCode(
    files,
    app.dependencies.map(({ name }) => name),
  );
  const oauthText = files.get(oauthConfigFile);
  const oauth = oauthText === undefined ? null : migrateOauth(oauthText);
  const requests = migrateRequests({
    scripts: code.scripts,
    requestsText: files.get(requestsFile) ?? null,
    names: app.requestTemplates.map(({ name }) => name),
    integration: oauth?.name ?? null,
    secureIparams: secureNames(readIparams(files).installation),
  });
  const codeHandlers = app.handlers.filter(
    (handler) => !manifest.manifest?.handlers.some((each) => isSame(each, handler)),
  );
  const modules = migrateManifest(manifest.source, { codeHandlers, requests: requests.requests });
  const pages = migratePages(files);
  const scripts = new Map(code.scripts.map(({ source, program }) => [source.file, program]));
  const serverProgram = code.server === null ? undefined : scripts.get(code.server.source.file);
  const eventsEdit =
    code.server === null || serverProgram === undefined || codeHandlers.length === 0
      ? null
      : removeCodeEvents(code.server, serverProgram);
  const edits = new Map(requests.edits);
  if (eventsEdit !== null && code.server !== null) {
    const { file } = code.server.source;
    edits.set(file, [...(edits.get(file) ?? []), eventsEdit]);
  }
  const texts = new Map([...modules.texts, ...requests.texts, ...pages.texts, ...editedTexts(files, edits)]);
  if (oauth?.text != null) texts.set(oauthConfigFile, oauth.text);
  const templates = texts.get(requestsFile) ?? files.get(requestsFile);
  if (oauth !== null && templates !== undefined) texts.set(requestsFile, nameIntegration(templates, oauth.name));
  texts.set(kitSettingsFile, setJson(files.get(kitSettingsFile) ?? '{}\n', ['global_apps', 'enabled'], 'true'));
  const migrated = new Map([...files, ...texts]);
  return {
    kind: 'migrated',
    from: app.platformVersion,
    files: migrated,
    changed: [...texts.keys()].filter((path) => texts.get(path) !== files.get(path)).toSorted(),
    done: [
      ...modules.done,
      ...(eventsEdit === null ? [] : ['events declared in server.js moved to the manifest']),
      ...requests.done,
      ...(oauth?.text == null ? [] : [`OAuth wrapped in "integrations" as "${oauth.name}"`]),
      ...pages.done,
      `global apps switched on in ${kitSettingsFile}`,
    ],
    todo: inReadingOrder([
      ...modules.todo,
      ...requests.todo,
      ...pages.todo,
      ...code.scripts.flatMap(payloadUses).map(payloadTodo),
    ]),
  };
}

function isSame(left: EventHandler, right: EventHandler): boolean {
  return left.module === right.module && left.event === right.event;
}

function secureNames(installation: InstallationPage): ReadonlySet<string> {
  if (installation.kind === 'custom_page') return new Set();
  return new Set(installation.definitions.flatMap(({ name, secure }) => (secure ? [name] : [])));
}

function editedTexts(files: AppFiles, edits: ReadonlyMap<string, readonly TextEdit[]>): ReadonlyMap<string, string> {
  return new Map([...edits].map(([file, each]) => [file, editText(files.get(file) ?? '', each)]));
}

function payloadTodo({ field, offset, source }: ReturnType<typeof payloadUses>[number]): Finding {
  return findingAt(source, offset, {
    severity: 'warning',
    code: 'migrate-payload',
    message: `"${field}" is no longer among the documented fields of payloads in platform 3.0; this server still sends it`,
    fix:
      field === 'domain'
        ? 'read payload.currentHost.endpoint_urls.<product>, a web address with https://'
        : 'do without it, or make it an installation parameter',
  });
}
