import { htmlText } from './html-text.ts';
import { installationPageStyle } from './installation-page-style.ts';
import type { JsonObject } from './json-value.ts';

export type InstallationFrameParts = {
  readonly appName: string;
  /** The address of the app's page, relative to this one's. */
  readonly source: string;
  /** The app waits for its parameters; else they are changed. */
  readonly isInstall: boolean;
  /** The page has buttons of its own, and saves by `client.iparams.apply()`. */
  readonly hidesButtons: boolean;
  /** What the page's `getConfigs` is given: secrets masked. */
  readonly values: JsonObject;
  readonly host: { readonly domain: string; readonly currentHost: JsonObject };
  /** Where a browser goes when it is over; null: nowhere, the page says so. */
  readonly leaveTo: string | null;
  /** The program of this page; must not hold the end of a script element. */
  readonly script: string;
  /** For the page's own style and program under a Content-Security-Policy. */
  readonly nonce: string;
};

/**
 * What a sandboxed page may do. Never `allow-same-origin`: with it the app's page would be one of ours, and could do in
 * the name of whoever looks at it whatever we let him do.
 */
export const framePermissions = 'allow-scripts allow-forms allow-modals allow-popups';

/**
 * Our page around an app's own installation page: the app's name, the app's page in a frame that is nobody's origin, and
 * our buttons. What both say to each other goes through the program of this page alone.
 */
export function installationFrame(parts: InstallationFrameParts): string {
  const { appName, source, isInstall, hidesButtons, values, host, leaveTo, script, nonce } = parts;
  const told = { values, host, isInstall, hidesButtons, leaveTo, appName };
  const submitLabel = isInstall ? 'Install' : 'Save';
  const buttons = `<footer><p id="progress" role="status"></p>
<button type="button" id="cancel" class="plain">Cancel</button>
<button type="button" id="submit" disabled>${submitLabel}</button></footer>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(appName)}: installation</title>
<style nonce="${htmlText(nonce)}">${installationPageStyle}${frameStyle}</style>
</head>
<body class="framing">
<main id="main">
<header><h1>${htmlText(appName)}</h1><p class="about">The part in the frame is the app’s own page. What you type there goes to the app.</p></header>
<div id="notice" class="fault" role="alert" hidden></div>
<iframe id="page" title="Parameters of ${htmlText(appName)}" sandbox="${framePermissions}" referrerpolicy="no-referrer" data-source="${htmlText(source)}"></iframe>
${hidesButtons ? '<p id="progress" role="status"></p>' : buttons}
</main>
<script type="application/json" id="told">${jsonInScript(told)}</script>
<script nonce="${htmlText(nonce)}">${script}</script>
</body>
</html>
`;
}

/** The policy of that page: its own program and style, the frame, and answers from here; nothing else, nobody's frame. */
export function installationFramePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "frame-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The policy of the app's page and of everything that belongs to it. `sandbox` holds as well when somebody opens its address
 * outside of our frame. Scripts, styles, fonts and pictures come from the app or over https, since apps load the vendor's
 * components from where those are published; forms, frames, plug-ins and workers go nowhere.
 */
export const framedPagePolicy: string = [
  `sandbox ${framePermissions}`,
  "default-src 'none'",
  "script-src 'self' https: 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' https: 'unsafe-inline'",
  "font-src 'self' https: data:",
  "img-src 'self' https: data: blob:",
  "media-src 'self' https: data:",
  "connect-src 'self' https:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** JSON that stands between script tags: no `<` of it can end them. */
function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const frameStyle = `
html, body.framing { height: 100%; }
.framing main { max-width: 56rem; height: 100%; padding: 1.25rem 1rem 0; display: flex; flex-direction: column; }
.framing header h1 { margin: 0; }
.framing header .about { margin: 0.15rem 0 1rem; }
.framing iframe { flex: 1 1 auto; min-height: 8rem; width: 100%; border: 1px solid var(--line); border-radius: 8px; background: #ffffff; color-scheme: light; }
.framing footer { display: flex; gap: 0.6rem; align-items: center; padding: 0.9rem 0; }
.framing #progress { flex: 1 1 auto; margin: 0; color: var(--soft); font-size: 0.9rem; min-width: 0; overflow-wrap: anywhere; }
.framing main > #progress { flex: 0 0 auto; min-height: 1rem; padding: 0.3rem 0; }
[hidden] { display: none !important; }
.framing div.fault.said { color: var(--text); border-color: var(--line); }
button.plain { background: transparent; color: var(--text); border: 1px solid var(--line); padding: calc(0.55rem - 1px) 1.1rem; }
button:disabled { opacity: 0.55; cursor: default; }
`;
