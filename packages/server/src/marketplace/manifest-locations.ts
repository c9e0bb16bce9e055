import type { Node } from 'jsonc-parser';
import { slipOf } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import { type JsonMember, memberOf, membersOf, renameKey } from './json-document.ts';
import { locationsOfModule, modulesOfLocation } from './platform-catalog.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** Checks the places for pages that a module of platform 3.0 names, where it is known which it has. */
export function checkLocations(source: SourceText, module: JsonMember): readonly Finding[] {
  const part = memberOf(module.value, 'location');
  if (part === undefined || part.value.type !== 'object') return [];
  const written = membersOf(part.value);
  // The vendor has a sentence of its own for empty parts of `common`.
  if (written.length === 0) return module.key === 'common' ? [] : [missing(source, part.keyNode, module.key)];
  const known = locationsOfModule(module.key);
  if (known === null) return [];
  return written
    .filter(({ key }) => !known.includes(key))
    .map(({ keyNode }) => invalid(source, { keyNode, known, module: module.key }));
}

function missing(source: SourceText, keyNode: Node, module: string): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'module-locations-missing',
    message: `Missing locations for module ${module}`,
    fix: 'name a location, or remove "location"',
  });
}

function invalid(
  source: SourceText,
  { keyNode, known, module }: { keyNode: Node; known: readonly string[]; module: string },
): Finding {
  const name = String(keyNode.value);
  const [home] = modulesOfLocation(name);
  const slip = home === undefined ? slipOf(name, known) : null;
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'module-location-invalid',
    message: `Invalid location(s) mentioned in modules: '${name}' for module: ${module}`,
    expected: `one of ${known.join(', ')}`,
    ...(home === undefined ? {} : { fix: `move it to modules.${home}.location` }),
    ...(slip === null ? {} : renameKey(keyNode, slip)),
  });
}
