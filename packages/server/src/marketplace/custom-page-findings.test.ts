import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCustomPage } from './custom-page-findings.ts';

const CLIENT = '<script src="{{{appclient}}}"></script>';
const SCRIPT = '<script src="./assets/iparams.js"></script>';
const FUNCTIONS = 'function getConfigs(configs) {} window.postConfigs = () => ({});';

const found = (files: Readonly<Record<string, string>>) =>
  checkCustomPage(new Map(Object.entries(files))).map(({ code, message, severity }) => {
    assert.equal(severity, 'warning');
    return `${code}: ${message}`;
  });

test('has nothing to say about a page with its two functions, wherever they stand', () => {
  const asset = { 'config/iparams.html': `${CLIENT}${SCRIPT}`, 'config/assets/iparams.js': FUNCTIONS };
  assert.deepEqual(found(asset), []);
  assert.deepEqual(found({ 'config/iparams.html': `${CLIENT}<script>${FUNCTIONS}</script>` }), []);
  const react = `${CLIENT}<script type="module" src="./assets/main.jsx"></script>`;
  assert.deepEqual(found({ 'config/iparams.html': react, 'config/assets/main.jsx': '' }), []);
});

test('names the functions that are missing, and how to mend that', () => {
  const files = new Map([['config/iparams.html', `${CLIENT}<script>function getConfigs() {}</script>`]]);
  const [finding] = checkCustomPage(files);
  assert.equal(finding?.message, 'Mandatory method(s) missing in iparams.html: postConfigs.');
  assert.match(finding?.fix ?? '', /^create config\/assets\/iparams\.js: getConfigs\(configs\) fills the page/);
});

test('names the files that a page loads and that are not there, and those that it may not load', () => {
  const page = `${CLIENT}<script>${FUNCTIONS}</script>
<link rel="stylesheet" href="assets/none.css"><script src="../app/app.js"></script>
<script src="https://cdn.example.com/a.js"></script><img src=data:,><a href="./elsewhere.html">x</a>`;
  assert.deepEqual(found({ 'config/iparams.html': page }), [
    'page-file-missing: config/assets/none.css does not exist',
    'page-file-missing: ../app/app.js is not below config/assets/',
  ]);
});

test('asks for the client, and for a way to save where our buttons are hidden', () => {
  const page = `<script>${FUNCTIONS}</script>`;
  const manifest = '{"settings":{"iparams":{"hideStandardButtons":true}}}';
  assert.deepEqual(
    found({ 'config/iparams.html': page, 'manifest.json': manifest }).map((text) => text.split(':', 1)[0]),
    ['page-client-missing', 'page-apply-missing'],
  );
  const applying = `${CLIENT}<script>${FUNCTIONS} client.iparams.apply();</script>`;
  assert.deepEqual(found({ 'config/iparams.html': applying, 'manifest.json': manifest }), []);
});

test('looks through a large page that is made to hold it up within a moment', () => {
  for (const part of ['<script ', '<img src', '<link href = ', '<script>']) {
    const startedAt = performance.now();
    checkCustomPage(new Map([['config/iparams.html', part.repeat(1_000_000 / part.length)]]));
    assert.ok(performance.now() - startedAt < 3000, part);
  }
});
