import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformDates } from './platform-dates.ts';
import { validateApp } from './validate-app.ts';

test('says of 2.3 what is to come, what has come, and that published apps keep running', () => {
  assert.match(platformDates('2.3', '2026-01-29') ?? '', /new apps are taken until 30 January 2026, updates .* end on/);
  assert.match(platformDates('2.3', '2026-01-30') ?? '', /no new apps since 30 January 2026, updates .* end on 30 May/);
  assert.match(
    platformDates('2.3', '2026-05-30') ?? '',
    /no updates and no support since 30 May 2026; .* keep running/,
  );
  assert.match(platformDates('2.2', '2026-05-30') ?? '', /deprecated since 31 July 2023/);
  assert.match(platformDates('2.0', '2026-05-30') ?? '', /deprecated since 2\.2 came/);
  assert.equal(platformDates('3.0', '2026-05-30'), null);
});

test('names everything in an app that platform 3.0 dropped, with its places, in one remark', () => {
  const files = new Map([
    [
      'manifest.json',
      '{ "platform-version": "2.2", "whitelisted-domains": ["https://*.example.com"],\n"product": { "freshchat": {} } }',
    ],
    ['config/iparams.json', '{}'],
    [
      'config/oauth_config.json',
      '{"client_id":"a","client_secret":"b","authorize_url":"https://a.example","token_url":"https://b.example"}',
    ],
    ['app/index.html', '<html>\n<script src="https://static.example.com/fresh_client.js"></script>'],
    [
      'server/server.js',
      "exports = {\n  events: [{ event: 'onMessageCreate', callback: 'a' }],\n  a: async function (p) {\n    await $request.get('https://x.example.com/' + p.domain);\n  },\n};",
    ],
  ]);
  const { findings } = validateApp(files, { today: '2026-11-22' });
  assert.deepEqual(
    findings.map(({ severity, code }) => `${severity} ${code}`),
    ['information platform-deprecated'],
  );
  assert.match(
    findings[0]?.message ?? '',
    /dropped what this app uses: "product" \(manifest\.json:2\), "whitelisted-domains" \(manifest\.json:1\), events declared in code \(server\/server\.js:2\), \$request\.get and its siblings \(server\/server\.js:4\), OAuth without "integrations" \(config\/oauth_config\.json:1\), fresh_client\.js \(app\/index\.html:2\), domain and account_id of the payload \(undocumented in 3\.0\) \(server\/server\.js:4\)/,
  );
  assert.deepEqual(validateApp(files).findings, []);
});
