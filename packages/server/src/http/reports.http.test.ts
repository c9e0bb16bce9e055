import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type {
  AgentActivityReport,
  AgentRead,
  CalendarRead,
  CoverageReport,
  CustomStatusRead,
  GroupRead,
  LiveReport,
  Problem,
  TimelineRead,
} from '@rollcall/contract';
import { parquetReadObjects } from 'hyparquet';
import { fakeRow, numberOf } from '../../test/fake-reports.ts';
import { ADMIN_KEY, type HttpWorld, makeKey, START, startHttpWorld } from '../../test/http-world.ts';
import type { ReportAsk } from '../reporting/report-ask.ts';
import { formatInstant } from '../time/instant.ts';
import { REPORT_FILE_TYPES } from './routes/reports.ts';

let world: HttpWorld;
let url: string;
let [ada, bob] = ['', ''];
let group: GroupRead;
let calendar: CalendarRead;
let lunch: CustomStatusRead;
let agentKey: string;
let abroad: { readonly agent: string; readonly group: string; readonly calendar: string; readonly status: string };

const DAY = 'from=2026-03-03&to=2026-03-04';
const PATH = `/reports/agent-activity?${DAY}`;

before(async () => {
  world = await startHttpWorld();
  url = await world.server.listen({ host: '127.0.0.1', port: 0 });
  await world.ask('PATCH', '/account', { body: { time_zone: 'America/New_York' } });
  ada = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'ada@example.com' } })).body.id;
  bob = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'bob@example.com' } })).body.id;
  group = (await world.ask<GroupRead>('POST', '/groups', { body: { name: '=Billing' } })).body;
  const week = { monday: [['09:00', '17:00']] };
  const hours = { name: 'Days', time_zone: 'UTC', week };
  calendar = (await world.ask<CalendarRead>('POST', '/calendars', { body: hours })).body;
  lunch = (await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Lunch' } })).body;
  agentKey = await makeKey(world, 'agent', ada);
  const { key } = await world.addAccount('Other');
  const made = async (path: string, body: object) => (await world.ask<GroupRead>('POST', path, { key, body })).body.id;
  abroad = {
    agent: await made('/agents', { email: 'ada@example.com' }),
    group: await made('/groups', { name: 'x' }),
    calendar: await made('/calendars', hours),
    status: await made('/custom-statuses', { name: 'Elsewhere' }),
  };
});
after(() => world.stop());
beforeEach(() => {
  world.reports.rows = [];
  world.reports.failure = null;
});

const askReport = (query: string, key?: string) =>
  world.ask<AgentActivityReport>('GET', `${PATH}${query}`, key === undefined ? {} : { key });

async function asked(query: string, key?: string): Promise<ReportAsk> {
  const answer = await askReport(query, key);
  assert.equal(answer.status, 200, answer.text);
  return world.reports.asked.activity.at(-1) as ReportAsk;
}

test('takes dates as local days of the account, and everything else by default', async () => {
  assert.deepEqual(await asked(''), {
    account: 1,
    window: { from: Date.UTC(2026, 2, 3, 5), to: Date.UTC(2026, 2, 4, 5) },
    timeZone: 'America/New_York',
    groupBy: ['agent'],
    hours: 'business_hours',
    agents: null,
    groups: null,
    now: START,
    atPosition: null,
    whatIf: null,
  });
});

/** `from`, `to`, the zone, and the instants that are meant. */
const WINDOWS = [
  ['2026-03-03', '2026-03-04', 'UTC', '2026-03-03T00:00:00.000Z', '2026-03-04T00:00:00.000Z'],
  ['2026-03-03T09:00Z', '2026-03-03T10:00:00%2B00:30', 'UTC', '2026-03-03T09:00:00.000Z', '2026-03-03T09:30:00.000Z'],
  // A plus sign that was not escaped arrives as a space.
  ['2026-03-03T09:00+01:00', '2026-03-04', 'UTC', '2026-03-03T08:00:00.000Z', '2026-03-04T00:00:00.000Z'],
  ['2026-03-08', '2026-03-09', 'America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'],
  ['2018-11-04', '2018-11-05', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
  ['2011-12-29', '2011-12-31', 'Pacific/Apia', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
  ['2011-12-30', '2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
] as const;

for (const [from, to, zone, start, end] of WINDOWS) {
  test(`understands ${from} to ${to} in ${zone}`, async () => {
    const answer = await world.ask('GET', `/reports/agent-activity?from=${from}&to=${to}&time_zone=${zone}`);
    assert.equal(answer.status, 200, answer.text);
    const { window, timeZone } = world.reports.asked.activity.at(-1) as ReportAsk;
    assert.deepEqual([formatInstant(window.from), formatInstant(window.to), timeZone], [start, end, zone]);
  });
}

test('takes lists with commas, repeated, or both, and keeps their order', async () => {
  const { groupBy, agents, groups } = await asked(
    `&group_by=day,agent&group_by=status&agent_id=${bob}&agent_id=${ada.toUpperCase()}&group_id=${group.id}`,
  );
  assert.deepEqual(groupBy, ['day', 'agent', 'status']);
  assert.deepEqual(agents, [numberOf(world.engine, bob), numberOf(world.engine, ada)]);
  assert.deepEqual(groups, [group.id]);
});

test('takes hours, an earlier now and an earlier log', async () => {
  const { hours, now, atPosition } = await asked('&calendar=all_hours&now=2026-03-03T18:00:00Z&at_position=2');
  assert.deepEqual([hours, now, atPosition], ['all_hours', Date.UTC(2026, 2, 3, 18), 2]);
});

test('tries other settings, statuses by id or by name, and says so', async () => {
  const query = `&idle_after_ms=60000&what_if_calendar_id=${calendar.id}&productive=lunch`;
  const answer = await askReport(query);
  const whatIf = { idleAfterMs: 60_000, calendarId: calendar.id, productive: [lunch.id] };
  assert.deepEqual(world.reports.asked.activity.at(-1)?.whatIf, whatIf);
  assert.deepEqual(answer.body.what_if, {
    idle_after_ms: 60_000,
    calendar_id: calendar.id,
    productive: [lunch.id],
  });
  assert.deepEqual((await asked(`&productive=${lunch.id}`)).whatIf, { productive: [lunch.id] });
  assert.deepEqual((await asked('&what_if=true')).whatIf, {});
  assert.equal((await askReport('')).body.what_if, null);
});

test('names every fault of a question at once', async () => {
  const bad = await world.ask(
    'GET',
    '/reports/agent-activity?from=yesterday&time_zone=Berlin/Europe&group_by=agent,agent,colour&agent_id=7&group_id=&' +
      'calendar=lunar&now=2027-01-01T00:00:00Z&at_position=999999&limit=0&format=pdf&idle_after_ms=5&what_if=false&' +
      'what_if_calendar_id=x&productive=&until=1',
  );
  assert.deepEqual([bad.status, bad.body.code], [400, 'invalid_input']);
  const faults = new Map(bad.body.errors?.map(({ pointer, detail }) => [pointer, detail]));
  const expected: Readonly<Record<string, RegExp>> = {
    '/from': /a date, such as 2026-03-04, got "yesterday"/,
    '/to': /missing/,
    '/time_zone': /IANA/,
    '/group_by/1': /repeats/,
    '/group_by/2': /one of agent, group/,
    '/agent_id/0': /UUID/,
    '/group_id/0': /an id/,
    '/calendar': /business_hours, all_hours/,
    '/now': /not in the future/,
    '/at_position': /ends at \d+/,
    '/limit': /at least 1/,
    '/format': /json, csv, xlsx, parquet/,
    '/idle_after_ms': /what_if/,
    '/what_if_calendar_id': /what_if/,
    '/productive/0': /string/,
    '/until': /no field/,
  };
  for (const [pointer, detail] of Object.entries(expected)) assert.match(faults.get(pointer) ?? '', detail, pointer);
  for (const pointer of faults.keys()) assert.ok(pointer in expected || pointer === '/productive', pointer);
});

test('refuses windows that end before they begin, or have no end', async () => {
  const bad = async (query: string) =>
    (await world.ask<Problem>('GET', `/reports/agent-activity?${query}`)).body.errors?.map(({ pointer }) => pointer);
  assert.deepEqual(await bad('from=2026-03-04&to=2026-03-04'), ['/to']);
  assert.deepEqual(await bad('from=2026-03-04&to=2026-03-03'), ['/to']);
  assert.deepEqual(await bad('from=2026-03-04&to=2026-03-04T00:00:00Z&time_zone=UTC'), ['/to']);
  assert.deepEqual(await bad('from=0001-01-01&to=2026-03-04'), ['/to']);
  assert.deepEqual(await bad('from=2026-02-30&to=2026-03-04T00:00'), ['/from', '/to']);
  assert.deepEqual(await bad(''), ['/from', '/to']);
});

test('answers 404 for what is not of the account, and says which', async () => {
  const rows = [
    [`&agent_id=${ada},${abroad.agent}`, 'unknown_agent', '/agent_id/1'],
    [`&group_id=${abroad.group}`, 'unknown_group', '/group_id/0'],
    [`&what_if_calendar_id=${abroad.calendar}`, 'unknown_calendar', '/what_if_calendar_id'],
    [`&productive=Lunch,${abroad.status}`, 'unknown_custom_status', '/productive/1'],
    ['&productive=Elsewhere', 'unknown_custom_status', '/productive/0'],
  ] as const;
  for (const [query, code, pointer] of rows) {
    const refused = await world.ask('GET', `${PATH}${query}`);
    assert.deepEqual([refused.status, refused.body.code, refused.body.errors?.[0]?.pointer], [404, code, pointer]);
  }
});

test('lets a key of role agent read about its own agent, named or not, and about nobody else', async () => {
  const own = [numberOf(world.engine, ada)];
  assert.deepEqual((await asked('', agentKey)).agents, own);
  assert.deepEqual((await asked(`&agent_id=${ada}`, agentKey)).agents, own);
  for (const path of [`${PATH}&agent_id=${ada},${bob}`, `/agents/${bob}/timeline?${DAY}`]) {
    const refused = await world.ask('GET', path, { key: agentKey });
    assert.deepEqual([refused.status, refused.body.code], [404, 'unknown_agent']);
  }
  assert.equal((await world.ask('GET', `/agents/${ada}/timeline?${DAY}`, { key: agentKey })).status, 200);
});

test('shows lines with their keys first, in the order asked for, and what they were calculated from', async () => {
  world.reports.rows = [
    fakeRow({
      agent: numberOf(world.engine, ada),
      groupId: group.id,
      day: '2026-03-03',
      status: { kind: 'custom_status', customStatusId: lunch.id, name: 'Lunch' },
    }),
    fakeRow({ agent: numberOf(world.engine, bob), groupId: null, day: '2026-03-03', status: null }),
  ];
  const { body, text } = await askReport('&group_by=day,agent,group,status');
  assert.match(text, /^\{"items":\[\{"day":"2026-03-03","agent_id":"[^"]+","group_id":"[^"]+","status":"Lunch",/);
  assert.deepEqual(body.items[0], {
    day: '2026-03-03',
    agent_id: ada,
    group_id: group.id,
    status: 'Lunch',
    custom_status_id: lunch.id,
    scheduled_ms: 28_800_000,
    unknown_ms: 0,
    unavailable_ms: 3_900_000,
    available_in_hours_ms: 24_900_000,
    availability_percent: (100 * 415) / 480,
    breakdown: [{ kind: 'unavailable', custom_status_id: null, name: null, ms: 3_900_000 }],
    online_ms: 30_000_000,
    available_ms: 26_100_000,
    first_sign_in: '2026-03-03T13:50:00.000Z',
    last_sign_out: null,
    changes: { general_availability: 2, intelliassign: 5 },
    lived_ms: 86_400_000,
    unknown_in_window_ms: 0,
    agent_email: 'ada@example.com',
    group_name: '=Billing',
  });
  const { group_id: id, group_name: name, status } = body.items[1] ?? {};
  assert.deepEqual([id, name, status], [null, null, null]);
  assert.equal(body.totals.agents, 2);
  assert.deepEqual(body.basis, {
    log_position: world.engine.head,
    calendars: [{ id: 'cal_1', name: 'Days', position: 3, effective_from: [null, '2026-02-01'] }],
    tzdata: '2026z',
    now: formatInstant(START),
    from: '2026-03-03T05:00:00.000Z',
    to: '2026-03-04T05:00:00.000Z',
    time_zone: 'America/New_York',
  });
  assert.equal(body.next, null);
});

test('keeps the pages of one report together, whatever happens between them', async () => {
  world.reports.rows = Array.from({ length: 5 }, (_, hour) => fakeRow({ hour_of_day: hour }));
  const first = await askReport('&group_by=hour_of_day&limit=2');
  const head = world.engine.head;
  await world.ask('PATCH', `/agents/${ada}`, { body: { phone: '1' } });
  await world.pass(60_000);
  assert.ok(world.engine.head > head);
  const hours = [...first.body.items];
  let { next } = first.body;
  while (next !== null) {
    const page = await askReport(`&group_by=hour_of_day&limit=2&after=${next}`);
    const { now, atPosition } = world.reports.asked.activity.at(-1) as ReportAsk;
    assert.deepEqual([now, atPosition], [START, head]);
    hours.push(...page.body.items);
    ({ next } = page.body);
  }
  assert.deepEqual(
    hours.map((row) => row.hour_of_day),
    [0, 1, 2, 3, 4],
  );
});

test('takes no cursor of another question, of another list, or that was made up', async () => {
  world.reports.rows = Array.from({ length: 5 }, (_, hour) => fakeRow({ hour_of_day: hour }));
  const { next } = (await askReport('&group_by=hour_of_day&limit=2')).body;
  const [list, offset, now, position, mark] = JSON.parse(Buffer.from(next ?? '', 'base64url').toString());
  const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const bad = [
    `&group_by=day&after=${next}`,
    `&group_by=hour_of_day&calendar=all_hours&after=${next}`,
    '&group_by=hour_of_day&after=x',
    `&group_by=hour_of_day&after=${made(list, offset, now + 1e9, position, mark)}`,
    `&group_by=hour_of_day&after=${made(list, offset, now, 1e9, mark)}`,
    `&group_by=hour_of_day&after=${made(list, -1, now, position, mark)}`,
    `&group_by=hour_of_day&after=${made('agents', offset)}`,
  ];
  for (const query of bad) {
    const refused = await world.ask('GET', `${PATH}${query}`);
    assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/after'], query);
  }
});

const lines = () => [
  fakeRow({
    agent: numberOf(world.engine, ada),
    groupId: group.id,
    day: '2026-03-03',
    breakdown: [
      { kind: 'custom_status', customStatusId: lunch.id, name: 'Lunch', ms: 3_000_000 },
      { kind: 'idle', customStatusId: null, name: null, ms: 900_000 },
    ],
  }),
  fakeRow({ agent: numberOf(world.engine, bob), groupId: null, day: '2026-03-03', availabilityPercent: null }),
];

test('gives every line as CSV, by Accept or by format, whatever the page', async () => {
  world.reports.rows = lines();
  const query = '&group_by=agent,group,day&limit=1';
  const csv = await world.ask<string>('GET', `${PATH}${query}`, { headers: { accept: 'text/csv' } });
  assert.equal(csv.status, 200);
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
  assert.equal(csv.headers['content-disposition'], 'attachment; filename="agent-activity_2026-03-03.csv"');
  assert.equal(csv.headers.vary, 'accept');
  assert.equal(
    csv.text,
    [
      'agent_id,group_id,day,scheduled_ms,unknown_ms,unavailable_ms,available_in_hours_ms,availability_percent,offline_ms,idle_ms,disconnected_ms,unavailable_status_ms,status:Lunch_ms,online_ms,available_ms,first_sign_in,last_sign_out,changes_general_availability,changes_intelliassign,lived_ms,unknown_in_window_ms,agent_email,group_name',
      `${ada},${group.id},2026-03-03,28800000,0,3900000,24900000,86.45833333333333,0,900000,0,0,3000000,30000000,26100000,2026-03-03T13:50:00.000Z,,2,5,86400000,0,ada@example.com,'=Billing`,
      `${bob},,2026-03-03,28800000,0,3900000,24900000,,0,0,0,3900000,0,30000000,26100000,2026-03-03T13:50:00.000Z,,2,5,86400000,0,bob@example.com,`,
      '',
    ].join('\r\n'),
  );
  const named = await world.ask('GET', `${PATH}${query}&format=csv`);
  assert.equal(named.text, csv.text);
  const json = await world.ask('GET', `${PATH}${query}&format=json`, { headers: { accept: 'text/csv' } });
  assert.equal(json.headers['content-type'], 'application/json; charset=utf-8');
});

test('gives the same as a workbook and as Parquet', async () => {
  world.reports.rows = lines();
  for (const format of ['xlsx', 'parquet'] as const) {
    const named = await world.ask('GET', `${PATH}&group_by=agent,day&format=${format}`);
    const accepted = await world.ask('GET', `${PATH}&group_by=agent,day`, {
      headers: { accept: REPORT_FILE_TYPES[format] },
    });
    assert.equal(accepted.headers['content-type'], REPORT_FILE_TYPES[format]);
    assert.equal(named.headers['content-disposition'], `attachment; filename="agent-activity_2026-03-03.${format}"`);
    assert.equal(accepted.bytes.length, named.bytes.length);
    if (format === 'xlsx') assert.equal(named.bytes.subarray(0, 2).toString(), 'PK');
    else {
      const { buffer } = new Uint8Array(named.bytes);
      const rows = await parquetReadObjects({ file: buffer });
      assert.deepEqual(
        rows.map((row) => [row.agent_id, row.day, row['status:Lunch_ms'], row.availability_percent]),
        [
          [ada, new Date('2026-03-03'), 3_000_000n, (100 * 415) / 480],
          [bob, new Date('2026-03-03'), 0n, null],
        ],
      );
    }
  }
});

test('gives a file without a line where there is none', async () => {
  const csv = await world.ask('GET', `${PATH}&format=csv`);
  assert.match(csv.text, /^agent_id,scheduled_ms[^\n]*\r\n$/);
});

test('answers a failure before the first bytes as a problem, and breaks a file off after them', async () => {
  world.reports.rows = lines();
  world.reports.failure = { afterRows: 0, error: new Error('the disk is away') };
  const early = await world.ask('GET', `${PATH}&format=csv`);
  assert.deepEqual([early.status, early.body.code], [500, 'internal']);
  assert.equal(early.headers['content-disposition'], undefined);
  world.reports.rows = Array.from({ length: 5000 }, (_, hour) => fakeRow({ hour_of_day: hour }));
  world.reports.failure = { afterRows: 4000, error: new Error('the disk is away') };
  const late = async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const answer = await fetch(`${url}/api/v1${PATH}&group_by=hour_of_day&format=csv`, { headers });
    return `${answer.status} ${await answer.text()}`;
  };
  await assert.rejects(late(), /fetch failed|terminated/);
});

test('stops calculating when the reader of a file is gone', async () => {
  world.reports.rows = Array.from({ length: 200_000 }, (_, hour) => fakeRow({ hour_of_day: hour }));
  const reading = new AbortController();
  const answer = await fetch(`${url}/api/v1${PATH}&group_by=hour_of_day&format=csv`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    signal: reading.signal,
  });
  await answer.body?.getReader().read();
  reading.abort();
  while (world.reports.fileEnd === null) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(world.reports.fileEnd, 'broken off');
});

test('answers HEAD without a body', async () => {
  world.reports.rows = lines();
  for (const format of ['json', 'csv']) {
    const head = await world.ask('HEAD', `${PATH}&group_by=agent&format=${format}`);
    assert.deepEqual([head.status, head.text], [200, '']);
  }
});

test("shows an agent's history with the facts that bound it", async () => {
  const from = Date.UTC(2026, 2, 3, 14);
  const fact = {
    position: 7,
    kind: 'StatusChanged',
    at: from,
    recordedAt: from + 5,
    eventId: 'evt_1',
    reason: 'idle_timeout',
    actor: 'system',
    imported: false,
    lastActivityAt: from - 900_000,
    sentence: 'Idle after 15 minutes; last active 13:45.',
  };
  world.reports.timelineOf = () => ({
    intervals: [
      {
        from,
        to: from + 60_000,
        state: 'idle',
        generalAvailability: 'UNAVAILABLE',
        intelliassign: 'custom_status',
        customStatusId: lunch.id,
        name: 'Lunch',
        inHours: [{ from, to: from + 30_000 }],
        inHoursMs: 30_000,
        begunBy: fact,
        endedBy: null,
      },
    ],
    hours: [{ from, to: from + 30_000 }],
  });
  const now = '2026-03-03T15:00:00Z';
  const answer = await world.ask<TimelineRead>('GET', `/agents/${ada}/timeline?${DAY}&now=${now}&at_position=3`);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(world.reports.asked.timeline.at(-1), {
    account: 1,
    agent: numberOf(world.engine, ada),
    window: { from: Date.UTC(2026, 2, 3, 5), to: Date.UTC(2026, 2, 4, 5) },
    now: Date.UTC(2026, 2, 3, 15),
    atPosition: 3,
  });
  assert.equal(answer.body.agent_id, ada);
  assert.deepEqual(answer.body.items, [
    {
      from: '2026-03-03T14:00:00.000Z',
      to: '2026-03-03T14:01:00.000Z',
      state: 'idle',
      general_availability: 'UNAVAILABLE',
      intelliassign: 'custom_status',
      custom_status_id: lunch.id,
      name: 'Lunch',
      in_hours: [{ from: '2026-03-03T14:00:00.000Z', to: '2026-03-03T14:00:30.000Z' }],
      in_hours_ms: 30_000,
      begun_by: {
        position: 7,
        kind: 'StatusChanged',
        at: '2026-03-03T14:00:00.000Z',
        recorded_at: '2026-03-03T14:00:00.005Z',
        event_id: 'evt_1',
        reason: 'idle_timeout',
        actor: 'system',
        imported: false,
        last_activity_at: '2026-03-03T13:45:00.000Z',
        sentence: 'Idle after 15 minutes; last active 13:45.',
      },
      ended_by: null,
    },
  ]);
  assert.equal(answer.body.basis.log_position, 3);
});

test('names every fault of a timeline and of a coverage report at once', async () => {
  const bad = 'from=x&time_zone=Nowhere&now=2027-01-01T00:00:00Z';
  const timeline = await world.ask('GET', `/agents/${ada}/timeline?${bad}&at_position=0&limit=3`);
  assert.deepEqual(timeline.body.errors?.map(({ pointer }) => pointer).toSorted(), [
    '/at_position',
    '/from',
    '/limit',
    '/now',
    '/time_zone',
    '/to',
  ]);
  const coverage = await world.ask('GET', `/reports/coverage?${bad}&at_least=0&at_position=1`);
  assert.deepEqual(coverage.body.errors?.map(({ pointer }) => pointer).toSorted(), [
    '/at_least',
    '/at_position',
    '/from',
    '/now',
    '/time_zone',
    '/to',
  ]);
  assert.deepEqual((await world.ask('GET', '/reports/live?now=1')).body.errors?.[0]?.pointer, '/now');
});

test('shows the gaps of groups, and asks for one agent at least by default', async () => {
  const from = Date.UTC(2026, 2, 3, 14);
  const gap = { from, to: from + 1000, assignable: 1, needed: 2 };
  const name = '=Billing';
  world.reports.groups = [
    { groupId: group.id, name, needed: 2, scheduledMs: 5000, gapMs: 1000, unknownMs: 0, gaps: [gap] },
  ];
  const path = `/reports/coverage?${DAY}&time_zone=UTC`;
  const answer = await world.ask<CoverageReport>('GET', `${path}&group_id=${group.id}&at_least=2`);
  assert.deepEqual(world.reports.asked.coverage.at(-1), {
    account: 1,
    window: { from: Date.UTC(2026, 2, 3), to: Date.UTC(2026, 2, 4) },
    now: world.clock.now(),
    groups: [group.id],
    needed: 2,
  });
  assert.deepEqual(answer.body.items[0]?.gaps, [
    { from: '2026-03-03T14:00:00.000Z', to: '2026-03-03T14:00:01.000Z', assignable: 1, needed: 2 },
  ]);
  await world.ask('GET', path);
  const { groups, needed } = world.reports.asked.coverage.at(-1) ?? {};
  assert.deepEqual([groups, needed], [null, 1]);
  assert.equal((await world.ask('GET', `${path}&group_id=${abroad.group}`)).body.code, 'unknown_group');
});

test('shows who is assignable now', async () => {
  const agent = numberOf(world.engine, ada);
  world.reports.groupsNow = [
    {
      groupId: null,
      name: null,
      isInHours: true,
      agents: 2,
      assignable: [agent],
      counts: [{ state: 'custom_status', customStatusId: lunch.id, name: 'Lunch', agents: 1 }],
      overstays: [{ agent, customStatusId: lunch.id, since: START, allowanceMs: 60_000 }],
    },
  ];
  const { body } = await world.ask<LiveReport>('GET', '/reports/live');
  assert.deepEqual(body.items, [
    {
      group_id: null,
      name: null,
      in_hours: true,
      agents: 2,
      assignable: [ada],
      counts: [{ state: 'custom_status', custom_status_id: lunch.id, name: 'Lunch', agents: 1 }],
      overstays: [{ agent_id: ada, custom_status_id: lunch.id, since: formatInstant(START), allowance_ms: 60_000 }],
    },
  ]);
});

test('tells archived statuses of one name apart in a file', async () => {
  const old = (await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Training' } })).body;
  await world.ask('DELETE', `/custom-statuses/${old.id}`);
  await world.ask('POST', '/custom-statuses', { body: { name: 'Training' } });
  const { text } = await world.ask('GET', `${PATH}&format=csv`);
  const header = text.split('\r\n', 1)[0]?.split(',') ?? [];
  assert.deepEqual(header.filter((name) => name.includes('Training')).toSorted(), [
    `status:Training#${old.id}_ms`,
    'status:Training_ms',
  ]);
});
