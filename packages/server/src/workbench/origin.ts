import { AsyncLocalStorage } from 'node:async_hooks';
import type { JsonObject } from '../marketplace/json-value.ts';

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
  /** `payload`: what a set-up callback that is called on the way gets beside what the platform gives it. */
  during<T>(origin: CallOrigin, run: () => Promise<T>, payload?: JsonObject | null): Promise<T>;
  current(): CallOrigin;
  payload(): JsonObject | null;
};

export function createOriginTrail(): OriginTrail {
  const storage = new AsyncLocalStorage<{ readonly origin: CallOrigin; readonly payload: JsonObject | null }>();
  return {
    during: (origin, run, payload = null) => storage.run({ origin, payload }, run),
    current: () => storage.getStore()?.origin ?? { kind: 'live' },
    payload: () => storage.getStore()?.payload ?? null,
  };
}
