import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CalendarFileAnswer, CalendarRead, Problem, WithinRead } from '@rollcall/contract';
import { ADMIN_KEY, type HttpWorld, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

const week = ['DTSTART;TZID=Europe/Berlin:20260302T090000', 'DURATION:PT8H', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'];
const holiday = ['DTSTART;VALUE=DATE:20261225', 'RRULE:FREQ=YEARLY', 'SUMMARY:Invented'];

function file(...events: readonly (readonly string[])[]): string {
  const bodies = events.map((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n'));
  return ['BEGIN:VCALENDAR', 'X-WR-CALNAME:Berlin', ...bodies, 'END:VCALENDAR', ''].join('\r\n');
}

function send<Body = Problem>(path: string, payload: string, headers: Record<string, string> = {}) {
  return world.ask<Body>('POST', path, { payload, headers: { 'content-type': 'text/calendar', ...headers } });
}

async function create(text: string, name: string): Promise<CalendarFileAnswer> {
  const made = await send<CalendarFileAnswer>(`/calendars/ical?name=${name}`, text);
  assert.equal(made.status, 201, made.text);
  return made.body;
}

test('makes a calendar of a file, and gives it back as one that says the same', async () => {
  const { calendar, left_out } = await create(file(week, holiday), 'One');
  assert.deepEqual(
    [calendar.name, calendar.time_zone, calendar.effective_from],
    ['One', 'Europe/Berlin', '2026-03-02'],
  );
  assert.deepEqual(calendar.exceptions, [{ date: '2026-12-25', yearly: true, slots: [] }]);
  assert.deepEqual(left_out, []);
  const exported = await world.ask('GET', `/calendars/${calendar.id}/ical`);
  assert.equal(exported.headers['content-type'], 'text/calendar; charset=utf-8');
  assert.match(exported.text, /^BEGIN:VCALENDAR\r\n/);
  const again = (await create(exported.text, 'Two')).calendar;
  assert.deepEqual(again.versions, calendar.versions);
});

test('takes the name from the file, and wants one', async () => {
  assert.equal((await send<CalendarFileAnswer>('/calendars/ical', file(week))).body.calendar.name, 'Berlin');
  assert.deepEqual((await send('/calendars/ical', file(week))).body.code, 'name_taken');
  const nameless = await send('/calendars/ical', file(week).replace('X-WR-CALNAME:Berlin\r\n', ''));
  assert.deepEqual([nameless.status, nameless.body.errors?.[0]?.pointer], [400, '/name']);
});

test('names the line of everything that cannot be said, and makes nothing', async () => {
  const fortnight = [...week.slice(0, 2), 'RRULE:FREQ=WEEKLY;INTERVAL=2'];
  const refused = await send('/calendars/ical?name=Nothing', file(fortnight, ['SUMMARY:x']));
  assert.equal(refused.status, 400);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/lines/6', '/lines/8'],
  );
  assert.match(refused.body.detail ?? '', /^Line 6: INTERVAL=2 cannot be said.*and 1 more/);
  assert.equal((await send('/calendars/ical?name=Nothing', file(week))).status, 201);
});

test('takes a file and nothing else, within its bounds', async () => {
  const json = await world.ask('POST', '/calendars/ical', { body: {} });
  assert.deepEqual([json.status, json.body.code], [415, 'unsupported_media_type']);
  const empty = await world.ask('POST', '/calendars/ical');
  assert.deepEqual([empty.status, empty.body.code], [415, 'unsupported_media_type']);
  const elsewhere = await send('/groups', file(week));
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [415, 'unsupported_media_type']);
  const large = await send('/calendars/ical', 'X'.repeat(1_048_577));
  assert.deepEqual([large.status, large.body.code], [413, 'body_too_large']);
  const binary = await world.ask('POST', '/calendars/ical', {
    payload: Buffer.from([0xff, 0xfe]),
    headers: { 'content-type': 'text/calendar' },
  });
  assert.equal(binary.status, 400);
});

test('is done once under one idempotency key', async () => {
  const headers = { 'idempotency-key': 'a-file' };
  const first = await send('/calendars/ical?name=Once', file(week), headers);
  const second = await send('/calendars/ical?name=Once', file(week), headers);
  assert.deepEqual([first.status, second.status, second.text], [201, 201, first.text]);
  assert.equal((await send('/calendars/ical?name=Once', file(week, holiday), headers)).status, 409);
});

test('adds the hours of a file from a day on', async () => {
  const { calendar } = await create(file(week), 'Changing');
  const later = ['DTSTART;TZID=Europe/Berlin:20260101T100000', 'DURATION:PT4H', 'RRULE:FREQ=WEEKLY;BYDAY=TH'];
  const added = await send<CalendarFileAnswer>(`/calendars/${calendar.id}/ical?effective_from=2026-06-01`, file(later));
  assert.equal(added.status, 201, added.text);
  const { versions } = added.body.calendar;
  assert.deepEqual(
    versions.map(({ effective_from, week: hours }) => [effective_from, hours]),
    [
      ['2026-03-02', calendar.week],
      ['2026-06-01', { thursday: [['10:00', '14:00']] }],
    ],
  );
  const today = await send<CalendarFileAnswer>(`/calendars/${calendar.id}/ical`, file(later));
  assert.deepEqual(
    today.body.calendar.versions.map(({ effective_from }) => effective_from),
    ['2026-03-02', '2026-03-04', '2026-06-01'],
  );
  for (const query of ['effective_from=2026-02-30', 'only=hours']) {
    assert.equal((await send(`/calendars/${calendar.id}/ical?${query}`, file(later))).status, 400, query);
  }
  assert.equal((await send('/calendars/nothing/ical', file(later))).body.code, 'unknown_calendar');
});

test('adds holidays alone to every version from a day on', async () => {
  const { calendar } = await create(file(week), 'Holidays');
  await world.ask('PATCH', `/calendars/${calendar.id}`, {
    body: { week: { monday: [['10:00', '11:00']] }, effective_from: '2026-05-01' },
  });
  const days = file(week, holiday, ['DTSTART;VALUE=DATE:20260406'], ['DTSTART;VALUE=DATE:20260504']);
  const path = `/calendars/${calendar.id}/ical?only=exceptions&effective_from=2026-04-01`;
  const added = await send<CalendarFileAnswer>(path, days);
  assert.equal(added.status, 201, added.text);
  assert.deepEqual(
    added.body.calendar.versions.map(({ effective_from, exceptions }) => [
      effective_from,
      exceptions.map(({ date }) => date).toSorted(),
    ]),
    [
      ['2026-03-02', []],
      ['2026-04-01', ['2026-04-06', '2026-12-25']],
      ['2026-05-01', ['2026-05-04', '2026-12-25']],
    ],
  );
  assert.deepEqual(
    added.body.left_out.map(({ line }) => line),
    [3],
  );
  assert.deepEqual(
    (await send<CalendarFileAnswer>(path, days)).body.calendar.versions,
    added.body.calendar.versions,
    'the same file again changes nothing',
  );
});

test('says whether an instant is within the hours, and when that changes', async () => {
  const { calendar } = await create(file(week), 'Within');
  const look = async (at: string) =>
    (await world.ask<WithinRead>('GET', `/calendars/${calendar.id}/within${at}`, { key: ADMIN_KEY })).body;
  // The clock stands at 10:00 in Berlin, on a Wednesday.
  assert.deepEqual(await look(''), {
    at: '2026-03-04T09:00:00.000Z',
    within: true,
    next: { at: '2026-03-04T16:00:00.000Z', kind: 'close' },
  });
  assert.deepEqual(await look('?at=2026-03-28T00:00:00%2B01:00'), {
    at: '2026-03-27T23:00:00.000Z',
    within: false,
    next: { at: '2026-03-30T07:00:00.000Z', kind: 'open' },
  });
});

test('refuses a change to a week without hours, and takes one that has other hours on a day', async () => {
  const { calendar } = await create(file(week), 'Empty');
  const empty = await world.ask('PATCH', `/calendars/${calendar.id}`, { body: { week: {} } });
  assert.deepEqual([empty.status, empty.body.errors?.[0]?.pointer], [400, '/week']);
  const exceptions = [{ date: '2026-12-24', slots: [['10:00', '12:00']] }];
  const once = await world.ask<CalendarRead>('PATCH', `/calendars/${calendar.id}`, { body: { week: {}, exceptions } });
  assert.equal(once.status, 200, once.text);
});
