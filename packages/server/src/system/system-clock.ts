import type { Clock } from '../engine/clock.ts';

/** The machine's clock and the event loop's turns. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    nextTurn: (run) => {
      setImmediate(run);
    },
  };
}
