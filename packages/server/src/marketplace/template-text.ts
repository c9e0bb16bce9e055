import { base64OfText } from './base64.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** What becomes of an expression whose value is not there: an empty text, or the text cannot be filled in. */
export type MissingValue = 'empty' | 'refused';

/** What a template may name: `{ iparam: {…}, context: {…}, access_token: '…', … }`. */
export type TemplateScope = JsonObject;

/**
 * Fills in the `<%= … %>` of a text. Null when that cannot be done: an expression that cannot be read, a name that
 * nothing has (`<%= contxt.id %>`), a property of what is not there, or a missing value that is calculated with.
 *
 * A property that its object lacks becomes an empty text, as on the platform: what that leaves of a host or a path is
 * judged afterwards. With `refused` it cannot be filled in.
 *
 * An expression is a name (`iparam.key`, `context["a b"].c`, `context.list[0]`), a text in quotes of either kind, a
 * number, a sum of these, `encode(…)` of one of these (base64), or the first of several that is there
 * (`context.page || '1'`), as real apps have it. The grammar is our own and has nothing else, so that an
 * app cannot have anything evaluated here.
 */
export function fillTemplate(text: string, scope: TemplateScope, missing: MissingValue = 'empty'): string | null {
  let filled = '';
  let at = 0;
  for (;;) {
    const mark = text.indexOf(OPENING, at);
    if (mark === -1) return filled + text.slice(at);
    const reader: Reader = { text, at: mark + OPENING.length, depth: 0, scope };
    const value = readChoice(reader);
    if (value === FAILED || !takes(reader, CLOSING)) return null;
    if (value === undefined && missing === 'refused') return null;
    const shown = textOf(value);
    if (shown === null) return null;
    filled += text.slice(at, mark) + shown;
    at = reader.at;
  }
}

/** Fills in every text of a value, keys excepted. Null when one cannot be filled in, or it nests too deeply. */
export function fillTemplates(
  value: JsonValue,
  scope: TemplateScope,
  missing: MissingValue = 'empty',
): JsonValue | null {
  const filled = filledOrFailed(value, { scope, missing }, NESTING_MAX);
  return filled === FAILED ? null : filled;
}

const OPENING = '<%=';
const CLOSING = '%>';
const NESTING_MAX = 32;
const FAILED = Symbol('failed');

/** `undefined`: a property that is not there. */
type Value = JsonValue | undefined | typeof FAILED;

type Reader = { readonly text: string; at: number; depth: number; readonly scope: TemplateScope };

type Filling = { readonly scope: TemplateScope; readonly missing: MissingValue };

function filledOrFailed(value: JsonValue, filling: Filling, levels: number): JsonValue | typeof FAILED {
  if (typeof value === 'string') return fillTemplate(value, filling.scope, filling.missing) ?? FAILED;
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return FAILED;
  const entries = Object.entries(value).map(([key, item]) => {
    return [key, filledOrFailed(item as JsonValue, filling, levels - 1)] as const;
  });
  const known = entries.flatMap(([key, item]) => (item === FAILED ? [] : [[key, item] as const]));
  if (known.length < entries.length) return FAILED;
  return Array.isArray(value) ? known.map(([, item]) => item) : Object.fromEntries(known);
}

/** `a || b` takes the first that is there and not empty, zero or false; `a ?? b` the first that is there. */
function readChoice(reader: Reader): Value {
  let chosen = readSum(reader);
  while (chosen !== FAILED) {
    const isLoose = takes(reader, '||');
    if (!isLoose && !takes(reader, '??')) return chosen;
    const other = readSum(reader);
    const isMissing = isLoose ? !chosen : chosen === undefined || chosen === null;
    if (other === FAILED) return FAILED;
    if (isMissing) chosen = other;
  }
  return FAILED;
}

function readSum(reader: Reader): Value {
  let sum = readOperand(reader);
  while (sum !== FAILED && takes(reader, '+')) {
    const added = readOperand(reader);
    sum = added === FAILED ? FAILED : add(sum, added);
  }
  return sum;
}

/** The word "undefined" in the middle of a password helps nobody: a sum of what is missing fails. */
function add(left: Exclude<Value, symbol>, right: Exclude<Value, symbol>): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left === undefined || left === null || right === undefined || right === null) return FAILED;
  const [before, behind] = [textOf(left), textOf(right)];
  return before === null || behind === null ? FAILED : before + behind;
}

function readOperand(reader: Reader): Value {
  skipBlanks(reader);
  const next = reader.text[reader.at];
  if (next === '"' || next === "'") return readQuoted(reader);
  if (next === '(') return readParenthesized(reader);
  const number = matches(reader, /\d{1,15}(\.\d{1,15})?/y);
  if (number !== null) return Number(number);
  const name = matches(reader, NAME);
  if (name === null) return FAILED;
  return name === 'encode' ? encoded(readParenthesized(reader)) : readPath(reader, name);
}

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

function readParenthesized(reader: Reader): Value {
  if (reader.depth === NESTING_MAX || !takes(reader, '(')) return FAILED;
  reader.depth += 1;
  const value = readChoice(reader);
  reader.depth -= 1;
  return takes(reader, ')') ? value : FAILED;
}

function encoded(value: Value): Value {
  if (value === FAILED || value === undefined || value === null) return FAILED;
  const text = textOf(value);
  return text === null ? FAILED : base64OfText(text);
}

function readPath(reader: Reader, root: string): Value {
  if (!Object.hasOwn(reader.scope, root)) return FAILED;
  let value: Value = reader.scope[root];
  for (;;) {
    const key = readKey(reader);
    if (key === null) return value;
    if (key === FAILED) return FAILED;
    value = propertyOf(value, key);
    if (value === FAILED) return FAILED;
  }
}

/** The next `.name` or `[…]`; null when the path ends here. */
function readKey(reader: Reader): string | null | typeof FAILED {
  if (takes(reader, '.')) return matches(reader, NAME) ?? FAILED;
  if (!takes(reader, '[')) return null;
  skipBlanks(reader);
  const isQuoted = /["']/.test(reader.text[reader.at] ?? '');
  const key = isQuoted ? readQuoted(reader) : matches(reader, /\d{1,9}/y);
  return typeof key === 'string' && takes(reader, ']') ? key : FAILED;
}

function propertyOf(value: Value, key: string): Value {
  if (value === undefined || value === null || value === FAILED) return FAILED;
  if (Array.isArray(value)) return Object.hasOwn(value, key) && key !== 'length' ? value[Number(key)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function readQuoted(reader: Reader): Value {
  const quoted = matches(reader, /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y);
  if (quoted === null) return FAILED;
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** As JavaScript joins it to a text; null for an object, whose "[object Object]" nobody ever wants. */
function textOf(value: Exclude<Value, symbol>): string | null {
  if (value === undefined || value === null) return '';
  if (!Array.isArray(value)) return isJsonObject(value) ? null : String(value);
  const texts = value.map((item: JsonValue) => textOf(item));
  return texts.includes(null) ? null : texts.join(',');
}

function takes(reader: Reader, mark: string): boolean {
  skipBlanks(reader);
  if (!reader.text.startsWith(mark, reader.at)) return false;
  reader.at += mark.length;
  return true;
}

function matches(reader: Reader, pattern: RegExp): string | null {
  const sticky = new RegExp(pattern.source, pattern.flags);
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.text)?.[0] ?? null;
  if (found !== null) reader.at += found.length;
  return found;
}

function skipBlanks(reader: Reader): void {
  matches(reader, /\s+/y);
}
