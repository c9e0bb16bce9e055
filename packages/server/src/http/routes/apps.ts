import {
  AppCreate,
  AppInvoke,
  AppInvokeAnswer,
  AppIparams,
  AppLogPage,
  AppLogQuery,
  AppPage,
  AppRead,
  IdPath,
  WIRE_LIMITS,
} from '@rollcall/contract';
import type { AppView } from '../../apps/apps.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import { appRead, invokeAnswer, logLineRead } from '../codecs/app-codec.ts';
import { cursorOf, placeOfCursor, refusedCursor } from '../cursor.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { call, encoded, query, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const chapter = 'Apps';

export const appRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/apps',
    chapter,
    roles: MAY.readApps,
    summary: 'Lists the installed Marketplace apps, oldest first.',
    query: PageQuery,
    answer: { status: 200, schema: AppPage },
    refusals: [],
    read: ({ apps }, { caller }, input) => {
      const items = apps.list(caller.account);
      return listPage({ list: 'apps', items, placeOf: placeOfApp, encode: appRead }, input.query);
    },
  }),
  call({
    method: 'POST',
    path: '/apps',
    chapter,
    roles: MAY.runApps,
    summary: 'Installs an app from a folder that the server was started with.',
    body: AppCreate,
    example: { folder: 'apps/lunch-reporter', iparams: { channel: 'team' } },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 201, schema: AppRead },
    refusals: ['app_invalid', 'iparams_invalid'],
    call: async ({ apps }, ask, { body }) => {
      const { folder, iparams = null, timestamp_unit: timestampUnit, with_activity: withActivity } = body;
      const settings = {
        ...(timestampUnit === undefined ? {} : { timestampUnit }),
        ...(withActivity === undefined ? {} : { withActivity }),
      };
      return encoded(await apps.install(ask, { folder, iparams, ...settings }), appRead);
    },
  }),
  query({
    method: 'GET',
    path: '/apps/{id}',
    chapter,
    roles: MAY.readApps,
    summary: 'Reads an installed app; secure parameters are masked.',
    params: IdPath,
    answer: { status: 200, schema: AppRead },
    refusals: ['unknown_app'],
    read: ({ apps }, { caller }, { params }) => {
      const app = apps.get(caller.account, params.id);
      return app === null ? refuse('unknown_app', `There is no app ${params.id}.`) : done(appRead(app));
    },
  }),
  call({
    method: 'PUT',
    path: '/apps/{id}/iparams',
    chapter,
    roles: MAY.runApps,
    summary: "Sets an app's installation parameters, all of them.",
    params: IdPath,
    body: AppIparams,
    example: { channel: 'team' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppRead },
    refusals: ['unknown_app', 'iparams_invalid'],
    call: async ({ apps }, ask, { params, body }) => encoded(await apps.setIparams(ask, params.id, body), appRead),
  }),
  call({
    method: 'POST',
    path: '/apps/{id}/invoke',
    chapter,
    roles: MAY.runApps,
    summary: 'Calls one callback of an app once, outside its subscription.',
    params: IdPath,
    body: AppInvoke,
    example: { event: 'onAgentActivityCreate' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppInvokeAnswer },
    refusals: ['unknown_app', 'event_not_subscribed'],
    call: async ({ apps }, ask, { params, body: { event, payload = null } }) =>
      encoded(await apps.invoke(ask, params.id, { event, payload }), invokeAnswer),
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
  call({
    method: 'DELETE',
    path: '/apps/{id}',
    chapter,
    roles: MAY.runApps,
    summary: 'Removes an app: its process ends, its deliveries and its data go.',
    params: IdPath,
    answer: { status: 204 },
    refusals: ['unknown_app'],
    call: ({ apps }, ask, { params }) => apps.remove(ask, params.id),
  }),
];

function placeOfApp(app: AppView) {
  return [app.installedAt, app.id] as const;
}

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
