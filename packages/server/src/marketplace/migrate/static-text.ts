import type { AnyNode, ObjectExpression, Program, VariableDeclaration } from 'acorn';
import { isIdentifier, isVariable, literalText, walkTree } from '../syntax-tree.ts';

/** A text of which some pieces are known and others are only made while the code runs. */
export type TextPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly node: AnyNode };

/** A constant that was followed to what it is set to, since nothing else is ever assigned to it. */
export interface FollowedConstant {
  readonly name: string;
  readonly declaration: VariableDeclaration;
  /** What the declaration stands in: nothing outside of it means this constant. */
  readonly block: AnyNode;
}

/** Looks through constants of a script to what they stand for. */
export interface ConstantReader {
  /** The node itself, or what the constant that it names is set to. */
  readonly follow: (node: AnyNode) => AnyNode;
  /** The constants that were followed so far. */
  readonly followed: () => readonly FollowedConstant[];
}

/**
 * Makes a reader for one place of a script. The nearest declaration around the place is followed,
 * when nothing is ever assigned to the name or to a part of it.
 *
 * @param around the nodes around the place, from the root
 */
export function constantsAround(program: Program, around: readonly AnyNode[]): ConstantReader {
  const followed: FollowedConstant[] = [];
  return {
    follow: (node) => {
      if (node.type !== 'Identifier') return node;
      const found = onlyConstant(program, node.name, around);
      if (found === null) return node;
      followed.push({ name: node.name, declaration: found.declaration, block: found.block });
      return found.init;
    },
    followed: () => followed,
  };
}

interface Candidate {
  readonly init: AnyNode;
  readonly declaration: VariableDeclaration;
  readonly block: AnyNode;
}

function onlyConstant(program: Program, name: string, around: readonly AnyNode[]): Candidate | null {
  const candidates: Candidate[] = [];
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || node.id.name !== name) return;
    const [block, declaration] = ancestors.slice(-2);
    if (block === undefined || declaration?.type !== 'VariableDeclaration' || !around.includes(block)) return;
    if (node.init) candidates.push({ init: node.init as AnyNode, declaration, block });
  });
  const depth = (candidate: Candidate) => around.indexOf(candidate.block);
  const nearest = candidates.toSorted((left, right) => depth(right) - depth(left));
  const [only, other] = nearest;
  if (only === undefined || other?.block === only.block) return null;
  const isShadowed = around.slice(depth(only) + 1).some((node) => hasParameter(node, name));
  return isShadowed || isChanged(only, name) ? null : only;
}

function hasParameter(node: AnyNode, name: string): boolean {
  return 'params' in node && node.params.some((parameter) => isIdentifier(parameter, name));
}

// Whatever is assigned to it or to a part of it, and what other functions may do to an object that they are given.
function isChanged({ init, block }: Candidate, name: string): boolean {
  let isSeen = false;
  walkTree(block, (node, ancestors) => {
    if (node.type !== 'Identifier' || node.name !== name || !isVariable(node, ancestors.at(-1))) return;
    const around = ancestors.findLast((ancestor) => ancestor.type !== 'MemberExpression');
    if (around?.type === 'AssignmentExpression' && around.left.start === node.start) isSeen = true;
    if (around?.type === 'UpdateExpression' || (around?.type === 'UnaryExpression' && around.operator === 'delete')) {
      isSeen = true;
    }
    if (init.type === 'ObjectExpression' && isHandedOn(node, ancestors.at(-1))) isSeen = true;
  });
  return isSeen;
}

function isHandedOn(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type !== 'CallExpression' || parent.callee === (node as unknown)) return false;
  const { callee } = parent;
  if (callee.type !== 'MemberExpression') return true;
  return !isIdentifier(callee.object, '$request') && !isIdentifier(callee.object, 'console');
}

/** A node as the pieces of the text that it makes: literals, templates and what is put together with `+`. */
export function textPieces(node: AnyNode, constants: ConstantReader): readonly TextPiece[] {
  const known = constants.follow(node);
  if (known.type === 'Literal' && (typeof known.value === 'string' || typeof known.value === 'number')) {
    return [{ kind: 'text', text: String(known.value) }];
  }
  if (known.type === 'TemplateLiteral') {
    return known.quasis.flatMap((quasi, index) => {
      const text: TextPiece = { kind: 'text', text: quasi.value.cooked ?? quasi.value.raw };
      const expression = known.expressions[index] as AnyNode | undefined;
      return expression === undefined ? [text] : [text, ...textPieces(expression, constants)];
    });
  }
  if (known.type === 'BinaryExpression' && known.operator === '+' && makesText(known, constants)) {
    return [...textPieces(known.left as AnyNode, constants), ...textPieces(known.right as AnyNode, constants)];
  }
  // A constant that holds no text of its own stays what it was called.
  return [{ kind: 'expression', node }];
}

// 1 + 2 is no text; as soon as one side is, both are.
function makesText(node: AnyNode, constants: ConstantReader): boolean {
  const known = constants.follow(node);
  if (literalText(known) !== undefined || known.type === 'TemplateLiteral') return true;
  return (
    known.type === 'BinaryExpression' &&
    known.operator === '+' &&
    (makesText(known.left as AnyNode, constants) || makesText(known.right as AnyNode, constants))
  );
}

/** An object's members by name; null when it has more than its text shows. */
export function plainMembers(object: ObjectExpression): ReadonlyMap<string, AnyNode> | null {
  const members = new Map<string, AnyNode>();
  for (const property of object.properties) {
    if (property.type !== 'Property' || property.kind !== 'init') return null;
    const key = property.key as AnyNode;
    const name = property.computed || key.type !== 'Identifier' ? literalText(key) : key.name;
    if (name === undefined) return null;
    members.set(name, property.value as AnyNode);
  }
  return members;
}
