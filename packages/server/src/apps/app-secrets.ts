import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { secretNames } from '../marketplace/secret-iparams.ts';

/** The names of an app's secret parameters. While its definitions cannot be read, every parameter counts as secret. */
export function secretsOf(definition: AppDefinition | null, iparams: JsonObject): ReadonlySet<string> {
  return definition === null ? new Set(Object.keys(iparams)) : secretNames(definition.installation, iparams);
}
