import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framedPagePolicy, installationFrame, installationFramePolicy } from './installation-frame.ts';

const parts = {
  appName: '<b>&"\'',
  source: '../install-page/key/iparams.html',
  isInstall: true,
  hidesButtons: false,
  values: { note: '</script><script>alert(1)</script><!--' },
  host: { domain: 'first.example.com', currentHost: {} },
  leaveTo: null,
  script: 'run();',
  nonce: 'n0nce',
};

test('puts the page into a frame that is never of our origin', () => {
  const page = installationFrame(parts);
  const sandbox = /<iframe[^>]* sandbox="([^"]*)"/.exec(page)?.[1];
  assert.equal(sandbox, 'allow-scripts allow-forms allow-modals allow-popups');
  assert.match(page, /<iframe[^>]* referrerpolicy="no-referrer"/);
  assert.match(framedPagePolicy, /^sandbox allow-scripts allow-forms allow-modals allow-popups; default-src 'none';/);
  for (const policy of [framedPagePolicy, sandbox ?? '']) assert.doesNotMatch(policy, /same-origin|top-navigation/);
});

test('lets nothing that the app says into our own page', () => {
  const page = installationFrame(parts);
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.doesNotMatch(page, /<b>|alert\(1\)<|<!--/);
  const told = /<script type="application\/json" id="told">(.*?)<\/script>/.exec(page)?.[1] ?? '';
  assert.equal(JSON.parse(told).values.note, parts.values.note);
  assert.match(
    installationFramePolicy('n0nce'),
    /^default-src 'none'; script-src 'nonce-n0nce'; style-src 'nonce-n0nce'; /,
  );
});

test('has the buttons of the occasion, or none where the page has its own', () => {
  const buttons = (page: string) => [...page.matchAll(/<button[^>]*>([^<]*)</g)].map(([, label]) => label);
  assert.deepEqual(buttons(installationFrame(parts)), ['Cancel', 'Install']);
  assert.deepEqual(buttons(installationFrame({ ...parts, isInstall: false })), ['Cancel', 'Save']);
  assert.deepEqual(buttons(installationFrame({ ...parts, hidesButtons: true })), []);
});
