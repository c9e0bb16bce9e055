import type { AnyNode, CallExpression } from 'acorn';
import type { Finding, TextEdit } from '../finding.ts';

import type { JsonObject } from '../json-value.ts';
import { legacyVerbOf, platformCalls } from '../platform-calls.ts';
import { type HiddenRequest, hiddenRequests } from '../request-aliases.ts';
import { requestsFile } from '../requests-file.ts';
import type { ParsedScript } from '../script-lint.ts';
import { findingAt } from '../source-text.ts';
import { isVariable, walkTree } from '../syntax-tree.ts';
import { deriveTemplate } from './derive-template.ts';
import { setJson } from './migrate-manifest.ts';
import type { MigrationStep } from './migration.ts';
import { takesResponseApart } from './parsed-answer.ts';
import { constantsAround, type FollowedConstant } from './static-text.ts';

/** What the migration of requests needs to know of the app. */
export interface RequestMigration {
  readonly scripts: readonly ParsedScript[];
  /** The text of config/requests.json; null when there is none. */
  readonly requestsText: string | null;
  /** Names that templates have already. */
  readonly names: readonly string[];
  readonly integration: string | null;
  readonly secureIparams: ReadonlySet<string>;
}

/**
 * Makes templates of the calls of `$request.get` and its siblings where all of a call can be derived, and lists the
 * others. The code around them stays as its author wrote it.
 */
export function migrateRequests(
  migration: RequestMigration,
): MigrationStep & { readonly requests: readonly string[]; readonly edits: ReadonlyMap<string, readonly TextEdit[]> } {
  const templates = templateNames(migration.names);
  const todo: Finding[] = [];
  const edits = new Map<string, readonly TextEdit[]>();
  let count = 0;
  for (const script of migration.scripts) {
    const read = migrateScript(script, { migration, templates });
    todo.push(...read.todo);
    count += read.count;
    if (read.edits.length > 0) edits.set(script.source.file, read.edits);
  }
  const made = templates.made();
  let text = migration.requestsText ?? '{}\n';
  for (const [name, template] of made) text = setJson(text, [name], template);
  return {
    texts: made.size === 0 ? new Map() : new Map([[requestsFile, text.endsWith('\n') ? text : `${text}\n`]]),
    edits,
    requests: [...made.keys()],
    done:
      count === 0
        ? []
        : [
            `${count} request ${count === 1 ? 'call became a template' : 'calls became templates'}: ${[...made.keys()].join(', ')}`,
          ],
    todo,
  };
}

interface TemplateNames {
  /** The name of a template: that of the same one made before, or a free one. */
  readonly nameOf: (wanted: string, template: JsonObject) => string;
  readonly made: () => ReadonlyMap<string, JsonObject>;
}

function templateNames(existing: readonly string[]): TemplateNames {
  const made = new Map<string, JsonObject>();
  const isTaken = (name: string) => made.has(name) || existing.includes(name);
  return {
    nameOf: (wanted, template) => {
      const written = JSON.stringify(template);
      const same = [...made].find(([, each]) => JSON.stringify(each) === written);
      if (same !== undefined) return same[0];
      let name = wanted;
      for (let number = 2; isTaken(name); number += 1) name = `${wanted}${number}`;
      made.set(name, template);
      return name;
    },
    made: () => made,
  };
}

interface ScriptMigration {
  readonly edits: readonly TextEdit[];
  readonly todo: readonly Finding[];
  readonly count: number;
}

function migrateScript(
  script: ParsedScript,
  { migration, templates }: { migration: RequestMigration; templates: TemplateNames },
): ScriptMigration {
  const edits: TextEdit[] = [];
  const todo: Finding[] = [];
  const followed: FollowedConstant[] = [];
  for (const call of platformCalls(script)) {
    const verb = legacyVerbOf(call);
    if (verb === null) continue;
    const around = ancestorsOf(script, call.call);
    const constants = constantsAround(script.program, around);
    const derivation = deriveTemplate({
      verb,
      url: call.call.arguments[0] as AnyNode | undefined,
      options: call.call.arguments[1] as AnyNode | undefined,
      textOf: (node) => script.source.text.slice(node.start, node.end),
      constants,
      integration: migration.integration,
      secureIparams: migration.secureIparams,
    });
    if (derivation.kind === 'by_hand') {
      todo.push(byHand(script, { call: call.call, verb, why: derivation.why }));
      continue;
    }
    const isParsed = derivation.takesParsedAnswer && takesResponseApart(script.program, around);
    if (isParsed) todo.push(parsedAnswer(script, call.call));
    if (derivation.doubt !== null) todo.push(doubtful(script, { call: call.call, doubt: derivation.doubt }));
    const name = templates.nameOf(derivation.suggestedName, derivation.template);
    edits.push(callEdit(script, { call: call.call, name, context: derivation.context, body: derivation.body }));
    followed.push(...constants.followed());
  }
  todo.push(...hiddenRequests(script).map(hiddenCall));
  return { edits: [...edits, ...removeUnused(script, { followed, edits })], todo, count: edits.length };
}

function ancestorsOf(script: ParsedScript, call: CallExpression): readonly AnyNode[] {
  let around: readonly AnyNode[] = [];
  walkTree(script.program, (node, ancestors) => {
    if (node === call) around = [...ancestors];
  });
  return around;
}

function byHand(
  script: ParsedScript,
  { call, verb, why }: { call: CallExpression; verb: string; why: string },
): Finding {
  return findingAt(script.source, call.start, {
    severity: 'warning',
    code: 'migrate-request',
    message: `no template can be derived from this $request.${verb}: ${why}`,
    fix: `write one in ${requestsFile}, name it in modules.common.requests, and call it with $request.invokeTemplate`,
  });
}

function hiddenCall({ kind, code, offset, source }: HiddenRequest): Finding {
  const message =
    kind === 'verb'
      ? `${code}: no template can be derived from a verb of $request that goes by another name`
      : `${code}: whether a verb of $request is called by this is decided while the code runs`;
  return findingAt(source, offset, {
    severity: 'warning',
    code: 'migrate-request',
    message,
    fix: 'write $request.get(…) where it is called and migrate again, or call templates with $request.invokeTemplate',
  });
}

function parsedAnswer({ source }: ParsedScript, call: CallExpression): Finding {
  return findingAt(source, call.start, {
    severity: 'warning',
    code: 'migrate-json-answer',
    message: 'with the option "json" the answer was parsed; that of $request.invokeTemplate is always a text',
    fix: 'read it with JSON.parse(data.response) where the code takes members of data.response',
  });
}

function doubtful(script: ParsedScript, { call, doubt }: { call: CallExpression; doubt: string }): Finding {
  return findingAt(script.source, call.start, {
    severity: 'information',
    code: 'migrate-host',
    message: `${doubt}: that works as long as it holds a scheme and a host, and no path`,
    fix: 'make it an installation parameter that holds the bare host, and name it in the template',
  });
}

const lineWidthMax = 100;

function callEdit(
  { source }: ParsedScript,
  made: { call: CallExpression; name: string; context: ReadonlyMap<string, string>; body: string | null },
): TextEdit {
  const { call } = made;
  const quote = source.text.split("'").length >= source.text.split('"').length ? "'" : '"';
  const lineStart = source.text.lastIndexOf('\n', call.start - 1) + 1;
  const indent = /^[ \t]*/.exec(source.text.slice(lineStart))?.[0] ?? '';
  const unit = indent.includes('\t') ? '\t' : '  ';
  const values = [...made.context].map(([name, code]) => (name === code ? name : `${name}: ${code}`));
  const parts = [
    ...(values.length === 0 ? [] : [`context: { ${values.join(', ')} }`]),
    ...(made.body === null ? [] : [made.body === 'body' ? 'body' : `body: ${made.body}`]),
  ];
  const head = `$request.invokeTemplate(${quote}${made.name}${quote}, `;
  const short = `${head}${parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`})`;
  const isShort = call.start - lineStart + short.length <= lineWidthMax && !short.includes('\n');
  const long = `${head}{\n${parts.map((part) => `${indent}${unit}${part},`).join('\n')}\n${indent}})`;
  return { start: call.start, end: call.end, text: isShort || parts.length === 0 ? short : long };
}

// A constant that only the calls used is used by nothing now.
function removeUnused(
  { source }: ParsedScript,
  { followed, edits }: { followed: readonly FollowedConstant[]; edits: readonly TextEdit[] },
): readonly TextEdit[] {
  const removed = new Map<number, TextEdit>();
  for (const { name, declaration, block } of followed) {
    const word = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`);
    const inside = edits.filter(({ start, end }) => start >= block.start && end <= block.end);
    const isStillNamed = inside.some(({ text }) => word.test(text));
    const gone = [...inside, ...followed.map((other) => other.declaration)];
    if (isStillNamed || declaration.declarations.length !== 1 || isUsedOutside(block, { name, gone })) continue;
    removed.set(declaration.start, wholeLines(source.text, declaration));
  }
  return [...removed.values()];
}

function isUsedOutside(
  block: AnyNode,
  { name, gone }: { name: string; gone: readonly { readonly start: number; readonly end: number }[] },
): boolean {
  let isUsed = false;
  walkTree(block, (node, ancestors) => {
    if (node.type !== 'Identifier' || node.name !== name || !isVariable(node, ancestors.at(-1))) return;
    if (!gone.some(({ start, end }) => node.start >= start && node.end <= end)) isUsed = true;
  });
  return isUsed;
}

function wholeLines(text: string, { start, end }: { readonly start: number; readonly end: number }): TextEdit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const isAlone =
    text.slice(lineStart, start).trim() === '' && text.slice(end, lineEnd === -1 ? text.length : lineEnd).trim() === '';
  return isAlone && lineEnd !== -1 ? { start: lineStart, end: lineEnd + 1, text: '' } : { start, end, text: '' };
}
