import { base64OfText } from './base64.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { secretMask } from './secret-iparams.ts';

/**
 * Replaces secrets in what an app prints: texts and numbers, those within lists and objects too. They are looked for as
 * they are and as consoles, JSON, addresses and base64 write them; of a secret of several lines each line counts by
 * itself, since consoles print them apart. The longest form goes first, so that one which holds another leaves no rest.
 */
export function secretMasker(secret: JsonObject): (text: string) => string {
  const forms = Object.values(secret).flatMap(textsIn).flatMap(formsOf);
  const known = [...new Set(forms)].filter(({ length }) => length >= maskedCharactersMin);
  known.sort((left, right) => right.length - left.length);
  if (known.length === 0) return (text) => text;
  return (text) => known.reduce((masked, one) => masked.replaceAll(one, secretMask), text);
}

/** Shorter texts are words of everyday, and masking them would blot out half of a log. */
const maskedCharactersMin = 6;

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

function formsOf(text: string): readonly string[] {
  const lines = /[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).map((line) => line.trim()) : [];
  // A secret that ends with a line end is used without it as often as with it.
  const whole = text.trim() === text ? [text] : [text, text.trim()];
  const long = whole.filter(({ length }) => length >= maskedCharactersMin);
  return [...[...whole, ...lines].flatMap(writtenForms), ...long.flatMap(base64Forms)];
}

/** As it is, in JSON, in JSON within JSON, as consoles show it in an object, and in an address. */
function writtenForms(text: string): readonly string[] {
  const inJson = quoted(text);
  const shown = [text, inJson].map(consoleForm);
  const inQuotes = shown.map((one) => one.replaceAll("'", "\\'"));
  return [text, inJson, quoted(inJson), ...shown, ...inQuotes, ...addressForms(text)];
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const consoleEscapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

/** Source: https://nodejs.org/api/util.html#utilinspectobject-options */
function consoleForm(text: string): string {
  return text.replace(/[\p{Cc}\\]/gu, (one) => consoleEscapes[one] ?? `\\x${hexOf(one)}`);
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** Half of a character, which no encoding takes. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** As `encodeURIComponent` writes it, and as forms and `URLSearchParams` do. */
function addressForms(text: string): readonly string[] {
  const encoded = encodeURIComponent(text.replaceAll(LONE_SURROGATE, '\ufffd'));
  const inForm = encoded.replace(/[!'()~]/g, (one) => `%${hexOf(one)}`).replaceAll('%20', '+');
  return [encoded, inForm];
}

/**
 * Base64 in both alphabets, of the text itself and of its inside wherever it stands in a longer one (`name:secret`): the
 * digits that its neighbours have a part in are left out.
 */
function base64Forms(text: string): readonly string[] {
  const forms = ['', 'x', 'xx'].map((before) => {
    const encoded = base64OfText(before + text);
    const open = encoded.replace(/=+$/, '');
    const end = open.length === encoded.length ? open.length : open.length - 1;
    return open.slice(before.length === 0 ? 0 : before.length + 1, end);
  });
  const long = [base64OfText(text), ...forms].filter(({ length }) => length >= base64DigitsMin);
  return long.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Fewer digits come up by chance. */
const base64DigitsMin = 7;
