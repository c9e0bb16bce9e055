import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { validateCalendar, validateCalendarVersion } from './validate-calendar.ts';
import { createZones } from './zone.ts';

const zones = createZones('the runtime');
const good = {
  effectiveFrom: null,
  timeZone: 'Europe/London',
  week: {
    monday: [
      ['09:00', '12:30'],
      ['13:30', '17:00'],
    ],
    friday: [['22:00', '06:00']],
    saturday: [['05:00', '24:00']],
    sunday: [],
  },
  exceptions: [
    { date: '2026-12-25', yearly: true, slots: [] },
    { date: '2026-12-25', yearly: false, slots: [['10:00', '12:00']] },
    { date: '2028-02-29', yearly: true, slots: [] },
  ],
};

/** `pointer kind` of each fault of one version. */
function faultsOf(change: object): readonly string[] {
  return validateCalendarVersion({ ...good, ...change }, zones).map(({ pointer, kind }) => `${pointer} ${kind}`);
}

test('finds no fault in a good calendar', () => {
  assert.deepEqual(faultsOf({}), []);
  const later = { ...good, effectiveFrom: '2026-06-01' };
  assert.deepEqual(validateCalendar({ versions: [good, later] }, zones), []);
});

test('names every fault at once, each with its place', () => {
  const faults = validateCalendar(
    {
      versions: [
        {
          effectiveFrom: '2026-02-30',
          timeZone: 'Mars/Olympus',
          week: {
            monday: [
              ['09:00', '17:00'],
              ['16:00', '18:00'],
              ['9:00', '25:00'],
            ],
            moonday: [],
          },
          exceptions: [
            { date: '2026-12-25', yearly: true, slots: [] },
            { date: '2025-12-25', yearly: true, slots: [['08:00', '08:00']] },
            { date: '2026-13-01', yearly: 'no', slots: null },
          ],
        },
        { ...good, timeZone: 3, week: {} },
      ],
      'zone/name': '',
    },
    zones,
  );
  assert.deepEqual(
    faults.map(({ pointer, kind }) => `${pointer} ${kind}`),
    [
      '/zone~1name unknown_member',
      '/versions/0/effectiveFrom bad_date',
      '/versions/0/timeZone unknown_zone',
      '/versions/0/week/moonday unknown_member',
      '/versions/0/week/monday/2/0 bad_time',
      '/versions/0/week/monday/2/1 bad_time',
      '/versions/0/week/monday/1 overlap',
      '/versions/0/exceptions/1/date duplicate_exception',
      '/versions/0/exceptions/1/slots/0 equal_times',
      '/versions/0/exceptions/2/date bad_date',
      '/versions/0/exceptions/2/yearly wrong_type',
      '/versions/0/exceptions/2/slots wrong_type',
      '/versions/1/timeZone wrong_type',
    ],
  );
  for (const { message } of faults) assert.match(message, /^.+\.$/);
});

test('refuses slots that overlap on the day they start, also past midnight', () => {
  const rows: readonly (readonly [readonly (readonly string[])[], readonly string[]])[] = [
    [
      [
        ['09:00', '12:00'],
        ['12:00', '17:00'],
      ],
      [],
    ],
    [
      [
        ['12:00', '17:00'],
        ['09:00', '12:01'],
      ],
      ['/week/monday/0 overlap'],
    ],
    [
      [
        ['09:00', '17:00'],
        ['09:00', '17:00'],
      ],
      ['/week/monday/1 overlap'],
    ],
    [
      [
        ['22:00', '06:00'],
        ['23:00', '24:00'],
      ],
      ['/week/monday/1 overlap'],
    ],
    [
      [
        ['22:00', '06:00'],
        ['23:00', '01:00'],
      ],
      ['/week/monday/1 overlap'],
    ],
    [
      [
        ['20:00', '22:30'],
        ['22:00', '06:00'],
      ],
      ['/week/monday/1 overlap'],
    ],
    [
      [
        ['00:00', '06:00'],
        ['22:00', '06:00'],
      ],
      [],
    ],
    [
      [
        ['00:00', '24:00'],
        ['01:00', '02:00'],
        ['03:00', '04:00'],
      ],
      ['/week/monday/1 overlap', '/week/monday/2 overlap'],
    ],
  ];
  for (const [monday, expected] of rows) assert.deepEqual(faultsOf({ week: { monday } }), expected);
});

test('lets a slot run past midnight into those of the next day', () => {
  assert.deepEqual(faultsOf({ week: { monday: [['22:00', '06:00']], tuesday: [['05:00', '09:00']] } }), []);
});

test('takes 29 February every year, written with a leap year', () => {
  assert.deepEqual(faultsOf({ exceptions: [{ date: '2024-02-29', yearly: true, slots: [] }] }), []);
  assert.deepEqual(faultsOf({ exceptions: [{ date: '2026-02-29', yearly: true, slots: [] }] }), [
    '/exceptions/0/date bad_date',
  ]);
});

test('refuses two exceptions of one kind on one day', () => {
  const once = { date: '2026-12-25', yearly: false, slots: [] };
  const yearly = { ...once, yearly: true };
  assert.deepEqual(faultsOf({ exceptions: [once, yearly, { ...once, date: '2027-12-25' }] }), []);
  assert.deepEqual(faultsOf({ exceptions: [once, yearly, once] }), ['/exceptions/2/date duplicate_exception']);
  assert.deepEqual(faultsOf({ exceptions: [yearly, { ...yearly, date: '2001-12-25' }] }), [
    '/exceptions/1/date duplicate_exception',
  ]);
});

test('refuses versions that do not ascend', () => {
  const from = (effectiveFrom: string | null) => ({ ...good, effectiveFrom });
  const rows: readonly (readonly [readonly (string | null)[], readonly string[]])[] = [
    [[null, '2026-01-01', '2026-01-02'], []],
    [['2026-01-01'], []],
    [['2026-01-02', '2026-01-01'], ['/versions/1/effectiveFrom']],
    [['2026-01-01', '2026-01-01'], ['/versions/1/effectiveFrom']],
    [['2026-01-01', null], ['/versions/1/effectiveFrom']],
    [[null, null], ['/versions/1/effectiveFrom']],
  ];
  for (const [days, expected] of rows) {
    const faults = validateCalendar({ versions: days.map(from) }, zones);
    assert.deepEqual(
      faults.map(({ pointer }) => pointer),
      expected,
    );
    assert.ok(faults.every(({ kind }) => kind === 'version_order'));
  }
});

test('names what is missing, and a calendar without versions', () => {
  assert.deepEqual(
    validateCalendarVersion({}, zones).map(({ pointer, kind }) => `${pointer} ${kind}`),
    ['/effectiveFrom wrong_type', '/timeZone wrong_type', '/week wrong_type', '/exceptions wrong_type'],
  );
  assert.deepEqual(
    validateCalendar({ versions: [] }, zones).map(({ pointer }) => pointer),
    ['/versions'],
  );
  assert.deepEqual(
    validateCalendar(null, zones).map(({ pointer }) => pointer),
    [''],
  );
});

test('refuses a calendar that begins without any hours, but lets one end', () => {
  const hours = { date: '2026-12-24', yearly: true, slots: [['10:00', '12:00']] };
  const closed = { date: '2026-12-25', yearly: true, slots: [] };
  const version = (effectiveFrom: string, week: object, exceptions: readonly object[] = []) => ({
    effectiveFrom,
    timeZone: 'UTC',
    week,
    exceptions,
  });
  const monday = { monday: [['09:00', '17:00']] };
  const rows: readonly (readonly [readonly object[], readonly string[]])[] = [
    [[version('2026-01-01', {})], ['/versions/0/week']],
    [[version('2026-01-01', { monday: [], sunday: [] }, [closed])], ['/versions/0/week']],
    [[version('2026-01-01', {}, [hours])], []],
    [[version('2026-01-01', monday), version('2026-02-01', {})], []],
    [[version('2026-01-01', {}), version('2026-02-01', monday)], ['/versions/0/week']],
  ];
  for (const [versions, pointers] of rows) {
    const faults = validateCalendar({ versions }, zones);
    assert.deepEqual(
      faults.map(({ pointer }) => pointer),
      pointers,
    );
    for (const { kind, message } of faults) {
      assert.equal(kind, 'empty_week');
      assert.match(message, /^A week has a slot on at least one of its days/);
    }
  }
  assert.deepEqual(
    validateCalendarVersion(version('2026-01-01', {}), zones).map(({ pointer }) => pointer),
    ['/week'],
  );
});

test('answers any JSON with faults and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(good)), (value, member) => {
      assert.ok(validateCalendar(value, zones).length > 0);
      const isClosed = member === 'exceptions' && Array.isArray(value) && value.length === 0;
      const isSinceEver = member === 'effectiveFrom' && value === null;
      // The good one has an exception with slots.
      const isOtherHours = member === 'week' && JSON.stringify(value) === '{}';
      assert.equal(faultsOf({ [member]: value }).length === 0, isClosed || isSinceEver || isOtherHours);
    }),
  );
});
