import type { AccountNumber } from '../src/activity/position.ts';
import type { AppInstallation, Apps, AppView } from '../src/apps/apps.ts';
import { done, refuse } from '../src/directory/rejection.ts';
import type { JsonObject } from '../src/marketplace/json-value.ts';

/** Installed apps without processes, for tests of the doors: it keeps what it is told, and answers as the port says. */
export function fakeApps(): Apps {
  const installed = new Map<string, { readonly account: AccountNumber; readonly view: AppView }>();
  const find = (account: AccountNumber, id: string) => {
    const found = installed.get(id);
    return found?.account === account ? found.view : null;
  };
  const unknown = (id: string) => refuse('unknown_app', `There is no app ${id}.`);
  const change = (account: AccountNumber, id: string, fields: (view: AppView) => Partial<AppView>) => {
    const view = find(account, id);
    if (view === null) return unknown(id);
    const changed = { ...view, ...fields(view) };
    installed.set(id, { account, view: changed });
    return done(changed);
  };
  return {
    list: (account) => [...installed.values()].filter((app) => app.account === account).map(({ view }) => view),
    get: find,
    install: async (ask, { source, iparams, name, timestampUnit = 'milliseconds', withActivity = true }) => {
      const folder = source.kind === 'folder' ? source.folder : null;
      if (folder !== null && !folder.startsWith('apps/')) {
        return refuse('app_invalid', 'There is no such folder.', [{ pointer: '/folder', detail: 'is not there' }]);
      }
      if (source.kind === 'zip' && Buffer.from(source.bytes).toString() === 'faulty') {
        return refuse('app_invalid', 'It is faulty.', [{ pointer: '/zip', detail: 'is faulty' }]);
      }
      const number = installed.size + 1;
      const view: AppView = {
        ...viewOf(number, ask.now),
        name: folder?.slice(5) ?? name ?? `zip of ${source.kind === 'zip' ? source.bytes.length : 0} bytes`,
        folder,
        iparams: iparams ?? {},
        settings: { timestampUnit, withActivity },
      };
      installed.set(view.id, { account: ask.caller.account, view });
      return done(view);
    },
    update: async ({ caller: { account }, now }, id) =>
      change(account, id, ({ version }) => ({
        previousVersion: version,
        version: { digest: 'b'.repeat(64), at: now },
      })),
    rollBack: async ({ caller: { account } }, id) =>
      change(account, id, ({ version, previousVersion }) => ({ previousVersion: version, version: previousVersion })),
    setIparams: async ({ caller: { account } }, id, iparams) => change(account, id, () => ({ iparams })),
    invoke: async ({ caller, now }, id, { event }) => {
      if (find(caller.account, id) === null) return unknown(id);
      if (event !== 'onAgentActivityCreate')
        return refuse('event_not_subscribed', `It does not subscribe to ${event}.`);
      return done({ outcome: 'delivered', error: null, durationMs: 1.5, logs: lineAt(now) });
    },
    callFunction: async ({ caller, now }, id, { name, args }) => {
      if (find(caller.account, id) === null) return unknown(id);
      if (name === 'often') return refuse('too_many_requests', 'You have exceeded the limit.');
      if (name !== 'echo') return refuse('unknown_function', `It has no ${name}.`);
      return done({ outcome: 'answered', data: args as JsonObject, durationMs: 1.5, logs: lineAt(now) });
    },
    startJob: async ({ caller, now }, id, { name, tag }) =>
      find(caller.account, id) === null ? unknown(id) : done(jobOf(name, tag, now)),
    jobs: (account, id) => {
      const view = find(account, id);
      return view === null ? unknown(id) : done([jobOf('export', null, view.installedAt)]);
    },
    schedules: (account, id) => {
      const view = find(account, id);
      if (view === null) return unknown(id);
      const { installedAt: at } = view;
      const repeat = { timeUnit: 'hours', frequency: 2, timezone: 'UTC' };
      return done([{ name: 'hourly', data: { a: 1 }, at, nextAt: at, repeat }]);
    },
    logs: async (account, id, { after, limit }) => {
      const view = find(account, id);
      if (view === null) return unknown(id);
      const lines = [1, 2, 3].map((number) => ({
        number,
        at: view.installedAt,
        level: 'table',
        text: `line ${number}`,
        eventId: null,
      }));
      return done(lines.filter((line) => line.number > after).slice(0, limit));
    },
    remove: async ({ caller }, id, { isForced }) => {
      const view = find(caller.account, id);
      if (view === null) return unknown(id);
      if (view.name === 'clinging' && !isForced) return refuse('app_refused', 'The app refuses to be removed: no.');
      installed.delete(id);
      return done(null);
    },
    installation: (account, id) => {
      const view = find(account, id);
      return view === null ? unknown(id) : done(installationOf(view));
    },
    installationLink: ({ caller, now }, id) => {
      if (find(caller.account, id) === null) return unknown(id);
      return done({ url: `http://127.0.0.1:4000/install/link-of-${id}`, expiresAt: now + 3_600_000 });
    },
    installationOf: (token) => {
      const found = installed.get(token.replace('link-of-', ''));
      return found === undefined ? null : installationOf(found.view);
    },
    submitInstallation: async (token, values) => {
      const found = installed.get(token.replace('link-of-', ''));
      if (found === undefined) return { kind: 'unknown_link' };
      if (values.channel === undefined) {
        return { kind: 'refused', faults: [{ pointer: '/channel', detail: 'is required' }], notice: null };
      }
      return { kind: 'installed', name: found.view.name };
    },
    customPage: async (token) => {
      const view = installed.get(token.replace('link-of-', ''))?.view;
      if (view?.name !== 'own-page') return null;
      const { id, iparams, name, state } = view;
      return {
        name,
        pageKey: `page-of-${id}`,
        isInstall: state === 'needs_parameters',
        hidesButtons: false,
        values: iparams as JsonObject,
        host: { domain: 'first.example.com', currentHost: { subscribed_modules: [], endpoint_urls: {} } },
      };
    },
    customPageFile: async (pageKey, path) => {
      const view = installed.get(pageKey.replace('page-of-', ''))?.view;
      const text = view?.name === 'own-page' && Object.hasOwn(PAGE, path) ? PAGE[path] : undefined;
      return text === undefined ? null : Buffer.from(text);
    },
    callFromPage: async (token, call) => {
      if (!installed.has(token.replace('link-of-', ''))) return null;
      if (call.kind === 'request') return { kind: 'refused', error: { status: 404, message: call.operation } };
      return { kind: 'done', result: { response: call.args } };
    },
    externalEvent: async (token, request) => {
      if (token !== 'known-token') return null;
      if (request.method === 'GET') return { kind: 'challenge', text: request.query['hub.challenge'] ?? '' };
      if (request.body === 'bad') return { kind: 'refused', status: 415, message: 'Unsupported content type' };
      return { kind: 'accepted' };
    },
    startOauth: ({ caller }, id) =>
      find(caller.account, id) === null ? unknown(id) : done({ url: 'https://service.example.com/authorize?state=s' }),
    finishOauth: async ({ state, error }) => {
      if (state !== 'known-state') return { kind: 'refused', app: null, message: 'This authorization is unknown' };
      if (error !== null) return { kind: 'refused', app: 'app_1', message: `The service refused: ${error}` };
      return { kind: 'authorized', app: 'app_1', integration: 'default', agent: null };
    },
  };
}

function lineAt(at: number) {
  return [{ at, level: 'info', text: 'called' }];
}

function viewOf(number: number, now: number): AppView {
  return {
    id: `app_${number}`,
    name: '',
    folder: null,
    platformVersion: '3.0',
    state: 'active',
    events: [{ module: 'chat_conversation', event: 'onAgentActivityCreate', handler: 'onActivity' }],
    iparams: {},
    settings: { timestampUnit: 'milliseconds', withActivity: true },
    subscriptionId: `sub_${number}`,
    fence: 'plain',
    installedAt: now,
    lastError: null,
    version: { digest: 'a'.repeat(64), at: now },
    previousVersion: null,
    process: { phase: 'asleep', pid: null, crashesInARow: 0, lastCrash: null, startsAgainAt: null },
    findings: [{ severity: 'warning', code: 'demo', message: 'A remark.', file: 'manifest.json', line: 1, column: 2 }],
    schedules: 1,
    eventsWaiting: 0,
  };
}

function jobOf(name: string, tag: string | null, at: number) {
  const started = new Date(at).toISOString();
  return {
    id: 'job-1',
    name,
    tag,
    start_time: started,
    end_time: null,
    status: 'in-progress',
    status_message: null,
  } as const;
}

/** The installation page of the app in apps/own-page. */
const PAGE: Readonly<Record<string, string>> = {
  'config/iparams.html': '<script src="{{{appclient}}}"></script><script src="./assets/iparams.js"></script>',
  'config/assets/iparams.js': 'function postConfigs() { return { channel: "team" }; }',
};

function installationOf({ id, name, state, iparams }: AppView): AppInstallation {
  if (name === 'own-page') {
    return { app: id, name, state, kind: 'custom_page', definitions: [], values: iparams as JsonObject };
  }
  const channel = { name: 'channel', type: 'text', displayName: 'Channel', description: null } as const;
  const rules = { required: true, visible: true, secure: false, defaultValue: undefined, options: [], pattern: null };
  return {
    app: id,
    name,
    state,
    kind: 'definitions',
    definitions: [{ ...channel, ...rules }],
    values: iparams as JsonObject,
  };
}
