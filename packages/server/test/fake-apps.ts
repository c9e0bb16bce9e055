import type { AccountNumber } from '../src/activity/position.ts';
import type { Apps, AppView } from '../src/apps/apps.ts';
import { done, refuse } from '../src/directory/rejection.ts';

/** Installed apps without processes, for tests of the doors: it keeps what it is told, and answers as the port says. */
export function fakeApps(): Apps {
  const installed = new Map<string, { readonly account: AccountNumber; readonly view: AppView }>();
  const find = (account: AccountNumber, id: string) => {
    const found = installed.get(id);
    return found?.account === account ? found.view : null;
  };
  const unknown = (id: string) => refuse('unknown_app', `There is no app ${id}.`);
  return {
    list: (account) => [...installed.values()].filter((app) => app.account === account).map(({ view }) => view),
    get: find,
    install: async (ask, { folder, iparams, timestampUnit = 'milliseconds', withActivity = true }) => {
      if (!folder.startsWith('apps/')) {
        return refuse('app_invalid', 'There is no such folder.', [{ pointer: '/folder', detail: 'is not there' }]);
      }
      const id = `app_${installed.size + 1}`;
      const view: AppView = {
        id,
        name: folder.slice(5),
        folder,
        platformVersion: '3.0',
        state: 'active',
        events: [{ module: 'chat_conversation', event: 'onAgentActivityCreate', handler: 'onActivity' }],
        iparams: iparams ?? {},
        settings: { timestampUnit, withActivity },
        subscriptionId: `sub_${installed.size + 1}`,
        fence: 'plain',
        installedAt: ask.now,
        lastError: null,
      };
      installed.set(id, { account: ask.caller.account, view });
      return done(view);
    },
    setIparams: async ({ caller: { account } }, id, iparams) => {
      const view = find(account, id);
      if (view === null) return unknown(id);
      const changed = { ...view, iparams };
      installed.set(id, { account, view: changed });
      return done(changed);
    },
    invoke: async ({ caller, now }, id, { event }) => {
      if (find(caller.account, id) === null) return unknown(id);
      if (event !== 'onAgentActivityCreate')
        return refuse('event_not_subscribed', `It does not subscribe to ${event}.`);
      const logs = [{ at: now, level: 'info', text: 'called' }];
      return done({ outcome: 'delivered', error: null, durationMs: 1.5, logs });
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
    remove: async ({ caller }, id) => {
      if (find(caller.account, id) === null) return unknown(id);
      installed.delete(id);
      return done(null);
    },
  };
}
