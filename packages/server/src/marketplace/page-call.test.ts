import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_NESTING_MAX, readPageCall, readPageValues } from './page-call.ts';

test('reads the calls that an installation page can make', () => {
  assert.deepEqual(readPageCall({ ask: 'request.invoke', args: ['check', { a: 1 }] }), {
    kind: 'function',
    name: 'check',
    args: { a: 1 },
  });
  assert.deepEqual(readPageCall({ ask: 'request.invoke', args: ['check'] }), {
    kind: 'function',
    name: 'check',
    args: {},
  });
  assert.deepEqual(readPageCall({ ask: 'request.invokeTemplate', args: ['t', {}] }), {
    kind: 'request',
    operation: 'request.invoke_template',
    args: ['t', {}],
  });
});

function nested(levels: number): object {
  return levels === 0 ? {} : { deeper: nested(levels - 1) };
}

test('reads nothing else', () => {
  const others: readonly unknown[] = [
    null,
    [],
    'request.invoke',
    { ask: 'request.invoke' },
    { ask: 'request.invoke', args: {} },
    { ask: 'request.invoke', args: [7] },
    { ask: 'db.get', args: ['key'] },
    { ask: 'schedule.create', args: [{}] },
    { ask: 'constructor', args: [] },
    { ask: 'request.invoke', args: ['check', nested(PAGE_NESTING_MAX)] },
  ];
  for (const sent of others) assert.equal(readPageCall(sent), null, JSON.stringify(sent).slice(0, 80));
});

test('reads the values of a page, which are an object', () => {
  assert.deepEqual(readPageValues({ iparams: { a: [1] } }), { a: [1] });
  for (const sent of [null, {}, { iparams: [] }, { iparams: 'a' }, { iparams: nested(PAGE_NESTING_MAX) }]) {
    assert.equal(readPageValues(sent), null);
  }
});
