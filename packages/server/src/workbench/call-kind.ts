import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { JsonObject } from '../marketplace/json-value.ts';

/** What an app is called for. */
export type CallKind =
  | 'product_event'
  | 'set_up_event'
  | 'scheduled_event'
  | 'external_event'
  | 'function'
  | 'action'
  | 'job';

export type CallSubject = { readonly kind: CallKind; readonly name: string; readonly module: string | null };

/** The kind of an event by its name: those of setting up, scheduling and outside calls have names of their own. */
export function kindOfEvent(event: string): CallKind {
  switch (event) {
    case 'onAppInstall':
    case 'afterAppUpdate':
    case 'onAppUpdate':
    case 'onAppUninstall':
      return 'set_up_event';
    case 'onScheduledEvent':
      return 'scheduled_event';
    case 'onExternalEvent':
      return 'external_event';
    default:
      return 'product_event';
  }
}

/** What a call is about: an event says so in its payload; a function, an action or a job is known by its own name. */
export function subjectOfCall(
  call: { readonly handler: string; readonly payload: JsonObject },
  app: AppDefinition | null,
): CallSubject {
  const { handler, payload } = call;
  const event = typeof payload.event === 'string' ? payload.event : null;
  const handled = app?.handlers.find((one) => one.handler === handler && one.event === event);
  if (event !== null && (handled !== undefined || app === null)) {
    return { kind: kindOfEvent(event), name: event, module: handled?.module ?? null };
  }
  if (app?.jobs.includes(handler) === true) return { kind: 'job', name: handler, module: 'common' };
  if (app?.actions.some((one) => one.name === handler) === true) {
    return { kind: 'action', name: handler, module: null };
  }
  return {
    kind: 'function',
    name: handler,
    module: app?.functions.find((one) => one.name === handler)?.module ?? null,
  };
}
