import type { InstallationPage } from './iparams.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

/** What stands for a secret wherever people look, and what means "as it was" when it comes back. */
export const secretMask = '********';

/**
 * The names of the parameters that are secrets: those that the definitions call secure, or, for an app with a page of
 * its own, those that the page listed in `__meta.secure` beside the values.
 */
export function secretNames(installation: InstallationPage, values: JsonObject): ReadonlySet<string> {
  if (installation.kind === 'definitions') {
    return new Set(installation.definitions.filter(({ secure }) => secure).map(({ name }) => name));
  }
  const meta = Object.hasOwn(values, '__meta') ? values.__meta : undefined;
  const listed = isJsonObject(meta) && Array.isArray(meta.secure) ? meta.secure : [];
  return new Set(listed.filter((name) => typeof name === 'string' && name !== '__meta'));
}

/**
 * Parameters of a page of the app's own in which these are secrets, whatever the page says: what was given as a secret does
 * not cease to be one by being kept.
 */
export function keptSecret(values: JsonObject, names: Iterable<string>): JsonObject {
  const page = { kind: 'custom_page' } as const;
  const listed = secretNames(page, values);
  const missing = [...names].filter((name) => Object.hasOwn(values, name) && !listed.has(name));
  if (missing.length === 0) return values;
  const meta = isJsonObject(values.__meta) ? values.__meta : {};
  return { ...values, __meta: { ...meta, secure: [...listed, ...missing] } };
}

/** The parameters with every secret masked; one that is empty shows that it is. */
export function maskedIparams(values: JsonObject, secrets: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, secrets.has(name) && !isEmpty(value) ? secretMask : value]),
  );
}

/** New parameters, in which a secret that came back as its own mask is what it was before. */
export function unmaskedIparams(
  given: JsonObject,
  { before, secrets }: { readonly before: JsonObject; readonly secrets: ReadonlySet<string> },
): JsonObject {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (!secrets.has(name) || value !== secretMask) return [[name, value]];
      const known = Object.hasOwn(before, name) ? before[name] : undefined;
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

/** The parameters in two: what may lie open, and what may not. */
export function partedIparams(
  values: JsonObject,
  secrets: ReadonlySet<string>,
): { readonly open: JsonObject; readonly secret: JsonObject } {
  const entries = Object.entries(values);
  return {
    open: Object.fromEntries(entries.filter(([name]) => !secrets.has(name))),
    secret: Object.fromEntries(entries.filter(([name]) => secrets.has(name))),
  };
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || value === undefined;
}
