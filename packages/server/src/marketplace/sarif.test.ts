import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sarifLog } from './sarif.ts';
import { validateApp } from './validate-app.ts';

const files = new Map([
  [
    'manifest.json',
    '{\n  "platform-version": "2.3",\n  "product": { "freshchat": { "events": { "onMessageCreate": { "hanlder": "ab" } } } }\n}',
  ],
  ['config/iparams.json', '{}'],
  ['config/requests 1.json', ''],
  ['server/server.js', 'exports = { a() {} };'],
]);

const log = sarifLog(validateApp(files).findings, files, { version: '1.2.3', folderUri: 'file:///apps/mine/' });
const [run] = log.runs as unknown as readonly Run[];

interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly help: object }[] } };
  readonly results: readonly Result[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly locations: readonly {
    readonly physicalLocation: { readonly region: object; readonly artifactLocation: object };
  }[];
  readonly fixes?: readonly { readonly artifactChanges: readonly { readonly replacements: readonly object[] }[] }[];
}

test('is a log of version 2.1.0 whose results point at their rules', () => {
  assert.equal(log.version, '2.1.0');
  const ids = run?.tool.driver.rules.map(({ id }) => id) ?? [];
  assert.deepEqual(ids, ['config-stranger', 'handler-not-exported', 'handler-slip']);
  for (const { ruleId, ruleIndex } of run?.results ?? []) assert.equal(ids[ruleIndex], ruleId);
});

test('gives places as regions, weights as levels, and certain fixes as replacements', () => {
  const slip = run?.results.find(({ ruleId }) => ruleId === 'handler-slip');
  assert.equal(slip?.level, 'warning');
  assert.deepEqual(slip?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: 'manifest.json', uriBaseId: 'APP' },
    region: { startLine: 3, startColumn: 64 },
  });
  assert.deepEqual(slip?.fixes?.[0]?.artifactChanges[0]?.replacements, [
    {
      deletedRegion: { startLine: 3, startColumn: 64, endLine: 3, endColumn: 73 },
      insertedContent: { text: '"handler"' },
    },
  ]);
  const missing = run?.results.find(({ ruleId }) => ruleId === 'handler-not-exported');
  assert.deepEqual([missing?.level, missing?.fixes], ['error', undefined]);
});

test('writes paths as URIs', () => {
  const stranger = run?.results.find(({ ruleId }) => ruleId === 'config-stranger');
  assert.deepEqual(stranger?.locations[0]?.physicalLocation.artifactLocation, {
    uri: 'config/requests%201.json',
    uriBaseId: 'APP',
  });
});
