import type { AnyNode, Program } from 'acorn';
import { isIdentifier, walkTree } from '../syntax-tree.ts';

/**
 * Whether what a request answers may be taken for a parsed object: a member of `response` is read, or it is handed on,
 * in the function that makes the call, or the whole answer leaves that function. Printing it is the same for a text.
 *
 * @param around the nodes around the call, from the root
 */
export function takesResponseApart(program: Program, around: readonly AnyNode[]): boolean {
  const [call, parent] = around.filter(({ type }) => type !== 'AwaitExpression').slice(-2);
  if (parent?.type === 'ReturnStatement' || parent?.type === 'ArrowFunctionExpression') return true;
  const isNext = parent?.type === 'MemberExpression' && call?.type === 'CallExpression';
  if (isNext && call.arguments.some(({ type }) => type === 'Identifier' || type === 'MemberExpression')) return true;
  const scope = around.findLast((node) => 'params' in node) ?? program;
  let isTaken = false;
  walkTree(scope, (node, ancestors) => {
    if (isResponse(node) && !isPlainUse(ancestors.at(-1))) isTaken = true;
    if (node.type === 'ObjectPattern' && node.properties.some(isResponseKey)) isTaken = true;
  });
  return isTaken;
}

function isResponse(node: AnyNode): boolean {
  return node.type === 'MemberExpression' && !node.computed && isIdentifier(node.property, 'response');
}

function isResponseKey(property: AnyNode): boolean {
  return property.type === 'Property' && isIdentifier(property.key, 'response');
}

// Who parses it knows that it is a text; who prints it does not care.
function isPlainUse(parent: AnyNode | undefined): boolean {
  if (parent?.type === 'TemplateLiteral' || parent?.type === 'ExpressionStatement') return true;
  if (parent?.type !== 'CallExpression' || parent.callee.type !== 'MemberExpression') return false;
  const { object } = parent.callee;
  return isIdentifier(object, 'JSON') || isIdentifier(object, 'console');
}
