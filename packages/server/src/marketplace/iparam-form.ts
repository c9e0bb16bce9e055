import type { IparamDefinition } from './iparam-definition.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { secretMask } from './secret-iparams.ts';

/** The fields of a form that was sent: each name with its values, in order. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/**
 * The parameters that a sent form of `installationPage` says. An empty field of a secret means "as it was"; any other
 * empty field means none, or an empty text where leaving it out would bring back the default. A parameter that is not
 * visible has no field: it stays as it is in `kept`, which is what is stored, secrets masked.
 */
export function iparamsOfForm(
  definitions: readonly IparamDefinition[],
  fields: FormFields,
  kept: JsonObject,
): JsonObject {
  return Object.fromEntries(
    definitions.flatMap((definition) => {
      const value = definition.visible
        ? fieldValue(definition, fields.get(definition.name) ?? [])
        : hiddenValue(definition, kept);
      return value === undefined ? [] : [[definition.name, value] as const];
    }),
  );
}

/** As it is stored; not given where that is no other than the default, which a later version may change. */
function hiddenValue({ name, defaultValue }: IparamDefinition, kept: JsonObject): JsonValue | undefined {
  const value = Object.hasOwn(kept, name) ? kept[name] : undefined;
  return JSON.stringify(value) === JSON.stringify(defaultValue) ? undefined : value;
}

function fieldValue(definition: IparamDefinition, values: readonly string[]): JsonValue | undefined {
  const text = values.at(-1) ?? '';
  switch (definition.type) {
    case 'checkbox':
      return values.length > 0;
    case 'multiselect':
      return [...values];
    case 'number':
      return isNumeral(text) ? Number(text) : emptyOr(definition, text.trim());
    case 'paragraph':
      // Browsers send line breaks as CR LF, whatever was typed.
      return emptyOr(definition, text.replaceAll('\r\n', '\n'));
    default:
      return emptyOr(definition, definition.secure ? text : text.trim());
  }
}

function emptyOr({ secure, defaultValue }: IparamDefinition, text: string): string | undefined {
  if (text !== '') return text;
  if (secure) return secretMask;
  return defaultValue === undefined ? undefined : '';
}

function isNumeral(text: string): boolean {
  return /^\s*-?\d{1,15}(\.\d+)?\s*$/.test(text);
}
