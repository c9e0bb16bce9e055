import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { slipOf } from './did-you-mean.ts';
import type { Finding, TextEdit } from './finding.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** A JSON file as a tree with offsets, and what is wrong with its syntax. */
export interface JsonDocument {
  readonly source: SourceText;
  /** Null when nothing below it could be trusted. */
  readonly root: Node | null;
  readonly findings: readonly Finding[];
}

/** A key of a JSON object with its value. */
export interface JsonMember {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node;
}

/**
 * Parses strict JSON (no comments, no trailing commas). Faults after which the rest can still be understood leave
 * the tree in place, so that a missing comma does not hide the other findings.
 */
export function readJsonDocument(source: SourceText): JsonDocument {
  const tooDeep = offsetBeyondDepth(source.text);
  if (tooDeep !== null) return { source, root: null, findings: [tooDeepFinding(source, tooDeep)] };
  const errors: ParseError[] = [];
  const root = parseTree(source.text, errors, { disallowComments: true }) ?? null;
  const first = errors[0];
  if (first === undefined) return { source, root, findings: [] };
  const findings = faultsWorthNaming(errors).map((error) => syntaxFinding(source, error));
  return { source, root: errors.every((error) => leavesTreeIntact(error, source.text)) ? root : null, findings };
}

// Deeper than any file of an app, and far from what the parser's stack can take.
const depthMax = 200;

function offsetBeyondDepth(text: string): number | null {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[[{\]}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    if (depth > depthMax) return index;
  }
  return null;
}

function tooDeepFinding(source: SourceText, offset: number): Finding {
  const message = `${source.file} is nested more than ${depthMax} deep`;
  return findingAt(source, offset, { severity: 'error', code: 'json-syntax', message });
}

/**
 * The members of an object node that count, in order: of a doubled key the last, as in `JSON.parse`.
 * Empty for every other node.
 */
export function membersOf(node: Node | undefined): readonly JsonMember[] {
  const written = writtenMembersOf(node);
  const last = new Map(written.map((member) => [member.key, member]));
  return last.size === written.length ? written : written.filter((member) => last.get(member.key) === member);
}

/** The members of an object node as they are written, doubled keys included; empty for every other node. */
export function writtenMembersOf(node: Node | undefined): readonly JsonMember[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap((property) => {
    const [keyNode, value] = property.children ?? [];
    return keyNode !== undefined && value !== undefined ? [{ key: String(keyNode.value), keyNode, value }] : [];
  });
}

/** The member that counts under a key: the last, as in `JSON.parse`. */
export function memberOf(node: Node | undefined, key: string): JsonMember | undefined {
  return membersOf(node).findLast((member) => member.key === key);
}

/** A string node's text, or undefined. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.type === 'string' ? String(node.value) : undefined;
}

/** A finding for each key that stands twice in an object. */
export function doubledKeys(source: SourceText, node: Node | undefined): readonly Finding[] {
  const seen = new Set<string>();
  return writtenMembersOf(node).flatMap(({ key, keyNode }) => {
    const isDoubled = seen.has(key);
    seen.add(key);
    if (!isDoubled) return [];
    const message = `"${key}" stands here a second time: only the last one counts`;
    const fix = 'remove the others';
    return [findingAt(source, keyNode.offset, { severity: 'warning', code: 'doubled-key', message, fix })];
  });
}

/** A finding for each key that stands twice in an object, or in whatever stands inside of it. */
export function doubledKeysWithin(source: SourceText, node: Node): readonly Finding[] {
  const inside = node.type === 'property' ? (node.children ?? []).slice(1) : (node.children ?? []);
  return [...doubledKeys(source, node), ...inside.flatMap((child) => doubledKeysWithin(source, child))];
}

type FaultName = ReturnType<typeof printParseErrorCode>;

// One slip makes the parser complain several times at almost the same place: the first complaint of a line is the slip.
const faultsNamedMax = 5;

function faultsWorthNaming(errors: readonly ParseError[]): readonly ParseError[] {
  const isEcho = (error: ParseError, index: number) => {
    const before = errors[index - 1];
    return before !== undefined && error.offset - (before.offset + before.length) < 3;
  };
  return errors.filter((error, index) => !isEcho(error, index)).slice(0, faultsNamedMax);
}

function leavesTreeIntact(error: ParseError, text: string): boolean {
  const name = printParseErrorCode(error.error);
  if (isTrailingComma(name, text, error.offset)) return true;
  return name === 'CommaExpected' || name === 'InvalidCommentToken' || name === 'CloseBraceExpected';
}

function syntaxFinding(source: SourceText, error: ParseError): Finding {
  const name = printParseErrorCode(error.error);
  const { what, fix, edits } = explain(name, source.text, error);
  const offset = name === 'CommaExpected' ? endOfTextBefore(source.text, error.offset) : error.offset;
  const message = `${source.file} is not valid JSON: ${what}`;
  return findingAt(source, offset, {
    severity: 'error',
    code: 'json-syntax',
    message,
    ...(fix === '' ? {} : { fix }),
    ...(edits === undefined ? {} : { edits }),
  });
}

interface Explanation {
  readonly what: string;
  readonly fix: string;
  readonly edits?: readonly TextEdit[];
}

function explain(name: FaultName, text: string, error: ParseError): Explanation {
  const found = text.slice(error.offset, error.offset + Math.min(error.length, 40));
  const shown = found === '' ? 'the end of the file' : `"${found}"`;
  if (isTrailingComma(name, text, error.offset)) return trailingComma(text, error.offset, shown);
  switch (name) {
    case 'CommaExpected': {
      const end = endOfTextBefore(text, error.offset);
      const edits = [{ start: end, end, text: ',' }];
      return { what: `a comma is missing before ${shown}`, fix: 'add a ","', edits };
    }
    case 'ColonExpected':
      return { what: `a colon is missing before ${shown}`, fix: 'add a ":"' };
    case 'CloseBraceExpected':
      return { what: 'a closing brace "}" is missing', fix: 'add a "}"' };
    case 'CloseBracketExpected':
      return { what: 'a closing bracket "]" is missing', fix: 'add a "]"' };
    case 'PropertyNameExpected':
      return { what: `a key in double quotes is expected instead of ${shown}`, fix: 'put the key in double quotes' };
    case 'ValueExpected':
      return text.trim() === ''
        ? { what: 'the file is empty', fix: 'write at least {}' }
        : { what: `a value is expected instead of ${shown}`, fix: '' };
    case 'EndOfFileExpected':
      return { what: `nothing may follow the value, but ${shown} does`, fix: `remove ${shown}` };
    case 'InvalidCommentToken':
      return { what: 'JSON has no comments', fix: 'remove the comment' };
    case 'UnexpectedEndOfString':
      return { what: 'a string is not closed on its line', fix: "add a '\"'" };
    case 'InvalidSymbol':
      return found.startsWith("'")
        ? { what: 'JSON knows no single quotes', fix: 'use double quotes' }
        : { what: `${shown} is not a JSON value`, fix: '' };
    default:
      return { what: `${spoken(name)} at ${shown}`, fix: '' };
  }
}

function spoken(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function isTrailingComma(name: FaultName, text: string, offset: number): boolean {
  if (name !== 'PropertyNameExpected' && name !== 'ValueExpected') return false;
  return /^[}\]]/.test(text.slice(offset)) && text.slice(0, offset).trimEnd().endsWith(',');
}

function trailingComma(text: string, offset: number, shown: string): Explanation {
  const end = endOfTextBefore(text, offset);
  return {
    what: `a comma has nothing after it before ${shown}`,
    fix: 'remove the trailing comma',
    edits: [{ start: end - 1, end, text: '' }],
  };
}

/** The edits that put something else between the quotes of a key or a text. */
export function replaceText(node: Node, text: string): readonly TextEdit[] {
  return [{ start: node.offset, end: node.offset + node.length, text: JSON.stringify(text) }];
}

/** The edits that put another value in place of one. */
export function replaceValue(node: Node, value: number | boolean): readonly TextEdit[] {
  return [{ start: node.offset, end: node.offset + node.length, text: String(value) }];
}

/** How a key is put right that is a slip of another: what to say, and the edits when renaming it loses nothing. */
export interface KeyRenaming {
  readonly fix: string;
  readonly edits?: readonly TextEdit[];
}

/**
 * Renames a key, unless its object has the other key already, or gets it from a slip that stands before this one:
 * a second one would silently replace the first.
 */
export function renameKey(keyNode: Node, name: string): KeyRenaming {
  const siblings = writtenMembersOf(keyNode.parent?.parent).filter((member) => member.keyNode !== keyNode);
  const isThere = siblings.some(
    ({ key, keyNode: other }) => key === name || (other.offset < keyNode.offset && slipOf(key, [name]) !== null),
  );
  if (isThere) return { fix: `"${name}" is already there: keep one of the two` };
  return { fix: `rename it to "${name}"`, edits: replaceText(keyNode, name) };
}

/** The edits that take a member out of its object, with the comma that parted it from the next one or the last. */
export function removeMember(source: SourceText, keyNode: Node): readonly TextEdit[] {
  const property = keyNode.parent;
  const siblings = property?.parent?.children ?? [];
  const index = property === undefined ? -1 : siblings.indexOf(property);
  if (property === undefined || index === -1) return [];
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  const end = property.offset + property.length;
  if (after !== undefined) return [{ start: property.offset, end: after.offset, text: '' }];
  if (before !== undefined) return [{ start: before.offset + before.length, end, text: '' }];
  const parent = property.parent;
  if (parent === undefined) return [];
  const isOnly = /^\s*$/.test(source.text.slice(parent.offset + 1, property.offset));
  return isOnly ? [{ start: parent.offset, end: parent.offset + parent.length, text: '{}' }] : [];
}

function endOfTextBefore(text: string, offset: number): number {
  return text.slice(0, offset).trimEnd().length;
}
