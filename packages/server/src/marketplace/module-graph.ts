import type { AnyNode, Program } from 'acorn';
import type { AppFiles } from './app-files.ts';
import { isIdentifier, literalText, walkTree } from './syntax-tree.ts';

/** Path of the file that the platform runs. */
export const serverFile = 'server/server.js';

/** One `require('…')` with a name that is written out. */
export interface RequireCall {
  readonly name: string;
  readonly offset: number;
  /** True when loading the file runs it for certain: outside functions, conditions and try. */
  readonly isCertain: boolean;
}

/** The server files that are an app's code: scripts below server/, packages and sample payloads left out. */
export function serverScripts(files: AppFiles): readonly string[] {
  return [...files.keys()].filter(
    (path) => path.startsWith('server/') && path.endsWith('.js') && !/\/(node_modules|test_data)\//.test(path),
  );
}

/** The calls of `require` in a script. */
export function requireCalls(program: Program): readonly RequireCall[] {
  const calls: RequireCall[] = [];
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'CallExpression' || !isIdentifier(node.callee, 'require')) return;
    const name = literalText(node.arguments[0]);
    if (name !== undefined) calls.push({ name, offset: node.start, isCertain: !ancestors.some(isConditional) });
  });
  return calls;
}

/** True for names that mean one of the app's own files. */
export function isRelative(name: string): boolean {
  return name.startsWith('./') || name.startsWith('../') || name === '.' || name === '..';
}

/**
 * The file that a relative name means when it is required from a file, or null when there is none. As on the
 * platform `.js` is appended; names that already say it, JSON files and a folder's index.js are understood as well.
 */
export function resolveRelative(files: AppFiles, from: string, name: string): string | null {
  const path = joinPath(from, name);
  if (path === null) return null;
  return (
    [`${path}.js`, path, `${path}.json`, `${path}/index.js`].find(
      (candidate) => isLoadable(candidate) && files.has(candidate),
    ) ?? null
  );
}

/** Every server file that server.js leads to by relative names. */
export function reachableFrom(entry: string, requires: (file: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...requires(file));
  }
  return reached;
}

function isLoadable(path: string): boolean {
  return path.startsWith('server/') && (path.endsWith('.js') || path.endsWith('.json'));
}

/** A path that is relative to a file, as one below the app folder; null when it leads out of it. */
export function joinPath(from: string, name: string): string | null {
  const steps = from.split('/').slice(0, -1);
  for (const step of name.split('/')) {
    if (step === '..') {
      if (steps.pop() === undefined) return null;
    } else if (step !== '.' && step !== '') {
      steps.push(step);
    }
  }
  return steps.join('/');
}

function isConditional(node: AnyNode): boolean {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'IfStatement':
    case 'TryStatement':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'SwitchStatement':
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
      return true;
    default:
      return false;
  }
}
