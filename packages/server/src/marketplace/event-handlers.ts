import { type EventHandler, handlerOf, type Manifest } from './app-definition.ts';

/** What the platform asks an app when it is installed, updated and removed: answered with `renderData`. */
export const setUpEvents = ['onAppInstall', 'afterAppUpdate', 'onAppUninstall'] as const;
export type SetUpEvent = (typeof setUpEvents)[number];

/** Events that are an app's own: they come from no product. */
const ownEvents: ReadonlySet<string> = new Set([...setUpEvents, 'onAppUpdate', 'onScheduledEvent', 'onExternalEvent']);

export function isSetUpEvent(event: string): boolean {
  return event === 'onAppUpdate' || setUpEvents.some((one) => one === event);
}

/**
 * The app's handler for an event of its own (set-up, scheduled, external), or null when it has none: in `common` for
 * platform 3.0, in any product for 2.x, of which the one that this server is comes first.
 */
export function ownHandlerOf(app: Pick<Manifest, 'handlers' | 'platformVersion'>, event: string): EventHandler | null {
  const named = app.handlers.filter((handler) => handler.event === event);
  if (app.platformVersion === '3.0') return named.find(({ module }) => module === 'common') ?? null;
  return named.find(({ module }) => module === 'freshchat') ?? named[0] ?? null;
}

/** Whom somebody means who names an event, and perhaps a module, by hand. */
export type NamedHandler =
  | { readonly kind: 'found'; readonly handler: EventHandler }
  | { readonly kind: 'none' }
  /** Several modules have it, and none of them is this server's: these. */
  | { readonly kind: 'ambiguous'; readonly modules: readonly string[] };

export function namedHandlerOf(
  app: Pick<Manifest, 'handlers' | 'platformVersion'>,
  { event, module }: { readonly event: string; readonly module: string | null },
): NamedHandler {
  const named = app.handlers.filter((handler) => handler.event === event);
  const found =
    module === null
      ? (handlerOf(app, event) ?? (ownEvents.has(event) ? ownHandlerOf(app, event) : null))
      : (named.find((handler) => handler.module === module) ?? null);
  if (found !== null) return { kind: 'found', handler: found };
  const [only, ...others] = named;
  if (module !== null || only === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'found', handler: only };
  return { kind: 'ambiguous', modules: named.map((handler) => handler.module) };
}
