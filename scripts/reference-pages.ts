/** The pages of `docs/reference/`, rendered from what the contract exports, so that they cannot say anything else. */
import {
  ActivityPayload,
  APP_SCHEMAS,
  type AppSchemaName,
  AXES,
  CustomStatusPayload,
  ERROR_CODES,
  ERROR_RULES,
  type Move,
  REASON_RULES,
  REASONS,
} from '@rollcall/contract';

/** A JSON Schema as far as the pages look into it. */
type Schema = {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
};

const generated = '<!-- Generated from the contract by `npm run check -- --write`; do not edit. -->';

/** Every error code with its status, what it means and the way out. */
export function renderErrors(): string {
  const rows = ERROR_CODES.map((code) => {
    const { status, title, wayOut } = ERROR_RULES[code];
    return `| <a id="${code}"></a>\`${code}\` | ${status} | ${title} | ${wayOut} |`;
  });
  return page(
    'Errors',
    'Every refusal is an `application/problem+json` (RFC 9457) with one of these codes. Codes are stable: branch on `code`, never on the text.',
    ['| code | status | what it means | the way out |', '|---|---|---|---|', ...rows],
  );
}

/** Every reason with the axes it moves, the actor it is sent with, and what it means. */
export function renderReasons(): string {
  const rows = REASONS.map((reason) => {
    const { moves, sentence } = REASON_RULES[reason];
    return `| \`${reason}\` | ${AXES.map((axis) => describeMove(moves[axis])).join(' | ')} | ${sentence} |`;
  });
  return page(
    'Reasons',
    'Why availability changed, sent as `activity.reason` and, on the Intelliassign axis, as `actor.sub_entity`. The list is closed and grows only by a release.',
    [`| reason | ${AXES.join(' | ')} | what happened |`, '|---|---|---|---|', ...rows],
  );
}

/** Both event payloads, field by field. */
export function renderEvents(): string {
  const payloads = [
    ['onAgentActivityCreate', schemaOf(ActivityPayload)],
    ['onAgentCustomStatusUpdate', schemaOf(CustomStatusPayload)],
  ] as const;
  const sections = payloads.flatMap(([name, schema]) => [
    `## ${name}`,
    '',
    schema.description ?? '',
    '',
    '| field | type | meaning |',
    '|---|---|---|',
    ...listFields(schema, ''),
    '',
  ]);
  return page('Events', 'The payloads that apps and webhooks receive, field by field.', sections.slice(0, -1));
}

/** A payload's schema as a file that editors and validators of other languages read. */
export function renderSchema(schema: object): string {
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`;
}

/** The schema of one file of a Marketplace app, which brings its own dialect and id. */
export function renderAppSchema(name: AppSchemaName): string {
  return `${JSON.stringify(APP_SCHEMAS[name].schema, null, 2)}\n`;
}

function page(title: string, about: string, lines: readonly string[]): string {
  return [`# ${title}`, generated, '', about, '', ...lines, ''].join('\n');
}

/** The types of the contract's schemas are made for inference; here they are looked at as plain JSON Schema. */
function schemaOf(schema: object): Schema {
  return schema;
}

function describeMove(move: Move | null): string {
  if (move === null) return 'never';
  return `by ${move.actor}: ${move.from.join(', ')} → ${move.to.join(', ')}`;
}

function listFields(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const inner = branches(field).find((branch) => branch.properties !== undefined || branch.items !== undefined);
    const isOptional = schema.required?.includes(name) !== true;
    const meaning = (field.description ?? inner?.description ?? '').replaceAll('|', '\\|');
    const row = `| \`${path}\`${isOptional ? ' (optional)' : ''} | ${describeType(field)} | ${meaning} |`;
    if (inner?.items !== undefined) return [row, ...listFields(inner.items, `${path}[].`)];
    return [row, ...(inner === undefined ? [] : listFields(inner, `${path}.`))];
  });
}

function branches(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? [schema];
}

function describeType(schema: Schema): string {
  const names = branches(schema).map((branch) => {
    if (branch.const !== undefined) return `\`${JSON.stringify(branch.const)}\``;
    const values = branch.enum?.map((value) => `\`${String(value)}\``).join(', ');
    return values ?? branch.format ?? [branch.type ?? 'any'].flat().join(' or ');
  });
  return names.join(' or ');
}
