import type { AppFiles } from '../app-files.ts';
import type { Finding } from '../finding.ts';
import { findingAt, sourceText } from '../source-text.ts';
import type { MigrationStep } from './migration.ts';

const oldClient = /(<script\b[^>]*?\bsrc\s*=\s*)(["'])[^"']*fresh[-_]?client[^"']*\2/gi;

/** Lets pages load the client of 3.0, and lists what of the front end has to be rewritten. */
export function migratePages(files: AppFiles): MigrationStep {
  const texts = new Map<string, string>();
  const todo: Finding[] = [];
  for (const [file, text] of files) {
    if (!/^(app|config)\//.test(file) || /\/(node_modules|dist)\//.test(file)) continue;
    const migrated = file.endsWith('.html') ? text.replace(oldClient, '$1$2{{{appclient}}}$2') : text;
    if (migrated !== text) texts.set(file, migrated);
    if (/\.(html|js)$/.test(file)) todo.push(...frontEndRequests(file, text));
  }
  const pages = texts.size === 1 ? 'one page loads' : `${texts.size} pages load`;
  return { texts, done: texts.size === 0 ? [] : [`${pages} {{{appclient}}} instead of fresh_client.js`], todo };
}

function frontEndRequests(file: string, text: string): readonly Finding[] {
  const source = sourceText(file, text);
  return [...text.matchAll(/\bclient\s*\.\s*request\s*\.\s*(get|post|put|patch|delete)\s*\(/g)].map((match) =>
    findingAt(source, match.index, {
      severity: 'warning',
      code: 'migrate-front-end-request',
      message: `client.request.${match[1]} is gone in platform 3.0`,
      fix: 'write a template in config/requests.json, name it in modules.common.requests, and call it with client.request.invokeTemplate',
    }),
  );
}
