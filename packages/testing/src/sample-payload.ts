import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';
import type { AppFiles } from '../../server/src/marketplace/app-files.ts';
import { isJsonObject, type JsonObject } from '../../server/src/marketplace/json-value.ts';

/** A payload for an event of which the test gives none: the app's own test data, else an example; null for neither. */
export function sampleOf(files: AppFiles, module: string, event: string): JsonObject | null {
  for (const path of [`server/test_data/${module}/${event}.json`, `server/test_data/${event}.json`]) {
    const text = files.get(path);
    const value: unknown = text === undefined ? null : JSON.parse(text);
    if (isJsonObject(value)) return value;
  }
  if (event === 'onAgentActivityCreate') return plain(EXAMPLE_ACTIVITY_PAYLOADS.goes_to_lunch);
  if (event === 'onAgentCustomStatusUpdate') return plain(Object.values(EXAMPLE_CUSTOM_STATUS_PAYLOADS)[0]);
  return null;
}

function plain(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
