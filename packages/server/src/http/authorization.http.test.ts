import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AgentRead,
  type AppRead,
  type CalendarRead,
  type CorrectionRead,
  type CustomStatusRead,
  type DeliveryPage,
  type EventPage,
  type GroupRead,
  type KeyCreated,
  ROLES,
  type Role,
  type SessionOpened,
} from '@rollcall/contract';
import { ADMIN_KEY, type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';
import { liveDoors } from './live/live-doors.ts';
import { METHODS, type Route } from './route.ts';
import { allRoutes } from './routes/all-routes.ts';

/** One account, with a key of each role; the one of role agent is bound to `agent`. */
type Home = {
  readonly number: number;
  readonly admin: string;
  readonly keys: Readonly<Record<Role, string>>;
  readonly agent: string;
  readonly colleague: string;
  readonly subscription: string;
};

type Request = {
  readonly path: string;
  readonly body?: unknown;
  readonly text?: readonly [type: string, text: string];
};

/**
 * How each route is asked for, on something that belongs to a home. `own`: of the home itself, so there is nothing that
 * could be another's; `object`: of one thing in it, made anew for each request.
 */
type Row =
  | { readonly kind: 'own'; readonly request: () => Request }
  | { readonly kind: 'object'; readonly request: (home: Home) => Promise<Request> };

let world: HttpWorld;
let homes: readonly Home[];
let count = 0;

before(async () => {
  world = await startHttpWorld();
  const others = [await world.addAccount('Second'), await world.addAccount('Third')];
  homes = [await furnish(1, ADMIN_KEY), ...(await Promise.all(others.map(({ number, key }) => furnish(number, key))))];
});
after(() => world.stop());

async function furnish(number: number, admin: string): Promise<Home> {
  const agent = await make<AgentRead>(admin, '/agents', {
    email: 'agent@example.com',
    created_at: '2026-03-01T00:00:00Z',
  });
  const colleague = await make<AgentRead>(admin, '/agents', { email: 'colleague@example.com' });
  const entries: [Role, string][] = [];
  for (const role of ROLES) entries.push([role, await makeKey(world, role, role === 'agent' ? agent.id : null, admin)]);
  const keys = Object.fromEntries(entries) as Record<Role, string>;
  const subscription = world.subscribe(number);
  await make(admin, `/agents/${agent.id}/sessions`);
  return { number, admin, keys, agent: agent.id, colleague: colleague.id, subscription };
}

async function make<Body>(key: string, path: string, body?: object): Promise<Body> {
  const made = await world.ask<Body>('POST', path, body === undefined ? { key } : { key, body });
  assert.equal(made.status, 201, `${path} ${made.text}`);
  return made.body;
}

const fresh = () => `n${++count}`;
const own = (path: string, body?: () => object): Row => ({
  kind: 'own',
  request: () => (body === undefined ? { path } : { path, body: body() }),
});
const object = (request: (home: Home) => Promise<Request>): Row => ({ kind: 'object', request });

const ofAgent = (suffix: string, body?: object) =>
  object(async ({ agent }) => ({ path: `/agents/${agent}${suffix}`, ...(body === undefined ? {} : { body }) }));

const ofNewAgent = (body?: object) =>
  object(async ({ admin }) => {
    const { id } = await make<AgentRead>(admin, '/agents', { email: `${fresh()}@example.com` });
    return { path: `/agents/${id}`, ...(body === undefined ? {} : { body }) };
  });

const ofSession = (suffix: string) =>
  object(async ({ admin, agent }) => {
    const { id } = await make<SessionOpened>(admin, `/agents/${agent}/sessions`);
    return { path: `/agents/${agent}/sessions/${id}${suffix}` };
  });

const ofNew = (path: string, what: () => object, suffix = '', body?: object) =>
  object(async ({ admin }) => {
    const { id } = await make<GroupRead | CustomStatusRead | CalendarRead | AppRead>(admin, path, what());
    return { path: `${path}/${id}${suffix}`, ...(body === undefined ? {} : { body }) };
  });

/** As the agent itself proposed it. */
const ofCorrection = (suffix: string, body?: object) =>
  object(async ({ keys, agent }) => {
    const times = { from: '2026-03-03T09:00:00Z', to: '2026-03-03T10:00:00Z' };
    const proposal = { ...times, status: 'UNAVAILABLE' };
    const { id } = await make<CorrectionRead>(keys.agent, `/agents/${agent}/corrections`, proposal);
    return { path: `/corrections/${id}${suffix}`, ...(body === undefined ? {} : { body }) };
  });

const newStatus = () => ({ name: fresh() });
const newGroup = () => ({ name: fresh() });
const newCalendar = () => ({ name: fresh(), time_zone: 'UTC', week: { monday: [['09:00', '17:00']] } });
const calendarFile = [
  'text/calendar',
  [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'DTSTART:20260302T090000Z',
    'DURATION:PT8H',
    'RRULE:FREQ=WEEKLY',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\n'),
] as const;
const day = 'from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z';
const newApp = () => ({ folder: `apps/${fresh()}` });
const WINDOW = 'from=2026-03-03&to=2026-03-04';
const call = { event: 'onAgentActivityCreate' };

const ROWS: Readonly<Record<string, Row>> = {
  'POST /agents': own('/agents', () => ({ email: `${fresh()}@example.com` })),
  'GET /agents': own('/agents'),
  'GET /agents/{id}': ofAgent(''),
  'PATCH /agents/{id}': ofNewAgent({ phone: '1' }),
  'DELETE /agents/{id}': ofNewAgent(),
  'POST /agents/{id}/sessions': ofAgent('/sessions'),
  'POST /agents/{id}/sessions/{sid}/activity': ofSession('/activity'),
  'DELETE /agents/{id}/sessions/{sid}': ofSession(''),
  'POST /activity-ticks': own('/activity-ticks', () => ({ sessions: ['ses_1'] })),
  'PUT /agents/{id}/intelliassign': ofAgent('/intelliassign', { status: 'AVAILABLE' }),
  'POST /intelliassign': object(async ({ agent }) => {
    return { path: '/intelliassign', body: { changes: [{ agent_id: agent, status: 'UNAVAILABLE' }] } };
  }),
  'POST /agents/{id}/signals': ofAgent('/signals', { type: 'call_ended' }),
  'GET /custom-statuses': own('/custom-statuses'),
  'POST /custom-statuses': own('/custom-statuses', newStatus),
  'GET /custom-statuses/{id}': ofNew('/custom-statuses', newStatus),
  'PATCH /custom-statuses/{id}': ofNew('/custom-statuses', newStatus, '', { emoji: 'joy' }),
  'DELETE /custom-statuses/{id}': ofNew('/custom-statuses', newStatus),
  'GET /groups': own('/groups'),
  'POST /groups': own('/groups', newGroup),
  'GET /groups/{id}': ofNew('/groups', newGroup),
  'PATCH /groups/{id}': ofNew('/groups', newGroup, '', { idle_after_ms: 1000 }),
  'DELETE /groups/{id}': ofNew('/groups', newGroup),
  'GET /calendars': own('/calendars'),
  'POST /calendars': own('/calendars', newCalendar),
  'POST /calendars/ical': {
    kind: 'own',
    request: () => ({ path: `/calendars/ical?name=${fresh()}`, text: calendarFile }),
  },
  'POST /calendars/{id}/ical': object(async ({ admin }) => {
    const { id } = await make<CalendarRead>(admin, '/calendars', newCalendar());
    return { path: `/calendars/${id}/ical`, text: calendarFile };
  }),
  'GET /calendars/{id}/ical': ofNew('/calendars', newCalendar, '/ical'),
  'GET /calendars/{id}/within': ofNew('/calendars', newCalendar, '/within'),
  'GET /calendars/{id}': ofNew('/calendars', newCalendar),
  'PATCH /calendars/{id}': ofNew('/calendars', newCalendar, '', { time_zone: 'Europe/Berlin' }),
  'DELETE /calendars/{id}': ofNew('/calendars', newCalendar),
  'POST /agents/{id}/corrections': ofAgent('/corrections', {
    from: '2026-03-03T09:00:00Z',
    to: '2026-03-03T10:00:00Z',
    status: 'AVAILABLE',
  }),
  'GET /corrections': own('/corrections'),
  'GET /corrections/{id}': ofCorrection(''),
  'POST /corrections/{id}/decision': ofCorrection('/decision', { decision: 'withdrawn' }),
  'GET /agents/{id}/plan': ofAgent(`/plan?${day}`),
  'PUT /agents/{id}/plan': ofAgent(`/plan?${day}`, { entries: [] }),
  'POST /plans': object(async ({ agent }) => {
    const shift = `agent_id,start,end,activity\n${agent},2026-03-03T09:00:00Z,2026-03-03T10:00:00Z,work\n`;
    return { path: '/plans', text: ['text/csv', shift] };
  }),
  'GET /account': own('/account'),
  'PATCH /account': own('/account', () => ({ name: fresh() })),
  'POST /keys': own('/keys', () => ({ role: 'ingest' })),
  'GET /keys': own('/keys'),
  'DELETE /keys/{id}': object(async ({ admin }) => {
    return { path: `/keys/${(await make<KeyCreated>(admin, '/keys', { role: 'ingest' })).id}` };
  }),
  'GET /events': own('/events'),
  'GET /events/{id}': object(async ({ admin, agent }) => {
    const events = await world.ask<EventPage>('GET', `/events?limit=1&agent_id=${agent}`, { key: admin });
    return { path: `/events/${events.body.items[0]?.activity?.id}` };
  }),
  'GET /reports/agent-activity': own(`/reports/agent-activity?${WINDOW}`),
  'GET /agents/{id}/timeline': ofAgent(`/timeline?${WINDOW}`),
  'GET /reports/coverage': own(`/reports/coverage?${WINDOW}`),
  'GET /reports/live': own('/reports/live'),
  'GET /reports/stints': own(`/reports/stints?${WINDOW}`),
  'GET /reports/adherence': own(`/reports/adherence?${WINDOW}`),
  'POST /ingest/events': own('/ingest/events', () => ({ events: [{}] })),
  'GET /apps': own('/apps'),
  'POST /apps': own('/apps', newApp),
  'GET /apps/{id}': ofNew('/apps', newApp),
  'PUT /apps/{id}/iparams': ofNew('/apps', newApp, '/iparams', { a: 1 }),
  'PUT /apps/{id}/package': ofNew('/apps', newApp, '/package', { folder: 'apps/next' }),
  'POST /apps/{id}/rollback': ofNew('/apps', newApp, '/rollback'),
  'POST /apps/{id}/installation-link': ofNew('/apps', newApp, '/installation-link'),
  'POST /apps/{id}/oauth': ofNew('/apps', newApp, '/oauth', {}),
  'POST /apps/{id}/invoke': ofNew('/apps', newApp, '/invoke', call),
  'POST /apps/{id}/functions': ofNew('/apps', newApp, '/functions', { name: 'echo' }),
  'POST /apps/{id}/actions': ofNew('/apps', newApp, '/actions', { name: 'echo' }),
  'POST /apps/{id}/jobs': ofNew('/apps', newApp, '/jobs', { name: 'export' }),
  'GET /apps/{id}/jobs': ofNew('/apps', newApp, '/jobs'),
  'GET /apps/{id}/schedules': ofNew('/apps', newApp, '/schedules'),
  'GET /apps/{id}/logs': ofNew('/apps', newApp, '/logs'),
  'DELETE /apps/{id}': ofNew('/apps', newApp),
  'GET /deliveries': own('/deliveries'),
  'POST /deliveries/{id}/redeliver': object(async ({ admin }) => {
    const page = await world.ask<DeliveryPage>('GET', '/deliveries?limit=1', { key: admin });
    return { path: `/deliveries/${page.body.items[0]?.id}/redeliver` };
  }),
  'POST /subscriptions/{id}/replay': object(async ({ subscription }) => {
    return { path: `/subscriptions/${subscription}/replay`, body: { from: '0' } };
  }),
};

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`;

test('has a row for every route, and no row for a route that is gone', () => {
  assert.deepEqual(allRoutes.map(nameOf).toSorted(), Object.keys(ROWS).toSorted());
});

for (const route of allRoutes) {
  const row = ROWS[nameOf(route)];
  if (row === undefined) continue;

  test(`opens ${nameOf(route)} to ${route.roles.join(', ')} and to nobody else`, async () => {
    for (const home of homes) {
      for (const role of ROLES) {
        const answer = await askAs(route, row, home.keys[role], home);
        const expected = route.roles.includes(role) ? route.answer.status : 403;
        assert.equal(answer.status, expected, `${role} at home: ${answer.text}`);
      }
      for (const stranger of [null, 'a-key-that-is-not-known']) {
        assert.equal((await askAs(route, row, stranger, home)).status, 401);
      }
    }
  });

  if (row.kind === 'object') {
    test(`shows nothing of another account at ${nameOf(route)}`, async () => {
      for (const home of homes) {
        for (const other of homes.filter((candidate) => candidate !== home)) {
          for (const role of ROLES) {
            const answer = await askAs(route, row, home.keys[role], other);
            const expected = route.roles.includes(role) ? 404 : 403;
            assert.equal(answer.status, expected, `${role} abroad: ${answer.text}`);
          }
        }
      }
    });
  }
}

async function askAs(route: Route, row: Row, key: string | null, home: Home) {
  const { path, body, text } = row.kind === 'own' ? row.request() : await row.request(home);
  if (text !== undefined) {
    return world.ask<unknown>(route.method, path, { key, payload: text[1], headers: { 'content-type': text[0] } });
  }
  return world.ask<unknown>(route.method, path, body === undefined ? { key } : { key, body });
}

test('takes no other method, whoever asks', async () => {
  const paths = [...new Set(allRoutes.map(({ path }) => path))];
  for (const path of paths) {
    const taken = allRoutes.filter((route) => route.path === path).map(({ method }) => method);
    for (const method of METHODS.filter((candidate) => !taken.includes(candidate))) {
      for (const home of homes) {
        for (const role of ROLES) {
          const answer = await world.ask(method, path.replaceAll(/\{\w+\}/g, 'x'), { key: home.keys[role] });
          assert.equal(answer.status, 405, `${role} ${method} ${path}`);
        }
      }
    }
  }
});

test('opens the event stream to nobody whose role may not read events', async () => {
  const stream = liveDoors().described.find(({ path }) => path === '/events/stream');
  assert.ok(stream !== undefined);
  for (const { keys } of homes) {
    const others: readonly Role[] = ROLES.filter((role) => !stream.roles.includes(role));
    for (const role of others) {
      assert.equal((await world.ask('GET', stream.path, { key: keys[role] })).status, 403, role);
    }
    assert.equal((await world.ask('GET', stream.path, { key: null })).status, 401);
    assert.equal((await world.ask('POST', stream.path, { key: keys.admin })).status, 405);
  }
});

test('lets a key of role agent act for its own agent and for no colleague', async () => {
  const { keys, colleague, admin } = homes[0] as Home;
  const session = await make<SessionOpened>(admin, `/agents/${colleague}/sessions`);
  const requests = [
    ['POST', `/agents/${colleague}/sessions`, undefined],
    ['POST', `/agents/${colleague}/sessions/${session.id}/activity`, undefined],
    ['DELETE', `/agents/${colleague}/sessions/${session.id}`, undefined],
    ['PUT', `/agents/${colleague}/intelliassign`, { status: 'AVAILABLE' }],
    ['POST', '/intelliassign', { changes: [{ agent_id: colleague, status: 'AVAILABLE' }] }],
    ['GET', `/events?agent_id=${colleague}`, undefined],
    ['GET', `/corrections?agent_id=${colleague}`, undefined],
    ['GET', `/agents/${colleague}/plan?${day}`, undefined],
    [
      'POST',
      `/agents/${colleague}/corrections`,
      { from: '2026-03-03T09:00:00Z', to: '2026-03-03T10:00:00Z', status: 'AVAILABLE' },
    ],
  ] as const;
  for (const [method, path, body] of requests) {
    const refused = await world.ask(method, path, body === undefined ? { key: keys.agent } : { key: keys.agent, body });
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], `${method} ${path}`);
  }
});

test('lists nothing of another account', async () => {
  for (const path of [
    '/agents',
    '/groups',
    '/custom-statuses',
    '/calendars',
    '/keys',
    '/apps',
    '/events',
    '/corrections',
    '/deliveries',
  ]) {
    const seen = new Set<string>();
    for (const { admin } of homes) {
      type Item = { readonly id?: string; readonly activity?: { readonly id: string } };
      const list = await world.ask<{ readonly items: readonly Item[] }>('GET', `${path}?limit=1000`, { key: admin });
      const ids = list.body.items.map(({ id, activity }) => id ?? activity?.id ?? '');
      assert.ok(ids.length > 0, path);
      for (const id of ids) assert.ok(!seen.has(id), `${path} shows ${id} twice`);
      for (const id of ids) seen.add(id);
    }
  }
});

test('takes no id of another account in a body or a query', async () => {
  const [home, other] = homes as [Home, Home, Home];
  const group = await make<GroupRead>(other.admin, '/groups', newGroup());
  const status = await make<CustomStatusRead>(other.admin, '/custom-statuses', newStatus());
  const calendar = await make<CalendarRead>(other.admin, '/calendars', newCalendar());
  const requests = [
    ['POST', '/agents', { email: 'x@example.com', groups: [group.id] }, 'unknown_group'],
    ['POST', '/agents', { email: 'x@example.com', calendar_id: calendar.id }, 'unknown_calendar'],
    ['PATCH', '/account', { calendar_id: calendar.id }, 'unknown_calendar'],
    ['POST', '/keys', { role: 'agent', agent_id: other.agent }, 'unknown_agent'],
    ['PUT', `/agents/${home.agent}/intelliassign`, { custom_status_id: status.id }, 'unknown_custom_status'],
    ['PUT', `/agents/${home.agent}/intelliassign`, { status: 'AVAILABLE', actor_id: other.agent }, 'unknown_agent'],
    ['GET', `/agents?group_id=${group.id}`, undefined, 'unknown_group'],
    ['GET', `/events?agent_id=${other.agent}`, undefined, 'unknown_agent'],
    ['GET', `/reports/agent-activity?${WINDOW}&agent_id=${other.agent}`, undefined, 'unknown_agent'],
    ['GET', `/reports/coverage?${WINDOW}&group_id=${group.id}`, undefined, 'unknown_group'],
    ['GET', `/corrections?agent_id=${other.agent}`, undefined, 'unknown_agent'],
    ['GET', `/deliveries?subscription_id=${other.subscription}`, undefined, 'unknown_subscription'],
  ] as const;
  for (const [method, path, body, code] of requests) {
    const refused = await world.ask(method, path, body === undefined ? { key: home.admin } : { key: home.admin, body });
    assert.deepEqual([refused.status, refused.body.code], [404, code], `${method} ${path}`);
  }
});
