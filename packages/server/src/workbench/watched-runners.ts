import type { AppAnswer, AppCall, AppLine, AppRunner, AppRunners } from '../apps/app-runner.ts';
import type { CallOutcome, DeliveryError } from '../delivery/receiver.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../marketplace/json-value.ts';
import { maskedIparams, partedIparams, secretNames } from '../marketplace/secret-iparams.ts';
import { secretMasker } from '../marketplace/secret-masker.ts';
import type { Instant } from '../time/instant.ts';
import { subjectOfCall } from './call-kind.ts';
import type { EntryError, EntryOutcome, EntryWriter, Journal } from './journal.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import type { OriginTrail } from './origin.ts';
import { sourceFrame } from './source-frame.ts';

export type WatchParts = {
  readonly journal: Journal;
  readonly origins: OriginTrail;
  readonly now: () => Instant;
  /** Milliseconds that only go forward, for durations. */
  readonly stopwatch: () => number;
  /** The app as it was last read; null when it does not load. */
  readonly app: () => AppDefinition | null;
  readonly files: () => AppFiles | null;
  /** The app's code was loaded by the runner that was opened last: null when it went well, or why not. */
  readonly loaded: (error: DeliveryError | null) => void;
  /** A call has ended in the process with this id. */
  readonly ended: (pid: number | null) => void;
  /**
   * Whether an event whose callback failed is sent again by the schedule of the product. A developer at work would wait
   * for the old event while looking for the new one; the page sends again what the developer wants sent again.
   */
  readonly isRetried: boolean;
  /** No limit of time holds while a debugger may have stopped the app. */
  readonly isDebugged: boolean;
};

export type WatchedRunners = AppRunners & {
  /** Starts the process of the runner that was opened last, so that its code is loaded before anybody calls it. */
  load(): Promise<void>;
};

/**
 * The same runners, watched: every call of the app, whoever asks for it, becomes an entry of the journal with its lines,
 * its operations and its end. Nothing of the calls themselves is changed.
 */
export function watchRunners(runners: AppRunners, parts: WatchParts): WatchedRunners {
  const newest: { runner: AppRunner | null } = { runner: null };
  return {
    async load() {
      const { runner } = newest;
      if (runner === null) return;
      const load = await runner.load();
      // What ran while it was loaded counts.
      parts.ended(runner.state.pid);
      // One that was stopped meanwhile says nothing about the app.
      if (newest.runner !== runner || runner.state.phase === 'closed') return;
      parts.loaded(load.kind === 'loaded' ? null : load.error);
    },
    ...runners,
    fence: runners.fence,
    readFolder: (folder) => runners.readFolder(folder),
    readFile: (folder, path) => runners.readFile(folder, path),
    open(spec) {
      const open = new Map<string, OpenCall>();
      const runner = runners.open({
        ...spec,
        services: {
          ...spec.services,
          log: (line) => {
            takeLine(parts, open, line);
            spec.services.log(line);
          },
          operation: async (operation) => {
            const call = operation.callId === null ? undefined : open.get(operation.callId);
            if (call === undefined) return spec.services.operation(operation);
            const end = call.entry.operation(operation.name, call.mask(shown(operation.args)));
            const since = parts.stopwatch();
            const answer = await spec.services.operation(operation);
            const result = answer.kind === 'done' ? answer.result : answer.error;
            end(answer.kind, call.mask(shown(result)), parts.stopwatch() - since);
            return answer;
          },
        },
      });
      newest.runner = runner;
      const loaded = (error: DeliveryError | null) => {
        if (newest.runner === runner) parts.loaded(error);
      };
      return watchRunner(runner, { ...parts, loaded }, open);
    },
  };
}

/** A call that is under way. `mask` hides the app's secrets: pages are looked at over shoulders, terminals are shared. */
type OpenCall = { readonly entry: EntryWriter; readonly mask: (text: string) => string };

function watchRunner(runner: AppRunner, parts: WatchParts, open: Map<string, OpenCall>): AppRunner {
  const watched = async <T>(
    call: AppCall,
    make: () => Promise<T>,
    endOf: (ended: T, mask: OpenCall['mask']) => EntryOutcome,
  ): Promise<T> => {
    const { shownPayload, mask } = withoutSecrets(call.payload, parts.app());
    const entry = parts.journal.begin({
      callId: call.callId,
      ...subjectOfCall(call, parts.app()),
      handler: call.handler,
      origin: parts.origins.current(),
      at: parts.now(),
      payload: call.payload,
      shownPayload,
    });
    const openCall: OpenCall = { entry, mask };
    open.set(call.callId, openCall);
    const { pid } = runner.state;
    try {
      const ended = await make();
      entry.end(endOf(ended, mask));
      return ended;
    } catch (cause) {
      entry.end({ kind: 'interrupted' });
      throw cause;
    } finally {
      if (open.get(call.callId) === openCall) open.delete(call.callId);
      parts.ended(runner.state.pid ?? pid);
    }
  };
  const limited = (call: AppCall): AppCall => {
    if (parts.isDebugged) return { ...call, limitMs: WORKBENCH_LIMITS.debuggedCallMs };
    const isSetUp = subjectOfCall(call, parts.app()).kind === 'set_up_event';
    return isSetUp ? { ...call, limitMs: WORKBENCH_LIMITS.setUpMs } : call;
  };
  return {
    get state() {
      return runner.state;
    },
    call(call) {
      const isLive = parts.origins.current().kind === 'live';
      const outcome = watched(
        call,
        () => runner.call(limited(call)),
        (ended, mask) => outcomeOfCall(ended, parts, mask),
      );
      return isLive && !parts.isRetried ? asDelivered(outcome, parts) : outcome;
    },
    async ask(asked) {
      const call = withGiven(asked, parts);
      const isForced = parts.origins.current().kind === 'forced';
      const answer = await watched(
        call,
        () => runner.ask(limited(call)),
        (ended, mask) => outcomeOfAnswer(ended, parts, mask),
      );
      return isForced && answer.kind !== 'answered' ? { kind: 'answered', data: null, durationMs: 0 } : answer;
    },
    load: () => runner.load(),
    stop: () => runner.stop(),
  };
}

/** What the inspector itself says, which people learn from the page. */
const DEBUGGER_TALK = /^(Debugger (listening|attached|ending)|For help, see:|Waiting for the debugger)/;

/** What the dispatcher is told when it is not to try again: the journal has the truth. */
async function asDelivered(outcome: Promise<CallOutcome>, { isDebugged }: WatchParts): Promise<CallOutcome> {
  let timer: NodeJS.Timeout | undefined;
  // The dispatcher gives up on who takes a minute; at a breakpoint that is soon.
  const patience = new Promise<CallOutcome>((resolve) => {
    if (!isDebugged) return;
    timer = setTimeout(resolve, WORKBENCH_LIMITS.debuggedDeliveryMs, { kind: 'delivered', durationMs: 0 });
  });
  const ended = await Promise.race([outcome, patience]);
  clearTimeout(timer);
  return ended.kind === 'failed' ? { kind: 'delivered', durationMs: ended.durationMs } : ended;
}

function takeLine(parts: WatchParts, open: ReadonlyMap<string, OpenCall>, line: AppLine): void {
  const call = line.callId === null ? undefined : open.get(line.callId);
  const { level, text } = line;
  if (parts.isDebugged && DEBUGGER_TALK.test(text)) return;
  if (call === undefined) parts.journal.looseLine({ at: parts.now(), level, text });
  else call.entry.line({ at: parts.now(), level, text: call.mask(text) });
}

/** A set-up callback that somebody calls by hand with a payload of their own gets that, for what the platform leaves open. */
function withGiven<Call extends AppCall>(call: Call, { app, origins }: WatchParts): Call {
  const given = origins.payload();
  if (given === null || subjectOfCall(call, app()).kind !== 'set_up_event') return call;
  const { event = null, iparams = null } = call.payload;
  return { ...call, payload: { ...call.payload, ...given, event, iparams } };
}

function outcomeOfCall(outcome: CallOutcome, parts: WatchParts, mask: OpenCall['mask']): EntryOutcome {
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'done', durationMs: outcome.durationMs };
    case 'failed':
      return { kind: 'failed', durationMs: outcome.durationMs, error: withFrame(outcome.error, parts, mask) };
    case 'interrupted':
      return { kind: 'interrupted' };
  }
}

function outcomeOfAnswer(answer: AppAnswer, parts: WatchParts, mask: OpenCall['mask']): EntryOutcome {
  switch (answer.kind) {
    case 'answered':
      return { kind: 'answered', durationMs: answer.durationMs, answer: answer.data };
    case 'refused':
      return { kind: 'refused', durationMs: answer.durationMs, answer: answer.error };
    case 'failed':
      return { kind: 'failed', durationMs: answer.durationMs, error: withFrame(answer.error, parts, mask) };
    case 'interrupted':
      return { kind: 'interrupted' };
  }
}

/** The error with the lines of the app's own file around its place. */
function withFrame(raw: DeliveryError, parts: WatchParts, mask: OpenCall['mask']): EntryError {
  const { stack } = raw;
  const error = { ...raw, message: mask(raw.message), ...(stack === undefined ? {} : { stack: mask(stack) }) };
  const { file, line } = error;
  if (error.code === 'not_loaded') parts.loaded(error);
  if (file === undefined || line === undefined) return { ...error, frame: null };
  const text = parts.files()?.get(file);
  const place = { file, line, column: error.column ?? 1 };
  return { ...error, frame: text === undefined ? null : sourceFrame(text, place, WORKBENCH_LIMITS.frameLinesAround) };
}

function shown(value: JsonValue | readonly JsonValue[]): string {
  const text = JSON.stringify(value) ?? 'null';
  const max = WORKBENCH_LIMITS.shownValueCharactersMax;
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

/** The payload as people see it, and what hides its secrets wherever else they turn up. */
function withoutSecrets(payload: JsonObject, app: AppDefinition | null) {
  const { iparams } = payload;
  if (!isJsonObject(iparams) || app === null) return { shownPayload: payload, mask: (text: string) => text };
  const secrets = secretNames(app.installation, iparams);
  return {
    shownPayload: { ...payload, iparams: maskedIparams(iparams, secrets) },
    mask: secretMasker(partedIparams(iparams, secrets).secret),
  };
}
