import type { Node } from 'jsonc-parser';
import type { Dependency, Manifest } from './app-definition.ts';
import type { AppFiles } from './app-files.ts';
import { slipOf } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import {
  doubledKeys,
  type JsonMember,
  memberOf,
  membersOf,
  readJsonDocument,
  removeMember,
  renameKey,
  replaceText,
  textOf,
} from './json-document.ts';
import { readFragment } from './manifest-fragment.ts';
import { checkRootParts, checkWhitelist } from './manifest-root-parts.ts';
import { readSection, type Section, type SectionPlace } from './manifest-section.ts';
import { moduleNames, type PlatformVersion, platformVersions, products } from './platform-catalog.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';

/** What a manifest says where it can be understood, the places to point at later, and everything wrong with it. */
export interface ManifestReading {
  readonly manifest: Manifest | null;
  /** The products or modules with the offsets of what they declare. */
  readonly sections: readonly Section[];
  readonly source: SourceText;
  readonly findings: readonly Finding[];
}

/** Path of the manifest below the app folder. */
export const manifestFile = 'manifest.json';

const rootKeys = [
  'platform-version',
  'product',
  'modules',
  'engines',
  'dependencies',
  'devDependencies',
  'whitelisted-domains',
  'settings',
  'scripts',
  // Newer kits write these two themselves.
  'app',
  'metaConfig',
];

/**
 * Reads manifest.json of platform 2.0 to 3.0 and names everything wrong with it at once. What the vendor's validator
 * has a sentence for is said in that sentence, with the place and a fix beside it; what does no harm is a warning at
 * most, since apps that run elsewhere must load here. `engines` is information.
 */
export function readManifest(files: AppFiles): ManifestReading {
  const source = sourceText(manifestFile, files.get(manifestFile) ?? '');
  if (!files.has(manifestFile)) return unreadable(source, [missingManifest(source, files)]);
  const fragment = readFragment(source);
  if (fragment !== null) return unreadable(source, [fragment]);
  const document = readJsonDocument(source);
  if (document.root === null) return unreadable(source, document.findings);
  if (document.root.type !== 'object') return unreadable(source, [...document.findings, notAnObject(source)]);
  const reading = readRoot(source, document.root);
  return { ...reading, findings: [...document.findings, ...reading.findings] };
}

function unreadable(source: SourceText, findings: readonly Finding[]): ManifestReading {
  return { manifest: null, sections: [], source, findings };
}

function missingManifest(source: SourceText, files: AppFiles): Finding {
  const elsewhere = [...files.keys()].find((path) => path.toLowerCase().endsWith(manifestFile));
  return findingAt(source, 0, {
    severity: 'error',
    code: 'manifest-missing',
    message: 'manifest.json is missing: this is not the folder of a Marketplace app',
    expected: 'a manifest.json at the root of the app folder',
    ...(elsewhere === undefined ? {} : { fix: `there is one at ${elsewhere}: give the folder that it lies in` }),
  });
}

function notAnObject(source: SourceText): Finding {
  const message = 'manifest.json must hold a JSON object';
  return findingAt(source, 0, { severity: 'error', code: 'manifest-type', message, expected: '{ … }' });
}

function readRoot(source: SourceText, root: Node): Omit<ManifestReading, 'source'> & { source: SourceText } {
  const version = readVersion(source, root);
  const isModular = version.value === null ? memberOf(root, 'modules') !== undefined : version.value === '3.0';
  const sections = isModular ? readModules(source, root) : readProducts(source, root, version.value ?? '2.3');
  const dependencies = readDependencies(source, root);
  const findings = [
    ...version.findings,
    ...sections.findings,
    ...dependencies.findings,
    ...checkRootKeys(source, root, version.value),
    ...checkRootParts(source, root),
    ...doubledKeys(source, root),
  ];
  if (version.value === null) return { manifest: null, sections: sections.items, source, findings };
  const manifest = assemble(version.value, { root, sections: sections.items, dependencies: dependencies.items });
  return { manifest, sections: sections.items, source, findings };
}

interface ManifestParts {
  readonly root: Node;
  readonly sections: readonly Section[];
  readonly dependencies: readonly Dependency[];
}

function assemble(platformVersion: PlatformVersion, { root, sections, dependencies }: ManifestParts): Manifest {
  const names = sections.map((section) => section.name);
  const isModular = platformVersion === '3.0';
  const engines = memberOf(root, 'engines')?.value;
  return {
    platformVersion,
    products: isModular ? [] : names,
    modules: isModular ? names : [],
    handlers: sections.flatMap(({ name, handlers }) =>
      handlers.map(({ event, handler }) => ({ module: name, event, handler })),
    ),
    functions: sections.flatMap(({ name: module, functions }) =>
      functions.map(({ name, timeoutSeconds }) => ({ module, name, timeoutSeconds })),
    ),
    requests: sections.flatMap((section) => section.requests.map(({ name }) => name)),
    jobs: sections.flatMap((section) => section.jobs.map(({ name }) => name)),
    dependencies,
    whitelistedDomains: textsOf(memberOf(root, 'whitelisted-domains')?.value),
    engines: {
      node: textOf(memberOf(engines, 'node')?.value) ?? null,
      fdk: textOf(memberOf(engines, 'fdk')?.value) ?? null,
    },
  };
}

function textsOf(value: Node | undefined): readonly string[] {
  return (value?.children ?? []).flatMap((child) => textOf(child) ?? []);
}

interface VersionReading {
  readonly value: PlatformVersion | null;
  readonly findings: readonly Finding[];
}

const versionExpected = `one of ${platformVersions.map((version) => `"${version}"`).join(', ')}`;

function readVersion(source: SourceText, root: Node): VersionReading {
  const member = memberOf(root, 'platform-version');
  if (member === undefined) return { value: null, findings: [missingVersion(source, root)] };
  const written =
    member.value.type === 'string' ? String(member.value.value) : source.text.slice(...span(member.value));
  const known = platformVersions.find((version) => version === written);
  if (known !== undefined && member.value.type === 'string') return { value: known, findings: [] };
  if (/^3\.[1-9]\d*$/.test(written)) return { value: '3.0', findings: [laterVersion(source, member.value, written)] };
  const finding = findingAt(source, member.value.offset, {
    severity: 'error',
    code: 'platform-version-invalid',
    message: `Invalid platform version mentioned in manifest.json - ${written}`,
    expected: versionExpected,
    ...(known === undefined
      ? {}
      : { fix: `write it as a string: "${known}"`, edits: replaceText(member.value, known) }),
  });
  return { value: null, findings: [finding] };
}

// An official sample says 3.1, of which nothing is documented; it is written as 3.0 is.
function laterVersion(source: SourceText, node: Node, written: string): Finding {
  return findingAt(source, node.offset, {
    severity: 'warning',
    code: 'platform-version-later',
    message: `platform version ${written} is not known here: the app is read as one of 3.0`,
    expected: versionExpected,
  });
}

function missingVersion(source: SourceText, root: Node): Finding {
  const slip = membersOf(root).find(({ key }) => slipOf(key, ['platform-version']) !== null);
  const guess = memberOf(root, 'modules') === undefined ? '2.3' : '3.0';
  return findingAt(source, slip?.keyNode.offset ?? root.offset, {
    severity: 'error',
    code: 'platform-version-missing',
    message:
      slip === undefined
        ? 'manifest.json does not say for which platform version the app is written'
        : `"${slip.key}" is not a key of manifest.json: did you mean "platform-version"?`,
    expected: `"platform-version": ${versionExpected}`,
    ...(slip === undefined
      ? { fix: `add "platform-version": "${guess}"` }
      : renameKey(slip.keyNode, 'platform-version')),
  });
}

interface SectionsReading {
  readonly items: readonly Section[];
  readonly findings: readonly Finding[];
}

function readProducts(source: SourceText, root: Node, version: string): SectionsReading {
  const member = memberOf(root, 'product');
  const entries = membersOf(member?.value);
  if (member === undefined || entries.length === 0) {
    return { items: [], findings: [noProduct(source, root, member?.value.offset ?? root.offset)] };
  }
  const read = entries.map((entry) => readSection(source, entry, { kind: 'product', name: entry.key }));
  return {
    items: read.map(({ section }) => section),
    findings: [
      ...entries.flatMap((entry) => (isProduct(entry.key) ? [] : unknownProduct(source, entry))),
      ...read.flatMap(({ findings }) => findings),
      ...doubledKeys(source, member.value),
      ...(version === '2.3' ? deprecatedDomains(source, root) : checkWhitelist(source, root)),
    ],
  };
}

function noProduct(source: SourceText, root: Node, offset: number): Finding {
  const isModular = memberOf(root, 'modules') !== undefined;
  return findingAt(source, offset, {
    severity: 'error',
    code: 'product-missing',
    message: 'Atleast one product must be mentioned in manifest.json',
    expected: '"product": { "freshchat": { … } }',
    fix: isModular
      ? '"modules" belongs to platform 3.0: write "platform-version": "3.0"'
      : 'add "product": { "freshchat": { "events": { … } } }',
  });
}

function isProduct(name: string): boolean {
  return products.some((product) => product === name);
}

function unknownProduct(source: SourceText, { key: name, keyNode, value }: JsonMember): readonly Finding[] {
  const slip = slipOf(name, products);
  const events = memberOf(value, 'events');
  const finding = findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'product-invalid',
    message: `Invalid product(s) mentioned in manifest.json: ${name}${slip === null ? '' : ` (did you mean "${slip}"?)`}`,
    expected: `one of ${products.join(', ')}`,
    ...(name === 'events' ? { fix: 'name the product first: "freshchat": { "events": { … } }' } : {}),
    ...(slip === null ? {} : renameKey(keyNode, slip)),
  });
  // With the name put right its events are, too.
  if (slip !== null || events === undefined) return [finding];
  return [finding, eventsOfNoProduct(source, events.keyNode, name)];
}

function eventsOfNoProduct(source: SourceText, keyNode: Node, product: string): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'event-product-invalid',
    message: `Invalid product '${product}' configured for events`,
    expected: `one of ${products.join(', ')}`,
    fix: 'move the events to the product that sends them',
  });
}

function readModules(source: SourceText, root: Node): SectionsReading {
  const product = memberOf(root, 'product');
  const member = memberOf(root, 'modules');
  const entries = membersOf(member?.value);
  const findings = product === undefined ? [] : [productInModular(source, product.keyNode)];
  if (member === undefined || entries.length === 0) {
    return { items: [], findings: [...findings, noModule(source, member?.value.offset ?? root.offset)] };
  }
  const read = entries.map((entry) => readSection(source, entry, modulePlace(entry.key)));
  return {
    items: read.map(({ section }) => section),
    findings: [
      ...findings,
      ...entries.flatMap(({ key, keyNode }) => (moduleNames.includes(key) ? [] : [unknownModule(source, keyNode)])),
      ...(entries.every(({ key }) => key === 'common') ? [onlyCommon(source, member.keyNode)] : []),
      ...read.flatMap((section) => section.findings),
      ...doubledKeys(source, member.value),
      ...deprecatedDomains(source, root),
    ],
  };
}

function modulePlace(name: string): SectionPlace {
  return { kind: 'module', name };
}

function productInModular(source: SourceText, keyNode: Node): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'product-in-3.0',
    message: 'Platform version >= 3.0 does not support "product" in manifest.json',
    expected: '"modules": { "common": { … }, "chat_conversation": { "events": { … } } }',
    fix: 'move the product\'s events to their modules under "modules", or write "platform-version": "2.3"',
  });
}

function noModule(source: SourceText, offset: number): Finding {
  return findingAt(source, offset, {
    severity: 'error',
    code: 'module-missing',
    message: 'At least one module must be present in the manifest.json for platform version >= 3.0',
    expected: '"modules": { "chat_conversation": { "events": { … } } }',
    fix: 'add "modules" with the modules whose events the app handles',
  });
}

function onlyCommon(source: SourceText, offset: Node): Finding {
  return findingAt(source, offset.offset, {
    severity: 'error',
    code: 'module-only-common',
    message: 'At least one module apart from common must be mentioned',
    fix: 'add the module that the app is for, even if it is empty: "chat_conversation": {}',
  });
}

function unknownModule(source: SourceText, keyNode: Node): Finding {
  const name = String(keyNode.value);
  const slip = slipOf(name, moduleNames);
  if (name === 'events') return eventsAmongModules(source, keyNode);
  return findingAt(source, keyNode.offset, {
    severity: slip === null ? 'warning' : 'error',
    code: 'module-unknown',
    message:
      slip === null
        ? `module "${name}" is not known here: its events never come`
        : `module "${name}" does not exist: did you mean "${slip}"?`,
    ...(slip === null ? {} : renameKey(keyNode, slip)),
  });
}

function eventsAmongModules(source: SourceText, keyNode: Node): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'events-misplaced',
    message: '"events" is not a module: it belongs inside one',
    expected: '"chat_conversation": { "events": { … } }',
    fix: 'name the module first: "chat_conversation": { "events": { … } }',
  });
}

function deprecatedDomains(source: SourceText, root: Node): readonly Finding[] {
  const member = memberOf(root, 'whitelisted-domains');
  if (member === undefined) return [];
  return [
    findingAt(source, member.keyNode.offset, {
      severity: 'warning',
      code: 'whitelisted-domains-deprecated',
      message: '"whitelisted-domains" has been deprecated',
      fix: 'remove it: request templates in config/requests.json name their hosts',
      edits: removeMember(source, member.keyNode),
    }),
  ];
}

function readDependencies(source: SourceText, root: Node): { items: readonly Dependency[]; findings: Finding[] } {
  const items: Dependency[] = [];
  const findings: Finding[] = [];
  for (const { key: name, keyNode, value } of membersOf(memberOf(root, 'dependencies')?.value)) {
    const version = textOf(value);
    if (version === undefined) {
      findings.push(dependencyNotText(source, value, name));
      continue;
    }
    items.push({ name, version });
    findings.push(...checkDependency(source, { name, version, keyNode, value }));
  }
  return { items, findings };
}

function dependencyNotText(source: SourceText, value: Node, name: string): Finding {
  const message = `the version of dependency "${name}" must be a string`;
  return findingAt(source, value.offset, { severity: 'error', code: 'dependency-type', message, expected: '"1.2.3"' });
}

interface DependencyPlace {
  readonly name: string;
  readonly version: string;
  readonly keyNode: Node;
  readonly value: Node;
}

const exactVersion = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;

// Packages come from the registry alone: what leads elsewhere (files, repositories, links, other names) is refused.
function checkDependency(source: SourceText, { name, version, keyNode, value }: DependencyPlace): readonly Finding[] {
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i.test(name)) {
    const message = `Unknown dependency mentioned in manifest.json: ${name}.`;
    const expected = 'the name of a package on the npm registry';
    return [findingAt(source, keyNode.offset, { severity: 'error', code: 'dependency-unknown', message, expected })];
  }
  if (/[:/]/.test(version)) {
    const message = `Unknown dependency mentioned in manifest.json: ${name}. "${version}" does not lead to the npm registry`;
    const expected = 'an exact version, such as "1.2.3"';
    return [findingAt(source, value.offset, { severity: 'error', code: 'dependency-unknown', message, expected })];
  }
  if (/[\^~]/.test(version)) return [dependencySigns(source, value, name)];
  if (exactVersion.test(version.trim())) return [];
  const message = `the version of package '${name}' is a range: what is installed changes with time`;
  const expected = 'an exact version, such as "1.2.3"';
  return [findingAt(source, value.offset, { severity: 'warning', code: 'dependency-range', message, expected })];
}

function dependencySigns(source: SourceText, value: Node, name: string): Finding {
  const bare = String(value.value).replace(/[\^~]/g, '').trim();
  return findingAt(source, value.offset, {
    severity: 'warning',
    code: 'dependency-range',
    message: `Package '${name}' version contains special characters(^ or ~).`,
    expected: 'an exact version',
    fix: `write "${bare}"`,
    ...(exactVersion.test(bare) ? { edits: replaceText(value, bare) } : {}),
  });
}

function checkRootKeys(source: SourceText, root: Node, version: PlatformVersion | null): readonly Finding[] {
  const unknown = membersOf(root).filter(({ key }) => !rootKeys.includes(key));
  const findings = unknown.flatMap(({ key, keyNode }) => unknownRootKey(source, { key, keyNode, root }));
  if (version === '3.0' && memberOf(root, 'engines') === undefined) {
    findings.push(enginesMissing(source, root));
  }
  findings.push(...checkEngines(source, root));
  return findings;
}

function enginesMissing(source: SourceText, root: Node): Finding {
  return findingAt(source, root.offset, {
    severity: 'warning',
    code: 'engines-missing',
    message: "must have required property 'engines' in manifest.json",
    expected: '"engines": { "node": "24.11.1", "fdk": "10.1.2" }',
  });
}

// The author's own tools: what is there is said, and nothing follows from it.
function checkEngines(source: SourceText, root: Node): readonly Finding[] {
  const member = memberOf(root, 'engines');
  if (member === undefined) return [];
  const parts = ['node', 'fdk'].map((key) => ({ key, value: memberOf(member.value, key)?.value }));
  const bad = parts.filter(({ value }) => value !== undefined && !exactVersion.test(textOf(value) ?? ''));
  const at = bad[0]?.value ?? member.value;
  if (bad.length === 0) return [];
  return [
    findingAt(source, at.offset, {
      severity: 'information',
      code: 'engines-invalid',
      message: '"engines" must name exact versions',
      expected: '"engines": { "node": "24.11.1", "fdk": "10.1.2" }',
    }),
  ];
}

function unknownRootKey(source: SourceText, at: { key: string; keyNode: Node; root: Node }): Finding[] {
  const slip = slipOf(at.key, rootKeys);
  if (slip === 'platform-version' && memberOf(at.root, slip) === undefined) return [];
  if (at.key === 'events') return [eventsAtRoot(source, at.keyNode)];
  const isLoss = slip !== null && memberOf(at.root, slip) === undefined;
  const vendorText = `must NOT have additional properties '${at.key}' in manifest.json`;
  return [
    findingAt(source, at.keyNode.offset, {
      severity: isLoss ? 'error' : 'warning',
      code: 'root-key-unknown',
      message: slip === null ? vendorText : `${vendorText}: did you mean "${slip}"?`,
      ...(slip === null ? {} : renameKey(at.keyNode, slip)),
    }),
  ];
}

function eventsAtRoot(source: SourceText, keyNode: Node): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'error',
    code: 'events-misplaced',
    message: '"events" does not belong at the top of manifest.json',
    expected:
      '"product": { "freshchat": { "events" } } in 2.x, "modules": { "chat_conversation": { "events" } } in 3.0',
    fix: 'move it to product.freshchat (platform 2.x) or modules.chat_conversation (platform 3.0)',
  });
}

function span(node: Node): [number, number] {
  return [node.offset, node.offset + node.length];
}
