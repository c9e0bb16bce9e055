import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from './assert.ts';
import {
  dayMs,
  formatInstant,
  hourMs,
  type Instant,
  instantMax,
  instantMin,
  minuteMs,
  parseInstant,
} from './instant.ts';
import { createZones } from './zone.ts';
import { instantOfLocalTime, localTimeAt, offsetMsAt, offsetSpans } from './zone-rules.ts';

const zones = createZones('the runtime');
const names = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Africa/Monrovia',
  'Europe/Amsterdam',
  'Asia/Manila',
  'UTC',
];
const anyName = fc.constantFrom(...names);
const anyInstant = fc.oneof(
  fc.integer({ min: instantMin + dayMs, max: instantMax - dayMs }),
  fc.integer({ min: Date.UTC(1840, 0), max: Date.UTC(2060, 0) }),
);

function at(text: string): Instant {
  const instant = parseInstant(text);
  assert.ok(instant !== null, text);
  return instant;
}

/** `2026-03-08T02:30` as wall time. */
function local(text: string): number {
  return at(`${text}Z`);
}

function offsetByTemporal(name: string, instant: Instant): number {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name).offsetNanoseconds / 1_000_000;
}

test('takes names of the time-zone database as spelled there and nothing else', () => {
  for (const name of [
    ...names,
    'Asia/Calcutta',
    'US/Eastern',
    'Etc/GMT+5',
    'EST5EDT',
    'America/Argentina/Buenos_Aires',
  ]) {
    assert.equal(zones.isZone(name), true, name);
    assert.equal(zones.zoneOf(name).name, name);
  }
  for (const name of [
    '',
    'Z',
    '+05:30',
    '-0500',
    'UTC+5',
    'PST',
    'Mars/Olympus',
    'america/new_york',
    ' UTC',
    'UTC\n',
    'America/New_York\0',
    '2026-03-04T09:00Z[Europe/London]',
    '[Europe/London]',
    '../UTC',
  ]) {
    assert.equal(zones.isZone(name), false, name);
    assert.throws(() => zones.zoneOf(name), Bug);
  }
});

test('builds a zone once and names the database it came from', () => {
  assert.equal(zones.zoneOf('Europe/London'), zones.zoneOf('Europe/London'));
  assert.equal(createZones('2026a').tzdataVersion, '2026a');
});

test('agrees with Temporal at any instant of the years 0001 to 9999', () => {
  fc.assert(
    fc.property(anyName, anyInstant, (name, instant) => {
      assert.equal(offsetMsAt(zones.zoneOf(name), instant), offsetByTemporal(name, instant));
    }),
    { numRuns: 3000 },
  );
});

test('changes the offset at the exact millisecond at which Temporal does', () => {
  for (const name of names) {
    const zone = zones.zoneOf(name);
    for (const start of zone.startsAt) {
      if (start < Date.UTC(1840, 0) || start > Date.UTC(2040, 0)) continue;
      assert.equal(offsetMsAt(zone, start - 1), offsetByTemporal(name, start - 1));
      assert.equal(offsetMsAt(zone, start), offsetByTemporal(name, start));
      assert.notEqual(offsetMsAt(zone, start - 1), offsetMsAt(zone, start));
    }
  }
});

test('keeps the seconds of historical offsets', () => {
  assert.equal(offsetMsAt(zones.zoneOf('America/New_York'), at('1850-01-01T00:00Z')), -17_762_000);
  assert.equal(offsetMsAt(zones.zoneOf('Africa/Monrovia'), at('1972-01-01T00:00Z')), -2_670_000);
});

test('cuts a window where the offset changes, without gap or overlap', () => {
  const anyWindow = fc.tuple(anyInstant, fc.integer({ min: 0, max: 900 * dayMs }));
  fc.assert(
    fc.property(anyName, anyWindow, (name, [from, lengthMs]) => {
      const zone = zones.zoneOf(name);
      const window = { from, to: from + lengthMs };
      let reached = from;
      for (const span of offsetSpans(zone, window)) {
        assert.equal(span.from, reached);
        assert.ok(span.from < span.to);
        assert.equal(offsetByTemporal(name, span.from), span.offsetMs);
        assert.equal(offsetByTemporal(name, span.to - 1), span.offsetMs);
        reached = span.to;
      }
      assert.equal(reached, window.to);
    }),
  );
});

test('cuts the years after the table as the years that stand for them', () => {
  const zone = zones.zoneOf('America/New_York');
  const window = { from: at('2499-06-01T00:00Z'), to: at('2501-06-01T00:00Z') };
  const starts = offsetSpans(zone, window).map((span) => formatInstant(span.from));
  assert.deepEqual(starts, [
    '2499-06-01T00:00:00.000Z',
    '2499-11-01T06:00:00.000Z',
    '2500-01-01T00:00:00.000Z',
    '2500-03-14T07:00:00.000Z',
    '2500-11-07T06:00:00.000Z',
    '2501-03-13T07:00:00.000Z',
  ]);
});

test('tells a wall time shown once, twice and never apart', () => {
  const newYork = zones.zoneOf('America/New_York');
  assert.deepEqual(instantOfLocalTime(newYork, local('2026-03-04T09:00')), {
    kind: 'once',
    at: at('2026-03-04T09:00-05:00'),
  });
  assert.deepEqual(instantOfLocalTime(newYork, local('2026-03-08T02:30')), {
    kind: 'never',
    skippedAt: at('2026-03-08T07:00Z'),
  });
  assert.deepEqual(instantOfLocalTime(newYork, local('2026-03-08T03:00')), {
    kind: 'once',
    at: at('2026-03-08T07:00Z'),
  });
  assert.deepEqual(instantOfLocalTime(newYork, local('2026-11-01T01:30')), {
    kind: 'twice',
    earlier: at('2026-11-01T01:30-04:00'),
    later: at('2026-11-01T01:30-05:00'),
  });
});

test('skips and repeats half an hour on Lord Howe Island, and a whole day in Samoa', () => {
  const lordHowe = zones.zoneOf('Australia/Lord_Howe');
  assert.equal(instantOfLocalTime(lordHowe, local('2026-10-04T02:29')).kind, 'never');
  assert.equal(instantOfLocalTime(lordHowe, local('2026-10-04T02:30')).kind, 'once');
  assert.equal(instantOfLocalTime(lordHowe, local('2026-04-05T01:29')).kind, 'once');
  const repeated = instantOfLocalTime(lordHowe, local('2026-04-05T01:30'));
  assert.ok(repeated.kind === 'twice');
  assert.equal(repeated.later - repeated.earlier, hourMs / 2);
  assert.deepEqual(instantOfLocalTime(zones.zoneOf('Pacific/Apia'), local('2011-12-30T12:00')), {
    kind: 'never',
    skippedAt: at('2011-12-30T10:00Z'),
  });
});

test('finds every instant again from its wall time', () => {
  fc.assert(
    fc.property(anyName, anyInstant, (name, instant) => {
      const zone = zones.zoneOf(name);
      const found = instantOfLocalTime(zone, localTimeAt(zone, instant));
      assert.ok(found.kind !== 'never');
      assert.ok(found.kind === 'once' ? found.at === instant : found.earlier === instant || found.later === instant);
    }),
  );
});

test('reads wall times around every change as Temporal does', () => {
  for (const name of names) {
    const zone = zones.zoneOf(name);
    for (const start of zone.startsAt) {
      if (start < Date.UTC(1900, 0) || start > Date.UTC(2030, 0)) continue;
      for (const minutes of [-61, -60, -30, -1, 0, 1, 29, 30, 59, 60]) {
        const wall = start + offsetMsAt(zone, start) + minutes * minuteMs;
        const found = instantOfLocalTime(zone, wall);
        const peer = Temporal.PlainDateTime.from(formatInstant(wall).slice(0, -1));
        const earlier = peer.toZonedDateTime(name, { disambiguation: 'earlier' });
        const later = peer.toZonedDateTime(name, { disambiguation: 'later' });
        const isShown = earlier.toPlainDateTime().equals(peer);
        if (found.kind === 'never') assert.equal(isShown, false);
        if (found.kind === 'once') assert.equal(found.at, earlier.epochMilliseconds);
        if (found.kind === 'twice') {
          assert.deepEqual([found.earlier, found.later], [earlier.epochMilliseconds, later.epochMilliseconds]);
        }
        assert.equal(found.kind === 'twice', isShown && !earlier.equals(later));
      }
    }
  }
});
