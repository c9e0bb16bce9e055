import type { Program } from 'acorn';
import type { AppFiles } from './app-files.ts';
import { type CodeEventsReading, readCodeEvents } from './code-events.ts';
import { type ExportsShape, readExportsShape } from './exports-shape.ts';
import type { Finding } from './finding.ts';
import {
  isRelative,
  type RequireCall,
  reachableFrom,
  requireCalls,
  resolveRelative,
  serverFile,
  serverScripts,
} from './module-graph.ts';
import { nodeCoreModules } from './node-core-modules.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';
import { readScript } from './syntax-fault.ts';
import { isVariable, walkTree } from './syntax-tree.ts';

/** What an app's server code shows without being run. */
export interface ServerCodeReading {
  /** Null when there is no server/server.js, or its syntax is broken. */
  readonly server: ServerScript | null;
  readonly findings: readonly Finding[];
}

/** server/server.js as far as its text tells. */
export interface ServerScript {
  readonly source: SourceText;
  readonly shape: ExportsShape;
  readonly codeEvents: CodeEventsReading | null;
}

interface Script {
  readonly source: SourceText;
  readonly program: Program | null;
  readonly syntaxFinding: Finding | null;
  readonly requires: readonly RequireCall[];
}

/**
 * Reads every script below server/ as the platform runs it and names what keeps it from loading: syntax, `require` of
 * what is not there, `module.exports`. In files that server.js does not lead to, the same things are warnings.
 *
 * @param packages names of the packages that the manifest depends on
 */
export function readServerCode(files: AppFiles, packages: readonly string[]): ServerCodeReading {
  const scripts = new Map(serverScripts(files).map((path) => [path, readServerScript(files, path)]));
  const reachable = reachableFrom(serverFile, (file) => relativeTargets(files, { file, scripts }));
  const findings = [...scripts].flatMap(([path, script]) => {
    const found = [
      ...syntaxFindings(script),
      ...bindingFindings(script),
      ...requireFindings(files, { path, script, packages }),
    ];
    return reachable.has(path) ? [...found, ...missingGlobals(script)] : found.map(asWarning);
  });
  return { server: serverScriptOf(scripts.get(serverFile)), findings };
}

function readServerScript(files: AppFiles, path: string): Script {
  const source = sourceText(path, files.get(path) ?? '');
  const reading = readScript(source);
  if (reading.kind === 'broken') return { source, program: null, syntaxFinding: reading.finding, requires: [] };
  return { source, program: reading.program, syntaxFinding: null, requires: requireCalls(reading.program) };
}

function serverScriptOf(script: Script | undefined): ServerScript | null {
  if (script?.program == null) return null;
  const shape = readExportsShape(script.program);
  return { source: script.source, shape, codeEvents: readCodeEvents(script.source, shape) };
}

function relativeTargets(
  files: AppFiles,
  { file, scripts }: { file: string; scripts: ReadonlyMap<string, Script> },
): readonly string[] {
  const names = (scripts.get(file)?.requires ?? []).map(({ name }) => name).filter(isRelative);
  return names.flatMap((name) => resolveRelative(files, file, name) ?? []);
}

function asWarning(finding: Finding): Finding {
  return finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;
}

function syntaxFindings({ syntaxFinding }: Script): readonly Finding[] {
  return syntaxFinding === null ? [] : [syntaxFinding];
}

function bindingFindings({ source, program }: Script): readonly Finding[] {
  if (program === null) return [];
  const { redeclaredAt, moduleExportsAt } = readExportsShape(program);
  const findings: Finding[] = [];
  if (redeclaredAt !== null) {
    const message = '"exports" is already there and cannot be declared again';
    const fix = 'write exports = { … } without const, let or class';
    findings.push(findingAt(source, redeclaredAt, { severity: 'error', code: 'exports-redeclared', message, fix }));
  }
  if (moduleExportsAt !== null) {
    const message = '"module" does not exist on the platform';
    const fix = 'write exports = { … } instead of module.exports = { … }';
    findings.push(findingAt(source, moduleExportsAt, { severity: 'error', code: 'module-exports', message, fix }));
  }
  return findings;
}

interface RequirePlace {
  readonly path: string;
  readonly script: Script;
  readonly packages: readonly string[];
}

function requireFindings(files: AppFiles, { path, script, packages }: RequirePlace): readonly Finding[] {
  return script.requires.flatMap((call) => {
    const finding = isRelative(call.name)
      ? checkRelative(files, { path, call, source: script.source })
      : checkPackage(files, { call, packages, source: script.source });
    return finding === null ? [] : [finding];
  });
}

function checkRelative(
  files: AppFiles,
  { path, call, source }: { path: string; call: RequireCall; source: SourceText },
): Finding | null {
  if (resolveRelative(files, path, call.name) !== null) return null;
  return findingAt(source, call.offset, {
    severity: call.isCertain ? 'error' : 'warning',
    code: 'module-not-found',
    message: `Cannot find module "${call.name}"`,
    expected: `a file below server/; ".js" is appended`,
  });
}

function checkPackage(
  files: AppFiles,
  { call, packages, source }: { call: RequireCall; packages: readonly string[]; source: SourceText },
): Finding | null {
  const name = packageName(call.name);
  if (packages.includes(name) || files.has(`server/node_modules/${name}/package.json`)) return null;
  const isCore = nodeCoreModules.has(name) || name.startsWith('node:');
  const severity = isCore && call.isCertain ? 'error' : 'warning';
  return findingAt(source, call.offset, {
    severity,
    code: isCore ? 'core-module' : 'dependency-undeclared',
    message: isCore
      ? `Cannot find module "${call.name}": modules of Node.js itself are not available to apps`
      : `package "${name}" is not among the dependencies of manifest.json`,
    fix: isCore ? 'use an npm package instead' : `add "${name}" with its exact version to "dependencies"`,
  });
}

/** `@scope/name/file` and `name/file` without the file. */
function packageName(request: string): string {
  const parts = request.split('/');
  return parts.slice(0, request.startsWith('@') ? 2 : 1).join('/');
}

// Globals of the platform that come with a later release: an app that uses one loads, and fails when it gets there.
const globalsNotOffered: ReadonlySet<string> = new Set(['$request', '$schedule', '$job', 'generateTargetUrl']);

function missingGlobals({ source, program }: Script): readonly Finding[] {
  if (program === null) return [];
  const seen = new Map<string, number>();
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'Identifier' || !globalsNotOffered.has(node.name) || seen.has(node.name)) return;
    if (isVariable(node, ancestors.at(-1))) seen.set(node.name, node.start);
  });
  return [...seen].map(([name, offset]) =>
    findingAt(source, offset, {
      severity: 'warning',
      code: 'global-not-offered',
      message: `this version of the server does not offer ${name}: code that uses it throws a ReferenceError`,
    }),
  );
}
