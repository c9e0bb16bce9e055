import type { AppFiles } from './app-files.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

/** Payloads that developers keep with their app, in the two layouts of the vendor's kit. */
export type TestData =
  | { readonly kind: 'found'; readonly file: string; readonly payload: JsonObject }
  | { readonly kind: 'broken'; readonly file: string; readonly sentence: string }
  | { readonly kind: 'none' };

/** The file of an event: below a folder of its module first, as 3.0 has it, else flat, as 2.x has it. */
export function readTestData(files: AppFiles, module: string | null, event: string): TestData {
  const places = [...(module === null ? [] : [`server/test_data/${module}/${event}.json`]), flatPlace(event)];
  const file = places.find((place) => files.has(place));
  if (file === undefined) return { kind: 'none' };
  try {
    const value: unknown = JSON.parse((files.get(file) ?? '').replace(/^\uFEFF/, ''));
    if (isJsonObject(value)) return { kind: 'found', file, payload: value };
    return { kind: 'broken', file, sentence: `${file} is no JSON object.` };
  } catch (error) {
    return {
      kind: 'broken',
      file,
      sentence: `${file} is not JSON: ${error instanceof Error ? error.message : error}.`,
    };
  }
}

/** Where 2.x has it. */
export function flatPlace(event: string): string {
  return `server/test_data/${event}.json`;
}

/**
 * The parameters that a developer keeps with the app to try it with on one machine; null when there are none. What the file
 * holds otherwise is no fault: it is written by the vendor's kit, and read by nobody else.
 */
export function localIparams(files: AppFiles): JsonObject | null {
  try {
    const value: unknown = JSON.parse((files.get('config/iparam_test_data.json') ?? 'null').replace(/^\uFEFF/, ''));
    return isJsonObject(value) && Object.keys(value).length > 0 ? value : null;
  } catch {
    return null;
  }
}
