import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64OfText } from './base64.ts';
import { fillTemplate, fillTemplates } from './template-text.ts';

const scope = {
  iparam: { apikey: 'k€y', domain: 'demo', channels: ['a', 'b'], count: 7, on: true, nothing: null, 'odd name': 'x' },
  context: { id: 12, user: { name: 'Ada', tags: [{ id: 'first' }] }, quote: `"'%>`, object: { a: 1 } },
  access_token: 'token-1',
  oauth_iparams: { shop: 'demo-shop' },
  current_host: { endpoint_urls: { freshdesk: 'https://demo.freshdesk.com' } },
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

// One row per expression: what becomes of it; null: it cannot be filled in.
const table: readonly (readonly [string, string | null])[] = [
  ['no expression % > <', 'no expression % > <'],
  ['', ''],
  ['Bearer <%= access_token %>', 'Bearer token-1'],
  ['<%=iparam.domain%>.freshdesk.com', 'demo.freshdesk.com'],
  ['<%= iparam.domain %>/<%= context.id %>!', 'demo/12!'],
  ['<%= current_host.endpoint_urls.freshdesk %>', 'https://demo.freshdesk.com'],
  ['<%= oauth_iparams.shop %>', 'demo-shop'],
  ['<%= context.user.name %>', 'Ada'],
  ['<%= context.user.tags[0].id %>', 'first'],
  [`<%= context["user"]['name'] %>`, 'Ada'],
  [`<%= iparam['odd name'] %>`, 'x'],
  ['<%= iparam.channels %>', 'a,b'],
  ['<%= iparam.on %> <%= iparam.count %>', 'true 7'],
  ['<%= encode(iparam.apikey) %>', base64('k€y')],
  [`<%= encode(iparam.apikey + ':X') %>`, base64('k€y:X')],
  [`<%= encode(iparam.apikey + ":" + context.user.name) %>`, base64('k€y:Ada')],
  [`Basic <%= encode('user' + ':' + iparam.count) %>`, `Basic ${base64('user:7')}`],
  [`<%= encode((iparam.domain) + (':' + 'X')) %>`, base64('demo:X')],
  [`<%= encode(encode('a')) %>`, base64(base64('a'))],
  [`<%= 'it\\'s' + "\\n" %>`, "it's\n"],
  [`<%= '%>' %>|<%= "<%= x %" + ">" %>`, '%>|<%= x %>'],
  ['<%= context.quote %>', `"'%>`],
  ['<%= 1 + 2 %>', '3'],
  [`<%= 1 + '2' %>`, '12'],
  // The first that is there.
  [`<%= context.page || '1' %>`, '1'],
  [`<%= context.id || '1' %>`, '12'],
  [`<%= context.page || iparam.nothing || 'x' + 1 %>`, 'x1'],
  [`<%= iparam.nothing ?? 'none' %>`, 'none'],
  [`<%= '' ?? 'none' %>|<%= '' || 'some' %>`, '|some'],
  [`<%= encode(iparam.missing || iparam.apikey) %>`, base64('k€y')],
  ['<%= context.page || %>', null],
  ['<%= context.page | 1 %>', null],
  [`<%= contxt.page || '1' %>`, null],
  // A property that is not there is empty; what is calculated with it fails.
  ['[<%= iparam.missing %>]', '[]'],
  ['[<%= iparam.nothing %>]', '[]'],
  ['[<%= iparam.domain.length %>]', '[]'],
  ['[<%= iparam.channels.length %>]', '[]'],
  ['<%= iparam.missing + "x" %>', null],
  ['<%= encode(iparam.missing) %>', null],
  ['<%= iparam.missing.more %>', null],
  ['<%= context.object %>', null],
  // Names that nothing has.
  ['<%= contxt.id %>', null],
  ['<%= iparams.domain %>', null],
  ['<%= toString %>', null],
  ['[<%= iparam.constructor %>]', '[]'],
  ['[<%= iparam.__proto__ %>]', '[]'],
  ['<%= constructor.constructor("return process")() %>', null],
  // What the grammar does not have.
  ['<%= %>', null],
  ['<%= iparam.domain', null],
  ['<%= iparam. %>', null],
  ['<%= iparam.domain iparam.domain %>', null],
  ['<%= iparam.domain; %>', null],
  ['<%= iparam.count - 1 %>', null],
  ['<%= iparam.domain.toUpperCase() %>', null],
  ['<%= decode("a") %>', null],
  ['<%= encode %>', null],
  ['<%= encode() %>', null],
  ['<%= "open %>', null],
  ['<%= `a` %>', null],
  ['<%= context[x] %>', null],
  [`<%= ${'('.repeat(1000)}1${')'.repeat(1000)} %>`, null],
];

for (const [text, expected] of table) {
  test(`fills in ${text.slice(0, 60) || 'an empty text'}`, () => assert.equal(fillTemplate(text, scope), expected));
}

test('ends on any text, and tells nothing that was not named', () => {
  const pieces = [
    '<%=',
    '%>',
    'iparam',
    '.',
    'apikey',
    '+',
    '(',
    ')',
    'encode',
    "'",
    '"',
    '[',
    ']',
    '0',
    '\\',
    ' ',
    'x',
  ];
  const tokens = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));
  const law = fc.property(fc.oneof(tokens, fc.string({ maxLength: 60 })), (text) => {
    const filled = fillTemplate(text, scope);
    const names = text.includes('iparam') && text.includes('apikey');
    if (filled !== null && !names) assert.ok(!filled.includes('k€y') && !filled.includes(base64('k€y')));
    if (filled !== null && !text.includes('<%=')) assert.equal(filled, text);
  });
  fc.assert(law, { numRuns: 3000 });
});

test('fills in the texts of a value, and leaves its keys and its other values', () => {
  const value = { '<%= x %>': ['<%= context.id %>', 1, null, { deep: '<%= access_token %>' }] };
  assert.deepEqual(fillTemplates(value, scope), { '<%= x %>': ['12', 1, null, { deep: 'token-1' }] });
  assert.equal(fillTemplates(['fine', '<%= x %>'], scope), null);
});

test('encodes every length and every plane as base64 does elsewhere', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', 'é', '€', '😀', 'a😀é€', '\ud800', 'x'.repeat(1000)]) {
    assert.equal(base64OfText(text), base64(text), text);
  }
});
