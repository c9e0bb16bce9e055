import { type ActionsReading, readActions } from './actions-file.ts';
import type { AppDefinition, EventHandler, Manifest } from './app-definition.ts';
import type { AppFiles } from './app-files.ts';
import { checkFolders } from './app-folders.ts';
import type { CodeEvent } from './code-events.ts';
import { didYouMean } from './did-you-mean.ts';
import { readEntities } from './entities-file.ts';
import { checkEventTies } from './event-ties.ts';
import { type Finding, hasErrors, inReadingOrder } from './finding.ts';
import { readIparams } from './iparams.ts';
import { memberOf, readJsonDocument } from './json-document.ts';
import { type ManifestReading, readManifest } from './manifest.ts';
import { judgeEvent, type Section } from './manifest-section.ts';
import { serverFile } from './module-graph.ts';
import { readOauthConfig } from './oauth-config-file.ts';
import type { CalendarDay } from './platform-dates.ts';
import { checkPlatformAge } from './platform-dropped.ts';
import { checkRequestTies } from './request-ties.ts';
import { readRequests } from './requests-file.ts';
import { readServerCode, type ServerScript } from './server-code.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** Everything to say about an app, in reading order, and the app itself when nothing keeps it from loading. */
export interface AppReading {
  readonly findings: readonly Finding[];
  readonly app: AppDefinition | null;
}

/** What is not in an app's files and yet matters for what there is to say. */
export interface ValidateOptions {
  /** For the vendor's calendar; without it nothing is said about dates. */
  readonly today?: CalendarDay;
}

/** Checks an app's files, all of them at once: manifest, server code, installation parameters and what ties them. */
export function validateApp(files: AppFiles, { today }: ValidateOptions = {}): AppReading {
  const manifest = readManifest(files);
  const packages = manifest.manifest?.dependencies.map(({ name }) => name) ?? [];
  const code = readServerCode(files, packages);
  const iparams = readIparams(files);
  const requests = readRequests(files);
  const oauth = readOauthConfig(files, manifest.manifest?.platformVersion ?? null);
  const actions = readActions(files);
  const entities = readEntities(files);
  const inCode = codeHandlers(manifest.manifest, { sections: manifest.sections, server: code.server });
  const findings = inReadingOrder([
    ...manifest.findings,
    ...code.findings,
    ...inCode.findings,
    ...(files.has('manifest.json') ? iparams.findings : []),
    ...handlerFindings(files, { reading: manifest, server: code.server, codeFindings: code.findings }),
    ...[requests, oauth, actions, entities].flatMap(({ findings: faults }) => faults),
    ...checkRequestTies({
      manifest,
      requests,
      oauth,
      installation: iparams.installation,
      calls: code.calls,
      scripts: code.scripts,
    }),
    ...(manifest.manifest === null
      ? []
      : checkEventTies({
          manifest: manifest.manifest,
          handlers: [...manifest.manifest.handlers, ...inCode.handlers],
          entities: entities.entities,
          calls: code.calls,
        })),
    ...actionFindings(actions, code.server),
    ...checkFolders(files, manifest),
    ...(today === undefined ? [] : checkPlatformAge({ files, manifest, code, oauth }, today)),
    ...dependencyFindings(files, manifest),
  ]);
  if (manifest.manifest === null || hasErrors(findings)) return { findings, app: null };
  const handlers = [...manifest.manifest.handlers, ...inCode.handlers];
  const app: AppDefinition = {
    ...manifest.manifest,
    handlers,
    installation: iparams.installation,
    requestTemplates: requests.templates,
    oauth: oauth.integrations,
    actions: actions.actions,
    entities: entities.entities,
  };
  return { findings, app };
}

interface CodeHandlers {
  readonly handlers: readonly EventHandler[];
  readonly findings: readonly Finding[];
}

interface AppCode {
  readonly sections: readonly Section[];
  readonly server: ServerScript | null;
}

// Platform 2.0 declared events in server.js, and official 2.2 samples still do: they count for the products whose
// manifest entry has none. Where the manifest has its own, a left-over list in the code is harmless and is not read.
function codeHandlers(manifest: Manifest | null, { sections, server }: AppCode): CodeHandlers {
  const bare = sections.filter(({ kind, handlers }) => kind === 'product' && handlers.length === 0);
  if (manifest?.platformVersion === '3.0' || bare.length === 0 || server?.codeEvents == null) {
    return { handlers: [], findings: [] };
  }
  const { events, doubled, findings } = server.codeEvents;
  const handlers = bare.flatMap(({ name: module }) =>
    events.map(({ event, callback }) => ({ module, event, handler: callback })),
  );
  const place = bare[0]?.name ?? '';
  const missing = events.flatMap(({ callback, offset }) =>
    checkExport(server, {
      name: callback,
      source: server.source,
      offset,
      sentence: `Event callback '${callback}' is not defined for product: ${place}.`,
    }),
  );
  const invalid = events.flatMap(({ event, offset }) => {
    const verdicts = bare.map((section) => judgeEvent(event, section));
    const [first] = verdicts;
    // One of several products may have it.
    if (first == null || verdicts.some((verdict) => verdict === null)) return [];
    return [findingAt(server.source, offset, { severity: 'error', code: 'event-invalid', ...first.what })];
  });
  const twice = doubled.map((event) => declaredTwice(server.source, event, place));
  return { handlers, findings: [...findings, ...twice, ...invalid, ...missing] };
}

function declaredTwice(source: SourceText, { event, callback, offset }: CodeEvent, product: string): Finding {
  return findingAt(source, offset, {
    severity: 'warning',
    code: 'code-event-twice',
    message: `Event '${event}' is already mapped to a callback for product: ${product}. Only the first one counts: '${callback}' is not called for it`,
    fix: 'keep one of them',
  });
}

interface HandlerCheck {
  readonly reading: ManifestReading;
  readonly server: ServerScript | null;
  readonly codeFindings: readonly Finding[];
}

function handlerFindings(files: AppFiles, { reading, server, codeFindings }: HandlerCheck): readonly Finding[] {
  const declared = reading.sections.flatMap(declaredExports);
  const first = declared[0];
  if (first === undefined) return [];
  if (!files.has(serverFile)) return [serverMissing(reading.source, first.offset)];
  if (server === null) return [];
  const isBroken = codeFindings.some(({ code }) => code === 'module-exports' || code === 'exports-redeclared');
  if (!server.shape.isAssigned) return isBroken ? [] : [noExports(server.source)];
  return declared.flatMap((declaration) => checkExport(server, { ...declaration, source: reading.source }));
}

interface DeclaredExport {
  readonly name: string;
  readonly offset: number;
  /** What to say when it is not exported. */
  readonly sentence: string;
}

function declaredExports({ kind, name: place, handlers, functions, jobs }: Section): readonly DeclaredExport[] {
  return [
    ...handlers.map(({ handler: name, offset }) => ({
      name,
      offset,
      sentence: `Event callback '${name}' is not defined for ${kind}: ${place}.`,
    })),
    ...[...functions, ...jobs].map(({ name, offset }) => ({
      name,
      offset,
      sentence: `Function ${name} is not defined for ${kind} ${place}`,
    })),
  ];
}

function serverMissing(source: SourceText, offset: number): Finding {
  return findingAt(source, offset, {
    severity: 'error',
    code: 'server-missing',
    message: 'the manifest names handlers, and server/server.js is missing',
    expected: 'server/server.js with exports = { … }',
  });
}

function noExports(source: SourceText): Finding {
  return findingAt(source, 0, {
    severity: 'error',
    code: 'exports-missing',
    message:
      'Error while parsing file containing serverless functions. Please use the exports section as recommended in ' +
      'the Serverless Apps section of the SDK documentation.',
    expected: 'exports = { nameOfTheHandler: function (payload) { … } }',
  });
}

interface ExportCheck extends DeclaredExport {
  readonly source: SourceText;
}

function checkExport({ shape }: ServerScript, { name, offset, sentence, source }: ExportCheck): readonly Finding[] {
  const member = shape.members.get(name);
  if (member === undefined) return shape.isClosed ? [notExported(source, { offset, sentence, name, shape })] : [];
  if (member.callable === 'no') return [notCallable(source, offset, name)];
  return member.isArrow ? [arrowHandler(source, offset, name)] : [];
}

function notExported(
  source: SourceText,
  { offset, sentence, name, shape }: { offset: number; sentence: string; name: string; shape: ServerScript['shape'] },
): Finding {
  const functions = [...shape.members.values()]
    .filter(({ callable }) => callable !== 'no')
    .map((member) => member.name);
  const guess = didYouMean(name, functions);
  return findingAt(source, offset, {
    severity: 'error',
    code: 'handler-not-exported',
    message: guess === null ? sentence : `${sentence} Did you mean '${guess}'?`,
    expected: functions.length === 0 ? 'a function in exports of server/server.js' : `one of ${functions.join(', ')}`,
    fix: guess === null ? `add ${name} to the exports of server/server.js` : `write "${guess}"`,
  });
}

function notCallable(source: SourceText, offset: number, name: string): Finding {
  const message = `'${name}' in the exports of server/server.js is not a function`;
  return findingAt(source, offset, { severity: 'error', code: 'handler-not-a-function', message });
}

function arrowHandler(source: SourceText, offset: number, name: string): Finding {
  return findingAt(source, offset, {
    severity: 'information',
    code: 'handler-is-arrow',
    message: `'${name}' is an arrow function: it runs here, but the vendor's platform may not find it`,
    fix: `write ${name}: function (payload) { … }`,
  });
}

function actionFindings({ source, places }: ActionsReading, server: ServerScript | null): readonly Finding[] {
  if (source === null || server === null) return [];
  return places.flatMap(({ name, offset }) =>
    checkExport(server, { name, offset, source, sentence: `Function ${name} is not defined for action ${name}` }),
  );
}

function dependencyFindings(files: AppFiles, { manifest, source }: ManifestReading): readonly Finding[] {
  if (manifest === null || manifest.dependencies.length === 0) return [];
  const offset = Math.max(0, source.text.indexOf('"dependencies"'));
  if (![...files.keys()].some((path) => path.startsWith('server/'))) {
    const message =
      'Please remove dependencies from your manifest as the current app does not have a serverless component.';
    return [findingAt(source, offset, { severity: 'warning', code: 'dependencies-useless', message })];
  }
  const absent = manifest.dependencies.filter(({ name }) => !files.has(`server/node_modules/${name}/package.json`));
  const [first] = absent;
  if (first === undefined) return [];
  const packages = absent.map(({ name, version }) => `${name}@${version}`).join(' ');
  const { root } = readJsonDocument(source);
  const entry = memberOf(memberOf(root ?? undefined, 'dependencies')?.value, first.name);
  return [
    findingAt(source, entry?.keyNode.offset ?? offset, {
      severity: 'information',
      code: 'dependency-not-installed',
      message: `not in server/node_modules: ${absent.map(({ name }) => name).join(', ')}`,
      fix: `npm install --prefix server --no-save --ignore-scripts ${packages}`,
    }),
  ];
}
