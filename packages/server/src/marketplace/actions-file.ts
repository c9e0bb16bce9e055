import { getNodeValue, type Node } from 'jsonc-parser';
import type { ActionDefinition } from './action-definition.ts';
import type { AppFiles } from './app-files.ts';
import { notAnObject, openConfig, unknownKeys } from './config-document.ts';
import type { Finding } from './finding.ts';
import { type JsonMember, memberOf, membersOf, textOf } from './json-document.ts';
import type { JsonObject } from './json-value.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** Path of the actions below the app folder. */
export const actionsFile = 'actions.json';

/** The actions of an app, where their names stand, and what is wrong with them. */
export interface ActionsReading {
  /** Null when the app has no such file, or it cannot be read at all. */
  readonly source: SourceText | null;
  readonly actions: readonly ActionDefinition[];
  readonly places: readonly { readonly name: string; readonly offset: number }[];
  readonly findings: readonly Finding[];
}

const actionKeys = ['display_name', 'description', 'parameters', 'response'];

/** A name that functions, actions and jobs may have: 2 to 40 letters, digits and underscores, no digit first. */
export const functionName = /^[A-Za-z_]\w{1,39}$/;

/** Reads actions.json: the functions of server.js that other parts of the platform may call, with their schemas. */
export function readActions(files: AppFiles): ActionsReading {
  const document = openConfig(files, actionsFile);
  if (document === null) return { source: null, actions: [], places: [], findings: [] };
  const { source, root } = document;
  if (root === null) return { source: null, actions: [], places: [], findings: document.findings };
  const entries = membersOf(root);
  return {
    source,
    actions: entries.filter(({ value }) => value.type === 'object').map(defineAction),
    places: entries.map(({ key, keyNode }) => ({ name: key, offset: keyNode.offset })),
    findings: [...document.findings, ...entries.flatMap((entry) => checkAction(source, entry))],
  };
}

function defineAction({ key: name, value }: JsonMember): ActionDefinition {
  return {
    name,
    displayName: textOf(memberOf(value, 'display_name')?.value) ?? name,
    description: textOf(memberOf(value, 'description')?.value) ?? null,
    parameters: objectOf(memberOf(value, 'parameters')?.value),
    response: objectOf(memberOf(value, 'response')?.value),
  };
}

function objectOf(node: Node | undefined): JsonObject | null {
  return node?.type === 'object' ? (getNodeValue(node) as JsonObject) : null;
}

function checkAction(source: SourceText, entry: JsonMember): readonly Finding[] {
  const { key: name, keyNode, value } = entry;
  if (value.type !== 'object') {
    const message = `action '${name}' must be an object`;
    return notAnObject(source, entry, { severity: 'error', code: 'action-type', message });
  }
  const missing = ['display_name', 'parameters', 'response'].filter((key) => memberOf(value, key) === undefined);
  return [
    ...(functionName.test(name) ? [] : [invalidName(source, keyNode)]),
    ...(missing.length === 0 ? [] : [missingKeys(source, { name, keyNode, missing })]),
    ...['parameters', 'response'].flatMap((key) =>
      notAnObject(source, memberOf(value, key), {
        severity: 'warning',
        code: 'action-schema-type',
        message: `"${key}" of action '${name}' must be a JSON Schema`,
      }),
    ),
    ...unknownKeys(source, value, {
      code: 'action-key-unknown',
      severity: 'warning',
      known: actionKeys,
      sentence: (key) => `action '${name}' must NOT have additional properties '${key}'`,
    }),
  ];
}

function invalidName(source: SourceText, keyNode: Node): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'function-name-invalid',
    message: `Action "${String(keyNode.value)}" has invalid name`,
    expected: '2 to 40 letters, digits and underscores, no digit first',
  });
}

function missingKeys(
  source: SourceText,
  { name, keyNode, missing }: { name: string; keyNode: Node; missing: readonly string[] },
): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'action-key-missing',
    message: `action '${name}' must have required property ${missing.map((key) => `'${key}'`).join(', ')}`,
  });
}
