import { AsyncLocalStorage } from 'node:async_hooks';

/** Why an app was called, as far as its own payload does not say it. */
export type CallOrigin =
  /** Something happened in the engine, or a deadline or a schedule came. */
  | { readonly kind: 'live' }
  /** Somebody pressed a button of the page. */
  | { readonly kind: 'fired' }
  /** The payload of an entry of the journal again, as it was or edited. */
  | { readonly kind: 'resent'; readonly entry: number; readonly isEdited: boolean }
  /** Somebody installs the app although it refuses: its refusal is shown and not heeded. */
  | { readonly kind: 'forced' }
  /** Through one of the addresses of the vendor's kit. */
  | { readonly kind: 'simulated' };

/**
 * Carries the origin of a call from the door that asks for it to the runner that makes it, past everything in between
 * that need not know of it.
 */
export type OriginTrail = {
  during<T>(origin: CallOrigin, run: () => Promise<T>): Promise<T>;
  current(): CallOrigin;
};

export function createOriginTrail(): OriginTrail {
  const storage = new AsyncLocalStorage<CallOrigin>();
  return {
    during: (origin, run) => storage.run(origin, run),
    current: () => storage.getStore() ?? { kind: 'live' },
  };
}
