import { setUpPayload } from '../marketplace/app-payload.ts';
import { ownHandlerOf, type SetUpEvent } from '../marketplace/event-handlers.ts';
import type { AppAnswer } from './app-runner.ts';
import type { InstalledApp } from './installed-app.ts';
import { APP_LIMITS } from './limits.ts';

/** What an app says to its being installed, updated or removed. One that does not subscribe to the event agrees. */
export type SetUpVerdict =
  | { readonly kind: 'agreed' }
  /** It says no. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It threw, rejected, ended or took too long: that is a no as well. */
  | { readonly kind: 'failed'; readonly message: string };

/** One sentence on a no: what the app refuses, or in what it failed. */
export function sentenceOf(
  verdict: Exclude<SetUpVerdict, { kind: 'agreed' }>,
  { event, refuses }: { readonly event: SetUpEvent; readonly refuses: string },
): string {
  const what = verdict.kind === 'refused' ? `The app refuses ${refuses}` : `The app failed in its ${event}`;
  const sentence = `${what}: ${verdict.message.trim()}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Asks an app about a step of its life: it agrees with `renderData()`, and refuses with `renderData({message})`. */
export async function askSetUp(
  app: InstalledApp,
  event: SetUpEvent,
  around: { readonly random: { uuid(): string }; isLive(folder: string): boolean },
): Promise<SetUpVerdict> {
  const { definition } = app;
  const handler = definition === null ? null : ownHandlerOf(definition, event);
  if (definition === null || handler === null) return { kind: 'agreed' };
  const { origin } = app.record;
  const isLive = origin.kind === 'folder' && around.isLive(origin.folder);
  const callId = `set-up ${around.random.uuid()}`;
  const answer = await app.ask({
    callId,
    handler: handler.handler,
    payload: setUpPayload(event, app.occasion(), app.receiverOf(definition)),
    purpose: 'set_up_event',
    limitMs: isLive ? APP_LIMITS.liveSetUpMsMax : APP_LIMITS.setUpMsMax,
  });
  if (answer.kind === 'failed') app.noteFailure(answer.error, { callId, durationMs: answer.durationMs });
  return verdictOf(answer);
}

function verdictOf(answer: AppAnswer): SetUpVerdict {
  switch (answer.kind) {
    case 'answered':
      return { kind: 'agreed' };
    case 'refused':
      return { kind: 'refused', message: cut(answer.error.message) };
    case 'interrupted':
      return failed("the app's process ended before it answered");
    case 'failed': {
      const { code, message, file, line, column } = answer.error;
      if (code === 'timed_out') return failed('`renderData` was not called in the callback within time limit!');
      return failed(file === undefined ? message : `${message} (${file}:${line ?? 1}:${column ?? 1})`);
    }
  }
}

function failed(message: string): SetUpVerdict {
  return { kind: 'failed', message: cut(message) };
}

function cut(message: string): string {
  return message.slice(0, APP_LIMITS.refusalCharactersMax);
}
