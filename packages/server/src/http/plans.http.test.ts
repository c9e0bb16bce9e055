import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead, CustomStatusRead, PlanFileAnswer, PlanRead, Problem } from '@rollcall/contract';
import { type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';

const DAY = 'from=2026-03-04T00:00:00Z&to=2026-03-05T00:00:00Z';
const hour = (at: number) => `2026-03-04T${String(at).padStart(2, '0')}:00:00.000Z`;
const work = { kind: 'work' };

let world: HttpWorld;
let lunch: CustomStatusRead;
before(async () => {
  world = await startHttpWorld();
  lunch = (await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Lunch' } })).body;
});
after(() => world.stop());

async function newAgent(name: string): Promise<string> {
  return (await world.ask<AgentRead>('POST', '/agents', { body: { email: `${name}@example.com` } })).body.id;
}

function put(id: string, entries: readonly object[], window = DAY) {
  return world.ask<PlanRead>('PUT', `/agents/${id}/plan?${window}`, { body: { entries } });
}

async function planned(id: string, window = DAY): Promise<readonly string[]> {
  const read = await world.ask<PlanRead>('GET', `/agents/${id}/plan?${window}`);
  assert.equal(read.status, 200, read.text);
  return read.body.entries.map(
    ({ from, to, activity }) => `${from.slice(5, 13)}-${to.slice(5, 13)} ${activity.name ?? 'work'}`,
  );
}

function send<Body = PlanFileAnswer>(type: string, payload: string, query = '') {
  return world.ask<Body>('POST', `/plans${query}`, { payload, headers: { 'content-type': type } });
}

const csv = (...lines: readonly string[]) => ['email,start,end,activity', ...lines].join('\r\n');

test('keeps a plan as it is said, and shows what a custom status is called and counts as today', async () => {
  const id = await newAgent('one');
  const answer = await put(id, [
    { from: hour(12), to: hour(13), activity: { kind: 'status', custom_status_id: lunch.id.toUpperCase() } },
    { from: hour(9), to: hour(12), activity: work },
    { from: hour(13), to: hour(14), activity: { kind: 'other', name: 'Team meeting', productive: true } },
  ]);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.entries, [
    { from: hour(9), to: hour(12), activity: { kind: 'work', custom_status_id: null, name: null, productive: true } },
    {
      from: hour(12),
      to: hour(13),
      activity: { kind: 'status', custom_status_id: lunch.id, name: 'Lunch', productive: false },
    },
    {
      from: hour(13),
      to: hour(14),
      activity: { kind: 'other', custom_status_id: null, name: 'Team meeting', productive: true },
    },
  ]);
  assert.deepEqual((await world.ask<PlanRead>('GET', `/agents/${id}/plan?${DAY}`)).body, answer.body);
});

test('replaces what lies in the window, and cuts what reaches into it', async () => {
  const id = await newAgent('two');
  await put(id, [{ from: hour(8), to: hour(18), activity: work }]);
  await put(
    id,
    [{ from: hour(12), to: hour(13), activity: { kind: 'other', name: 'Dentist' } }],
    `from=${hour(11)}&to=${hour(14)}`,
  );
  assert.deepEqual(await planned(id), [
    '03-04T08-03-04T11 work',
    '03-04T12-03-04T13 Dentist',
    '03-04T14-03-04T18 work',
  ]);
  await put(id, []);
  assert.deepEqual(await planned(id), []);
});

test('keeps entries over the ends of months and of years', async () => {
  const id = await newAgent('months');
  const window = 'from=2025-12-01T00:00:00Z&to=2026-03-02T00:00:00Z';
  const night = { from: '2025-12-31T22:00:00Z', to: '2026-01-01T06:00:00Z', activity: work };
  const away = { from: '2026-01-30T00:00:00Z', to: '2026-03-02T00:00:00Z', activity: { kind: 'other', name: 'Away' } };
  assert.equal((await put(id, [night, away], window)).status, 200);
  assert.deepEqual(await planned(id, 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'), ['01-01T00-01-01T06 work']);
  assert.deepEqual(await planned(id, 'from=2026-03-01T00:00:00Z&to=2026-03-10T00:00:00Z'), ['03-01T00-03-02T00 Away']);
  await put(id, [], 'from=2026-02-01T00:00:00Z&to=2026-02-28T00:00:00Z');
  assert.deepEqual(await planned(id, window), [
    '12-31T22-01-01T06 work',
    '01-30T00-02-01T00 Away',
    '02-28T00-03-02T00 Away',
  ]);
});

test('names every bad entry, and changes nothing then', async () => {
  const id = await newAgent('bad');
  const refused = await world.ask('PUT', `/agents/${id}/plan?${DAY}`, {
    body: {
      entries: [
        { from: hour(9), to: hour(12), activity: work },
        { from: hour(11), to: hour(13), activity: work },
        { from: hour(13), to: hour(13), activity: work },
        { from: hour(22), to: '2026-03-05T00:00:01Z', activity: work },
      ],
    },
  });
  assert.equal(refused.status, 400);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/entries/2/to', '/entries/3/from', '/entries/1/from'],
  );
  assert.deepEqual(await planned(id), []);
  const rows: readonly (readonly [object, string])[] = [
    [{ kind: 'status' }, '/entries/0/activity/custom_status_id'],
    [{ kind: 'other' }, '/entries/0/activity/name'],
    [{ kind: 'work', name: 'x' }, '/entries/0/activity/name'],
    [{ kind: 'work', productive: true }, '/entries/0/activity/productive'],
  ];
  for (const [activity, pointer] of rows) {
    const one = await world.ask('PUT', `/agents/${id}/plan?${DAY}`, {
      body: { entries: [{ from: hour(9), to: hour(10), activity }] },
    });
    assert.deepEqual([one.status, one.body.errors?.[0]?.pointer], [400, pointer]);
  }
  const unknown = await world.ask('PUT', `/agents/${id}/plan?${DAY}`, {
    body: { entries: [{ from: hour(9), to: hour(10), activity: { kind: 'status', custom_status_id: id } }] },
  });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_custom_status']);
  for (const window of [
    `from=${hour(9)}&to=${hour(9)}`,
    `from=${hour(9)}&to=2027-03-06T09:00:00Z`,
    `from=${hour(9)}`,
  ]) {
    assert.equal((await put(id, [], window)).status, 400, window);
  }
});

test('takes shifts from CSV: quoted fields, e-mail addresses and ids in any case, names of statuses', async () => {
  const one = await newAgent('csv-one');
  const two = await newAgent('csv-two');
  const taken = await send(
    'text/csv',
    csv(
      `CSV-one@example.com,${hour(9)},${hour(12)},Work`,
      `csv-one@example.com,${hour(12)},2026-03-04T14:00:00+01:00,lUNCH`,
      '',
      `${two.toUpperCase()},"${hour(9)}",${hour(10)},"Stand-up, ""daily"""`,
    ),
  );
  assert.equal(taken.status, 201, taken.text);
  assert.deepEqual(taken.body, { agents: 2, entries: 3, other_activities: ['Stand-up, "daily"'] });
  assert.deepEqual(await planned(one), ['03-04T09-03-04T12 work', '03-04T12-03-04T13 Lunch']);
  assert.deepEqual(await planned(two), ['03-04T09-03-04T10 Stand-up, "daily"']);
  const productive = `agent_id,productive,activity,end,start\n${two},yes,Meeting,${hour(11)},${hour(10)}\n`;
  assert.equal((await send('text/csv; charset=utf-8', productive)).status, 201);
  const read = await world.ask<PlanRead>('GET', `/agents/${two}/plan?${DAY}`);
  assert.deepEqual(
    read.body.entries.map(({ activity }) => [activity.name, activity.productive]),
    [
      ['Stand-up, "daily"', false],
      ['Meeting', true],
    ],
  );
});

test('replaces for each agent from its first shift to its last, or in the window that is given', async () => {
  const id = await newAgent('again');
  await put(id, [{ from: hour(8), to: hour(18), activity: work }]);
  await send('text/csv', csv(`again@example.com,${hour(10)},${hour(11)},Dentist`));
  assert.deepEqual(await planned(id), [
    '03-04T08-03-04T10 work',
    '03-04T10-03-04T11 Dentist',
    '03-04T11-03-04T18 work',
  ]);
  await send('text/csv', csv(`again@example.com,${hour(9)},${hour(17)},work`), `?${DAY}`);
  assert.deepEqual(await planned(id), ['03-04T09-03-04T17 work']);
  const outside = await send<Problem>(
    'text/csv',
    csv(`again@example.com,${hour(9)},2026-03-05T01:00:00Z,work`),
    `?${DAY}`,
  );
  assert.deepEqual([outside.status, outside.body.errors?.[0]?.pointer], [400, '/lines/2']);
  assert.equal((await send('text/csv', csv(), `?from=${hour(9)}`)).status, 400);
});

test('takes all shifts of a file or none, and names every bad line', async () => {
  const id = await newAgent('none');
  const refused = await send<Problem>(
    'text/csv',
    csv(
      `none@example.com,${hour(9)},${hour(10)},work`,
      `nobody@example.com,${hour(9)},${hour(10)},work`,
      `none@example.com,2026-03-04T09:00:00,${hour(10)},work`,
      `none@example.com,${hour(12)},${hour(11)},work`,
      `none@example.com,${hour(9)},${hour(11)},work`,
      `none@example.com,${hour(13)},${hour(14)},`,
      'none@example.com,x',
    ),
  );
  assert.equal(refused.status, 400);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/lines/3', '/lines/4', '/lines/5', '/lines/6', '/lines/7', '/lines/8'],
  );
  assert.deepEqual(await planned(id), []);
  const unknown = await send<Problem>('text/csv', csv(`nobody@example.com,${hour(9)},${hour(10)},work`));
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_agent']);
  for (const text of ['', 'email,start\n', csv(), csv('"'), csv('"x"y,1,2,3')]) {
    assert.equal((await send('text/csv', text)).status, 400, JSON.stringify(text));
  }
  const many = Array.from({ length: 5001 }, (_, index) => {
    const from = new Date(Date.UTC(2026, 0, 1) + index * 3_600_000).toISOString();
    return `none@example.com,${from},${from.replace(':00:00', ':30:00')},work`;
  });
  const tooMany = await send<Problem>('text/csv', csv(...many));
  assert.match(tooMany.body.detail ?? '', /5001 shifts; at most 5000/);
  assert.equal((await send('text/csv', csv(...many.slice(0, 5000)))).status, 201);
});

test('takes shifts from iCalendar: one event each, with an attendee or an agent of our own', async () => {
  const id = await newAgent('ical');
  const event = (...lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
  const file = (...events: readonly string[]) => ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR'].join('\r\n');
  const first = event(
    'DTSTART;TZID=Europe/Berlin:20260304T100000',
    'DTEND;TZID=Europe/Berlin:20260304T130000',
    'ATTENDEE;CN="Invented: Person":mailto:Ical@example.com',
    'SUMMARY:Work',
  );
  const second = event(
    'DTSTART:20260304T120000Z',
    'DURATION:PT1H',
    `X-AGENT:${id}`,
    'SUMMARY:Team meeting',
    'X-PRODUCTIVE:TRUE',
  );
  const cancelled = event(
    'DTSTART:20260304T140000Z',
    'DURATION:PT1H',
    `X-AGENT:${id}`,
    'SUMMARY:x',
    'STATUS:CANCELLED',
  );
  const taken = await send('text/calendar', file(first, second, cancelled));
  assert.equal(taken.status, 201, taken.text);
  assert.deepEqual(await planned(id), ['03-04T09-03-04T12 work', '03-04T12-03-04T13 Team meeting']);
  const bad = file(
    event('DTSTART:20260304T120000Z', 'DURATION:PT1H', `X-AGENT:${id}`, 'SUMMARY:x', 'RRULE:FREQ=WEEKLY'),
    event('DTSTART;VALUE=DATE:20260304', `X-AGENT:${id}`, 'SUMMARY:x'),
    event('DTSTART:20260304T120000Z', 'DURATION:PT1H', 'SUMMARY:x'),
    event('DTSTART:20260304T120000', 'DURATION:PT1H', `X-AGENT:${id}`, 'SUMMARY:x'),
  );
  const refused = await send<Problem>('text/calendar', bad);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/lines/2', '/lines/9', '/lines/14', '/lines/20'],
  );
});

test('shows an agent its own plan', async () => {
  const id = await newAgent('own');
  const key = await makeKey(world, 'agent', id);
  assert.equal((await world.ask<PlanRead>('GET', `/agents/${id}/plan?${DAY}`, { key })).status, 200);
});
