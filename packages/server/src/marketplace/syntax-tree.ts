import type { AnyNode, Node } from 'acorn';

/** Calls `visit` for every node of a tree, parents first; `ancestors` runs from the root to the direct parent. */
export function walkTree(root: Node, visit: (node: AnyNode, ancestors: readonly AnyNode[]) => void): void {
  const ancestors: AnyNode[] = [];
  const step = (node: AnyNode): void => {
    visit(node, ancestors);
    ancestors.push(node);
    for (const child of childrenOf(node)) step(child);
    ancestors.pop();
  };
  step(root as AnyNode);
}

/** A node that lies deeper in a tree than a limit, or null; finds it without a stack of its own. */
export function nodeBeyondDepth(root: Node, depthMax: number): AnyNode | null {
  let level: readonly AnyNode[] = [root as AnyNode];
  for (let depth = 0; depth <= depthMax; depth += 1) {
    level = level.flatMap(childrenOf);
    if (level.length === 0) return null;
  }
  return level[0] ?? null;
}

/** The text of a string literal or of a template without gaps; undefined for everything else. */
export function literalText(node: Node | null | undefined): string | undefined {
  const known = node as AnyNode | null | undefined;
  if (known?.type === 'Literal' && typeof known.value === 'string') return known.value;
  if (known?.type === 'TemplateLiteral' && known.expressions.length === 0)
    return known.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** True for an identifier of that name. */
export function isIdentifier(node: Node | null | undefined, name: string): boolean {
  const known = node as AnyNode | null | undefined;
  return known?.type === 'Identifier' && known.name === name;
}

/** True when a node is a place where a variable is used, not a key or a member's name. */
export function isVariable(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (node.type !== 'Identifier') return false;
  if (parent?.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent?.type === 'Property') return parent.value === node || parent.computed;
  if (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') return parent.computed;
  return (
    parent?.type !== 'LabeledStatement' && parent?.type !== 'BreakStatement' && parent?.type !== 'ContinueStatement'
  );
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value) => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
