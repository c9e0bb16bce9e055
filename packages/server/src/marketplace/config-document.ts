import type { Node } from 'jsonc-parser';
import type { AppFiles } from './app-files.ts';
import { slipOf } from './did-you-mean.ts';
import type { Finding, FindingSeverity } from './finding.ts';
import {
  doubledKeysWithin,
  type JsonMember,
  memberOf,
  membersOf,
  readJsonDocument,
  renameKey,
} from './json-document.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';

/** A JSON file of an app that must hold an object, opened as far as it can be. */
export interface ConfigDocument {
  readonly source: SourceText;
  /** The object; null when the file holds something else or cannot be read. */
  readonly root: Node | null;
  readonly findings: readonly Finding[];
}

/** Opens a JSON file of an app; null when the app has no such file. */
export function openConfig(files: AppFiles, file: string): ConfigDocument | null {
  const text = files.get(file);
  if (text === undefined) return null;
  const source = sourceText(file, text);
  const { root, findings } = readJsonDocument(source);
  if (root === null) return { source, root, findings };
  if (root.type === 'object') return { source, root, findings: [...findings, ...doubledKeysWithin(source, root)] };
  const message = `${file} must hold a JSON object`;
  const fault = findingAt(source, root.offset, { severity: 'error', code: 'config-type', message, expected: '{ … }' });
  return { source, root: null, findings: [...findings, fault] };
}

/** How keys that nobody knows are spoken of. */
export interface UnknownKeyRule {
  readonly code: string;
  readonly known: readonly string[];
  readonly severity: FindingSeverity;
  /** The finding's sentence, without the guess. */
  readonly sentence: (key: string) => string;
}

/**
 * A finding for every key of an object that is not among the known ones. A key that is a slip of a known one which is
 * missing is an error whatever the rule says: what it holds would be lost.
 */
export function unknownKeys(source: SourceText, object: Node | undefined, rule: UnknownKeyRule): readonly Finding[] {
  const strangers = membersOf(object).filter(({ key }) => !rule.known.includes(key));
  return strangers.map(({ key, keyNode }) => {
    const slip = slipOf(key, rule.known);
    const isLoss = slip !== null && memberOf(object, slip) === undefined;
    const guess = slip === null ? '' : `: did you mean "${slip}"?`;
    return findingAt(source, keyNode.offset, {
      severity: isLoss ? 'error' : rule.severity,
      code: rule.code,
      message: `${rule.sentence(key)}${guess}`,
      ...(slip === null ? { fix: 'remove it' } : renameKey(keyNode, slip)),
    });
  });
}

/** The members whose values are texts, numbers or booleans, as texts. */
export function textRecord(node: Node | undefined): Readonly<Record<string, string>> {
  const entries = membersOf(node).flatMap(({ key, value }) => {
    const isPlain = value.type === 'string' || value.type === 'number' || value.type === 'boolean';
    return isPlain ? [[key, String(value.value)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** What stands in the file for a value, shortened, to be shown in a sentence. */
export function writtenText(source: SourceText, node: Node): string {
  const written = source.text.slice(node.offset, node.offset + node.length).replaceAll(/\s+/g, ' ');
  return written.length <= 40 ? written : `${written.slice(0, 39)}…`;
}

/** A finding for a member that must be an object and is not; nothing when it is one, or absent. */
export function notAnObject(
  source: SourceText,
  member: JsonMember | undefined,
  what: { readonly code: string; readonly message: string; readonly severity: FindingSeverity },
): readonly Finding[] {
  if (member === undefined || member.value.type === 'object') return [];
  return [findingAt(source, member.value.offset, { ...what, expected: '{ … }' })];
}
