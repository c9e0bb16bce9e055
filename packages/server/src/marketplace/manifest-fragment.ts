import type { Finding } from './finding.ts';
import { membersOf, readJsonDocument } from './json-document.ts';
import { modulesOfEvent } from './platform-catalog.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';

/**
 * The vendor's reference pages print the manifest sample as a piece, `"events": { … }` without the braces around it.
 * Pasted as printed it is no JSON, and a parser's complaint about the colon helps nobody: this says what is missing
 * and where the piece belongs.
 * Source: https://developers.freshworks.com/docs/app-sdk/v2.3/freshchat/serverless-apps/product-events/onagentactivity/
 *
 * @returns the finding, or null when the text is no such piece
 */
export function readFragment(source: SourceText): Finding | null {
  const key = /^\s*"([^"\n]*)"\s*:/.exec(source.text)?.[1];
  if (key === undefined) return null;
  const offset = source.text.indexOf('"');
  if (key !== 'events') return bracesMissing(source, offset, key);
  const events = eventNames(source);
  const module = events.flatMap(modulesOfEvent).find((name) => name !== 'common') ?? 'chat_conversation';
  return findingAt(source, offset, {
    severity: 'error',
    code: 'manifest-fragment',
    message:
      'manifest.json is a bare "events" fragment: the braces { … } around it are missing, and "events" belongs in ' +
      `product.freshchat (platform 2.x) or modules.${module} (platform 3.0)`,
    expected: '{ "platform-version": "2.3", "product": { "freshchat": { "events": { … } } } }',
    fix:
      `wrap it: { "platform-version": "2.3", "product": { "freshchat": { ${events.length === 0 ? '"events": { … }' : source.text.trim()} } } } or ` +
      `{ "platform-version": "3.0", "modules": { "${module}": { "events": { … } } }, "engines": { … } }`,
  });
}

function bracesMissing(source: SourceText, offset: number, key: string): Finding {
  return findingAt(source, offset, {
    severity: 'error',
    code: 'manifest-fragment',
    message: `manifest.json starts with the key "${key}": the braces { … } around it are missing`,
    expected: `{ "${key}": … }`,
    fix: 'put a "{" before it and a "}" at the end',
  });
}

function eventNames(source: SourceText): readonly string[] {
  const { root } = readJsonDocument(sourceText(source.file, `{${source.text}}`));
  return membersOf(membersOf(root ?? undefined)[0]?.value).map(({ key }) => key);
}
