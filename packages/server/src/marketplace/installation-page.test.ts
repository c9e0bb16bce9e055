import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installationNote, installationPage } from './installation-page.ts';
import { iparamsOfForm } from './iparam-form.ts';
import { checkIparams, readIparams } from './iparams.ts';
import type { JsonObject } from './json-value.ts';
import type { TextMatcher } from './text-matcher.ts';

const plainMatcher: TextMatcher = (pattern, text) => (new RegExp(pattern).test(text) ? 'matches' : 'differs');

function definitionsOf(iparams: object) {
  const { installation } = readIparams(new Map([['config/iparams.json', JSON.stringify(iparams)]]));
  assert.ok(installation.kind === 'definitions');
  return installation.definitions;
}

const every = definitionsOf({
  name: { display_name: 'Name <b>', type: 'text', required: true, description: 'Who & what' },
  note: { display_name: 'Note', type: 'paragraph' },
  size: { display_name: 'Size', type: 'dropdown', options: ['S', 'M'], default_value: 'M' },
  mail: { display_name: 'Mail', type: 'email' },
  count: { display_name: 'Count', type: 'number', default_value: 3 },
  phone: { display_name: 'Phone', type: 'phone_number' },
  from: { display_name: 'From', type: 'date' },
  page: { display_name: 'Page', type: 'url' },
  side: { display_name: 'Side', type: 'radio', options: ['left', 'right'] },
  on: { display_name: 'On', type: 'checkbox', default_value: true },
  tags: { display_name: 'Tags', type: 'multiselect', options: ['a', 'b'], default_value: ['a'] },
  host: { display_name: 'Host', type: 'domain', type_attributes: { product: 'freshdesk' } },
  api_key: { display_name: 'Key', type: 'api_key', secure: true, type_attributes: { product: 'freshchat' } },
});

function pageOf(values: JsonObject, more: Partial<Parameters<typeof installationPage>[0]> = {}): string {
  const parts = {
    appName: 'Demo',
    definitions: every,
    values,
    kept: {},
    faults: [],
    notice: null,
    action: '/install/abc',
  };
  return installationPage({ ...parts, submitLabel: 'Install', styleNonce: 'n0nce', ...more });
}

test('has a labelled field of the right kind for every type, with its default', () => {
  const page = pageOf({});
  for (const [index, { name }] of every.entries()) {
    assert.ok(page.includes(`name="${name}"`), name);
    assert.ok(page.includes(`for="field-${index + 1}"`) || page.includes(`id="field-${index + 1}-1"`), name);
  }
  for (const kind of ['email', 'tel', 'date', 'url', 'password', 'radio', 'checkbox']) {
    assert.ok(page.includes(`type="${kind}"`), kind);
  }
  assert.match(page, /<textarea [^>]*name="note"/);
  assert.match(page, /<option value="M" selected>/);
  assert.match(page, /name="on" type="checkbox" value="true" checked/);
  assert.match(page, /name="tags" type="checkbox" value="a" checked/);
  assert.match(page, /name="count" type="text" inputmode="decimal" value="3"/);
});

test('writes what comes from the app and from people as text, never as markup', () => {
  const page = pageOf({ name: '"><script>alert(1)</script>' }, { appName: '<i>x</i>', action: '/a"b' });
  assert.ok(page.includes('Name &lt;b&gt;') && page.includes('Who &amp; what'));
  assert.ok(!page.includes('<script') && !page.includes('<i>') && page.includes('action="/a&quot;b"'));
});

test('never writes a secret into the page, and says that there is one', () => {
  const page = pageOf({ api_key: '********' }, { kept: { api_key: '********' } });
  assert.match(page, /name="api_key"[^>]* value="" placeholder="\*{8} — leave empty to keep it"/);
  assert.doesNotMatch(pageOf({}), /placeholder/);
});

test('asks for a secret again that was typed, and is not stored, without repeating it', () => {
  const faults = [{ pointer: '/name', detail: 'is required' }];
  const typed = pageOf({ api_key: 'shh-shh-shh' }, { faults });
  assert.ok(!typed.includes('shh-shh-shh') && !typed.includes('leave empty'));
  assert.match(typed, /name="api_key"[^>]* value="" placeholder="Please type it again"/);
  const leftEmpty = pageOf(iparamsOfForm(every, new Map(), {}), { faults });
  assert.doesNotMatch(leftEmpty, /placeholder/);
  const known = pageOf({ api_key: 'shh-shh-shh' }, { faults, kept: { api_key: '********' } });
  assert.match(known, /leave empty to keep it/);
});

test('has no field for what is not visible, which stays as it is', () => {
  const hidden = definitionsOf({
    seen: { display_name: 'Seen', type: 'text' },
    unseen: { display_name: 'Unseen', type: 'text', visible: false, default_value: 'as ever' },
    secret: { display_name: 'Secret', type: 'text', visible: false, secure: true },
  });
  const faults = [{ pointer: '/unseen', detail: 'must be a text' }];
  const page = pageOf({ unseen: 'as ever' }, { definitions: hidden, faults });
  assert.ok(page.includes('Seen') && !page.includes('Unseen') && !page.includes('Secret'));
  assert.ok(page.includes('<p>/unseen must be a text</p>'), 'a fault without a field stands above the form');
  const sent = new Map([
    ['seen', ['x']],
    ['unseen', ['forged']],
  ]);
  assert.deepEqual(iparamsOfForm(hidden, sent, { unseen: 'as ever' }), { seen: 'x' });
  assert.deepEqual(iparamsOfForm(hidden, sent, { unseen: 'other', secret: '********' }), {
    seen: 'x',
    unseen: 'other',
    secret: '********',
  });
});

test('shows each fault beside its field, tied to it, and the others above the form', () => {
  const faults = [
    { pointer: '/name', detail: 'is required' },
    { pointer: '/side', detail: 'must be one of: left, right' },
    { pointer: '/other', detail: 'is not a parameter of this app' },
  ];
  const page = pageOf({}, { faults, notice: 'The app refuses.' });
  assert.match(
    page,
    /id="field-1" name="name" aria-required="true" aria-invalid="true" aria-describedby="field-1-about field-1-fault"/,
  );
  assert.match(page, /<p class="fault" id="field-1-fault">Is required\.<\/p>/);
  assert.match(page, /<fieldset class="field" aria-describedby="field-9-fault" aria-invalid="true">/);
  const alert = /<div class="fault" role="alert">.*?<\/div>/s.exec(page)?.[0] ?? '';
  assert.ok(
    alert.includes('The app refuses.') && alert.includes('/other is not a parameter') && alert.includes('3 fields'),
  );
});

test('runs no script and styles itself under a nonce', () => {
  for (const page of [pageOf({}), installationNote({ title: 'Done', sentences: ['It is installed.'] }, 'n0nce')]) {
    assert.doesNotMatch(page, /<script|\son\w+=|style="/);
    assert.match(page, /<style nonce="n0nce">/);
  }
});

test('reads back from the sent form what the page shows', () => {
  const sent = new Map([
    ['name', [' Ann ']],
    ['note', ['one\r\ntwo']],
    ['size', ['S']],
    ['mail', ['']],
    ['count', ['4.5']],
    ['from', ['2026-03-04']],
    ['side', ['left']],
    ['tags', ['a', 'b']],
    ['api_key', [' spaced ']],
    ['other', ['x']],
  ]);
  const values = iparamsOfForm(every, sent, {});
  const { api_key, ...plain } = values;
  assert.equal(api_key, ' spaced ');
  assert.deepEqual(plain, {
    name: 'Ann',
    note: 'one\ntwo',
    size: 'S',
    count: 4.5,
    from: '2026-03-04',
    side: 'left',
    on: false,
    tags: ['a', 'b'],
  });
  assert.equal(checkIparams({ kind: 'definitions', definitions: every }, values, plainMatcher).kind, 'accepted');
});

test('keeps a secret whose field stays empty, and empties a field that has a default', () => {
  const values = iparamsOfForm(every, new Map([['count', ['']]]), {});
  assert.deepEqual([values.api_key, values.count, values.name], ['********', '', undefined]);
  assert.equal(iparamsOfForm(every, new Map([['count', ['many']]]), {}).count, 'many');
});
