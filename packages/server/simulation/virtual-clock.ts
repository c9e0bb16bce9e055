import type { Clock } from '../src/engine/clock.ts';
import { assert } from '../src/time/assert.ts';
import type { Instant } from '../src/time/instant.ts';
import { createTimeQueue } from './time-queue.ts';

/**
 * Time that passes when it is told to, and not otherwise. Whoever holds this clock runs everything in one fixed order,
 * without waiting: a month of a support team passes in seconds, and the same every time.
 */
export type VirtualClock = Clock & {
  /** Moves on to an instant, and runs every timer on the way at its own instant, in order. */
  advanceTo(instant: Instant): Promise<void>;
  /**
   * Moves on to an instant and runs nothing, as a machine that was busy or asleep. What came due meanwhile runs late, at
   * the next advance.
   */
  oversleepTo(instant: Instant): void;
  /** Gives everything that is pending now its turn, until nothing more comes of it. No time passes. */
  settle(): Promise<void>;
  /** Gives turns until this work is done, and answers what it answered. No time passes. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Timers that are set and were not called off. */
  readonly timers: number;
};

type Timer = { readonly run: () => void; isPending: boolean };

/** A virtual clock that shows `startAt`. Any number may exist beside each other. */
export function createVirtualClock(startAt: Instant): VirtualClock {
  const queue = createTimeQueue<Timer>();
  let current = startAt;
  let pending = 0;
  let turns: (() => void)[] = [];

  const settle = async (): Promise<void> => {
    do {
      const ready = turns;
      turns = [];
      for (const run of ready) run();
      await afterMicrotasks();
    } while (turns.length > 0);
  };

  const runNextTimer = (): void => {
    const timer = queue.take();
    if (timer === null || !timer.isPending) return;
    timer.isPending = false;
    pending -= 1;
    timer.run();
  };

  return {
    get timers() {
      return pending;
    },
    now: () => current,
    after(delayMs, run) {
      const timer: Timer = { run, isPending: true };
      pending += 1;
      queue.put(current + Math.max(0, delayMs), timer);
      return () => {
        if (timer.isPending) pending -= 1;
        timer.isPending = false;
      };
    },
    nextTurn(run) {
      turns.push(run);
    },
    settle,
    async advanceTo(instant) {
      assert(instant >= current, 'Time does not go back.');
      await settle();
      for (let at = queue.nextAt(); at !== null && at <= instant; at = queue.nextAt()) {
        current = Math.max(current, at);
        runNextTimer();
        await settle();
      }
      current = instant;
    },
    oversleepTo(instant) {
      assert(instant >= current, 'Time does not go back.');
      current = instant;
    },
    async run(work) {
      let isDone = false;
      const finish = () => {
        isDone = true;
      };
      work.then(finish, finish);
      while (!isDone) await settle();
      return work;
    },
  };
}

/** The event loop turns once: by then every promise that could go on has gone on. It waits for nothing. */
function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
