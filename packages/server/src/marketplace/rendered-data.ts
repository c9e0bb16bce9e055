import { isJsonObject, isNestedBeyond, type JsonObject, type JsonValue } from './json-value.ts';

/** What an app said with `renderData(error, data)`: an answer, or a no with at least `status` and `message`. */
export type RenderedData =
  | { readonly kind: 'answered'; readonly data: JsonValue }
  | { readonly kind: 'refused'; readonly error: RenderedError };

export type RenderedError = JsonObject & { readonly status: number; readonly message: string };

const nestingMax = 500;
// It is quoted in answers, logs and deliveries.
const messageLengthMax = 2000;
const malformed = 'The error should be a JSON Object with a message or a status parameter.';
const unexplained = 'The app refused without a message';

/**
 * Reads the two arguments of `renderData`. Whatever is falsy is no error; the default status of one is 500. Nothing is
 * taken for granted: both come from the app's process.
 */
export function readRendered(error: JsonValue, data: JsonValue): RenderedData {
  if (isNestedBeyond(error, nestingMax) || isNestedBeyond(data, nestingMax)) {
    return { kind: 'refused', error: { status: 500, message: 'What was given to renderData nests too deep' } };
  }
  if (!error) return { kind: 'answered', data };
  const fields: JsonObject = isJsonObject(error) ? error : {};
  const message = own(fields, 'message');
  const status = own(fields, 'status');
  if (isMissing(message) && isMissing(status)) {
    return { kind: 'refused', error: { status: 400, message: malformed, errorSource: 'APP' } };
  }
  return {
    kind: 'refused',
    error: { ...fields, status: statusOf(status), message: textOf(message), errorSource: 'APP' },
  };
}

function own(fields: JsonObject, key: string): JsonValue {
  return Object.hasOwn(fields, key) ? (fields[key] ?? null) : null;
}

function isMissing(value: JsonValue): boolean {
  return value === null || value === '';
}

function statusOf(status: JsonValue): number {
  const number = typeof status === 'string' ? Number.parseInt(status, 10) : status;
  return typeof number === 'number' && Number.isInteger(number) && number >= 100 && number <= 599 ? number : 500;
}

function textOf(message: JsonValue): string {
  if (isMissing(message)) return unexplained;
  return (typeof message === 'string' ? message : JSON.stringify(message)).slice(0, messageLengthMax);
}
