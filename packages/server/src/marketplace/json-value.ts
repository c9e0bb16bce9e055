/** Anything that JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Keys come from strangers: look them up with `Object.hasOwn`. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** True for JSON objects, false for arrays, null and everything else. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * True when a value nests deeper than so many levels; looks no deeper than that. JSON is read however deep it nests, and
 * code that walks it, writing it out included, runs out of stack: whatever a stranger sent is held against this first.
 */
export function isNestedBeyond(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isNestedBeyond(item as JsonValue, levels - 1));
}
