import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppFiles } from '../marketplace/app-files.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { flatPlace } from '../marketplace/test-data.ts';

const NAME = /^[A-Za-z][\w-]{0,79}$/;

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
