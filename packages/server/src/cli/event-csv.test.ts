import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLE_ACTIVITY_PAYLOADS } from '@rollcall/contract';
import { csvHeader, csvRow } from './event-csv.ts';

test('a row has a cell for every column, and empty means null', () => {
  const names = csvHeader().split(',');
  const cells = csvRow(EXAMPLE_ACTIVITY_PAYLOADS.goes_to_lunch).split(',');
  assert.equal(cells.length, names.length);
  const row = Object.fromEntries(names.map((name, index) => [name, cells[index]]));
  assert.equal(row.status, 'Lunch');
  assert.equal(row.prev_status, 'AVAILABLE');
  assert.equal(row.actor_type, 'agent');
  assert.equal(row.sequence, '3');
  assert.equal(row.login_status, 'true');
  const idle = csvRow(EXAMPLE_ACTIVITY_PAYLOADS.idles).split(',');
  assert.equal(idle[names.indexOf('emoji')], '');
});

test('quotes what would otherwise break a row', () => {
  const { goes_to_lunch: event } = EXAMPLE_ACTIVITY_PAYLOADS;
  const agent_activity = { ...event.data.agent_activity, status: 'Away, "late"\nback' };
  const row = csvRow({ ...event, data: { ...event.data, agent_activity } });
  assert.ok(row.includes('"Away, ""late""\nback"'));
});

test('an event without our own part has a row too', () => {
  const { activity: _, ...vendorPart } = EXAMPLE_ACTIVITY_PAYLOADS.idles;
  assert.equal(csvRow(vendorPart).split(',').length, csvHeader().split(',').length);
});
