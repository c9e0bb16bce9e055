import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredMediaType } from './media-type.ts';

const JSON_TYPE = 'application/json';

/** An `Accept` header, and what it gets of JSON and CSV. */
const TABLE = [
  [undefined, JSON_TYPE],
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['text/csv, */*', 'text/csv'],
  ['*/*;q=0.8, text/csv;q=0.5', JSON_TYPE],
  ['text/csv;q=0.5, application/json;q=0.4', 'text/csv'],
  ['text/csv, application/json', 'text/csv'],
  ['application/json, text/csv', JSON_TYPE],
  ['text/csv;q=0', JSON_TYPE],
  ['text/csv;q=0, */*', JSON_TYPE],
  ['image/png', JSON_TYPE],
  [',,;q=x,text/csv;q=nonsense', JSON_TYPE],
] as const;

for (const [accept, type] of TABLE) {
  test(`answers ${accept === undefined ? 'no Accept' : JSON.stringify(accept)} with ${type}`, () => {
    assert.equal(preferredMediaType(accept, [JSON_TYPE, 'text/csv']), type);
  });
}
