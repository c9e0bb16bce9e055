import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { readConfig } from './read-config.ts';
import { settings } from './settings.ts';

const fileText = readFileSync(new URL('../../config.default.toml', import.meta.url), 'utf8');
const all = Object.values(settings);

test('lists every setting, each once, in the order of the code, and nothing else', () => {
  assert.deepEqual(
    Object.keys(parse(fileText)),
    all.map((setting) => setting.key),
  );
});

test('says the defaults that the code has', () => {
  const table = parse(fileText);
  for (const setting of all) assert.deepEqual(table[setting.key], setting.default ?? '', setting.key);
});

test('changes nothing when it is used as it stands', () => {
  const sources = { flags: {}, environment: {}, fileName: null };
  const withFile = readConfig({ ...sources, fileText, fileName: 'config.default.toml' });
  const without = readConfig({ ...sources, fileText: null });
  assert.equal(withFile.kind, 'config');
  assert.equal(without.kind, 'config');
  assert.deepEqual({ ...withFile.config, dataFolder: './data' }, without.config);
  assert.equal(withFile.config.dataFolder, 'data');
});

for (const setting of all) {
  test(`says unit, flag, environment, effect and danger of ${setting.key}`, () => {
    const comment =
      fileText
        .split(new RegExp(`^${setting.key} = .*$`, 'm'))[0]
        ?.split('\n\n')
        .at(-1) ?? '';
    assert.match(comment, /^# [A-Z].*\.$/m, 'a sentence that says what it is');
    assert.match(comment, new RegExp(`^#   flag: +${setting.flag?.spelling ?? 'none'}\\b`, 'm'));
    assert.match(comment, new RegExp(`^#   environment: ${setting.variable}\\b`, 'm'));
    for (const heading of ['unit', 'effect', 'danger']) {
      assert.match(comment, new RegExp(`^#   ${heading}: +\\S.{10,}`, 'm'));
    }
  });
}
