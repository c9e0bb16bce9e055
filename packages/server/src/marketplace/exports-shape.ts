import type { AnyNode, AssignmentExpression, Expression, ObjectExpression, Program, Property } from 'acorn';
import { isIdentifier, isVariable, literalText, walkTree } from './syntax-tree.ts';

/** What can be said about one export without running the file. */
export interface ExportedMember {
  readonly name: string;
  readonly callable: 'yes' | 'no' | 'unknown';
  readonly isArrow: boolean;
  readonly offset: number;
  readonly value: AnyNode;
}

/** What a file exports, as far as its text tells. */
export interface ExportsShape {
  readonly members: ReadonlyMap<string, ExportedMember>;
  /** False when there may be more than the members: a spread, a call, a class. Then only running the file decides. */
  readonly isClosed: boolean;
  /** False when the file never touches `exports`. */
  readonly isAssigned: boolean;
  /** Offset of a top-level `const exports`, `let exports` and the like, which cannot be: the name is taken. */
  readonly redeclaredAt: number | null;
  /** Offset of an assignment to `module.exports`, which does not exist. */
  readonly moduleExportsAt: number | null;
}

/**
 * Reads what a server file binds to `exports` by the end. Only top-level statements are followed; every other use
 * that could change the binding leaves the shape open, so that nothing is claimed that running would refute.
 */
export function readExportsShape(program: Program): ExportsShape {
  const scope = readScope(program);
  const drafts = new Map<string, ExportedMember>();
  const followed = new Set<AnyNode>();
  let isClosed = true;
  let isAssigned = false;
  for (const { target, value } of topLevelAssignments(program)) {
    const name = exportedName(target);
    if (name === null && !isIdentifier(target, 'exports')) continue;
    isAssigned = true;
    followed.add(target);
    if (name !== null) {
      drafts.set(name, describe(scope, { name, value, offset: target.start }));
      continue;
    }
    drafts.clear();
    const object = resolveObject(scope, value);
    isClosed = object !== null && addProperties(scope, { object, drafts });
  }
  const strays = strayUses(program, followed);
  return {
    members: drafts,
    isClosed: isClosed && !strays.isTouched,
    isAssigned: isAssigned || strays.isTouched,
    redeclaredAt: redeclaration(program),
    moduleExportsAt: moduleExports(program),
  };
}

interface Assignment {
  readonly target: AnyNode;
  readonly value: AnyNode;
}

function topLevelAssignments(program: Program): readonly Assignment[] {
  return program.body.flatMap((statement) => {
    if (statement.type === 'ExpressionStatement') return assignmentsIn(statement.expression as AnyNode);
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'var') return [];
    return statement.declarations.flatMap(({ id, init }) =>
      init ? [{ target: id as AnyNode, value: init as AnyNode }] : [],
    );
  });
}

// a = exports = { … } assigns to both.
function assignmentsIn(expression: AnyNode): readonly Assignment[] {
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return [];
  const value = lastValue(expression);
  return [{ target: expression.left as AnyNode, value }, ...assignmentsIn(expression.right as AnyNode)];
}

function lastValue(expression: AssignmentExpression): AnyNode {
  const right = expression.right as AnyNode;
  return right.type === 'AssignmentExpression' && right.operator === '=' ? lastValue(right) : right;
}

function exportedName(target: AnyNode): string | null {
  if (target.type !== 'MemberExpression' || !isIdentifier(target.object, 'exports')) return null;
  if (target.computed) return literalText(target.property) ?? null;
  return target.property.type === 'Identifier' ? target.property.name : null;
}

type Scope = ReadonlyMap<string, AnyNode>;

// Functions, classes and constants: what a later statement cannot have replaced.
function readScope(program: Program): Scope {
  const scope = new Map<string, AnyNode>();
  for (const statement of program.body as readonly AnyNode[]) {
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      if (statement.id) scope.set(statement.id.name, statement);
    } else if (statement.type === 'VariableDeclaration' && statement.kind === 'const') {
      for (const { id, init } of statement.declarations) {
        if (id.type === 'Identifier' && init) scope.set(id.name, init as AnyNode);
      }
    }
  }
  return scope;
}

function resolve(scope: Scope, value: AnyNode): AnyNode {
  return value.type === 'Identifier' ? (scope.get(value.name) ?? value) : value;
}

function resolveObject(scope: Scope, value: AnyNode): ObjectExpression | null {
  const resolved = resolve(scope, value);
  return resolved.type === 'ObjectExpression' ? resolved : null;
}

// Adds an object's properties; false when it may have more than its text shows.
function addProperties(
  scope: Scope,
  { object, drafts }: { object: ObjectExpression; drafts: Map<string, ExportedMember> },
): boolean {
  let isClosed = true;
  for (const property of object.properties) {
    if (property.type === 'SpreadElement') {
      const spread = resolveObject(scope, property.argument as AnyNode);
      isClosed = spread !== null && spread !== object && addProperties(scope, { object: spread, drafts }) && isClosed;
      continue;
    }
    const name = propertyName(property);
    if (name === null) isClosed = false;
    else drafts.set(name, describeProperty(scope, { name, property }));
  }
  return isClosed;
}

function propertyName(property: Property): string | null {
  const key = property.key as AnyNode;
  if (property.computed) return literalText(key) ?? null;
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}

function describeProperty(scope: Scope, { name, property }: { name: string; property: Property }): ExportedMember {
  const value = property.value as AnyNode;
  const member = describe(scope, { name, value, offset: property.start });
  return property.kind === 'init' ? member : { ...member, callable: 'unknown' };
}

function describe(scope: Scope, at: { name: string; value: AnyNode; offset: number }): ExportedMember {
  const value = resolve(scope, at.value);
  return { ...at, callable: isCallable(value), isArrow: value.type === 'ArrowFunctionExpression' };
}

function isCallable(value: AnyNode): ExportedMember['callable'] {
  switch (value.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
      return 'yes';
    case 'Literal':
    case 'TemplateLiteral':
    case 'ObjectExpression':
    case 'ArrayExpression':
      return 'no';
    default:
      return 'unknown';
  }
}

// Reading a member of `exports` anywhere changes nothing; handing `exports` on, or assigning to it deeper down, may.
function strayUses(program: Program, followed: ReadonlySet<AnyNode>): { readonly isTouched: boolean } {
  let isTouched = false;
  walkTree(program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (!isIdentifier(node, 'exports') || !isVariable(node, parent)) return;
    if (followed.has(node) || (parent !== undefined && followed.has(parent))) return;
    if (parent?.type === 'MemberExpression' && parent.object === node && !isTarget(parent, ancestors.at(-2))) return;
    if (parent?.type === 'UnaryExpression' && parent.operator === 'typeof') return;
    isTouched = true;
  });
  return { isTouched };
}

function isTarget(member: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'AssignmentExpression') return parent.left === member;
  return parent?.type === 'UpdateExpression' || (parent?.type === 'UnaryExpression' && parent.operator === 'delete');
}

function redeclaration(program: Program): number | null {
  for (const statement of program.body) {
    const isLexical = statement.type === 'VariableDeclaration' && statement.kind !== 'var';
    const declared = isLexical ? statement.declarations.find(({ id }) => isIdentifier(id, 'exports')) : undefined;
    if (declared !== undefined) return declared.start;
    if (statement.type === 'ClassDeclaration' && isIdentifier(statement.id, 'exports')) return statement.start;
  }
  return null;
}

function moduleExports(program: Program): number | null {
  const assignment = topLevelAssignments(program).find(({ target }) => isModuleExports(target as Expression));
  return assignment?.target.start ?? null;
}

function isModuleExports(target: Expression): boolean {
  if (target.type !== 'MemberExpression') return false;
  if (isIdentifier(target.object, 'module') && isIdentifier(target.property, 'exports')) return true;
  return target.object.type === 'MemberExpression' && isModuleExports(target.object);
}
