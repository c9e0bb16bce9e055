import { APP_SCHEMA_NAMES, APP_SCHEMAS } from '@rollcall/contract';
import { didYouMean } from '../../marketplace/did-you-mean.ts';
import { wrongUsage } from '../command-failed.ts';
import type { Invocation } from '../invocation.ts';

export type AppSchemaOptions = { readonly json?: boolean };

/** `app schema [NAME]`: the JSON Schema of one of an app's files, or which there are. */
export async function printSchema(
  { terminal }: Invocation,
  name: string | undefined,
  options: AppSchemaOptions,
): Promise<void> {
  const known = APP_SCHEMA_NAMES.find((each) => each === name);
  if (known !== undefined) return await terminal.line(JSON.stringify(APP_SCHEMAS[known].schema, null, 2));
  if (name !== undefined) throw unknownSchema(name);
  const files = Object.fromEntries(APP_SCHEMA_NAMES.map((each) => [each, APP_SCHEMAS[each].file]));
  if (options.json === true) return await terminal.line(JSON.stringify(files));
  for (const [each, file] of Object.entries(files)) await terminal.line(`${each.padEnd(14)}${file}`);
}

function unknownSchema(name: string): Error {
  const guess = didYouMean(name, APP_SCHEMA_NAMES);
  const hint = guess === null ? `There are ${APP_SCHEMA_NAMES.join(', ')}.` : `Did you mean ${guess}?`;
  return wrongUsage(`There is no schema "${name}". ${hint}`);
}
