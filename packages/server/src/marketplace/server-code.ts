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
import { type PlatformCall, platformCalls } from './platform-calls.ts';
import { cyclesFrom } from './require-circles.ts';
import { lintScript, namesMadeGlobal, type ParsedScript } from './script-lint.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';
import { readScript } from './syntax-fault.ts';

/** What an app's server code shows without being run. */
export interface ServerCodeReading {
  /** Null when there is no server/server.js, or its syntax is broken. */
  readonly server: ServerScript | null;
  /** What the scripts that server.js leads to ask of the platform. */
  readonly calls: readonly PlatformCall[];
  /** The scripts that server.js leads to, itself included, as far as they can be parsed. */
  readonly scripts: readonly ParsedScript[];
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
 * what is not there, `module.exports`. What server.js leads to is linted as well. Of files that it does not lead to
 * (tests, mostly) only broken syntax is said, as a warning.
 *
 * @param packages names of the packages that the manifest depends on
 */
export function readServerCode(files: AppFiles, packages: readonly string[]): ServerCodeReading {
  const scripts = new Map(serverScripts(files).map((path) => [path, readServerScript(files, path)]));
  const reachable = reachableFrom(serverFile, (file) => relativeTargets(files, { file, scripts }));
  const isReached = ([path]: readonly [string, Script]) => reachable.has(path);
  const parsed = [...scripts].filter(isReached).flatMap(([, script]) => parsedScript(script) ?? []);
  const shared = new Set(parsed.flatMap(namesMadeGlobal));
  const findings = [...scripts].flatMap(([path, script]) =>
    reachable.has(path)
      ? [
          ...syntaxFindings(script),
          ...bindingFindings(script),
          ...requireFindings(files, { path, script, packages }),
          ...namedGlobals(script, shared),
        ]
      : syntaxFindings(script).map(asWarning),
  );
  return {
    server: serverScriptOf(scripts.get(serverFile)),
    calls: parsed.flatMap(platformCalls),
    scripts: parsed,
    findings: [...findings, ...circles(files, scripts)],
  };
}

function parsedScript({ source, program }: Script): ParsedScript | null {
  return program === null ? null : { source, program };
}

function namedGlobals(script: Script, shared: ReadonlySet<string>): readonly Finding[] {
  const parsed = parsedScript(script);
  if (parsed === null) return [];
  const binding = bindingFindings(script);
  // Where module.exports is a finding of its own, that "module" does not exist has been said.
  return lintScript(parsed, shared).filter(({ code, message }) => {
    return binding.length === 0 || code !== 'global-unknown' || !message.startsWith('"module"');
  });
}

// A file in a circle gets what the other has exported so far, which is often nothing yet.
function circles(files: AppFiles, scripts: ReadonlyMap<string, Script>): readonly Finding[] {
  return cyclesFrom(serverFile, (file) => relativeTargets(files, { file, scripts })).flatMap((circle) => {
    const [from, to] = [circle.at(-1), circle[0]];
    const script = from === undefined ? undefined : scripts.get(from);
    const call = script?.requires.find(({ name }) => from !== undefined && resolveRelative(files, from, name) === to);
    if (script === undefined || call === undefined) return [];
    const message = `these files require each other: ${[...circle, to].join(' → ')}; one of them sees the other unfinished`;
    return [findingAt(script.source, call.offset, { severity: 'information', code: 'require-circle', message })];
  });
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
    const edits = [{ start: moduleExportsAt, end: moduleExportsAt + 'module.'.length, text: '' }];
    const isPlain = source.text.startsWith('module.exports', moduleExportsAt);
    findings.push(
      findingAt(source, moduleExportsAt, {
        severity: 'error',
        code: 'module-exports',
        message,
        fix,
        ...(isPlain ? { edits } : {}),
      }),
    );
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
