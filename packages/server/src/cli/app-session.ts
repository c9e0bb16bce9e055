import { AppEvents } from '../apps/app-events.ts';
import type { CallPurpose, OperationHandlers } from '../apps/app-operation.ts';
import type { AppLine, AppRunner } from '../apps/app-runner.ts';
import { EntityService } from '../apps/entity-service.ts';
import { JOB_LIMITS, JobService } from '../apps/job-service.ts';
import { KeyValueService, keyValueOperations } from '../apps/key-value-service.ts';
import type { OauthTokens } from '../apps/oauth-service.ts';
import { operationTable } from '../apps/operation-table.ts';
import type { Outbound } from '../apps/outbound.ts';
import { requestOperations, requestTimeoutMs } from '../apps/request-service.ts';
import { ScheduleService } from '../apps/schedule-service.ts';
import { TargetUrls } from '../apps/target-url.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { currentHost, jobPayload } from '../marketplace/app-payload.ts';
import { readStatusMessage } from '../marketplace/job.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { openOutgoing } from '../outbound/outgoing.ts';
import { chooseFence, type Fence, fenceSentences } from '../sandbox/choose-fence.ts';
import { fencedApps } from '../sandbox/fenced-apps.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { createZones } from '../time/zone.ts';
import { CommandFailed } from './command-failed.ts';
import { MemoryStore } from './memory-store.ts';

/** One app that the terminal calls: all of the platform's globals, beginning empty and ending with the command. */
export type AppSession = {
  readonly runner: AppRunner;
  /** Waits for the jobs that the app has started, and ends its process. */
  close(): Promise<void>;
};

type SessionParts = {
  readonly appFolder: string;
  readonly definition: AppDefinition;
  readonly iparams: JsonObject;
  /** In what the app is called. */
  readonly purpose: CallPurpose;
  readonly print: (line: AppLine) => void;
  readonly fence: 'auto' | Fence;
};

/** The `callId` of the call that the command makes. */
export const INVOKED = 'invoke';

const OWNER = { id: 'app', account: 1 } as const;
/** What is written into addresses and payloads where an account would have its own. */
export const SESSION_DOMAIN = 'localhost';
const PUBLIC_URL = 'http://localhost:10001';

/** @throws CommandFailed when the fence that is asked for cannot be put up */
export async function openAppSession(parts: SessionParts): Promise<AppSession> {
  const { appFolder, print, purpose } = parts;
  const clock = systemClock();
  const chosen = await chooseFence({ wanted: parts.fence, nodePath: process.execPath });
  if (chosen.kind === 'none') throw new CommandFailed(fenceSentences(chosen).join('\n'));
  const out = openOutgoing({ privateHosts: [] });
  const jobs = new Set<Promise<unknown>>();
  const services = servicesOf(parts, { clock, out: out.http, ask: (call) => noted(jobs, runner.ask(call)) });
  // In the trusted fence packages open their sockets themselves: a developer's database is often on the same machine.
  const broker = chosen.fence === 'trusted' ? null : out.sockets;
  const runner = fencedApps(chosen, { clock, broker }).open({
    folder: appFolder,
    services: {
      operation: operationTable(services, (callId) => (callId === INVOKED ? purpose : 'job')),
      log: print,
      broke: (cause) =>
        print({ level: 'error', text: `a global of the platform broke: ${String(cause)}`, callId: null }),
    },
  });
  return {
    runner,
    async close() {
      while (jobs.size > 0) await Promise.all(jobs);
      await runner.stop();
      await out.close();
    },
  };
}

type World = {
  readonly clock: ReturnType<typeof systemClock>;
  readonly out: Outbound;
  readonly ask: AppRunner['ask'];
};

function servicesOf(
  { definition, iparams, print }: SessionParts,
  { clock, out, ask }: World,
): readonly OperationHandlers[] {
  const store = new MemoryStore();
  const random = systemRandomness();
  const commit = (changes: Parameters<MemoryStore['commit']>[0]) => store.commit(changes);
  const now = () => clock.now();
  const report = (text: string) => print({ level: 'error', text, callId: null });
  const log = (_app: string, { level, text }: { readonly level: 'warn' | 'error'; readonly text: string }) =>
    print({ level, text, callId: null });
  const zones = createZones(process.versions.tz ?? 'unknown');
  // The command ends before a schedule could be due: it is kept, and never fires.
  const deliver = async () => ({ kind: 'interrupted' }) as const;
  const events = new AppEvents({ clock, random, commit, deliver, log, report });
  const keyValue = new KeyValueService(OWNER.id, { store, commit, now });
  const nextTurn = (run: () => void) => clock.nextTurn(run);
  const entities = new EntityService(OWNER, { store, commit, now, random, nextTurn }, () => definition.entities);
  const isListening = (event: string) => () => definition.handlers.some((handler) => handler.event === event);
  const schedules = new ScheduleService({ clock, zones, events, commit, report });
  const targets = new TargetUrls({ publicUrl: () => PUBLIC_URL, vault: UNSEALED, random, commit });
  const jobService = new JobService({
    ...{ now, random, commit, report },
    run: (_app, { id, name, options }) =>
      ask({
        ...{ callId: id, handler: name, payload: jobPayload(options, { iparams }) },
        ...{ limitMs: JOB_LIMITS.runMsMax, mayEndByReturn: true },
      }),
  });
  const jobOperations = jobService.operations({ ...OWNER, jobs: () => definition.jobs });
  // The job that the command itself calls has no record: what it says of itself is for whoever looks on.
  const sayOrPrint: OperationHandlers[string] = async (args, context) => {
    if (context.callId !== INVOKED || context.purpose !== 'job')
      return jobOperations['job.update_status_message'](args, context);
    const reading = readStatusMessage(args[0]);
    if (reading.kind === 'refused') return reading;
    print({ level: 'info', text: `status: ${reading.message}`, callId: INVOKED });
    return { kind: 'done', result: { status: 200, message: 'Status message updated' } };
  };
  return [
    keyValueOperations((operation) => keyValue.call(operation)),
    entities.operations(),
    schedules.operations({ ...OWNER, isListening: isListening('onScheduledEvent'), strictMinimum: false }),
    targets.operations({ ...OWNER, isListening: isListening('onExternalEvent') }),
    { ...jobOperations, 'job.update_status_message': sayOrPrint },
    requestOperations(
      {
        definition: () => definition,
        iparams: () => iparams,
        currentHost: () => currentHost(SESSION_DOMAIN, definition.modules),
        agentOf: () => null,
      },
      { outbound: out, clock, oauth: NO_TOKENS, perMinuteMax: null, timeoutMs: requestTimeoutMs(null) },
    ),
  ];
}

// Nothing is written anywhere: there is nothing to seal.
const UNSEALED = { seal: (text: string) => text, open: (sealed: string) => sealed };

const NO_TOKEN = {
  kind: 'refused',
  status: 401,
  message: 'A call from the terminal has no OAuth token: install the app into a server and authorize it there.',
} as const;
const NO_TOKENS: OauthTokens = { token: async () => NO_TOKEN, renew: async () => NO_TOKEN };

function noted<T>(all: Set<Promise<unknown>>, one: Promise<T>): Promise<T> {
  const ended = one.finally(() => all.delete(ended));
  all.add(ended);
  return ended;
}
