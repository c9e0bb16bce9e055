import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import { businessHours, isWithin, unionHours } from '../time/business-hours.ts';
import type { Calendar, Slot, Week } from '../time/calendar.ts';
import { weekdayNames } from '../time/calendar.ts';
import { dayMs, hourMs, type Instant, minuteMs, parseInstant } from '../time/instant.ts';
import { type Interval, intervalsLengthMs } from '../time/interval.ts';
import { createZones } from '../time/zone.ts';
import {
  ActivityReport,
  type Grouping,
  type Line,
  type Lines,
  type ReportAgent,
  type ReportQuery,
} from './activity-report.ts';
import { InventedAccount } from './fake-account.ts';
import { InventedAgent, inventedNumbers, LUNCH, TRAINING } from './fake-history.ts';
import { naiveReport } from './fake-naive-report.ts';
import { packHistory } from './history-chunk.ts';
import { measuresOf, type RowMeasures } from './measures.ts';
import { resolveHistory } from './resolve-history.ts';

const zones = createZones('the runtime');
const numbers = inventedNumbers();
const office = weekOf('09:00', '17:00', weekdayNames.slice(0, 5));
const newYork: Calendar = {
  versions: [{ effectiveFrom: null, timeZone: 'America/New_York', week: office, exceptions: [] }],
};

function weekOf(start: string, end: string, days: readonly string[]): Week {
  const slot: Slot = [start, end];
  return Object.fromEntries(days.map((name) => [name, [slot]]));
}

/** A wall time of New York in 2026 as an instant. */
function wall(text: string): Instant {
  return Temporal.PlainDateTime.from(text).toZonedDateTime('America/New_York').epochMilliseconds;
}

function at(text: string): Instant {
  const instant = parseInstant(text);
  assert.ok(instant !== null, text);
  return instant;
}

function packed(agent: InventedAgent, now = Number.MAX_SAFE_INTEGER): ReportAgent {
  const entries = resolveHistory({ facts: agent.facts, outages: [], corrections: [], numbers, now });
  return { number: 1, history: packHistory(entries), earliestImport: null };
}

function query(window: Interval, more: Partial<ReportQuery> & { readonly timeZone?: string } = {}): ReportQuery {
  const { timeZone = 'America/New_York', ...rest } = more;
  return { window, zone: zones.zoneOf(timeZone), groupBy: ['agent'], hours: 'business_hours', groups: null, ...rest };
}

function report(
  account: InventedAccount,
  agents: readonly ReportAgent[],
  asked: ReportQuery,
): { readonly rows: readonly (Line & { readonly measures: RowMeasures })[]; readonly totals: RowMeasures } {
  const made = new ActivityReport(account.history.account(1), numbers.count, asked, zones);
  const measured = (lines: Lines) =>
    Array.from({ length: lines.length }, (_, index) => lines.at(index)).map((line) => ({
      ...line,
      measures: measuresOf(made.layout, line.tally, line.row),
    }));
  const rows = agents.flatMap((agent) => measured(made.add(agent)));
  rows.push(...measured(made.lines()));
  return { rows, totals: measuresOf(made.layout, made.totals, 0) };
}

function inMinutes({ unavailableMs, scheduledMs, parts, availabilityPercent }: RowMeasures) {
  const name = (part: RowMeasures['parts'][number]) =>
    part.kind === 'custom_status' ? numbers.idOf(part.status) : part.kind;
  return {
    metric: unavailableMs / minuteMs,
    scheduled: scheduledMs / minuteMs,
    parts: Object.fromEntries(parts.map((part) => [name(part), part.ms / minuteMs])),
    availability: availabilityPercent,
  };
}

const created = wall('2026-02-20T00:00');
const account = () =>
  new InventedAccount().settings(created, { calendarId: 'c' }).calendar(created, 'c', newYork).agent(created);
const dayOf = (date: string): Interval => {
  const from = wall(`${date}T00:00`);
  return {
    from,
    to: Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime('America/New_York').epochMilliseconds,
  };
};

function exampleOne(idle?: readonly [string, string]): InventedAgent {
  const agent = new InventedAgent(created).signIn(wall('2026-03-04T08:50')).set(AVAILABLE, wall('2026-03-04T08:50'));
  const steps: [Instant, () => void][] = [
    [wall('2026-03-04T12:00'), () => agent.set(LUNCH, wall('2026-03-04T12:00'))],
    [wall('2026-03-04T12:45'), () => agent.set(AVAILABLE, wall('2026-03-04T12:45'))],
    [wall('2026-03-04T15:00'), () => agent.set(UNAVAILABLE, wall('2026-03-04T15:00'))],
    [wall('2026-03-04T15:20'), () => agent.set(AVAILABLE, wall('2026-03-04T15:20'))],
    [wall('2026-03-04T17:10'), () => agent.signOut(wall('2026-03-04T17:10'))],
  ];
  if (idle !== undefined) {
    const [from, to] = idle.map((time) => wall(`2026-03-04T${time}`)) as [Instant, Instant];
    steps.push([from, () => agent.idle(from)], [to, () => agent.active(to)]);
  }
  for (const [, step] of steps.sort(([one], [other]) => one - other)) step();
  return agent;
}

test('worked example 1: Lunch and a pause', () => {
  const { rows } = report(account(), [packed(exampleOne())], query(dayOf('2026-03-04')));
  const [row] = rows;
  assert.ok(row);
  assert.deepEqual(inMinutes(row.measures), {
    metric: 65,
    scheduled: 480,
    parts: { unavailable: 20, lunch: 45 },
    availability: (100 * 415) / 480,
  });
  assert.equal(row.measures.firstSignIn, wall('2026-03-04T08:50'));
  assert.equal(row.measures.lastSignOut, wall('2026-03-04T17:10'));
  assert.deepEqual([row.measures.generalChanges, row.measures.intelliassignChanges], [2, 5]);
});

test('worked example 2: idle while available', () => {
  const { totals } = report(account(), [packed(exampleOne(['16:00', '16:30']))], query(dayOf('2026-03-04')));
  const { metric, parts } = inMinutes(totals);
  assert.deepEqual([metric, parts], [95, { idle: 30, unavailable: 20, lunch: 45 }]);
});

test('worked example 3: idle over the end of Lunch is idle', () => {
  const { totals } = report(account(), [packed(exampleOne(['12:30', '13:00']))], query(dayOf('2026-03-04')));
  const { metric, parts } = inMinutes(totals);
  assert.deepEqual([metric, parts], [80, { idle: 30, unavailable: 20, lunch: 30 }]);
});

test('worked examples 4 and 5: the days on which clocks change have 23 and 25 hours', () => {
  const sunday: Calendar = {
    versions: [
      { effectiveFrom: null, timeZone: 'America/New_York', week: weekOf('00:00', '24:00', ['sunday']), exceptions: [] },
    ],
  };
  const world = new InventedAccount()
    .settings(created, { calendarId: 'c' })
    .calendar(created, 'c', sunday)
    .agent(created);
  for (const [date, minutes] of [
    ['2026-03-08', 1380],
    ['2026-11-01', 1500],
  ] as const) {
    const { totals } = report(world, [packed(new InventedAgent(created))], query(dayOf(date)));
    assert.deepEqual(inMinutes(totals), {
      metric: minutes,
      scheduled: minutes,
      parts: { offline: minutes },
      availability: 0,
    });
  }
});

test('worked example 6: a day without business hours has no availability', () => {
  const agent = new InventedAgent(created).signIn(wall('2026-03-07T08:00'));
  const { totals } = report(account(), [packed(agent)], query(dayOf('2026-03-07')));
  assert.deepEqual(inMinutes(totals), { metric: 0, scheduled: 0, parts: {}, availability: null });
});

test('worked example 7: a window ends now', () => {
  const agent = new InventedAgent(created).signIn(wall('2026-03-06T10:00')).set(AVAILABLE, wall('2026-03-06T10:00'));
  const window = { from: dayOf('2026-03-06').from, to: wall('2026-03-06T13:00') };
  const { totals } = report(account(), [packed(agent)], query(window));
  assert.deepEqual(inMinutes(totals), { metric: 60, scheduled: 240, parts: { offline: 60 }, availability: 75 });
});

test('signing out while idle is offline from there on, and disconnected lasts until the next sign-in', () => {
  const start = wall('2026-03-04T09:00');
  const agent = new InventedAgent(created).signIn(start).set(AVAILABLE, start);
  agent.idle(start + hourMs).signOut(start + 2 * hourMs);
  agent
    .signIn(start + 3 * hourMs)
    .disconnect(start + 4 * hourMs)
    .signIn(start + 6 * hourMs);
  const { totals } = report(account(), [packed(agent)], query(dayOf('2026-03-04')));
  assert.deepEqual(inMinutes(totals).parts, { offline: 60, idle: 60, disconnected: 120 });
});

test('an agent of two groups is in both, once in the totals, and its hours are their union', () => {
  const early: Calendar = {
    versions: [{ effectiveFrom: null, timeZone: 'UTC', week: weekOf('08:00', '12:00', weekdayNames), exceptions: [] }],
  };
  const late: Calendar = {
    versions: [{ effectiveFrom: null, timeZone: 'UTC', week: weekOf('10:00', '14:00', weekdayNames), exceptions: [] }],
  };
  const from = at('2026-03-04T00:00:00Z');
  const world = new InventedAccount().settings(0).calendar(0, 'early', early).calendar(0, 'late', late);
  world
    .group(0, 'one', 'early')
    .group(0, 'two', 'late')
    .agent(0, { groups: ['one', 'two'] });
  world.agent(0, { groups: [] }, 2);
  const agents = [packed(new InventedAgent(0)), { ...packed(new InventedAgent(0)), number: 2 }];
  const asked = query({ from, to: from + dayMs }, { groupBy: ['group'], timeZone: 'UTC' });
  const { rows, totals } = report(world, agents, asked);
  const told = rows.map(({ group, measures }) => [group, measures.scheduledMs / hourMs]);
  assert.deepEqual(told, [
    ['one', 6],
    ['two', 6],
    [null, 24],
  ]);
  assert.equal(totals.scheduledMs / hourMs, 30);
});

test('membership counts as it was at each instant', () => {
  const calendar: Calendar = {
    versions: [{ effectiveFrom: null, timeZone: 'UTC', week: weekOf('08:00', '12:00', weekdayNames), exceptions: [] }],
  };
  const from = at('2026-03-04T00:00:00Z');
  const world = new InventedAccount().settings(0).calendar(0, 'c', calendar).group(0, 'g', 'c');
  world.agent(0, { groups: ['g'] }).agent(from + 10 * hourMs, { groups: [], createdAt: 0 });
  const asked = query({ from, to: from + dayMs }, { groupBy: ['group'], timeZone: 'UTC' });
  const { rows } = report(world, [packed(new InventedAgent(0))], asked);
  const told = rows.map(({ group, measures }) => [group, measures.scheduledMs / hourMs, measures.livedMs / hourMs]);
  assert.deepEqual(told, [
    ['g', 2, 10],
    [null, 14, 14],
  ]);
  const filtered = report(world, [packed(new InventedAgent(0))], { ...asked, groups: new Set(['g']) });
  assert.equal(filtered.totals.livedMs / hourMs, 10);
});

test('a default calendar that is named for the first time holds for the time before, and a change does not', () => {
  const [one, other] = (['08:00', '06:00'] as const).map((start) => ({
    versions: [{ effectiveFrom: null, timeZone: 'UTC', week: weekOf(start, '12:00', weekdayNames), exceptions: [] }],
  })) as unknown as [Calendar, Calendar];
  const from = at('2026-03-04T00:00:00Z');
  const world = new InventedAccount().settings(0).calendar(0, 'one', one).calendar(0, 'other', other).agent(0);
  world.settings(from + 10 * dayMs, { calendarId: 'one' }).settings(from + 20 * dayMs, { calendarId: 'other' });
  const hoursOn = (day: number) => {
    const window = { from: from + day * dayMs, to: from + (day + 1) * dayMs };
    return (
      report(world, [packed(new InventedAgent(0))], query(window, { timeZone: 'UTC' })).totals.scheduledMs / hourMs
    );
  };
  assert.deepEqual([hoursOn(0), hoursOn(12), hoursOn(22)], [4, 4, 6]);
});

test('a row for every day of the life, also with nothing scheduled, and none outside of it', () => {
  const start = wall('2026-03-06T00:00');
  const world = new InventedAccount().settings(start, { calendarId: 'c' }).calendar(start, 'c', newYork);
  world.agent(start).agent(wall('2026-03-09T12:00'), { active: false, createdAt: start });
  const window = { from: wall('2026-03-01T00:00'), to: wall('2026-03-15T00:00') };
  const { rows } = report(world, [packed(new InventedAgent(start))], query(window, { groupBy: ['agent', 'day'] }));
  const told = rows.map(({ time, measures }) => [time.day, measures.scheduledMs / hourMs]);
  assert.deepEqual(told, [
    ['2026-03-06', 8],
    ['2026-03-07', 0],
    ['2026-03-08', 0],
    ['2026-03-09', 3],
  ]);
});

test('a deactivation is counted, and is the last sign-out, though it ends the life that it is of', () => {
  const [start, end] = [wall('2026-03-04T09:00'), wall('2026-03-04T12:00')];
  const agent = new InventedAgent(created).signIn(start).signOut(end);
  const world = account().agent(end, { active: false, createdAt: created });
  for (const groupBy of [['agent'], ['group', 'day'], ['status']] as const) {
    const { totals } = report(world, [packed(agent)], query(dayOf('2026-03-04'), { groupBy }));
    assert.deepEqual(
      [totals.generalChanges, totals.lastSignOut, totals.unavailableMs],
      [2, end, 3 * hourMs],
      groupBy.join(),
    );
  }
});

test('by status, each instant is in the row of the status that it was in', () => {
  const { rows } = report(account(), [packed(exampleOne())], query(dayOf('2026-03-04'), { groupBy: ['status'] }));
  const told = rows.map(({ status, measures }) => [
    status,
    measures.livedMs / minuteMs,
    measures.scheduledMs / minuteMs,
  ]);
  assert.deepEqual(told, [
    [UNAVAILABLE, 8 * 60 + 50 + 20, 20],
    [AVAILABLE, 24 * 60 - 45 - 20 - (8 * 60 + 50), 415],
    [numbers.numberOf(LUNCH), 45, 45],
  ]);
});

// Laws

const ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
  'Africa/Casablanca',
];
const STARTS = ['2026-03-06', '2026-10-30', '2011-12-28', '2026-03-27', '2026-04-03', '2026-02-13'];

const anyMinuteOfDay = fc.integer({ min: 0, max: 1439 });
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const anyWeek: fc.Arbitrary<Week> = fc
  .array(fc.option(fc.tuple(anyMinuteOfDay, anyMinuteOfDay), { freq: 3 }), { minLength: 7, maxLength: 7 })
  .map((days) =>
    Object.fromEntries(
      weekdayNames.map((name, index) => {
        const times = days[index];
        const isUsable = times !== null && times !== undefined && times[0] < times[1];
        return [name, isUsable ? [[clock(times[0]), clock(times[1])]] : []];
      }),
    ),
  );

type World = {
  readonly zone: string;
  readonly window: Interval;
  readonly calendar: Calendar;
  readonly agent: InventedAgent;
  readonly created: Instant;
};

/** An agent who does anything at any minute: signs in twice, idles, is lost, chooses statuses, also while away. */
const anyWorld: fc.Arbitrary<World> = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    start: fc.constantFrom(...STARTS),
    days: fc.integer({ min: 1, max: 5 }),
    week: anyWeek,
    calendarZone: fc.constantFrom(...ZONES),
    createdMinute: fc.integer({ min: -600, max: 1500 }),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 7 })), { maxLength: 40 }),
  })
  .map(({ zone, start, days, week, calendarZone, createdMinute, steps }) => {
    const from = Temporal.PlainDate.from(start).toZonedDateTime(zone).epochMilliseconds;
    const created = from + createdMinute * minuteMs;
    const agent = new InventedAgent(created);
    let now = created;
    for (const [minutes, what] of steps) {
      now += minutes * minuteMs;
      play(agent, what, now);
    }
    const calendar = { versions: [{ effectiveFrom: null, timeZone: calendarZone, week, exceptions: [] }] };
    return { zone, window: { from, to: from + days * dayMs }, calendar, agent, created };
  });

function play(agent: InventedAgent, what: number, now: Instant): void {
  switch (what) {
    case 0:
      agent.signIn(now);
      return;
    case 1:
      if (agent.isSignedIn) agent.signOut(now);
      return;
    case 2:
      if (agent.isSignedIn && agent.isOnline) agent.idle(now);
      return;
    case 3:
      if (agent.isSignedIn && !agent.isOnline) agent.active(now);
      return;
    case 4:
      if (agent.isSignedIn) agent.disconnect(now);
      return;
    default: {
      const status = [AVAILABLE, UNAVAILABLE, LUNCH, TRAINING].filter((one) => one !== agent.status)[what % 3];
      agent.set(status ?? AVAILABLE, now);
    }
  }
}

function accountOf({ calendar, created }: World): InventedAccount {
  return new InventedAccount().settings(created, { calendarId: 'c' }).calendar(created, 'c', calendar).agent(created);
}

function totalsOf(world: World, window: Interval, groupBy: readonly Grouping[] = ['agent']) {
  const asked = query(window, { groupBy, timeZone: world.zone });
  return report(accountOf(world), [packed(world.agent)], asked);
}

test('the parts sum to the metric; metric, available and unknown to scheduled; statuses and unknown to the window', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const { totals, rows } = totalsOf(world, world.window, ['agent', 'status']);
      const { unavailableMs, availableInHoursMs, unknownMs, scheduledMs } = rows
        .map(({ measures }) => measures)
        .reduce(sumOf, zero);
      const window = { from: Math.max(world.window.from, world.created), to: world.window.to };
      const hours = window.from < window.to ? businessHours(world.calendar, window, zones) : [];
      assert.equal(unavailableMs + availableInHoursMs + unknownMs, intervalsLengthMs(hours));
      assert.equal(scheduledMs, intervalsLengthMs(hours));
      assert.equal(
        rows.reduce((sum, { measures }) => sum + measures.livedMs, 0),
        Math.max(0, window.to - window.from),
      );
      for (const measures of [totals, ...rows.map((row) => row.measures)]) {
        assert.equal(
          measures.parts.reduce((sum, { ms }) => sum + ms, 0),
          measures.unavailableMs,
        );
      }
    }),
  );
});

test('cutting a window anywhere changes no total', () => {
  fc.assert(
    fc.property(anyWorld, fc.integer({ min: 0, max: 5 * dayMs }), (world, offset) => {
      const cut = Math.min(world.window.to, world.window.from + offset);
      const { totals } = totalsOf(world, world.window);
      const [left, right] = [
        totalsOf(world, { from: world.window.from, to: cut }).totals,
        totalsOf(world, { from: cut, to: world.window.to }).totals,
      ];
      assert.deepEqual(sumOf(left, right), sumOf(totals, zero));
    }),
  );
});

test('grouping by any piece of time and summing equals the whole', () => {
  const units: readonly Grouping[][] = [
    ['agent', 'day'],
    ['week'],
    ['month', 'hour_of_day'],
    ['agent', 'day', 'hour_of_day'],
    ['day', 'status'],
  ];
  fc.assert(
    fc.property(anyWorld, fc.constantFrom(...units), (world, groupBy) => {
      const { rows } = totalsOf(world, world.window, groupBy);
      const whole = totalsOf(world, world.window).totals;
      assert.deepEqual(rows.map(({ measures }) => measures).reduce(sumOf, zero), sumOf(whole, zero));
    }),
  );
});

test('agrees with a look at every minute', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const { totals } = totalsOf(world, world.window);
      const entries = resolveHistory({
        facts: world.agent.facts,
        outages: [],
        corrections: [],
        numbers,
        now: world.window.to,
      });
      const naive = naiveReport(entries, {
        ...world.window,
        isInHours: (minute) => isWithin(world.calendar, minute, zones),
        isAlive: (minute) => minute >= world.created,
      });
      const minutes = (name: string) => (naive.get(name) ?? 0) * minuteMs;
      const told = Object.fromEntries(
        totals.parts.map((part) => [part.kind === 'custom_status' ? `status ${part.status}` : part.kind, part.ms]),
      );
      const expected = Object.fromEntries(
        ['offline', 'idle', 'disconnected', 'status 0', 'status 2', 'status 3']
          .filter((name) => minutes(name) > 0)
          .map((name) => [name === 'status 0' ? 'unavailable' : name, minutes(name)]),
      );
      assert.deepEqual(told, expected);
      assert.equal(totals.availableInHoursMs, minutes('status 1'));
      assert.equal(totals.availableMs, minutes('whole status 1'));
      const online = ['whole status 0', 'whole status 1', 'whole status 2', 'whole status 3'];
      assert.equal(
        totals.onlineMs,
        online.reduce((sum, name) => sum + minutes(name), 0),
      );
    }),
    { numRuns: 60 },
  );
});

test('an agent of several groups is scheduled for the union of their hours', () => {
  fc.assert(
    fc.property(anyWorld, anyWeek, (world, week) => {
      const other: Calendar = { versions: [{ effectiveFrom: null, timeZone: 'Asia/Kolkata', week, exceptions: [] }] };
      const made = new InventedAccount()
        .settings(world.created)
        .calendar(0, 'one', world.calendar)
        .calendar(0, 'two', other);
      made
        .group(0, 'g1', 'one')
        .group(0, 'g2', 'two')
        .agent(world.created, { groups: ['g1', 'g2'] });
      const { totals } = report(made, [packed(world.agent)], query(world.window, { timeZone: world.zone }));
      const window = { from: Math.max(world.window.from, world.created), to: world.window.to };
      if (window.from >= window.to) return;
      assert.equal(totals.scheduledMs, intervalsLengthMs(unionHours([world.calendar, other], window, zones)));
    }),
  );
});

type Sums = Pick<
  RowMeasures,
  | 'scheduledMs'
  | 'unknownMs'
  | 'unavailableMs'
  | 'availableInHoursMs'
  | 'livedMs'
  | 'onlineMs'
  | 'availableMs'
  | 'generalChanges'
  | 'intelliassignChanges'
>;
const zero: Sums = {
  scheduledMs: 0,
  unknownMs: 0,
  unavailableMs: 0,
  availableInHoursMs: 0,
  livedMs: 0,
  onlineMs: 0,
  availableMs: 0,
  generalChanges: 0,
  intelliassignChanges: 0,
};

function sumOf(one: Sums, other: Sums): Sums {
  const names = Object.keys(zero) as (keyof Sums)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as Sums;
}
