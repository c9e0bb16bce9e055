import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkIparams, defaultIparams, readIparams } from './iparams.ts';
import type { TextMatcher } from './text-matcher.ts';

const plainMatcher: TextMatcher = (pattern, text) => (new RegExp(pattern).test(text) ? 'matches' : 'differs');

function read(iparams: unknown, others: readonly string[] = []) {
  const text = typeof iparams === 'string' ? iparams : JSON.stringify(iparams, null, 2);
  return readIparams(new Map([['config/iparams.json', text], ...others.map((path) => [path, ''] as const)]));
}

const every = {
  name: {
    display_name: 'Name',
    type: 'text',
    required: true,
    regex: { letters: '^[a-z]+$', 'letters-error': 'letters only' },
  },
  note: { display_name: 'Note', type: 'paragraph' },
  size: { display_name: 'Size', type: 'dropdown', options: ['S', 'M'], default_value: 'M' },
  mail: { display_name: 'Mail', type: 'email' },
  count: { display_name: 'Count', type: 'number', default_value: 3 },
  phone: { display_name: 'Phone', type: 'phone_number' },
  from: { display_name: 'From', type: 'date' },
  page: { display_name: 'Page', type: 'url' },
  side: { display_name: 'Side', type: 'radio', options: ['left', 'right'] },
  on: { display_name: 'On', type: 'checkbox', default_value: false },
  tags: { display_name: 'Tags', type: 'multiselect', options: ['a', 'b'], default_value: ['a'] },
  host: { display_name: 'Host', type: 'domain', type_attributes: { product: 'freshdesk' } },
  api_key: { display_name: 'Key', type: 'api_key', secure: true, type_attributes: { product: 'freshchat' } },
};

test('reads every type of parameter and takes the defaults that it has', () => {
  const { installation, findings } = read(every);
  assert.deepEqual(findings, []);
  assert.deepEqual(defaultIparams(installation), { size: 'M', count: 3, on: false, tags: ['a'] });
});

test('accepts an empty list of parameters', () => {
  assert.deepEqual(read({}), { installation: { kind: 'definitions', definitions: [] }, findings: [] });
});

test('names every fault of the definitions, as the vendor does', () => {
  const { findings } = read({
    a: { type: 'txet' },
    b: { display_name: 'B', type: 'dropdown' },
    c: { display_name: 'C', type: 'dropdown', options: ['x'], default_value: 'y' },
    d: { display_name: 'D', type: 'dropdown', options: ['x'] },
    e: { display_name: 'E', type: 'text', requried: true },
    f: { display_name: 'F', type: 'domain' },
    g: { display_name: 'G', type: 'number', default_value: 'many' },
    h_token: { display_name: 'H', type: 'text' },
    i: { display_name: 'I', type: 'text', regex: { r: '[' } },
    j: 'text',
  });
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    [
      "warning: The mandatory key(s), display_name, missing for the 'a' field.",
      "error: Invalid type, txet, found in the 'a' field.",
      "error: The mandatory key(s), options, missing for the 'b' field.",
      "error: The default value specified for the 'c' dropdown type is not listed in the options.",
      "warning: In the 'd' field, specify the default value for the dropdown type.",
      "warning: Invalid key(s), requried, found in the 'e' field.",
      'error: `type_attributes` must be specified for type domain in iparams.json.',
      "error: the default value of the 'g' field must be a number",
      "warning: the 'h_token' field sounds like a secret and is not masked",
      "error: the regex of the 'i' field is not a regular expression",
      "error: the 'j' field must be an object",
    ],
  );
  assert.equal(findings[1]?.fix, 'did you mean "text"?');
});

test('takes one choice as the default of a multiselect for a list with it, and says so', () => {
  const field = { display_name: 'A', type: 'multiselect', options: ['x', 'y'] };
  const lone = read({ a: { ...field, default_value: 'x' } });
  assert.deepEqual(lone.installation.kind === 'definitions' && lone.installation.definitions[0]?.defaultValue, ['x']);
  assert.deepEqual(
    lone.findings.map(({ severity, code, fix }) => [severity, code, fix]),
    [['warning', 'iparam-default-lone', 'write ["x"]']],
  );
  const stranger = read({ a: { ...field, default_value: 'z' } });
  assert.deepEqual(
    stranger.findings.map(({ severity, code }) => [severity, code]),
    [['error', 'iparam-default-invalid']],
  );
});

test('points at the line of a fault', () => {
  const { findings } = read('{\n  "a": {\n    "display_name": "A",\n    "type": "nope"\n  }\n}');
  assert.deepEqual([findings[0]?.file, findings[0]?.line, findings[0]?.column], ['config/iparams.json', 4, 13]);
});

test('misses the file as a warning, and refuses two of them', () => {
  assert.deepEqual(
    readIparams(new Map()).findings.map(({ severity, message }) => [severity, message]),
    [['warning', 'iparams.json is mandatory.']],
  );
  assert.deepEqual(
    read({}, ['config/iparams.html']).findings.map(({ message }) => message),
    ['Unsupported File(s). Specify either iparams.html or iparams.json'],
  );
  assert.deepEqual(readIparams(new Map([['config/iparams.html', '']])).installation, { kind: 'custom_page' });
});

test('accepts values that fit, filled up with defaults', () => {
  const given = {
    name: 'abc',
    mail: 'a@b.example',
    from: '2024-02-29',
    page: 'https://x.example/y',
    tags: [],
    side: 'left',
  };
  assert.deepEqual(checkIparams(read(every).installation, given, plainMatcher), {
    kind: 'accepted',
    iparams: { size: 'M', count: 3, on: false, ...given },
  });
});

test('names every value that does not fit', () => {
  const given = {
    name: 'ABC',
    note: 1,
    size: 'L',
    mail: 'nobody',
    count: 'x',
    phone: '?',
    from: '2023-02-29',
    page: 'ftp://x',
    side: 1,
    on: 'yes',
    tags: ['a', 'c'],
    'a/~b': 1,
    naem: 1,
  };
  const check = checkIparams(read(every).installation, given, plainMatcher);
  assert.equal(check.kind, 'rejected');
  assert.deepEqual(check.kind === 'rejected' && check.errors.map(({ pointer, detail }) => `${pointer} ${detail}`), [
    '/a~1~0b is not a parameter of this app',
    '/naem is not a parameter of this app; did you mean "name"?',
    '/name letters only',
    '/note must be a text',
    '/size must be one of: S, M',
    '/mail must be an e-mail address',
    '/count must be a number',
    '/phone must be a telephone number',
    '/from must be a date like 2026-03-04',
    '/page must be a web address (https://…)',
    '/side must be one of: left, right',
    '/on must be true or false',
    '/tags must only name: a, b',
  ]);
});

test('demands what is required', () => {
  for (const given of [{}, { name: '' }, { name: null }]) {
    const check = checkIparams(read(every).installation, given, plainMatcher);
    assert.deepEqual(check.kind === 'rejected' && check.errors, [{ pointer: '/name', detail: 'is required' }]);
  }
});

test('refuses what is no object, and names that belong to every object', () => {
  const { installation } = read(every);
  assert.equal(checkIparams(installation, [], plainMatcher).kind, 'rejected');
  const hostile = JSON.parse('{"name":"a","__proto__":{"x":1},"constructor":1}');
  const check = checkIparams(installation, hostile, plainMatcher);
  assert.deepEqual(check.kind === 'rejected' && check.errors.map(({ pointer }) => pointer), [
    '/__proto__',
    '/constructor',
  ]);
});

test('a value that cannot be compared with its pattern in time is refused, and one that is too long is not compared', () => {
  const { installation } = read({ name: { display_name: 'Name', type: 'text', regex: { r: '^(a+)+$' } } });
  const asked: string[] = [];
  const slow: TextMatcher = (pattern) => {
    asked.push(pattern);
    return 'too_slow';
  };
  const detailOf = (name: string) => {
    const check = checkIparams(installation, { name }, slow);
    return check.kind === 'rejected' ? check.errors.map(({ detail }) => detail) : [];
  };
  assert.deepEqual(detailOf('aaa!'), [
    'cannot be checked: comparing it with the pattern of this parameter takes too long',
  ]);
  assert.deepEqual(detailOf('a'.repeat(10_001)), [
    'must have at most 10000 characters to be compared with its pattern',
  ]);
  assert.deepEqual(asked, ['^(a+)+$']);
});

test('an app that is only looked at does not have its patterns run, however long they would take', () => {
  const endless = `${'a'.repeat(60)}!`;
  const field = { display_name: 'N', type: 'text', regex: { r: '^(a+)+$' }, default_value: endless };
  const startedAt = performance.now();
  assert.equal(read({ name: field }).installation.kind, 'definitions');
  assert.ok(performance.now() - startedAt < 1000);
});

test('a pattern of more than a thousand characters is a finding', () => {
  const field = { display_name: 'N', type: 'text', regex: { r: 'a'.repeat(1001) } };
  assert.deepEqual(
    read({ name: field }).findings.map(({ code }) => code),
    ['iparam-regex-invalid'],
  );
});

test('takes a choice once, and a domain with a dot', () => {
  const { installation } = read(every);
  const faultsOf = (given: object) => {
    const check = checkIparams(installation, { name: 'ann', ...given }, plainMatcher);
    return check.kind === 'rejected' ? check.errors.map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
  };
  assert.deepEqual(faultsOf({ tags: ['a', 'b'] }), []);
  assert.deepEqual(faultsOf({ tags: ['a', 'a'] }), ['/tags must name each choice once']);
  for (const host of ['acme.example.com', 'https://acme.example.com/', 'acme.example.com:8443']) {
    assert.deepEqual(faultsOf({ host }), [], host);
  }
  for (const host of ['evil', 'a b.example.com', '.com', 'user@example.com', 'example.com/path?x', 'a..b']) {
    assert.deepEqual(faultsOf({ host }), ['/host must be a domain such as acme.example.com'], host);
  }
});

test('warns of a required parameter that nobody is asked for', () => {
  const hidden = { display_name: 'A', type: 'text', required: true, visible: false };
  const { findings } = read({ a: hidden, b: { ...hidden, default_value: 'x' }, c: { ...hidden, required: false } });
  assert.deepEqual(
    findings.map(({ code, line }) => [code, line]),
    [['iparam-hidden-required', 6]],
  );
});
