import type { AnyNode, Function as FunctionNode, Program } from 'acorn';
import { walkTree } from './syntax-tree.ts';

/** A function of a script, with what its branches and its `await`s come to; functions inside it count for themselves. */
export interface FunctionMeasure {
  /** As a linter names it: `Async method 'onAppInstall'`. */
  readonly title: string;
  readonly offset: number;
  readonly isAsync: boolean;
  /** True when its body is `{}`. */
  readonly isEmpty: boolean;
  readonly hasAwait: boolean;
  /** One, and one more for every branch. */
  readonly complexity: number;
}

/** Measures every function of a script. */
export function measureFunctions(program: Program): readonly FunctionMeasure[] {
  const drafts = new Map<AnyNode, { node: FunctionNode; title: string; hasAwait: boolean; complexity: number }>();
  walkTree(program, (node, ancestors) => {
    if (isFunction(node)) {
      drafts.set(node, { node, title: titleOf(node, ancestors.at(-1)), hasAwait: false, complexity: 1 });
      return;
    }
    const owner = ancestors.findLast(isFunction);
    const draft = owner === undefined ? undefined : drafts.get(owner);
    if (draft === undefined) return;
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) draft.hasAwait = true;
    if (isBranch(node)) draft.complexity += 1;
  });
  return [...drafts.values()].map(({ node, title, hasAwait, complexity }) => ({
    title,
    offset: node.start,
    isAsync: node.async,
    isEmpty: node.body.type === 'BlockStatement' && node.body.body.length === 0,
    hasAwait,
    complexity,
  }));
}

function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

function isBranch(node: AnyNode): boolean {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return true;
    case 'SwitchCase':
      return node.test != null;
    case 'AssignmentExpression':
      return ['&&=', '||=', '??='].includes(node.operator);
    default:
      return false;
  }
}

function titleOf(node: FunctionNode, parent: AnyNode | undefined): string {
  const kind = kindOf(node, parent);
  const name = nameOf(node, parent);
  const words = `${node.async ? 'async ' : ''}${kind}${name === null ? '' : ` '${name}'`}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function kindOf(node: FunctionNode, parent: AnyNode | undefined): string {
  if (node.type === 'ArrowFunctionExpression') return 'arrow function';
  const isMember = parent?.type === 'Property' || parent?.type === 'MethodDefinition';
  return isMember && parent.value === (node as AnyNode) ? 'method' : 'function';
}

function nameOf(node: FunctionNode, parent: AnyNode | undefined): string | null {
  if (node.type !== 'ArrowFunctionExpression' && node.id) return node.id.name;
  if (parent?.type === 'Property' || parent?.type === 'MethodDefinition') return keyName(parent.key as AnyNode);
  if (parent?.type === 'VariableDeclarator') return parent.id.type === 'Identifier' ? parent.id.name : null;
  if (parent?.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression') {
    return keyName(parent.left.property as AnyNode);
  }
  return null;
}

function keyName(key: AnyNode): string | null {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}
