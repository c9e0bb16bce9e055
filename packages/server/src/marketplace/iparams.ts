import { getNodeValue, type Node } from 'jsonc-parser';
import type { AppFiles } from './app-files.ts';
import { customPageFile } from './custom-page.ts';
import { checkCustomPage } from './custom-page-findings.ts';
import { didYouMean, slipOf } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import { type IparamDefinition, type IparamType, iparamTypes } from './iparam-definition.ts';
import { checkIparamTypes } from './iparam-part-types.ts';
import { checkIparamValue } from './iparam-value.ts';
import {
  doubledKeysWithin,
  type JsonMember,
  memberOf,
  membersOf,
  readJsonDocument,
  renameKey,
  textOf,
} from './json-document.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';
import { MATCHER_LIMITS, type TextMatcher } from './text-matcher.ts';

/** How an app asks for its parameters: by a list of definitions, or by a page of its own that knows their rules. */
export type InstallationPage =
  | { readonly kind: 'definitions'; readonly definitions: readonly IparamDefinition[] }
  | { readonly kind: 'custom_page' };

/** An installation page and what is wrong with it. */
export interface IparamsReading {
  readonly installation: InstallationPage;
  readonly findings: readonly Finding[];
}

/** Path of the definitions below the app folder. */
export const iparamsFile = 'config/iparams.json';

const fieldKeys = [
  ...['display_name', 'type', 'description', 'required', 'visible', 'default_value', 'options', 'regex', 'secure'],
  ...['data-bind', 'type_attributes', 'events', 'modules'],
];
const typesWithOptions: readonly string[] = ['dropdown', 'radio', 'multiselect'];
const typesWithPattern: readonly string[] = ['text', 'email', 'phone_number', 'url', 'paragraph', 'number'];
const maskedTypes: readonly string[] = ['text', 'paragraph', 'api_key', 'number'];
const typesOfProducts: readonly string[] = ['domain', 'api_key'];

/** Reads the definitions of an app's installation parameters and names every fault in them. */
export function readIparams(files: AppFiles): IparamsReading {
  const source = sourceText(iparamsFile, files.get(iparamsFile) ?? '{}');
  const hasPage = files.has(customPageFile);
  if (!files.has(iparamsFile)) {
    return hasPage
      ? { installation: { kind: 'custom_page' }, findings: checkCustomPage(files) }
      : { installation: noDefinitions, findings: [missingFile(source)] };
  }
  const findings: Finding[] = hasPage ? [bothFiles(source)] : [];
  const document = readJsonDocument(source);
  findings.push(...document.findings);
  if (document.root === null) return { installation: noDefinitions, findings };
  if (document.root.type !== 'object')
    return { installation: noDefinitions, findings: [...findings, notAnObject(source)] };
  const { definitions, findings: faults } = readIparamFields(source, document.root);
  return {
    installation: { kind: 'definitions', definitions },
    findings: [...findings, ...doubledKeysWithin(source, document.root), ...faults],
  };
}

/** The definitions in an object of fields, and what is wrong with them; of `oauth_iparams` too. */
export function readIparamFields(
  source: SourceText,
  object: Node | undefined,
): { readonly definitions: readonly IparamDefinition[]; readonly findings: readonly Finding[] } {
  const fields = membersOf(object).map((member) => readField(source, member));
  return {
    definitions: fields.flatMap(({ definition }) => (definition === null ? [] : [definition])),
    findings: fields.flatMap((field) => field.findings),
  };
}

/** The parameters an app runs with until somebody sets others: the defaults of those that have one. */
export function defaultIparams(installation: InstallationPage): JsonObject {
  if (installation.kind === 'custom_page') return {};
  return Object.fromEntries(
    installation.definitions.flatMap(({ name, defaultValue }) =>
      defaultValue === undefined ? [] : [[name, defaultValue] as const],
    ),
  );
}

/** A fault in given parameters: where (a JSON pointer below the parameters) and what. */
export interface IparamFault {
  readonly pointer: string;
  readonly detail: string;
}

/** Parameters that the app may run with, or every fault in those given. */
export type IparamsCheck =
  | { readonly kind: 'accepted'; readonly iparams: JsonObject }
  | { readonly kind: 'rejected'; readonly code: 'invalid_iparams'; readonly errors: readonly IparamFault[] };

/**
 * Checks given parameters against an app's definitions: types, choices, patterns, required ones and unknown names.
 * What is not given takes its default. An app with a page of its own accepts every object: the page checks.
 */
export function checkIparams(installation: InstallationPage, given: unknown, matches: TextMatcher): IparamsCheck {
  if (!isPlainObject(given)) return rejected([{ pointer: '', detail: 'must be a JSON object' }]);
  if (installation.kind === 'custom_page') return { kind: 'accepted', iparams: given };
  const names = installation.definitions.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const faults = [
    ...unknown.map((name) => unknownName(name, names)),
    ...installation.definitions.flatMap((definition) => faultsOf(definition, given, matches)),
  ];
  if (faults.length > 0) return rejected(faults);
  return {
    kind: 'accepted',
    iparams: Object.fromEntries([...Object.entries(defaultIparams(installation)), ...Object.entries(given)]),
  };
}

const noDefinitions: InstallationPage = { kind: 'definitions', definitions: [] };

function rejected(errors: readonly IparamFault[]): IparamsCheck {
  return { kind: 'rejected', code: 'invalid_iparams', errors };
}

function isPlainObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownName(name: string, names: readonly string[]): IparamFault {
  const guess = didYouMean(name, names);
  const hint = guess === null ? '' : `; did you mean "${guess}"?`;
  return { pointer: pointerTo(name), detail: `is not a parameter of this app${hint}` };
}

function faultsOf(definition: IparamDefinition, given: JsonObject, matches: TextMatcher): readonly IparamFault[] {
  const pointer = pointerTo(definition.name);
  const isGiven = Object.hasOwn(given, definition.name);
  const value = isGiven ? given[definition.name] : definition.defaultValue;
  if (value === undefined || value === null || value === '') {
    return definition.required ? [{ pointer, detail: 'is required' }] : [];
  }
  if (!isGiven) return [];
  return checkIparamValue(definition, value, matches).map((detail) => ({ pointer, detail }));
}

function pointerTo(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function missingFile(source: SourceText): Finding {
  return findingAt(source, 0, {
    severity: 'warning',
    code: 'iparams-missing',
    message: 'iparams.json is mandatory.',
    expected: 'config/iparams.json',
    fix: 'add config/iparams.json; {} will do for an app without parameters',
  });
}

function bothFiles(source: SourceText): Finding {
  return findingAt(source, 0, {
    severity: 'warning',
    code: 'iparams-ambiguous',
    message: 'Unsupported File(s). Specify either iparams.html or iparams.json',
    fix: 'remove config/iparams.html or config/iparams.json',
  });
}

function notAnObject(source: SourceText): Finding {
  const message = 'config/iparams.json must hold a JSON object';
  return findingAt(source, 0, { severity: 'error', code: 'iparams-type', message, expected: '{ … }' });
}

interface FieldReading {
  readonly definition: IparamDefinition | null;
  readonly findings: readonly Finding[];
}

function readField(source: SourceText, member: JsonMember): FieldReading {
  const { key: name, keyNode, value } = member;
  if (value.type !== 'object') {
    const message = `the '${name}' field must be an object`;
    const expected = '{ "display_name": "…", "type": "text" }';
    const finding = findingAt(source, value.offset, { severity: 'error', code: 'iparam-type', message, expected });
    return { definition: null, findings: [finding] };
  }
  const type = iparamTypes.find((known) => known === textOf(memberOf(value, 'type')?.value));
  const findings = [
    ...missingKeys(source, member, type),
    ...invalidKeys(source, member),
    ...invalidType(source, member, type),
    ...checkIparamTypes(source, member),
    ...(type === undefined || maskedTypes.includes(type)
      ? unmaskedSecret(source, { name, keyNode, field: value })
      : []),
  ];
  if (type === undefined) return { definition: null, findings };
  const definition = define(name, { type, field: value });
  return { definition, findings: [...findings, ...checkDefinition(source, { definition, field: value, keyNode })] };
}

function define(name: string, { type, field }: { type: IparamType; field: Node }): IparamDefinition {
  const options = optionsOf(memberOf(field, 'options')?.value);
  return {
    name,
    type,
    displayName: textOf(memberOf(field, 'display_name')?.value) ?? name,
    description: textOf(memberOf(field, 'description')?.value) ?? null,
    required: memberOf(field, 'required')?.value.value === true,
    visible: memberOf(field, 'visible')?.value.value !== false,
    secure: memberOf(field, 'secure')?.value.value === true,
    defaultValue: defaultOf(memberOf(field, 'default_value')?.value, { type, options }),
    options,
    pattern: patternOf(memberOf(field, 'regex')?.value),
  };
}

/** Of a multiselect one choice stands for a list with it alone: an official sample has it so. */
function defaultOf(
  node: Node | undefined,
  { type, options }: Pick<IparamDefinition, 'type' | 'options'>,
): JsonValue | undefined {
  if (node === undefined) return undefined;
  const value = getNodeValue(node) as JsonValue;
  return type === 'multiselect' && typeof value === 'string' && options.includes(value) ? [value] : value;
}

// Options are a list of texts, or an object whose values are the texts shown.
function optionsOf(node: Node | undefined): readonly string[] {
  const nodes = node?.type === 'object' ? membersOf(node).map(({ value }) => value) : (node?.children ?? []);
  return nodes.flatMap(({ type, value }) => (type === 'string' || type === 'number' ? [String(value)] : []));
}

// { "<name of the rule>": "<pattern>", "<name>-error": "<message>" }
function patternOf(node: Node | undefined): IparamDefinition['pattern'] {
  const rule = membersOf(node).find(({ key, value }) => !key.endsWith('-error') && value.type === 'string');
  if (rule === undefined) return null;
  return { source: String(rule.value.value), message: textOf(memberOf(node, `${rule.key}-error`)?.value) ?? null };
}

function missingKeys(source: SourceText, { key, keyNode, value }: JsonMember, type?: IparamType): readonly Finding[] {
  const needed = ['display_name', 'type', ...(typesWithOptions.includes(type ?? '') ? ['options'] : [])];
  const missing = needed.filter((name) => memberOf(value, name) === undefined);
  if (missing.length === 0) return [];
  const message = `The mandatory key(s), ${missing.join(', ')}, missing for the '${key}' field.`;
  // Without a display name the key is shown: the app works.
  const severity = missing.length === 1 && missing[0] === 'display_name' ? 'warning' : 'error';
  return [findingAt(source, keyNode.offset, { severity, code: 'iparam-key-missing', message })];
}

function invalidKeys(source: SourceText, { key, value }: JsonMember): readonly Finding[] {
  const invalid = membersOf(value).filter((member) => !fieldKeys.includes(member.key));
  return invalid.map((member) => {
    const guess = didYouMean(member.key, fieldKeys);
    const slip = slipOf(member.key, fieldKeys);
    return findingAt(source, member.keyNode.offset, {
      severity: 'warning',
      code: 'iparam-key-invalid',
      message: `Invalid key(s), ${member.key}, found in the '${key}' field.`,
      ...(guess === null ? {} : { fix: `did you mean "${guess}"?` }),
      ...(slip === null ? {} : renameKey(member.keyNode, slip)),
    });
  });
}

function invalidType(source: SourceText, { key, value }: JsonMember, type?: IparamType): readonly Finding[] {
  const member = memberOf(value, 'type');
  if (type !== undefined || member === undefined) return [];
  const written =
    textOf(member.value) ?? source.text.slice(member.value.offset, member.value.offset + member.value.length);
  const guess = didYouMean(written, iparamTypes);
  return [
    findingAt(source, member.value.offset, {
      severity: 'error',
      code: 'iparam-type-invalid',
      message: `Invalid type, ${written}, found in the '${key}' field.`,
      expected: `one of ${iparamTypes.join(', ')}`,
      ...(guess === null ? {} : { fix: `did you mean "${guess}"?` }),
    }),
  ];
}

function unmaskedSecret(source: SourceText, at: { name: string; keyNode: Node; field: Node }): readonly Finding[] {
  if (!/auth|token|key|secret/i.test(at.name) || memberOf(at.field, 'secure') !== undefined) return [];
  return [
    findingAt(source, at.keyNode.offset, {
      severity: 'warning',
      code: 'iparam-not-secure',
      message: `the '${at.name}' field sounds like a secret and is not masked`,
      fix: 'add "secure": true',
    }),
  ];
}

interface DefinitionPlace {
  readonly definition: IparamDefinition;
  readonly field: Node;
  readonly keyNode: Node;
}

function checkDefinition(source: SourceText, place: DefinitionPlace): readonly Finding[] {
  return [
    ...checkDefault(source, place),
    ...checkPattern(source, place),
    ...checkAttributes(source, place),
    ...checkHidden(source, place),
  ];
}

function checkDefault(source: SourceText, { definition, field, keyNode }: DefinitionPlace): readonly Finding[] {
  const { name, type, defaultValue, options } = definition;
  const node = memberOf(field, 'default_value')?.value;
  if (type === 'dropdown' && options.length > 0 && node === undefined) {
    const message = `In the '${name}' field, specify the default value for the dropdown type.`;
    const expected = `"default_value": one of ${options.join(', ')}`;
    return [
      findingAt(source, keyNode.offset, { severity: 'warning', code: 'iparam-default-missing', message, expected }),
    ];
  }
  if (node === undefined || defaultValue === undefined || defaultValue === '') return [];
  if (type === 'dropdown' && typeof defaultValue === 'string' && !options.includes(defaultValue)) {
    const message = `The default value specified for the '${name}' dropdown type is not listed in the options.`;
    const expected = `one of ${options.join(', ')}`;
    return [findingAt(source, node.offset, { severity: 'error', code: 'iparam-default-unlisted', message, expected })];
  }
  if (Array.isArray(defaultValue) && node.type === 'string') {
    const message = `the default value of the '${name}' field is one choice: here it is taken for a list with that one`;
    const end = node.offset + node.length;
    const edits = [
      { start: node.offset, end: node.offset, text: '[' },
      { start: end, end, text: ']' },
    ];
    const fix = `write ${JSON.stringify(defaultValue)}`;
    return [findingAt(source, node.offset, { severity: 'warning', code: 'iparam-default-lone', message, fix, edits })];
  }
  return checkIparamValue(definition, defaultValue, null).map((detail) =>
    findingAt(source, node.offset, {
      severity: 'error',
      code: 'iparam-default-invalid',
      message: `the default value of the '${name}' field ${detail}`,
    }),
  );
}

function checkPattern(source: SourceText, { definition, field }: DefinitionPlace): readonly Finding[] {
  const member = memberOf(field, 'regex');
  if (member === undefined || definition.pattern === null) return [];
  if (!typesWithPattern.includes(definition.type)) {
    const message = `"regex" means nothing for the type ${definition.type} of the '${definition.name}' field`;
    return [findingAt(source, member.keyNode.offset, { severity: 'warning', code: 'iparam-regex-useless', message })];
  }
  const fault = patternFault(definition.pattern.source);
  if (fault === null) return [];
  const message = `the regex of the '${definition.name}' field ${fault}`;
  return [findingAt(source, member.value.offset, { severity: 'error', code: 'iparam-regex-invalid', message })];
}

function patternFault(source: string): string | null {
  const { patternCharactersMax } = MATCHER_LIMITS;
  if (source.length > patternCharactersMax) return `has more than ${patternCharactersMax} characters`;
  try {
    new RegExp(source);
    return null;
  } catch {
    return 'is not a regular expression';
  }
}

function checkAttributes(source: SourceText, { definition, field }: DefinitionPlace): readonly Finding[] {
  const product = memberOf(memberOf(field, 'type_attributes')?.value, 'product');
  if (definition.type === 'domain' && textOf(product?.value) === 'freshchat')
    return [domainOfFreshchat(source, product)];
  if (!typesOfProducts.includes(definition.type) || product !== undefined) return [];
  return [
    findingAt(source, memberOf(field, 'type')?.value.offset ?? field.offset, {
      severity: 'error',
      code: 'iparam-attributes-missing',
      message: `\`type_attributes\` must be specified for type ${definition.type} in iparams.json.`,
      expected: '"type_attributes": { "product": "…" }',
    }),
  ];
}

/** Nobody is asked for what the page does not show. */
function checkHidden(source: SourceText, { definition, field, keyNode }: DefinitionPlace): readonly Finding[] {
  const { name, required, visible, defaultValue } = definition;
  if (visible || !required || (defaultValue !== undefined && defaultValue !== null && defaultValue !== '')) return [];
  return [
    findingAt(source, memberOf(field, 'visible')?.keyNode.offset ?? keyNode.offset, {
      severity: 'warning',
      code: 'iparam-hidden-required',
      message: `the '${name}' field is required, has no default value and is not visible: nobody can fill it in on the page`,
      fix: 'give it a default_value, or show it',
    }),
  ];
}

function domainOfFreshchat(source: SourceText, product: JsonMember | undefined): Finding {
  const message = 'the type domain does not exist for the product freshchat';
  return findingAt(source, product?.value.offset ?? 0, {
    severity: 'warning',
    code: 'iparam-domain-freshchat',
    message,
  });
}
