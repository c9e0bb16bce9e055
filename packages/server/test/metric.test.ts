/**
 * The metric from outside: the seven worked examples, taken in as events from elsewhere, come out of the API, of CSV and of
 * the command line to the millisecond, and every number is followed to the two facts that bound each of its intervals.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importedPayload } from './imported-payload.ts';
import { ADMIN_KEY, callServer, type ServerProcess, startServerProcess, stopServerProcess } from './server-process.ts';

const runFile = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const ZONE = 'America/New_York';
const minute = 60_000;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const CREATED = Date.parse('2026-02-01T00:00:00Z');

const folder = mkdtempSync(join(tmpdir(), 'rollcall-metric-'));
let server: ServerProcess;
before(async () => {
  server = await startServerProcess(folder);
  await setUp();
});
after(() => {
  server.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const post = async (path: string, body: unknown) =>
  JSON.parse(await callServer(server, { method: 'POST', path, body })) as Record<string, unknown>;
const get = async <T>(path: string) => JSON.parse(await callServer(server, { method: 'GET', path })) as T;

async function setUp(): Promise<void> {
  await callServer(server, { method: 'PATCH', path: '/account', body: { time_zone: ZONE } });
  const slots = [['09:00', '17:00']];
  const week = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, slots]));
  const office = await post('/calendars', { name: 'Office', time_zone: ZONE, week });
  const sunday = await post('/calendars', { name: 'Sunday', time_zone: ZONE, week: { sunday: [['00:00', '24:00']] } });
  await callServer(server, { method: 'PATCH', path: '/account', body: { calendar_id: office.id } });
  await post('/custom-statuses', { name: 'Lunch', emoji: 'pizza' });
  for (const [email, calendar] of [
    ['one@example.com', null],
    ['two@example.com', null],
    ['three@example.com', null],
    ['sunday@example.com', sunday.id],
    ['saturday@example.com', null],
    ['friday@example.com', null],
  ] as const) {
    await post('/agents', {
      email,
      created_at: new Date(CREATED).toISOString(),
      ...(calendar === null ? {} : { calendar_id: calendar }),
    });
  }
  const plain = dayOf('one@example.com');
  await ingest([
    ...plain.events(),
    ...dayOf('two@example.com').idle('16:00', '16:30').events(),
    ...dayOf('three@example.com').idle('12:30', '13:00').events(),
    ...new Story('friday@example.com', '2026-03-06')
      .general('10:00', 'AVAILABLE', 'login')
      .status('10:00', 'AVAILABLE')
      .events(),
  ]);
}

async function ingest(events: readonly unknown[]): Promise<void> {
  const answer = await post('/ingest/events', { events });
  const items = answer.items as readonly { result: string }[];
  for (const item of items) assert.equal(item.result, 'accepted', JSON.stringify(item));
}

/** A wall time of New York on a day as UTC text. */
function instant(day: string, time: string): string {
  return Temporal.PlainDateTime.from(`${day}T${time}`)
    .toZonedDateTime(ZONE)
    .toInstant()
    .toString({ smallestUnit: 'millisecond' });
}

type Axis = 'GeneralAvailability' | 'Intelliassign';
type Step = { readonly time: string; readonly axis: Axis; readonly status: string; readonly reason: string };

/** What one agent did on one day, told as a vendor's events: each with its own previous values. */
class Story {
  readonly #email: string;
  readonly #day: string;
  readonly #steps: Step[] = [];

  constructor(email: string, day: string) {
    this.#email = email;
    this.#day = day;
  }

  general(time: string, status: string, reason: string): this {
    this.#steps.push({ time, axis: 'GeneralAvailability', status, reason });
    return this;
  }

  status(time: string, status: string): this {
    this.#steps.push({ time, axis: 'Intelliassign', status, reason: 'agent_toggle' });
    return this;
  }

  idle(from: string, to: string): this {
    return this.general(from, 'UNAVAILABLE', 'idle_timeout').general(to, 'AVAILABLE', 'active');
  }

  events(): readonly unknown[] {
    const last: Partial<Record<Axis, { status: string; at: number }>> = {};
    const steps = this.#steps.toSorted((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
    return steps.map(({ time, axis, status, reason }) => {
      const at = Date.parse(instant(this.#day, time));
      const before = last[axis] ?? { status: 'UNAVAILABLE', at: CREATED };
      last[axis] = { status, at };
      const previous = { prevStatus: before.status, prevAt: before.at };
      return importedPayload({ email: this.#email, axis, status, at, reason, ...previous });
    });
  }
}

function dayOf(email: string): Story {
  return new Story(email, '2026-03-04')
    .general('08:50', 'AVAILABLE', 'login')
    .status('08:50', 'AVAILABLE')
    .status('12:00', 'Lunch')
    .status('12:45', 'AVAILABLE')
    .status('15:00', 'UNAVAILABLE')
    .status('15:20', 'AVAILABLE')
    .general('17:10', 'UNAVAILABLE', 'logout');
}

type Row = {
  readonly agent_id: string;
  readonly scheduled_ms: number;
  readonly unavailable_ms: number;
  readonly availability_percent: number | null;
  readonly first_sign_in: string | null;
  readonly last_sign_out: string | null;
  readonly breakdown: readonly { kind: string; name: string | null; ms: number }[];
};

type Example = {
  readonly name: string;
  readonly email: string;
  readonly from: string;
  readonly to: string;
  readonly now?: string;
  readonly metric: number;
  readonly scheduled: number;
  readonly parts: Readonly<Record<string, number>>;
};

const EXAMPLES: readonly Example[] = [
  {
    name: '1',
    email: 'one@example.com',
    from: '2026-03-04',
    to: '2026-03-05',
    metric: 65,
    scheduled: 480,
    parts: { Lunch: 45, unavailable: 20 },
  },
  {
    name: '2',
    email: 'two@example.com',
    from: '2026-03-04',
    to: '2026-03-05',
    metric: 95,
    scheduled: 480,
    parts: { Lunch: 45, unavailable: 20, idle: 30 },
  },
  {
    name: '3',
    email: 'three@example.com',
    from: '2026-03-04',
    to: '2026-03-05',
    metric: 80,
    scheduled: 480,
    parts: { Lunch: 30, unavailable: 20, idle: 30 },
  },
  {
    name: '4',
    email: 'sunday@example.com',
    from: '2026-03-08',
    to: '2026-03-09',
    metric: 1380,
    scheduled: 1380,
    parts: { offline: 1380 },
  },
  {
    name: '5',
    email: 'sunday@example.com',
    from: '2026-11-01',
    to: '2026-11-02',
    metric: 1500,
    scheduled: 1500,
    parts: { offline: 1500 },
  },
  {
    name: '6',
    email: 'saturday@example.com',
    from: '2026-03-07',
    to: '2026-03-08',
    metric: 0,
    scheduled: 0,
    parts: {},
  },
  {
    name: '7',
    email: 'friday@example.com',
    from: '2026-03-06',
    to: '2026-03-07',
    now: instant('2026-03-06', '13:00'),
    metric: 60,
    scheduled: 240,
    parts: { offline: 60 },
  },
];

async function idOf(email: string): Promise<string> {
  const { items } = await get<{ items: readonly { id: string; email: string }[] }>('/agents?limit=100');
  const found = items.find((agent) => agent.email === email);
  assert.ok(found !== undefined, email);
  return found.id;
}

async function queryOf({ email, from, to, now }: Example): Promise<string> {
  const query = new URLSearchParams({ from, to, time_zone: ZONE, group_by: 'agent,day', agent_id: await idOf(email) });
  if (now !== undefined) query.set('now', now);
  return query.toString();
}

const partsOf = (row: Row) =>
  Object.fromEntries(row.breakdown.map(({ kind, name, ms }) => [kind === 'custom_status' ? name : kind, ms / minute]));

for (const example of EXAMPLES) {
  test(`worked example ${example.name} over the API`, async () => {
    const answer = await get<{ items: readonly Row[]; totals: Row; basis: Record<string, unknown> }>(
      `/reports/agent-activity?${await queryOf(example)}`,
    );
    assert.equal(answer.items.length, 1);
    for (const row of [answer.items[0], answer.totals]) {
      assert.ok(row !== undefined);
      assert.equal(row.unavailable_ms, example.metric * minute);
      assert.equal(row.scheduled_ms, example.scheduled * minute);
      assert.deepEqual(partsOf(row), example.parts);
      const percent = example.scheduled === 0 ? null : (100 * (example.scheduled - example.metric)) / example.scheduled;
      assert.equal(row.availability_percent, percent);
    }
    assert.ok((answer.basis.log_position as number) > 0);
    assert.match(String(answer.basis.tzdata), /^\d{4}[a-z]/);
  });

  test(`worked example ${example.name} as CSV`, async () => {
    const response = await fetch(`${server.url}/api/v1/reports/agent-activity?${await queryOf(example)}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'text/csv' },
    });
    assert.equal(response.status, 200);
    const [header = '', row = ''] = (await response.text()).split('\r\n');
    const cells = Object.fromEntries(header.split(',').map((name, index) => [name, row.split(',')[index]]));
    assert.equal(cells.unavailable_ms, String(example.metric * minute));
    assert.equal(cells.scheduled_ms, String(example.scheduled * minute));
  });

  test(`worked example ${example.name} on the command line, straight from the data folder`, async () => {
    const { email, from, to, now } = example;
    const words = [
      'report',
      '--data',
      folder,
      '--from',
      from,
      '--to',
      to,
      '--time-zone',
      ZONE,
      '--agent',
      email,
      '--json',
    ];
    if (now !== undefined) words.push('--now', now);
    const { stdout } = await runFile(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...words]);
    const { totals } = JSON.parse(stdout) as { totals: Row };
    assert.equal(totals.unavailable_ms, example.metric * minute);
    assert.deepEqual(partsOf(totals), example.parts);
  });
}

test('the first sign-in and the last sign-out are those that the events name', async () => {
  const [example] = EXAMPLES;
  assert.ok(example !== undefined);
  const { totals } = await get<{ totals: Row }>(`/reports/agent-activity?${await queryOf(example)}`);
  assert.equal(totals.first_sign_in, instant('2026-03-04', '08:50'));
  assert.equal(totals.last_sign_out, instant('2026-03-04', '17:10'));
});

test('every interval of a number names the two facts that bound it', async () => {
  const id = await idOf('two@example.com');
  type Bound = { event_id: string | null; at: string; sentence: string } | null;
  type Interval = { from: string; to: string; state: string; in_hours_ms: number; begun_by: Bound; ended_by: Bound };
  const { items } = await get<{ items: readonly Interval[] }>(
    `/agents/${id}/timeline?from=2026-03-04&to=2026-03-05&time_zone=${ZONE}`,
  );
  const sums: Record<string, number> = {};
  for (const interval of items) {
    if (interval.state !== 'available')
      sums[interval.state] = (sums[interval.state] ?? 0) + interval.in_hours_ms / minute;
    if (interval.in_hours_ms === 0) continue;
    for (const bound of [interval.begun_by, interval.ended_by]) {
      assert.ok(bound?.event_id, JSON.stringify(interval));
      const event = await get<{ activity: { id: string } }>(`/events/${bound.event_id}`);
      assert.equal(event.activity.id, bound.event_id);
    }
  }
  assert.deepEqual(Object.fromEntries(Object.entries(sums).filter(([, minutes]) => minutes > 0)), {
    custom_status: 45,
    unavailable: 20,
    idle: 30,
  });
});

test('the record bounds what no event does, at the instant from which it holds', async () => {
  const id = await idOf('saturday@example.com');
  type Interval = { from: string; begun_by: { kind: string; at: string } };
  const { items } = await get<{ items: readonly Interval[] }>(
    `/agents/${id}/timeline?from=2026-03-07&to=2026-03-08&time_zone=${ZONE}`,
  );
  assert.deepEqual(
    items.map(({ from, begun_by }) => [from, begun_by.kind, begun_by.at]),
    [[instant('2026-03-07', '00:00'), 'agent_recorded', new Date(CREATED).toISOString()]],
  );
});

test('only the event that is meant is taken, and hours of single days for a year or so', async () => {
  const [event] = new Story('one@example.com', '2026-03-10').status('10:00', 'UNAVAILABLE').events();
  const answer = await post('/ingest/events', { events: [{ ...(event as object), event: 'onUserCreate' }] });
  assert.match(JSON.stringify(answer.items), /rejected.*\/event/);
  const path = '/reports/agent-activity?from=2016-01-01&to=2026-01-01&group_by=day,hour_of_day';
  const response = await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /at most 400 days/);
});

test('who is deactivated is not assignable, whatever history says, and the deactivation is counted', async () => {
  const agent = await post('/agents', { email: 'leaving@example.com' });
  await post(`/agents/${agent.id}/sessions`, {});
  await callServer(server, { method: 'PUT', path: `/agents/${agent.id}/intelliassign`, body: { status: 'AVAILABLE' } });
  await callServer(server, { method: 'DELETE', path: `/agents/${agent.id}` });
  const story = new Story('leaving@example.com', '2026-03-05').general('10:00', 'AVAILABLE', 'login');
  await ingest(story.events());
  type Read = { assignable: boolean };
  assert.equal((await get<Read>(`/agents/${agent.id}`)).assignable, false);
  const today = new Date().toISOString().slice(0, 10);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  type Report = { totals: { changes: { general_availability: number }; last_sign_out: string | null } };
  const { totals } = await get<Report>(
    `/reports/agent-activity?from=${today}&to=${tomorrow}&time_zone=UTC&agent_id=${agent.id}`,
  );
  assert.equal(totals.changes.general_availability, 2);
  assert.ok(totals.last_sign_out !== null);
});

test("a group's hours are its own, whatever calendars its members have", async () => {
  const never = await post('/calendars', {
    name: 'New Year',
    time_zone: 'UTC',
    week: {},
    exceptions: [{ date: '2001-01-01', slots: [['09:00', '10:00']] }],
  });
  const always = await post('/calendars', {
    name: 'Always',
    time_zone: 'UTC',
    week: Object.fromEntries(DAYS.map((day) => [day, [['00:00', '24:00']]])),
  });
  const group = await post('/groups', { name: 'Quiet', calendar_id: never.id });
  await post('/agents', { email: 'own@example.com', groups: [group.id], calendar_id: always.id });
  const { items } = await get<{ items: readonly { group_id: string | null; in_hours: boolean }[] }>('/reports/live');
  assert.equal(items.find(({ group_id }) => group_id === group.id)?.in_hours, false);
});

test('stints, allowances and plans are counted from the same history', async () => {
  const id = await idOf('one@example.com');
  const window = `from=2026-03-04&to=2026-03-05&time_zone=${ZONE}`;
  type Stint = { status: string; count: number; max_ms: number };
  const { items } = await get<{ items: readonly Stint[] }>(`/reports/stints?${window}&agent_id=${id}`);
  const told = Object.fromEntries(items.map(({ status, count, max_ms }) => [status, [count, max_ms / minute]]));
  assert.deepEqual(told.Lunch, [1, 45]);
  assert.deepEqual(told.UNAVAILABLE, [1, 20]);
  assert.equal(told.AVAILABLE?.[0], 3);
  const day = `from=${instant('2026-03-04', '00:00')}&to=${instant('2026-03-05', '00:00')}`;
  const entries = [
    ['09:00', '12:00', { kind: 'work' }],
    ['12:00', '13:00', { kind: 'other', name: 'break', productive: false }],
    ['13:00', '17:00', { kind: 'work' }],
  ].map(([from, to, activity]) => ({
    from: instant('2026-03-04', from as string),
    to: instant('2026-03-04', to as string),
    activity,
  }));
  await callServer(server, { method: 'PUT', path: `/agents/${id}/plan?${day}`, body: { entries } });
  type Adherence = { totals: { agents: number; scheduled_ms: number; adherent_ms: number; adherence_percent: number } };
  const { totals } = await get<Adherence>(`/reports/adherence?${window}`);
  // Available but for 15 minutes of the planned break and 20 of the afternoon.
  assert.deepEqual(
    [totals.agents, totals.scheduled_ms / minute, totals.adherent_ms / minute, totals.adherence_percent],
    [1, 480, 445, (100 * 445) / 480],
  );
});

test('an approved correction changes the answer, and what was known before it can still be read', async () => {
  const id = await idOf('three@example.com');
  const path = `/reports/agent-activity?from=2026-03-04&to=2026-03-05&time_zone=${ZONE}&agent_id=${id}`;
  type Report = { totals: Row; basis: { log_position: number } };
  const before = await get<Report>(path);
  await post('/custom-statuses', { name: 'Training', emoji: 'books' });
  const { key } = (await post('/keys', { role: 'agent', agent_id: id })) as { key: string };
  const proposal = {
    from: instant('2026-03-04', '12:30'),
    to: instant('2026-03-04', '13:10'),
    custom_status: 'Training',
  };
  const proposed = await callServer(server, { method: 'POST', path: `/agents/${id}/corrections`, body: proposal, key });
  const correction = JSON.parse(proposed) as { id: string };
  assert.deepEqual((await get<Report>(path)).totals, before.totals);
  await post(`/corrections/${correction.id}/decision`, { decision: 'approved' });
  const after = await get<Report>(path);
  assert.deepEqual(partsOf(after.totals), { Lunch: 30, unavailable: 20, Training: 40 });
  assert.equal(after.totals.unavailable_ms, 90 * minute);
  const known = await get<Report>(`${path}&at_position=${before.basis.log_position}`);
  assert.deepEqual(known.totals, before.totals);
  type Bound = { kind: string; sentence: string } | null;
  const { items } = await get<{ items: readonly { name: string | null; begun_by: Bound }[] }>(
    `/agents/${id}/timeline?from=2026-03-04&to=2026-03-05&time_zone=${ZONE}`,
  );
  assert.equal(items.find(({ name }) => name === 'Training')?.begun_by?.kind, 'correction');
});

test('what-ifs tell of the same facts under other settings, beside what was', async () => {
  const id = await idOf('two@example.com');
  const path = `/reports/agent-activity?from=2026-03-04&to=2026-03-05&time_zone=${ZONE}&agent_id=${id}`;
  const { totals } = await get<{ totals: Row }>(`${path}&productive=Lunch`);
  assert.deepEqual(partsOf(totals), { unavailable: 20, idle: 30 });
  // The account's idle time is 10 minutes: last active at 15:50, so idle from 16:05 under 15.
  const longer = await get<{ totals: Row }>(`${path}&idle_after_ms=${15 * minute}`);
  assert.deepEqual(partsOf(longer.totals), { Lunch: 45, unavailable: 20, idle: 25 });
});

test('answers the same after a restart', async () => {
  const queries = await Promise.all(EXAMPLES.map(queryOf));
  const ask = () => Promise.all(queries.map((query) => get<{ items: unknown }>(`/reports/agent-activity?${query}`)));
  const before = (await ask()).map(({ items }) => items);
  await stopServerProcess(server);
  server = await startServerProcess(folder);
  assert.deepEqual(
    (await ask()).map(({ items }) => items),
    before,
  );
});
