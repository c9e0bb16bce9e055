import type { AnyNode, Pattern, Program } from 'acorn';
import { isVariable, walkTree } from './syntax-tree.ts';

/** A name that a script declares, where, and how. */
export interface DeclaredName {
  readonly name: string;
  readonly offset: number;
  /** `parameter` for those of functions and of `catch`. */
  readonly how: 'variable' | 'function' | 'class' | 'parameter';
}

/** The names of a script, whatever their scope: enough to say what is certainly unused or certainly unknown. */
export interface ScriptNames {
  readonly declared: readonly DeclaredName[];
  /** Every use of a variable, by name: the offset of the first one. */
  readonly used: ReadonlyMap<string, number>;
  /** Of the names in `used`, those of which every use stands in a `try` whose `catch` gets what it throws. */
  readonly guarded: ReadonlySet<string>;
  /** Names that are assigned to: without a declaration they become globals. */
  readonly assigned: ReadonlySet<string>;
  /** Names asked for by `typeof`, which is how code looks for what may not be there. */
  readonly probed: ReadonlySet<string>;
}

/**
 * Collects what a script declares and uses. Scopes are not followed: a name that is used anywhere counts as used
 * everywhere. So a finding made of this is never false, and some are not made.
 */
export function readNames(program: Program): ScriptNames {
  const declared = declarationsOf(program);
  const places = new Set(declared.map(({ offset }) => offset));
  const used = new Map<string, number>();
  const unguarded = new Set<string>();
  const assigned = new Set<string>();
  const targets = assignedPlaces(program);
  const probed = new Set<string>();
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'Identifier' || places.has(node.start)) return;
    const parent = ancestors.at(-1);
    if (!isVariable(node, parent)) return;
    if (targets.has(node.start)) {
      assigned.add(node.name);
    } else if (parent?.type === 'UnaryExpression' && parent.operator === 'typeof') {
      probed.add(node.name);
    } else {
      if (!used.has(node.name)) used.set(node.name, node.start);
      if (!isCaught(node, ancestors)) unguarded.add(node.name);
    }
  });
  const guarded = new Set([...used.keys()].filter((name) => !unguarded.has(name)));
  return { declared, used, guarded, assigned, probed };
}

// `a = 1`, `[a, b] = pair`, `({ a } = object)`, `for (a of list)`: where each name stands that is given a value.
function assignedPlaces(program: Program): ReadonlySet<number> {
  const places = new Set<number>();
  walkTree(program, (node) => {
    const isAssignment = node.type === 'AssignmentExpression' && node.operator === '=';
    const isLoop = node.type === 'ForInStatement' || node.type === 'ForOfStatement';
    if (!(isAssignment || isLoop) || node.left.type === 'VariableDeclaration') return;
    for (const { offset } of namesInPattern(node.left)) places.add(offset);
  });
  return places;
}

function isCaught(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  return ancestors.some(
    (around) => around.type === 'TryStatement' && around.handler != null && around.block.end >= node.end,
  );
}

function declarationsOf(program: Program): readonly DeclaredName[] {
  const declared: DeclaredName[] = [];
  const add = (how: DeclaredName['how'], pattern: Pattern | null | undefined) => {
    for (const { name, offset } of namesInPattern(pattern)) declared.push({ name, offset, how });
  };
  walkTree(program, (node) => {
    switch (node.type) {
      case 'VariableDeclarator':
        add('variable', node.id);
        break;
      case 'FunctionDeclaration':
        add('function', node.id);
        for (const parameter of node.params) add('parameter', parameter);
        break;
      case 'FunctionExpression':
        add('parameter', node.id);
        for (const parameter of node.params) add('parameter', parameter);
        break;
      case 'ArrowFunctionExpression':
        for (const parameter of node.params) add('parameter', parameter);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        add(node.type === 'ClassDeclaration' ? 'class' : 'parameter', node.id);
        break;
      case 'CatchClause':
        add('parameter', node.param);
        break;
      default:
    }
  });
  return declared;
}

function namesInPattern(pattern: Pattern | null | undefined): readonly { name: string; offset: number }[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [{ name: pattern.name, offset: pattern.start }];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesInPattern(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => namesInPattern(element));
    case 'AssignmentPattern':
      return namesInPattern(pattern.left);
    case 'RestElement':
      return namesInPattern(pattern.argument);
    default:
      return [];
  }
}

/** True when a script may reach any name without writing it: by `eval` or `with`. */
export function hidesNames(program: Program): boolean {
  let isHiding = false;
  walkTree(program, (node: AnyNode) => {
    if (node.type === 'WithStatement') isHiding = true;
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'eval') {
      isHiding = true;
    }
  });
  return isHiding;
}
