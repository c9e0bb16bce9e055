import type { AnyNode, CallExpression } from 'acorn';
import type { ParsedScript } from './script-lint.ts';
import type { SourceText } from './source-text.ts';
import { isIdentifier, literalText, walkTree } from './syntax-tree.ts';

/** One use of a global of the platform: `$request.get(…)`, `$schedule.create(…)`, `renderData(…)`. */
export interface PlatformCall {
  /** Such as `$request.get`, `generateTargetUrl`. */
  readonly name: string;
  /** The first argument where it is written out; null when only running the code tells. */
  readonly firstText: string | null;
  readonly call: CallExpression;
  readonly source: SourceText;
}

const objects = ['$request', '$db', '$schedule', '$job'];
const functions = ['renderData', 'generateTargetUrl'];

/** The calls of the platform's globals in a script, in order. */
export function platformCalls({ source, program }: ParsedScript): readonly PlatformCall[] {
  const calls: PlatformCall[] = [];
  walkTree(program, (node) => {
    if (node.type !== 'CallExpression') return;
    const name = calledName(node.callee as AnyNode);
    if (name === null) return;
    calls.push({ name, firstText: literalText(node.arguments[0]) ?? null, call: node, source });
  });
  return calls;
}

function calledName(callee: AnyNode): string | null {
  if (callee.type === 'Identifier') return functions.includes(callee.name) ? callee.name : null;
  if (callee.type !== 'MemberExpression') return null;
  const object = objects.find((name) => isIdentifier(callee.object, name));
  const member = callee.computed
    ? literalText(callee.property)
    : callee.property.type === 'Identifier' && callee.property.name;
  return object !== undefined && typeof member === 'string' ? `${object}.${member}` : null;
}

/** The verbs of `$request` that platform 2.3 replaced by templates. */
export const legacyVerbs: readonly string[] = ['get', 'post', 'put', 'patch', 'delete'];

/** The verb of a legacy request call (`get` of `$request.get(…)`), or null. */
export function legacyVerbOf(call: PlatformCall): string | null {
  const verb = call.name.startsWith('$request.') ? call.name.slice('$request.'.length) : '';
  return legacyVerbs.includes(verb) ? verb : null;
}
