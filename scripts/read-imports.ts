/**
 * What a source file imports, types included: whoever names a type knows the room that declares it.
 *
 * No parser that knows TypeScript and runs without the old compiler's programming interface sees all of it, so this
 * goes in two steps: Node takes the types away (in place, so every position stays), acorn reads the JavaScript that is
 * left. Imports of types alone would vanish in the first step; they lose the word `type` before it, and stay.
 */
import { stripTypeScriptTypes } from 'node:module';
import { type Node, type Program, parse } from 'acorn';

/** One import, re-export, `import()` or `require()` with a literal name. `line` counts from 1. */
export type Import = { readonly specifier: string; readonly line: number; readonly isTypeOnly: boolean };

const typeOnlyStatement = /^(import|export)(\s+)type(?=\s+(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+)\s+from\s*['"])/gm;
const importOfType = /\bimport\(\s*'([^']+)'\s*\)/g;

/** Everything that a file imports, in the order of the text. Throws when the file is no TypeScript and no JavaScript. */
export function readImports(path: string, text: string): Import[] {
  const typeOnlyStarts = new Set<number>();
  const kept = text.replace(typeOnlyStatement, (_, keyword: string, space: string, offset: number) => {
    typeOnlyStarts.add(offset);
    return `${keyword}${space}    `;
  });
  const script = withoutTypes(path, kept);
  const imports = new Map<number, Import>();
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  walk(parseProgram(path, script), (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return;
    const isTypeOnly = typeOnlyStarts.has(node.start) || namesOnlyTypes(text, node);
    imports.set(node.start, { specifier, line: lineOf(node.start), isTypeOnly });
  });
  // An `import('…')` in the place of a type is blank where the types were taken away; in a text or a comment it is not.
  for (const { index, 1: specifier } of text.matchAll(importOfType)) {
    if (specifier === undefined || script[index] !== ' ') continue;
    imports.set(index, { specifier, line: lineOf(index), isTypeOnly: true });
  }
  return [...imports].sort(([a], [b]) => a - b).map(([, found]) => found);
}

/** The text as JavaScript, types blanked out: everything that is left stands where it stood. */
export function withoutTypes(path: string, text: string): string {
  return path.endsWith('.ts') ? stripTypeScriptTypes(text, { mode: 'strip' }) : text;
}

export function parseProgram(path: string, script: string): Program {
  const sourceType = path.endsWith('.cjs') ? 'commonjs' : 'module';
  return parse(script, { ecmaVersion: 'latest', sourceType, allowHashBang: true });
}

/** Visits every node below and including this one, parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | null) => void, parent: Node | null = null): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function specifierOf(node: Node): string | null {
  const { source } = node as Node & { readonly source?: unknown };
  if (/^(Import|ExportNamed|ExportAll)(Declaration|Expression)$/.test(node.type)) return literalOf(source);
  const call = node as Node & { readonly callee?: { readonly name?: string }; readonly arguments?: readonly unknown[] };
  return node.type === 'CallExpression' && call.callee?.name === 'require' ? literalOf(call.arguments?.[0]) : null;
}

function literalOf(node: unknown): string | null {
  const value = isNode(node) ? (node as Node & { readonly value?: unknown }).value : null;
  return typeof value === 'string' ? value : null;
}

/** `import { type A, type B } from …` names no value, whatever the outside says. */
function namesOnlyTypes(text: string, node: Node): boolean {
  const names = /^(?:import|export)\s*\{([^}]*)\}/.exec(text.slice(node.start, node.end))?.[1];
  const list = (names ?? '').split(',').filter((name) => name.trim() !== '');
  return list.length > 0 && list.every((name) => /^\s*type\s/.test(name));
}
