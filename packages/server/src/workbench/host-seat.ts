import type { TimestampUnit } from '@rollcall/contract';
import type { AppHost } from '../apps/app-host.ts';
import type { AppInvocation, AppReply, AppView } from '../apps/apps.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Engine } from '../engine/engine.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import type { AppSeat, AppStorage, SeatAnswer } from './app-seat.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import { WORKBENCH_ACCOUNT } from './team.ts';

export type HostSeatParts = {
  readonly host: AppHost;
  readonly engine: Engine;
  /** Absolute path of the app's folder, one of the host's live folders. */
  readonly folder: string;
  readonly timestampUnit: TimestampUnit;
};

/** The seat of a folder's app among the installed apps of a running server. */
export function hostSeat({ host, engine, folder, timestampUnit }: HostSeatParts): AppSeat {
  const caller = { keyId: 'workbench', account: WORKBENCH_ACCOUNT, role: 'admin', agent: 0 } as const;
  const ask = (): Ask => ({ caller, now: engine.clock.now() });
  const settings = { timestampUnit, withActivity: true };
  const view = (): AppView | null => host.ofFolder(WORKBENCH_ACCOUNT, folder);
  const onApp = async <T>(run: (id: string) => Promise<Answer<T>>): Promise<Answer<T>> => {
    const id = view()?.id;
    return id === undefined ? refuse('unknown_app', 'The app is not installed.') : run(id);
  };
  return {
    view,
    // Without the parameters that it requires it runs, as an app that a server is started with does: what is missing is
    // said on the page, and a click is to show something from the first minute on.
    install: (iparams) =>
      iparams === null
        ? host.takeUp(ask(), folder, settings)
        : host.install(ask(), { source: { kind: 'folder', folder }, iparams, ...settings }),
    reload: () =>
      onApp(async (id) => {
        const reloaded = await host.reload(id);
        return reloaded === null ? refuse('unknown_app', 'The app does not run in its folder.') : done(reloaded);
      }),
    setIparams: (values) => onApp((id) => host.setIparams(ask(), id, values)),
    remove: (how) => onApp(async (id) => withoutWay(await host.remove(ask(), id, how))),
    fire: ({ module, event, payload }) =>
      onApp(async (id) => answered(await host.invoke(ask(), id, { module, event, payload }), invocationAnswer)),
    callFunction: ({ kind, name, args }) =>
      onApp(async (id) => answered(await host.callFunction(ask(), id, { kind, name, args }), replyAnswer)),
    startJob: (call) =>
      onApp(async (id) => {
        const started = await host.startJob(ask(), id, call);
        return started.kind === 'done' ? done({ kind: 'done', data: started.value, durationMs: 0 }) : started;
      }),
    pageFile: (path) => host.fileOfFolder(folder, path),
    // An app that refused its installation waits for its parameters from here on, so that its page is answered.
    callFromPage: async (call) => {
      const source = { kind: 'folder', folder } as const;
      if (view() === null) await host.install(ask(), { source, iparams: null, ...settings });
      const id = view()?.id;
      return id === undefined ? null : host.callFromDeveloperPage(WORKBENCH_ACCOUNT, id, call);
    },
    nextSchedule: () => {
      const id = view()?.id;
      const schedules = id === undefined ? null : host.schedules(WORKBENCH_ACCOUNT, id);
      if (schedules === null || schedules.kind === 'rejected') return null;
      const [next] = schedules.value.toSorted((one, other) => one.nextAt - other.nextAt);
      return next === undefined ? null : { name: next.name, at: next.nextAt };
    },
    storage: () => storageOf({ host, engine }, view()?.id ?? null),
    externalEvent: (token, request) => host.externalEvent(token, request),
    startOauth: (integration) => {
      const id = view()?.id;
      if (id === undefined) return refuse('unknown_app', 'The app is not installed.');
      return host.startOauth(ask(), id, { integration, oauthIparams: {}, agent: null });
    },
    finishOauth: (callback) => host.finishOauth(callback),
  };
}

/** The way out that the API has is a parameter, and the page's a button. */
function withoutWay(answer: Answer<null>): Answer<null> {
  if (answer.kind === 'done') return answer;
  return { ...answer, detail: answer.detail.replace(/ Ask for it with `force=true`.*$/, '') };
}

function answered<T>(answer: Answer<T>, encode: (value: T) => SeatAnswer): Answer<SeatAnswer> {
  return answer.kind === 'done' ? done(encode(answer.value)) : answer;
}

function invocationAnswer({ outcome, error, durationMs }: AppInvocation): SeatAnswer {
  switch (outcome) {
    case 'delivered':
      return { kind: 'done', data: null, durationMs };
    case 'timed_out':
      return { kind: 'failed', status: 504, message: 'Request Timed Out!', durationMs };
    case 'refused':
      return { kind: 'failed', status: 500, message: error ?? 'The app refused.', durationMs };
    case 'failed':
    case 'exited': {
      const message = `Error while executing App server script! - ${error ?? outcome}`;
      return { kind: 'failed', status: 500, message, durationMs };
    }
  }
}

function replyAnswer(reply: AppReply): SeatAnswer {
  const { durationMs } = reply;
  switch (reply.outcome) {
    case 'answered':
      return { kind: 'done', data: reply.data, durationMs };
    case 'refused': {
      const { status, message } = reply.error;
      return {
        kind: 'failed',
        status: typeof status === 'number' && status >= 400 && status < 600 ? status : 500,
        message: typeof message === 'string' ? message : JSON.stringify(reply.error),
        durationMs,
      };
    }
    case 'timed_out':
      return { kind: 'failed', status: 504, message: 'Request Timed Out!', durationMs };
    case 'failed':
    case 'exited': {
      const message = `Error while executing App server script! - ${reply.message}`;
      return { kind: 'failed', status: 500, message, durationMs };
    }
  }
}

async function storageOf(
  { host, engine }: Pick<HostSeatParts, 'host' | 'engine'>,
  id: string | null,
): Promise<AppStorage> {
  if (id === null) return { keyValues: [], schedules: [], jobs: [] };
  const entries = await engine.store.keyValues({ app: id, after: '', limit: WORKBENCH_LIMITS.keyValuesShownMax });
  const now = engine.clock.now();
  const schedules = host.schedules(WORKBENCH_ACCOUNT, id);
  const runs = host.jobs(WORKBENCH_ACCOUNT, id);
  return {
    keyValues: entries
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .map(({ key, value, expiresAt }) => ({ key, value: JSON.parse(value) as JsonValue, expiresAt })),
    schedules:
      schedules.kind === 'rejected'
        ? []
        : schedules.value.map(({ name, nextAt, repeat, data }) => ({ name, nextAt, repeat, data })),
    jobs: runs.kind === 'rejected' ? [] : runs.value,
  };
}
