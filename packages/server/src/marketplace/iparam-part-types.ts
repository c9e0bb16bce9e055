import type { Node, NodeType } from 'jsonc-parser';
import { writtenText } from './config-document.ts';
import type { Finding } from './finding.ts';
import { type JsonMember, membersOf } from './json-document.ts';
import { findingAt, type SourceText } from './source-text.ts';

// `type` and `default_value` have sentences of their own.
const typesByKey: Readonly<Record<string, readonly NodeType[]>> = {
  display_name: ['string'],
  description: ['string'],
  required: ['boolean'],
  visible: ['boolean'],
  secure: ['boolean'],
  options: ['array', 'object'],
  regex: ['object'],
  'data-bind': ['string', 'boolean'],
  type_attributes: ['object'],
  events: ['array'],
  modules: ['array'],
};

/** A finding for each key of an installation parameter whose value is of a type that means nothing there. */
export function checkIparamTypes(source: SourceText, { key: name, value: field }: JsonMember): readonly Finding[] {
  return membersOf(field).flatMap(({ key, value }) => {
    const allowed = Object.hasOwn(typesByKey, key) ? (typesByKey[key] ?? []) : [value.type];
    const path = `${name}/${key}`;
    if (!allowed.includes(value.type)) return [wrongType(source, { path, value, allowed })];
    return itemsOf(key, value).map((item) => wrongType(source, { path, value: item.value, allowed: [item.type] }));
  });
}

// What is inside of the lists and objects, where it is of the wrong type.
function itemsOf(key: string, value: Node): readonly { readonly value: Node; readonly type: NodeType }[] {
  const type = key === 'events' ? 'object' : 'string';
  if (key === 'regex') {
    return membersOf(value).flatMap((rule) => (rule.value.type === type ? [] : [{ value: rule.value, type }]));
  }
  if (key !== 'events' && key !== 'modules') return [];
  return (value.children ?? []).flatMap((item) => (item.type === type ? [] : [{ value: item, type }]));
}

function wrongType(
  source: SourceText,
  { path, value, allowed }: { path: string; value: Node; allowed: readonly NodeType[] },
): Finding {
  return findingAt(source, value.offset, {
    severity: 'warning',
    code: 'iparam-part-type',
    message: `${path} must be ${allowed.join(' or ')}: ${writtenText(source, value)} means nothing`,
    expected: allowed.join(' or '),
  });
}
