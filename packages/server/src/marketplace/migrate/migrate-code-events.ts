import type { AnyNode, ObjectExpression, Program } from 'acorn';
import type { TextEdit } from '../finding.ts';
import type { ServerScript } from '../server-code.ts';
import { walkTree } from '../syntax-tree.ts';

/**
 * The edit that takes the `events` list out of the exports of server.js, with the comma and the blank line that
 * belong to it; null when there is none.
 */
export function removeCodeEvents({ source, shape }: ServerScript, program: Program): TextEdit | null {
  const member = shape.members.get('events');
  if (member === undefined) return null;
  const object = objectAround(program, member.offset);
  if (object === null) return null;
  const index = object.properties.findIndex(({ start }) => start === member.offset);
  const [property, before, after] = [
    object.properties[index],
    object.properties[index - 1],
    object.properties[index + 1],
  ];
  if (property === undefined) return null;
  if (after !== undefined)
    return { start: property.start, end: startWithComments(source.text, property.end, after.start), text: '' };
  const end = source.text.slice(property.end).match(/^\s*,/)?.[0].length ?? 0;
  return { start: before === undefined ? property.start : before.end, end: property.end + end, text: '' };
}

// A comment before the next member is about that member, and stays.
function startWithComments(text: string, from: number, next: number): number {
  const between = text.slice(from, next);
  const comment = between.search(/\/[/*]/);
  const comma = between.indexOf(',');
  if (comment === -1 || comment < comma) return next;
  return from + comment;
}

function objectAround(program: Program, offset: number): ObjectExpression | null {
  let found: ObjectExpression | null = null;
  walkTree(program, (node: AnyNode) => {
    if (node.type === 'ObjectExpression' && node.properties.some(({ start }) => start === offset)) found = node;
  });
  return found;
}
