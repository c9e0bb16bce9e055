import { setUpPayload } from '../marketplace/app-payload.ts';
import { ownHandlerOf, type SetUpEvent } from '../marketplace/event-handlers.ts';
import type { AppAnswer } from './app-runner.ts';
import type { InstalledApp } from './installed-app.ts';
import { APP_LIMITS } from './limits.ts';

/** What an app says to its being installed, updated or removed. One that does not subscribe to the event agrees. */
export type SetUpVerdict = { readonly kind: 'agreed' } | { readonly kind: 'refused'; readonly message: string };

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
      return refused(answer.error.message);
    case 'interrupted':
      return refused("the app's process ended before it answered");
    case 'failed': {
      const { code, message, file, line, column } = answer.error;
      if (code === 'timed_out') return refused('`renderData` was not called in the callback within time limit!');
      return refused(file === undefined ? message : `${message} (${file}:${line ?? 1}:${column ?? 1})`);
    }
  }
}

function refused(message: string): SetUpVerdict {
  return { kind: 'refused', message: message.slice(0, APP_LIMITS.refusalCharactersMax) };
}
