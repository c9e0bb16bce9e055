import type { AnyNode, Pattern } from 'acorn';
import { legacyVerbs } from './platform-calls.ts';
import type { ParsedScript } from './script-lint.ts';
import type { SourceText } from './source-text.ts';
import { isIdentifier, isVariable, literalText, walkTree } from './syntax-tree.ts';

/** A place where a verb of `$request` is, or may be, called by another name than `$request.get(…)`. */
export interface HiddenRequest {
  /** The code as a person would look for it: `req.get`, `{ get } = $request`. */
  readonly code: string;
  /** `verb`: it is one of the verbs. `computed`, `handed_on`: only running the code tells. */
  readonly kind: 'verb' | 'computed' | 'handed_on';
  readonly offset: number;
  readonly source: SourceText;
}

interface Found {
  readonly node: AnyNode;
  readonly kind: HiddenRequest['kind'];
}

/** Finds the calls of `$request` in a script that go by another name, and where it is handed on, in order. */
export function hiddenRequests({ source, program }: ParsedScript): readonly HiddenRequest[] {
  const found: Found[] = [];
  const aliases = new Set<string>();
  walkTree(program, (node, ancestors) => {
    if (!isIdentifier(node, '$request') || !isVariable(node, ancestors.at(-1))) return;
    const [around, parent] = ancestors.slice(-2);
    const alias = aliasOf(node, parent);
    if (alias !== null) aliases.add(alias);
    else found.push(...judgeUse(node, parent, around));
  });
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'Identifier' || !aliases.has(node.name) || !isVariable(node, ancestors.at(-1))) return;
    const [around, parent] = ancestors.slice(-2);
    if (parent?.type === 'MemberExpression') found.push(...judgeMember(parent, around, 'alias'));
  });
  return found
    .toSorted((left, right) => left.node.start - right.node.start)
    .map(({ node, kind }) => ({
      code: source.text.slice(node.start, node.end).replaceAll(/\s+/g, ' ').slice(0, codeCharactersMax),
      kind,
      offset: node.start,
      source,
    }));
}

const codeCharactersMax = 60;

/** `const req = $request` and `req = $request` give it a name; null for every other use. */
function aliasOf(node: AnyNode, parent: AnyNode | undefined): string | null {
  if (parent?.type === 'VariableDeclarator' && parent.init === node && parent.id.type === 'Identifier') {
    return parent.id.name;
  }
  const isAssigned = parent?.type === 'AssignmentExpression' && parent.right === node;
  return isAssigned && parent.left.type === 'Identifier' ? parent.left.name : null;
}

function judgeUse(node: AnyNode, parent: AnyNode | undefined, around: AnyNode | undefined): readonly Found[] {
  if (parent === undefined) return [];
  switch (parent.type) {
    case 'MemberExpression':
      return parent.object === (node as unknown)
        ? judgeMember(parent, around, 'itself')
        : [{ node, kind: 'handed_on' }];
    case 'VariableDeclarator':
      return takesVerbs(parent.id) ? [{ node: parent, kind: 'verb' }] : [];
    case 'AssignmentExpression':
      if (parent.left.type === 'MemberExpression') return [{ node: parent, kind: 'handed_on' }];
      return takesVerbs(parent.left) ? [{ node: parent, kind: 'verb' }] : [];
    case 'UnaryExpression':
    case 'BinaryExpression':
    case 'IfStatement':
    case 'ExpressionStatement':
      return [];
    case 'LogicalExpression':
      return parent.right === (node as unknown) ? [{ node, kind: 'handed_on' }] : [];
    default:
      return [{ node, kind: 'handed_on' }];
  }
}

function judgeMember(
  member: Extract<AnyNode, { type: 'MemberExpression' }>,
  around: AnyNode | undefined,
  owner: 'itself' | 'alias',
): readonly Found[] {
  const name = member.computed
    ? literalText(member.property)
    : member.property.type === 'Identifier'
      ? member.property.name
      : undefined;
  if (name === undefined) return [{ node: member, kind: 'computed' }];
  if (!legacyVerbs.includes(name)) return [];
  // An app that works on several platform versions asks whether the verb is there: that calls nothing.
  if (around?.type === 'UnaryExpression' && around.operator === 'typeof') return [];
  const isCall = around?.type === 'CallExpression' && around.callee === (member as unknown);
  return isCall && owner === 'itself' ? [] : [{ node: member, kind: 'verb' }];
}

function takesVerbs(pattern: Pattern): boolean {
  if (pattern.type !== 'ObjectPattern') return false;
  return pattern.properties.some((property) => {
    if (property.type === 'RestElement' || property.computed) return true;
    const key = property.key.type === 'Identifier' ? property.key.name : literalText(property.key);
    return key !== undefined && legacyVerbs.includes(key);
  });
}
