/**
 * The types of the two event payloads as an app's editor shows them, rendered from the contract's schemas: every field
 * with what it means. They stand in `packages/contract/app-globals.d.ts` between two marks, so that this one file can be
 * copied beside an app and needs nothing else.
 *
 *   node scripts/app-globals.ts            says whether the file is stale; exit code 1 when it is
 *   node scripts/app-globals.ts --write    writes the part between the marks anew
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActivityPayload, CustomStatusPayload } from '@rollcall/contract';
import { repositoryRoot } from './repository-root.ts';

/** A JSON Schema as far as the contract's payloads use one. */
type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | Schema;
};

const file = join(repositoryRoot, 'packages', 'contract', 'app-globals.d.ts');
const opening = '  // <generated from the schemas of the event payloads>\n';
const closing = '  // </generated>\n';

/** The file as it has to be: what stands around the marks is kept. */
export function renderAppGlobals(before = readFileSync(file, 'utf8')): string {
  const from = before.indexOf(opening) + opening.length;
  const to = before.indexOf(closing);
  if (from < opening.length || to < from) throw new Error(`${file} has lost its marks`);
  return `${before.slice(0, from)}${payloads()}${before.slice(to)}`;
}

function payloads(): string {
  const activity = declaration('AgentActivityPayload', ActivityPayload as unknown as Schema);
  const customStatus = declaration('CustomStatusPayload', CustomStatusPayload as unknown as Schema);
  return `${activity}\n${customStatus}`;
}

function declaration(name: string, schema: Schema): string {
  return `${comment(schema.description, '  ')}  interface ${name} ${objectType(schema, '  ')}\n`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map(literal), indent);
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => plainType(type, schema, indent)).join(' | ');
}

function plainType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'object':
      return objectType(schema, indent);
    case 'array':
      return arrayType(schema, indent);
    case 'integer':
      return 'number';
    default:
      return type;
  }
}

function arrayType({ items = {}, minItems, maxItems }: Schema, indent: string): string {
  const item = typeOf(items, indent);
  const isPair = minItems === 2 && maxItems === 2;
  if (isPair) return `readonly [newName: ${item}, oldName: ${item}]`;
  return `readonly ${/[|]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`;
}

function objectType({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  const inner = `${indent}  `;
  if (properties === undefined) {
    const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, inner) : 'unknown';
    return `{ readonly [key: string]: ${value} }`;
  }
  const members = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    const type = typeOf(schema, inner);
    const gap = type.startsWith('\n') ? '' : ' ';
    return `${comment(schema.description, inner)}${inner}readonly ${name}${mark}:${gap}${type};\n`;
  });
  return members.length === 0 ? 'Record<never, never>' : `{\n${members.join('')}${indent}}`;
}

function union(words: readonly string[], indent: string): string {
  const line = words.join(' | ');
  if (line.length + indent.length < WIDTH_MAX - 40) return line;
  return words.map((word) => `\n${indent}  | ${word}`).join('');
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value);
}

/** A docblock, broken into lines as the rest of the file is. */
function comment(description: string | undefined, indent: string): string {
  if (description === undefined) return '';
  const lines = wrapped(description.replaceAll('*/', '* /'), WIDTH_MAX - indent.length - 7);
  const [only] = lines;
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const WIDTH_MAX = 120;

if (import.meta.main) {
  const before = readFileSync(file, 'utf8');
  const after = renderAppGlobals(before);
  const isStale = after !== before;
  if (process.argv.includes('--write')) writeFileSync(file, after);
  else if (isStale)
    process.stdout.write('packages/contract/app-globals.d.ts is stale: node scripts/app-globals.ts --write\n');
  process.exitCode = isStale && !process.argv.includes('--write') ? 1 : 0;
}
