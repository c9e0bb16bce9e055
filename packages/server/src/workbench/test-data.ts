import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppFiles } from '../marketplace/app-files.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';

/** Payloads that developers keep with their app, in the two layouts of the vendor's kit. */
export type TestData =
  | { readonly kind: 'found'; readonly file: string; readonly payload: JsonObject }
  | { readonly kind: 'broken'; readonly file: string; readonly sentence: string }
  | { readonly kind: 'none' };

const NAME = /^[A-Za-z][\w-]{0,79}$/;

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

/**
 * Where the payload of an event is saved: where one is already, else as the app's platform version has it.
 * Null when the names are none of a file.
 */
export function placeOfTestData(
  files: AppFiles,
  about: { readonly module: string | null; readonly event: string; readonly isModular: boolean },
): string | null {
  const { module, event, isModular } = about;
  if (!NAME.test(event) || (module !== null && !NAME.test(module))) return null;
  const modular = module === null ? null : `server/test_data/${module}/${event}.json`;
  if (modular !== null && files.has(modular)) return modular;
  if (files.has(flatPlace(event)) || !isModular || modular === null) return flatPlace(event);
  return modular;
}

/** Writes a payload into the app's folder, as the vendor's kit does when a developer simulates. */
export function saveTestData(folder: string, place: string, payload: JsonObject): void {
  const file = join(folder, place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(payload, null, 2)}\n`);
}

function flatPlace(event: string): string {
  return `server/test_data/${event}.json`;
}
