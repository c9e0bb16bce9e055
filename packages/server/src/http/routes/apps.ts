import {
  AppCreate,
  AppIparams,
  AppPage,
  AppRead,
  AppRemoveQuery,
  AppUpdate,
  AppUploadQuery,
  IdPath,
} from '@rollcall/contract';
import type { AppSettings, AppView } from '../../apps/apps.ts';
import type { AppSource } from '../../apps/code-store.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { appRead } from '../codecs/app-codec.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { call, encoded, query, type Route } from '../route.ts';
import { ZipBody } from '../zip-body.ts';

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
    summary: 'Installs an app from a folder that the server was started with, or from a zip.',
    about:
      'A zip is sent as it is, with `Content-Type: application/zip`; what else there is to say stands in the query then. An app that cannot do without parameters which it was not given is not asked and gets no event before they are set: its state is `needs_parameters`. The app may refuse in its `onAppInstall`; nothing of it is left then.',
    query: AppUploadQuery,
    body: AppCreate,
    example: { folder: 'apps/lunch-reporter', iparams: { channel: 'team' } },
    bodyBytesMax: HTTP_LIMITS.zipInJsonBytesMax,
    takesZip: true,
    answer: { status: 201, schema: AppRead },
    refusals: ['unknown_app', 'name_taken', 'app_invalid', 'iparams_invalid', 'app_refused', 'fence_missing'],
    holdsSecret: true,
    call: async ({ apps }, ask, { query, body }) => {
      if (body instanceof ZipBody) {
        const { name, ...wish } = query as AppUploadQuery;
        const source = { kind: 'zip', bytes: body.bytes } as const;
        const named = name === undefined ? {} : { name };
        const installed = await apps.install(ask, { source, iparams: null, ...named, ...settingsOf(wish) });
        return encoded(ofWholeBody(installed), appRead);
      }
      const { folder, zip, name, iparams = null, ...wish } = body;
      const source = sourceOf({ folder, zip });
      if (source.kind === 'rejected') return source;
      const named = name === undefined ? {} : { name };
      return encoded(
        await apps.install(ask, { source: source.value, iparams, ...named, ...settingsOf(wish) }),
        appRead,
      );
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
    path: '/apps/{id}/package',
    chapter,
    roles: MAY.runApps,
    summary: 'Updates an app: another version from a folder or a zip.',
    about:
      'The subscription stays where it is, and no event is lost: deliveries wait while the versions change places. The new version may refuse in its `afterAppUpdate`; the old one goes on then.',
    params: IdPath,
    body: AppUpdate,
    example: { folder: 'apps/lunch-reporter' },
    bodyBytesMax: HTTP_LIMITS.zipInJsonBytesMax,
    takesZip: true,
    answer: { status: 200, schema: AppRead },
    refusals: ['unknown_app', 'app_invalid', 'iparams_invalid', 'app_refused', 'fence_missing'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body }) => {
      const source = body instanceof ZipBody ? done({ kind: 'zip', bytes: body.bytes } as const) : sourceOf(body);
      if (source.kind === 'rejected') return source;
      const iparams = body instanceof ZipBody ? null : (body.iparams ?? null);
      const updated = await apps.update(ask, params.id, { source: source.value, iparams });
      return encoded(body instanceof ZipBody ? ofWholeBody(updated) : updated, appRead);
    },
  }),
  call({
    method: 'POST',
    path: '/apps/{id}/rollback',
    chapter,
    roles: MAY.runApps,
    summary: 'Goes back to the version of an app before its last update.',
    params: IdPath,
    answer: { status: 200, schema: AppRead },
    refusals: ['unknown_app', 'no_previous_version', 'app_invalid', 'iparams_invalid'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params }) => encoded(await apps.rollBack(ask, params.id), appRead),
  }),
  call({
    method: 'PUT',
    path: '/apps/{id}/iparams',
    chapter,
    roles: MAY.runApps,
    summary: "Sets an app's installation parameters, all of them.",
    about:
      'A secure parameter that is sent as its own mask stays as it was. An app that needed parameters is installed by it.',
    params: IdPath,
    body: AppIparams,
    example: { channel: 'team' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppRead },
    refusals: ['unknown_app', 'app_invalid', 'iparams_invalid', 'app_refused'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body }) => encoded(await apps.setIparams(ask, params.id, body), appRead),
  }),
  call({
    method: 'DELETE',
    path: '/apps/{id}',
    chapter,
    roles: MAY.runApps,
    summary: 'Removes an app: its process ends, its deliveries, its data and its code go.',
    about: 'The app may refuse in its `onAppUninstall`; with `force=true` it goes all the same.',
    params: IdPath,
    query: AppRemoveQuery,
    answer: { status: 204 },
    refusals: ['unknown_app', 'app_refused'],
    holdsSecret: true,
    call: ({ apps }, ask, { params, query }) =>
      apps.remove(ask, params.id, { isForced: (query as AppRemoveQuery).force === true }),
  }),
];

function settingsOf(
  wish: Pick<AppUploadQuery, 'timestamp_unit' | 'with_activity' | 'strict_limits'>,
): Partial<AppSettings> {
  const { timestamp_unit: timestampUnit, with_activity: withActivity, strict_limits: strictLimits } = wish;
  return {
    ...(timestampUnit === undefined ? {} : { timestampUnit }),
    ...(withActivity === undefined ? {} : { withActivity }),
    ...(strictLimits === undefined ? {} : { strictLimits }),
  };
}

function placeOfApp(app: AppView) {
  return [app.installedAt, app.id] as const;
}

/** The zip was no field of a body, but all of it. */
function ofWholeBody<T>(answer: Answer<T>): Answer<T> {
  if (answer.kind === 'done') return answer;
  const faults = answer.faults.map((fault) => (fault.pointer === '/zip' ? { ...fault, pointer: '' } : fault));
  return { ...answer, faults };
}

/** One of the two ways to send an app in JSON. */
function sourceOf(given: {
  readonly folder?: string | undefined;
  readonly zip?: string | undefined;
}): Answer<AppSource> {
  const { folder, zip } = given;
  if (folder !== undefined && zip === undefined) return done({ kind: 'folder', folder });
  if (zip === undefined || folder !== undefined) {
    const detail = 'Give either `folder` or `zip`.';
    return refuse('invalid_input', detail, [{ pointer: '/folder', detail }]);
  }
  const detail = 'must be base64';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(zip))
    return refuse('invalid_input', `zip ${detail}.`, [{ pointer: '/zip', detail }]);
  return done({ kind: 'zip', bytes: Buffer.from(zip, 'base64') });
}
