import { createHash } from 'node:crypto';

/** A piece of HTML that may be put into a page as it is. */
export type Html = { readonly html: string };

/** HTML from a template; what is put in is escaped, unless it is HTML itself. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const text = parts.reduce((before, part, index) => before + inserted(values[index - 1] ?? '') + part);
  return { html: text };
}

function inserted(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'html' in value ? value.html : value.map((one) => one.html).join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text in which `code` is marked with backticks. */
export function prose(text: string): Html {
  const parts = text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
  return html`${parts}`;
}

/** A whole page, which loads nothing and runs nothing. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
${body}
</body>
</html>
`.html;
}

const STYLE = `
:root { --text: #1c2024; --soft: #60646c; --line: #d9dde3; --ground: #ffffff; --raised: #f6f7f9; --accent: #0b63c5; --write: #97570b; --remove: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaed; --soft: #a3a9b3; --line: #33383f; --ground: #14171a; --raised: #1c2024; --accent: #79b4ff; --write: #e5ae5b; --remove: #ff9a91; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre, .path { font: 0.875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--raised); border-radius: 4px; padding: 0.1em 0.3em; overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; overflow-x: auto; margin: 0.6rem 0; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.layout { display: grid; grid-template-columns: 21rem minmax(0, 1fr); max-width: 88rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2rem 1rem 2rem 1.5rem; font-size: 0.85rem; }
nav h2 { font-size: 0.8rem; text-transform: uppercase; letter-spacing: 0.06em; color: var(--soft); margin: 1.2rem 0 0.3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: 0.12rem 0; text-decoration: none; overflow-wrap: anywhere; }
nav li a:hover { text-decoration: underline; }
main { padding: 2rem 2rem 6rem; min-width: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.5rem; }
h2.chapter { margin: 3rem 0 0; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); }
.route { padding: 1.4rem 0; border-bottom: 1px solid var(--line); scroll-margin-top: 1rem; }
.route h3 { margin: 0 0 0.4rem; font-size: 1rem; font-weight: 600; display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: baseline; }
.method { font: 700 0.75rem/1.6 ui-monospace, Menlo, Consolas, monospace; color: var(--accent); border: 1px solid currentColor; border-radius: 4px; padding: 0 0.4rem; }
.method.POST, .method.PUT, .method.PATCH { color: var(--write); }
.method.DELETE { color: var(--remove); }
.path { overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: 0.9rem; margin: 0.3rem 0; }
h4 { margin: 1rem 0 0.2rem; font-size: 0.85rem; color: var(--soft); font-weight: 600; }
dl { margin: 0; }
dt { margin-top: 0.5rem; }
dd { margin: 0.1rem 0 0 1.2rem; }
dd dl { border-left: 2px solid var(--line); padding-left: 0.8rem; margin-top: 0.3rem; }
details { margin-top: 0.6rem; }
summary { cursor: pointer; color: var(--accent); }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; }
td code { white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.8rem 0.5rem 0; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
@media (max-width: 60rem) {
  .layout { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; max-height: 16rem; padding: 1rem 1.25rem; border-bottom: 1px solid var(--line); }
  main { padding: 1rem 1.25rem 4rem; }
}
`;

/** The pages' own security policy: the one style sheet, and nothing else at all. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
