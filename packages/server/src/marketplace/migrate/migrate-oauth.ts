import { memberOf, membersOf, readJsonDocument, textOf } from '../json-document.ts';
import type { JsonObject } from '../json-value.ts';
import { oauthConfigFile } from '../oauth-config-file.ts';
import { sourceText } from '../source-text.ts';
import { indentOf, lineBreakOf } from './json-text.ts';
import { setJson } from './migrate-manifest.ts';

/** The OAuth configuration of 3.0 and the name under which the one integration of 2.x is in it. */
export interface MigratedOauth {
  /** Null when the file is of that form already. */
  readonly text: string | null;
  readonly name: string;
}

/** Wraps a flat OAuth configuration in `integrations`, under a name made of the provider's. */
export function migrateOauth(text: string): MigratedOauth | null {
  const { root } = readJsonDocument(sourceText(oauthConfigFile, text));
  if (root === null) return null;
  const wrapped = memberOf(root, 'integrations');
  if (wrapped !== undefined) {
    const [first] = membersOf(wrapped.value);
    return first === undefined ? null : { text: null, name: first.key };
  }
  const name = providerName(textOf(memberOf(root, 'token_url')?.value) ?? '');
  const [indent, lineBreak] = [indentOf(text), lineBreakOf(text)];
  const inner = text
    .slice(root.offset, root.offset + root.length)
    .split(/\r?\n/)
    .join(`${lineBreak}${indent}${indent}`);
  const open = ['{', `${indent}"integrations": {`, `${indent}${indent}${JSON.stringify(name)}: ${inner}`];
  const whole = `${[...open, `${indent}}`, '}'].join(lineBreak)}${lineBreak}`;
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const hasTitle = memberOf(root, 'display_name') !== undefined;
  return { text: hasTitle ? whole : setJson(whole, ['integrations', name, 'display_name'], title), name };
}

// The last but one label of the host is mostly the provider: github of github.com, asana of app.asana.com.
function providerName(tokenUrl: string): string {
  const labels = /^https?:\/\/([^/?#:]+)/i.exec(tokenUrl)?.[1]?.split('.') ?? [];
  const label =
    labels
      .at(-2)
      ?.toLowerCase()
      .replace(/[^a-z0-9_]/g, '') ?? '';
  return /^[a-z]\w+$/.test(label) ? label : 'main';
}

/** Templates of 2.3 with `"isOAuth": true` as those of 3.0, which name their integration. */
export function nameIntegration(requestsText: string, integration: string): string {
  const { root } = readJsonDocument(sourceText('config/requests.json', requestsText));
  let text = requestsText;
  for (const { key, value } of membersOf(root ?? undefined)) {
    const options = memberOf(value, 'options')?.value;
    if (memberOf(options, 'isOAuth')?.value.value !== true) continue;
    text = setJson(text, [key, 'options', 'oauth'], integration);
    text = removeJson(text, [key, 'options', 'isOAuth']);
  }
  return text;
}

function removeJson(text: string, path: readonly string[]): string {
  // Setting a member to nothing is how it is removed.
  return setJson(text, [...path], undefined as unknown as JsonObject);
}
