import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageAssetPath, pageFileType, pageSettings, servedPage, valuesForPage } from './custom-page.ts';

test('puts our client where a page names the platform’s, and changes no other letter', () => {
  for (const named of [
    '{{{appclient}}}',
    '{{{ appclient }}}',
    '{{appclient}}',
    'https://static.freshdev.io/fdk/2.0/assets/fresh_client.js',
    '//static.example.com/fdk/2.0/assets/freshclient.min.js?v=3',
  ]) {
    const page = (source: string) => `<html lang='en'><script defer src="${source}"></script><p>{{{name}}} & more</p>`;
    assert.equal(servedPage(page(named), 'client.js'), page('client.js'), named);
  }
});

test('gives the client to a page that does not ask for it', () => {
  const page = '<p>fresh_client.js is not loaded</p><script src="./assets/fresh_client_helper.js"></script>';
  assert.equal(servedPage(page, 'client.js'), `${page}\n<script src="client.js"></script>\n`);
});

test('looks through a large page that is made to hold it up within a moment', () => {
  for (const part of ['//a/', '{{{', '//a.a/fresh_', '<script ']) {
    const page = part.repeat(1_000_000 / part.length);
    const startedAt = performance.now();
    servedPage(page, 'client.js');
    assert.ok(performance.now() - startedAt < 2000, part);
  }
});

test('lets a page have the files of config/assets, and nothing else', () => {
  assert.equal(pageAssetPath('iparams.js'), 'config/assets/iparams.js');
  assert.equal(pageAssetPath('img/a b (1).png'), 'config/assets/img/a b (1).png');
  const others = [
    '../iparams.html',
    'a/../../b',
    '/etc/passwd',
    '',
    'a//b',
    '.env',
    'a/.git',
    'a\\..\\b',
    'a\0b',
    'a/',
  ];
  for (const asked of [...others, 'a/'.repeat(20).concat('b')]) assert.equal(pageAssetPath(asked), null, asked);
});

test('calls files by what they are, and what it does not know by nothing that runs', () => {
  assert.equal(pageFileType('config/assets/A.JS'), 'text/javascript; charset=utf-8');
  for (const path of ['a', 'a.exe', 'a.constructor', 'a.xhtml']) {
    assert.equal(pageFileType(path), 'application/octet-stream', path);
  }
});

test('reads from the manifest whether a page has buttons of its own', () => {
  const settings = (manifest: string) => pageSettings(new Map([['manifest.json', manifest]])).hidesButtons;
  assert.equal(settings('{"settings":{"iparams":{"hideStandardButtons":true}}}'), true);
  for (const manifest of ['', '[]', '{"settings":[]}', '{"settings":{"iparams":{"hideStandardButtons":"yes"}}}']) {
    assert.equal(settings(manifest), false, manifest);
  }
});

test('gives getConfigs the values without what the page said about them', () => {
  assert.deepEqual(valuesForPage({ __meta: { secure: ['token'] }, token: '********' }), { token: '********' });
});
