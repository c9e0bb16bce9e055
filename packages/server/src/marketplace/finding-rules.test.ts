import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findingRules } from './finding-rules.ts';

const room = import.meta.dirname;

function codesInSources(): ReadonlySet<string> {
  const sources = globSync(['marketplace/*.ts', 'sandbox/read-app-folder.ts'], { cwd: join(room, '..') });
  const texts = sources
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(room, '..', path), 'utf8'));
  const written = texts.flatMap((text) => [
    ...text.matchAll(/\bcode: '([a-z0-9.-]+)'/g),
    ...text.matchAll(/\bconst code = '([a-z0-9.-]+)'/g),
    ...text.matchAll(/\bnote\(\s*'\w+', '([a-z-]+)'/g),
    ...text.matchAll(/\bcode: \w+ \? '([a-z-]+)' : '(?:[a-z-]+)'/g),
    ...text.matchAll(/\bcode: \w+ \? '(?:[a-z-]+)' : '([a-z-]+)'/g),
  ]);
  return new Set(written.flatMap(([, code]) => code ?? []));
}

test('knows every code that a finding may have, and no other', () => {
  const used = codesInSources();
  assert.ok(used.size > 80);
  assert.deepEqual(
    [...used].filter((code) => findingRules[code] === undefined),
    [],
    'these codes have no rule',
  );
  assert.deepEqual(
    Object.keys(findingRules).filter((code) => !used.has(code)),
    [],
    'nothing ever says these',
  );
});
