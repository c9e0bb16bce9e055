import { isJsonObject, isNestedBeyond, type JsonObject, type JsonValue } from './json-value.ts';

/** What an installation page asks of the server through its client: a server method, or a request that the server makes. */
export type PageCall =
  | { readonly kind: 'function'; readonly name: string; readonly args: JsonObject }
  | { readonly kind: 'request'; readonly operation: string; readonly args: readonly JsonValue[] };

/** What becomes of it: what the page's promise is fulfilled or rejected with. */
export type PageReply =
  | { readonly kind: 'done'; readonly result: JsonValue }
  | { readonly kind: 'refused'; readonly error: JsonObject };

/** How deep what a page sends may nest. */
export const PAGE_NESTING_MAX = 64;

/**
 * Reads `{ "ask": "request.invoke", "args": […] }`; null for anything else. A page is a stranger's: of everything that the
 * platform's client has, these calls and no others reach the server.
 */
export function readPageCall(sent: unknown): PageCall | null {
  if (!isJsonObject(sent) || isNestedBeyond(sent, PAGE_NESTING_MAX) || !Array.isArray(sent.args)) return null;
  const args = sent.args as readonly JsonValue[];
  if (sent.ask === 'request.invoke') {
    const [name, given] = args;
    if (typeof name !== 'string') return null;
    return { kind: 'function', name, args: isJsonObject(given) ? given : {} };
  }
  const operation = typeof sent.ask === 'string' && Object.hasOwn(operations, sent.ask) ? operations[sent.ask] : null;
  return operation == null ? null : { kind: 'request', operation, args };
}

/** Reads `{ "iparams": {…} }`, the values that a page gave; null for anything else. */
export function readPageValues(sent: unknown): JsonObject | null {
  if (!isJsonObject(sent) || isNestedBeyond(sent, PAGE_NESTING_MAX)) return null;
  return isJsonObject(sent.iparams) ? sent.iparams : null;
}

const operations: Readonly<Record<string, string>> = {
  'request.invokeTemplate': 'request.invoke_template',
  'request.get': 'request.get',
  'request.post': 'request.post',
  'request.put': 'request.put',
  'request.patch': 'request.patch',
  'request.delete': 'request.delete',
};
