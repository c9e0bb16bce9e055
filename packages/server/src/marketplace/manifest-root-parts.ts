import type { Node } from 'jsonc-parser';
import { writtenText } from './config-document.ts';
import type { Finding } from './finding.ts';
import { doubledKeys, memberOf, textOf } from './json-document.ts';
import { findingAt, type SourceText } from './source-text.ts';

const objectParts = ['engines', 'dependencies', 'devDependencies', 'settings', 'scripts', 'app', 'metaConfig'];

/** Checks that the parts of a manifest besides products and modules are of the type that they must be. */
export function checkRootParts(source: SourceText, root: Node): readonly Finding[] {
  return [
    ...objectParts.flatMap((key) => {
      const value = memberOf(root, key)?.value;
      return value === undefined || value.type === 'object' ? [] : [wrongType(source, { key, value, type: 'object' })];
    }),
    ...['dependencies', 'devDependencies'].flatMap((key) => doubledKeys(source, memberOf(root, key)?.value)),
  ];
}

function wrongType(source: SourceText, at: { key: string; value: Node; type: 'object' | 'array' }): Finding {
  return findingAt(source, at.value.offset, {
    severity: 'warning',
    code: 'root-part-type',
    message: `/${at.key} must be ${at.type}: ${writtenText(source, at.value)} means nothing`,
    expected: at.type === 'object' ? `"${at.key}": { … }` : `"${at.key}": [ … ]`,
  });
}

// What an installation parameter fills in may hold anything.
const origin = /^(https:\/\/|(?=<%))(<%=?[^%]*%>|[A-Za-z0-9.*-])+(:[0-9]+)?\/?$/;

/** Checks that what a manifest before platform 2.3 whitelists are web addresses with a host and nothing behind it. */
export function checkWhitelist(source: SourceText, root: Node): readonly Finding[] {
  const key = 'whitelisted-domains';
  const value = memberOf(root, key)?.value;
  if (value === undefined) return [];
  if (value.type !== 'array') return [wrongType(source, { key, value, type: 'array' })];
  return (value.children ?? []).flatMap((entry) => {
    if (origin.test(textOf(entry) ?? '')) return [];
    return [
      findingAt(source, entry.offset, {
        severity: 'warning',
        code: 'whitelisted-domain-invalid',
        message: `${writtenText(source, entry)} in "${key}" is no web address with https:// and a host`,
        expected: '"https://api.example.com" or "https://*.example.com"',
      }),
    ];
  });
}
