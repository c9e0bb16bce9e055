import {
  AppCall,
  AppCallAnswer,
  AppInvoke,
  AppInvokeAnswer,
  AppJob,
  AppJobPage,
  AppJobStart,
  AppLogPage,
  AppLogQuery,
  AppSchedulePage,
  IdPath,
  WIRE_LIMITS,
} from '@rollcall/contract';
import type { Answer } from '../../directory/rejection.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import { callAnswer, invokeAnswer, jobRead, scheduleRead } from '../codecs/app-call-codec.ts';
import { logLineRead } from '../codecs/app-codec.ts';
import { cursorOf, placeOfCursor, refusedCursor } from '../cursor.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { call, encoded, query, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const chapter = 'Apps';

/** Server methods and actions are called alike. */
function functionRoute(kind: 'function' | 'action', summary: string): Route {
  return call({
    method: 'POST',
    path: `/apps/{id}/${kind}s`,
    chapter,
    roles: MAY.runApps,
    summary,
    about: 'It answers with `renderData`, within the limit of time that the manifest gives it; 50 calls per minute.',
    params: IdPath,
    body: AppCall,
    example: { name: 'getTeam', args: { group: 'support' } },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppCallAnswer },
    refusals: ['unknown_app', 'unknown_function', 'app_invalid', 'too_many_requests'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body: { name, args = {} } }) =>
      encoded(await apps.callFunction(ask, params.id, { kind, name, args }), callAnswer),
  });
}

export const appCallRoutes: readonly Route[] = [
  call({
    method: 'POST',
    path: '/apps/{id}/invoke',
    chapter,
    roles: MAY.runApps,
    summary: 'Calls one callback of an app once, outside its subscription: any event, of any kind.',
    params: IdPath,
    body: AppInvoke,
    example: { event: 'onAgentActivityCreate' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppInvokeAnswer },
    refusals: ['unknown_app', 'event_not_subscribed', 'app_invalid'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body: { event, module = null, payload = null } }) =>
      encoded(await apps.invoke(ask, params.id, { event, module, payload }), invokeAnswer),
  }),
  functionRoute('function', 'Calls a server method of an app.'),
  functionRoute('action', 'Calls an action of an app.'),
  call({
    method: 'POST',
    path: '/apps/{id}/jobs',
    chapter,
    roles: MAY.runApps,
    summary: 'Starts a job of an app, and does not wait for its end.',
    params: IdPath,
    body: AppJobStart,
    example: { name: 'exportTeam', tag: 'weekly' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 201, schema: AppJob },
    refusals: ['unknown_app', 'unknown_function', 'too_many_requests'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body: { name, tag = null, args = {} } }) =>
      encoded(await apps.startJob(ask, params.id, { name, tag, args }), jobRead),
  }),
  query({
    method: 'GET',
    path: '/apps/{id}/jobs',
    chapter,
    roles: MAY.readApps,
    summary: "Lists the runs of an app's jobs that are kept, oldest first.",
    params: IdPath,
    query: PageQuery,
    answer: { status: 200, schema: AppJobPage },
    refusals: ['unknown_app'],
    read: ({ apps }, { caller }, input) => {
      const found = apps.jobs(caller.account, input.params.id);
      if (found.kind === 'rejected') return found;
      const items = found.value;
      return listPage(
        { list: 'app-jobs', items, placeOf: ({ id, start_time }) => [start_time, id] as const, encode: jobRead },
        input.query,
      );
    },
  }),
  query({
    method: 'GET',
    path: '/apps/{id}/schedules',
    chapter,
    roles: MAY.readApps,
    summary: 'Lists the schedules that an app made, by name.',
    params: IdPath,
    query: PageQuery,
    answer: { status: 200, schema: AppSchedulePage },
    refusals: ['unknown_app'],
    read: ({ apps }, { caller }, input) => {
      const found = apps.schedules(caller.account, input.params.id);
      if (found.kind === 'rejected') return found;
      const items = found.value;
      return listPage(
        { list: 'app-schedules', items, placeOf: ({ name }) => [name] as const, encode: scheduleRead },
        input.query,
      );
    },
  }),
  query({
    method: 'GET',
    path: '/apps/{id}/logs',
    chapter,
    roles: MAY.readApps,
    summary: 'Lists what an app wrote to its console, oldest first.',
    params: IdPath,
    query: AppLogQuery,
    answer: { status: 200, schema: AppLogPage },
    refusals: ['unknown_app'],
    read: (services, ask, input) => listLog(services, ask, input.params.id, input.query),
  }),
];

async function listLog({ apps }: Services, { caller }: Ask, id: string, ask: AppLogQuery): Promise<Answer<unknown>> {
  const after = ask.after === undefined ? [0] : placeOfCursor('app-log', ask.after, [0]);
  if (after === null) return refusedCursor();
  const limit = ask.limit ?? WIRE_LIMITS.pageItemsDefault;
  // One more than is shown says whether there is a page after it.
  const lines = await apps.logs(caller.account, id, { after: Number(after[0]), limit: limit + 1 });
  return encoded(lines, (found) => {
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = found.length > limit && last !== undefined ? cursorOf('app-log', [last.number]) : null;
    return { items: shown.map(logLineRead), next };
  });
}
