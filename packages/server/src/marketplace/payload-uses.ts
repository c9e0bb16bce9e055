import type { AnyNode } from 'acorn';
import type { ParsedScript } from './script-lint.ts';
import type { SourceText } from './source-text.ts';
import { walkTree } from './syntax-tree.ts';

/** A place where code reads a field of the payload that platform 3.0 no longer documents. */
export interface PayloadUse {
  readonly field: 'domain' | 'account_id';
  readonly offset: number;
  readonly source: SourceText;
}

const usualNames: readonly string[] = ['payload', 'args', 'event', 'eventData', 'eventPayload'];

/** The reads of `payload.domain` and `payload.account_id`: of first parameters, and of what payloads are mostly called. */
export function payloadUses({ source, program }: ParsedScript): readonly PayloadUse[] {
  const uses: PayloadUse[] = [];
  walkTree(program, (node, ancestors) => {
    const field = node.type === 'MemberExpression' ? fieldOf(node) : null;
    if (field === null || node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return;
    const name = node.object.name;
    if (usualNames.includes(name) || isPayloadParameter(name, ancestors))
      uses.push({ field, offset: node.start, source });
  });
  return uses;
}

function fieldOf(node: AnyNode): PayloadUse['field'] | null {
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null;
  const { name } = node.property;
  return name === 'domain' || name === 'account_id' ? name : null;
}

// The only parameter of a method is what a callback is given.
function isPayloadParameter(name: string, ancestors: readonly AnyNode[]): boolean {
  return ancestors.some((node, index) => {
    if (node.type !== 'FunctionExpression' || node.params.length !== 1) return false;
    const [parameter] = node.params;
    return parameter?.type === 'Identifier' && parameter.name === name && ancestors[index - 1]?.type === 'Property';
  });
}
