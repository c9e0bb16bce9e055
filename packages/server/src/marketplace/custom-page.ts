import type { AppFiles } from './app-files.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** An app's own installation page, below the app folder. */
export const customPageFile = 'config/iparams.html';
/** What the page may load of the app: nothing outside of it is given to a browser. */
export const pageAssetsFolder = 'config/assets/';

/** What a page says about itself outside of its HTML. */
export interface PageSettings {
  /** The page has buttons of its own, and saves by `client.iparams.apply()`. */
  readonly hidesButtons: boolean;
}

/** `settings.iparams.hideStandardButtons` of the manifest. */
export function pageSettings(files: AppFiles): PageSettings {
  const settings = memberOf(parsed(files.get('manifest.json') ?? ''), 'settings');
  return { hidesButtons: memberOf(memberOf(settings, 'iparams'), 'hideStandardButtons') === true };
}

/**
 * The script that a page names as the platform's client: by its placeholder, or by an address of the vendor's. Every part
 * is bounded, since the page is a stranger's and may be large: without that a page of slashes takes minutes to look through.
 */
export const clientAddress =
  /\{\{\{?\s{0,9}appclient\s{0,9}\}\}\}?|(?:https?:)?\/\/[\w.-]{1,200}\/[\w./-]{0,200}\bfresh_?client(?:\.min)?\.js(?:\?[\w=&.-]{0,200})?/gi;

/**
 * The page as it is served: the app's own, letter by letter, but for the address of the platform's client, which is ours.
 * A page that does not ask for the client gets it at its end: without it nobody could ask the page for its values.
 */
export function servedPage(html: string, clientSource: string): string {
  const served = html.replace(clientAddress, clientSource);
  return served === html ? `${html}\n<script src="${clientSource}"></script>\n` : served;
}

/**
 * The path below the app folder of a file that a page asks for; null for one that it may not have. Hidden files, and
 * whatever leads elsewhere, are none of the page's.
 */
export function pageAssetPath(asked: string): string | null {
  const parts = asked.split('/');
  const isPlain = (part: string) => part !== '' && part.length <= 128 && /^[^.\\\p{Cc}][^\\\p{Cc}]*$/u.test(part);
  return parts.length <= 16 && parts.every(isPlain) ? `${pageAssetsFolder}${asked}` : null;
}

/** What a browser is to take a file for; what is not known is only bytes, and never run. */
export function pageFileType(path: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(types, ending) ? types[ending] : undefined) ?? 'application/octet-stream';
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff: 'font/woff',
  woff2: 'font/woff2',
  ttf: 'font/ttf',
};

/** What `getConfigs` is given: the values alone, without what the page said about them. */
export function valuesForPage(values: JsonObject): JsonObject {
  const { __meta: _, ...alone } = values;
  return alone;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
