import { DELIVERY_LIMITS } from '../delivery/limits.ts';
import { StoreFailure } from '../engine/store.ts';
import type { Headcount } from './headcount.ts';
import type { DispatchPorts } from './ports.ts';

/** Ends what would otherwise try for ever. */
export type IsOver = () => boolean;

/**
 * Asks the store until it answers: a disk that is full or a database that is away delays deliveries and loses none.
 * Null when it is over before there was an answer. Anything but a failure of the store is a bug and goes on.
 */
export async function patiently<T>(
  parts: { readonly ports: DispatchPorts; readonly underway: Headcount; readonly isOver: IsOver },
  ask: () => Promise<T>,
): Promise<T | null> {
  parts.underway.enter();
  try {
    for (let tries = 1; !parts.isOver(); tries += 1) {
      try {
        return await ask();
      } catch (cause) {
        if (!(cause instanceof StoreFailure)) throw cause;
        if (tries === 1) parts.ports.logger.warn({ code: cause.code, retry: cause.retry }, STORE_REFUSED);
        await pause(parts.ports, DELIVERY_LIMITS.storeRetryMs);
      }
    }
    return null;
  } finally {
    parts.underway.leave();
  }
}

const STORE_REFUSED = 'the store did not answer; deliveries wait until it does';

function pause(ports: DispatchPorts, ms: number): Promise<void> {
  return new Promise((resolve) => void ports.clock.after(ms, resolve));
}
