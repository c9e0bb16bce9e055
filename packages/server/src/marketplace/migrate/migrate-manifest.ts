import { applyEdits, getNodeValue, type JSONPath, modify, type Node } from 'jsonc-parser';
import type { EventHandler } from '../app-definition.ts';
import type { Finding } from '../finding.ts';
import { editText } from '../fixes.ts';
import { type JsonMember, memberOf, membersOf, readJsonDocument, removeMember } from '../json-document.ts';
import type { JsonObject, JsonValue } from '../json-value.ts';
import { findingAt, type SourceText } from '../source-text.ts';
import { indentOf, jsonLike, lineBreakOf } from './json-text.ts';
import type { MigrationStep } from './migration.ts';
import { type ModuleChoice, mainModuleOf, moduleOfEvent, moduleOfLocation } from './product-modules.ts';

/** What the manifest of 3.0 takes over from elsewhere in the app. */
export interface ManifestAdditions {
  /** Events that server.js declared itself. */
  readonly codeHandlers: readonly EventHandler[];
  /** Names of templates made of request calls. */
  readonly requests: readonly string[];
}

/** Tools that migrated apps name: the oldest that make apps of 3.0 without a switch, and are still kept. */
const enginesOfModular = { node: '24.11.1', fdk: '10.1.2' };

/**
 * The manifest as one of platform 3.0: products become modules, events go to theirs, and what belongs to `common`
 * goes there. The rest of the text stays as its author wrote it.
 */
export function migrateManifest(source: SourceText, additions: ManifestAdditions): MigrationStep {
  const { root } = readJsonDocument(source);
  if (root === null) return { texts: new Map(), done: [], todo: [] };
  const draft = draftModules(source, memberOf(root, 'product'), additions);
  const done = ['platform version 3.0: products became modules', ...draft.done];
  let text = editText(source.text, manifestEdits(source, root, draft.modules));
  if (memberOf(root, 'whitelisted-domains') !== undefined) done.push('removed "whitelisted-domains"');
  if (needsEngines(root)) {
    text = setJson(text, ['engines'], enginesOfModular);
    done.push(`named the tools of 3.0 in "engines": Node ${enginesOfModular.node}, FDK ${enginesOfModular.fdk}`);
  }
  return { texts: new Map([[source.file, text]]), done, todo: draft.todo };
}

/** A JSON text with a value set at a path, in the form of the text. */
export function setJson(text: string, path: JSONPath, value: JsonValue): string {
  const indent = indentOf(text);
  const formattingOptions = { insertSpaces: indent !== '\t', tabSize: indent.length, eol: lineBreakOf(text) };
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}

function manifestEdits(source: SourceText, root: Node, modules: JsonObject) {
  const version = memberOf(root, 'platform-version');
  const product = memberOf(root, 'product');
  const domains = memberOf(root, 'whitelisted-domains');
  const property = product?.keyNode.parent;
  return [
    ...(version === undefined
      ? []
      : [{ start: version.value.offset, end: version.value.offset + version.value.length, text: '"3.0"' }]),
    ...(property === undefined
      ? []
      : [
          {
            start: property.offset,
            end: property.offset + property.length,
            text: `"modules": ${jsonLike(source.text, modules, 1)}`,
          },
        ]),
    ...(domains === undefined ? [] : removeMember(source, domains.keyNode)),
  ];
}

function needsEngines(root: Node): boolean {
  const fdk: unknown = memberOf(memberOf(root, 'engines')?.value, 'fdk')?.value.value;
  const [major = 0, minor = 0] = typeof fdk === 'string' ? fdk.split('.').map(Number) : [];
  return !(major > 9 || (major === 9 && minor >= 1));
}

type Part = Record<string, JsonValue>;

interface ModulesDraft {
  readonly modules: JsonObject;
  readonly done: readonly string[];
  readonly todo: readonly Finding[];
}

function draftModules(source: SourceText, product: JsonMember | undefined, additions: ManifestAdditions): ModulesDraft {
  const modules = new Map<string, Map<string, Part>>([['common', new Map()]]);
  const todo: Finding[] = [];
  const done: string[] = [];
  for (const entry of membersOf(product?.value)) {
    const main = mainModuleOf(entry.key);
    if (main === null) todo.push(noModules(source, entry));
    else if (!modules.has(main)) modules.set(main, new Map());
    moveParts(source, { entry, modules, todo });
  }
  for (const { module: product, event, handler } of additions.codeHandlers) {
    const choice = moduleOfEvent(product, event);
    if (choice !== null) partOf(modules, choice.module, 'events')[event] = { handler };
  }
  for (const name of additions.requests) partOf(modules, 'common', 'requests')[name] ??= {};
  return { modules: assemble(modules), done, todo };
}

interface Move {
  readonly entry: JsonMember;
  readonly modules: Map<string, Map<string, Part>>;
  readonly todo: Finding[];
}

function moveParts(source: SourceText, { entry, modules, todo }: Move): void {
  const product = entry.key;
  for (const { key: part, value } of membersOf(entry.value)) {
    for (const member of membersOf(value)) {
      const choice = choose(product, part, member.key);
      if (choice === null) continue;
      if (!choice.isCertain) todo.push(uncertain(source, member, choice.module));
      const target = partOf(modules, choice.module, part);
      const moved = getNodeValue(member.value) as JsonValue;
      const there = target[member.key];
      if (there !== undefined && JSON.stringify(there) !== JSON.stringify(moved))
        todo.push(taken(source, member, choice.module));
      else target[member.key] = moved;
    }
  }
}

function choose(product: string, part: string, name: string): ModuleChoice | null {
  if (part === 'events') return moduleOfEvent(product, name);
  if (part === 'location') return moduleOfLocation(product, name);
  return { module: 'common', isCertain: true };
}

function partOf(modules: Map<string, Map<string, Part>>, module: string, part: string): Part {
  const parts = modules.get(module) ?? new Map<string, Part>();
  modules.set(module, parts);
  const found = parts.get(part) ?? {};
  parts.set(part, found);
  return found;
}

// Empty parts are refused by the vendor; an empty module is not, and says which product the app is for.
function assemble(modules: ReadonlyMap<string, ReadonlyMap<string, Part>>): JsonObject {
  const entries = [...modules].map(([name, parts]) => {
    const filled = [...parts].filter(([, part]) => Object.keys(part).length > 0);
    return [name, Object.fromEntries(filled)] as const;
  });
  return Object.fromEntries(entries.filter(([name, parts]) => name !== 'common' || Object.keys(parts).length > 0));
}

function noModules(source: SourceText, { key, keyNode }: JsonMember): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'migrate-product',
    message: `no modules of platform 3.0 are known for ${key}: what it had is left out, but for what belongs to modules.common`,
    fix: 'name the modules that the app is for under "modules"',
  });
}

function uncertain(source: SourceText, { key, keyNode }: JsonMember, module: string): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'migrate-module',
    message: `"${key}" went to modules.${module} for want of a better one`,
    fix: 'look up its module and move it there',
  });
}

function taken(source: SourceText, { key, keyNode }: JsonMember, module: string): Finding {
  return findingAt(source, keyNode.offset, {
    severity: 'warning',
    code: 'migrate-doubled',
    message: `"${key}" stands in several products and differs: modules.${module} has the first one`,
    fix: 'make one of them, or give them different names',
  });
}
