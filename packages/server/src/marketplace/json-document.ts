import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Finding } from './finding.ts';
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
  const errors: ParseError[] = [];
  const root = parseTree(source.text, errors, { disallowComments: true }) ?? null;
  const first = errors[0];
  if (first === undefined) return { source, root, findings: [] };
  const findings = faultsWorthNaming(errors).map((error) => syntaxFinding(source, error));
  return { source, root: errors.every(leavesTreeIntact) ? root : null, findings };
}

/** The members of an object node, in order, doubled keys included; empty for every other node. */
export function membersOf(node: Node | undefined): readonly JsonMember[] {
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
  return membersOf(node).flatMap(({ key, keyNode }) => {
    const isDoubled = seen.has(key);
    seen.add(key);
    if (!isDoubled) return [];
    const message = `"${key}" stands here a second time: only the last one counts`;
    return [findingAt(source, keyNode.offset, { severity: 'warning', code: 'doubled-key', message })];
  });
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

function leavesTreeIntact(error: ParseError): boolean {
  const name = printParseErrorCode(error.error);
  return name === 'CommaExpected' || name === 'InvalidCommentToken' || name === 'CloseBraceExpected';
}

function syntaxFinding(source: SourceText, error: ParseError): Finding {
  const name = printParseErrorCode(error.error);
  const { what, fix } = explain(name, source.text, error);
  const offset = name === 'CommaExpected' ? endOfTextBefore(source.text, error.offset) : error.offset;
  const message = `${source.file} is not valid JSON: ${what}`;
  return findingAt(source, offset, { severity: 'error', code: 'json-syntax', message, ...(fix === '' ? {} : { fix }) });
}

function explain(name: FaultName, text: string, error: ParseError): { what: string; fix: string } {
  const found = text.slice(error.offset, error.offset + Math.min(error.length, 40));
  const shown = found === '' ? 'the end of the file' : `"${found}"`;
  switch (name) {
    case 'CommaExpected':
      return { what: `a comma is missing before ${shown}`, fix: 'add a ","' };
    case 'ColonExpected':
      return { what: `a colon is missing before ${shown}`, fix: 'add a ":"' };
    case 'CloseBraceExpected':
      return { what: 'a closing brace "}" is missing', fix: 'add a "}"' };
    case 'CloseBracketExpected':
      return { what: 'a closing bracket "]" is missing', fix: 'add a "]"' };
    case 'PropertyNameExpected':
      return isAfterComma(text, error.offset)
        ? { what: `a comma has nothing after it before ${shown}`, fix: 'remove the trailing comma' }
        : { what: `a key in double quotes is expected instead of ${shown}`, fix: 'put the key in double quotes' };
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

function isAfterComma(text: string, offset: number): boolean {
  return text.slice(0, offset).trimEnd().endsWith(',');
}

function endOfTextBefore(text: string, offset: number): number {
  return text.slice(0, offset).trimEnd().length;
}
