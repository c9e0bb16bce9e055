import { createTimeQueue } from '../../server/simulation/time-queue.ts';
import type { VirtualClock } from '../../server/simulation/virtual-clock.ts';
import type { Clock } from '../../server/src/engine/clock.ts';
import { assert } from '../../server/src/time/assert.ts';
import type { Instant } from '../../server/src/time/instant.ts';

export type TeamTimeParts = {
  readonly clock: VirtualClock;
  /** The earliest instant at which somebody's status changes by itself; null when none does. */
  readonly nextDeadline: () => Instant | null;
  /** Decides what is due at this instant. */
  readonly passTime: (now: Instant) => Promise<void>;
  /** Calls that could go on without time passing, as far as one can tell. */
  readonly busyCalls: () => readonly BusyCall[];
  /** Real milliseconds for which a callback may be busy with the real world before it counts as waiting. */
  readonly patienceMs: number;
};

export type BusyCall = {
  /** Moves on with every sign of life of the call. */
  readonly signs: number;
  /** Nothing more is expected of it until it gives another sign. */
  park(): void;
};

export type TeamTime = {
  /** For everybody but the engine, whose deadlines are known otherwise: what is set here is an instant to stop at. */
  readonly clock: Clock;
  /** Lets everything happen that needs no time to pass. */
  settle(): Promise<void>;
  /** Settles until this work is done. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Moves on, stopping at every deadline and every timer on the way. */
  advanceTo(target: Instant): Promise<void>;
  /** Moves on from timer to timer until this is so; false when no timer is left that could make it so. */
  advanceUntil(isSo: () => boolean): Promise<boolean>;
};

/**
 * Virtual time for a team and its app. It jumps from one thing to the next, so that a day costs as much as what happens in
 * it; and it waits for callbacks that are busy with the real world (a package that reads a file, a stub that thinks), so
 * that none runs into a limit of virtual seconds meanwhile.
 */
export function teamTime(parts: TeamTimeParts): TeamTime {
  const { clock } = parts;
  const stops = createTimeQueue<Stop>();

  const nextStop = (): Instant | null => {
    for (let at = stops.nextAt(); at !== null; at = stops.nextAt()) {
      const stop = stops.take();
      if (stop?.isPending !== true) continue;
      stops.put(at, stop);
      return at;
    }
    return null;
  };

  const settle = async (): Promise<void> => {
    for (;;) {
      // Timers that are due now belong to now.
      await clock.advanceTo(clock.now());
      if (!(await waitForReality(parts))) return;
    }
  };

  const stopAt = async (instant: Instant): Promise<void> => {
    clock.oversleepTo(Math.max(instant, clock.now()));
    await clock.run(parts.passTime(clock.now()));
    await settle();
  };

  const nextThing = (): Instant | null => earlier(nextStop(), parts.nextDeadline());

  const advanceTo = async (target: Instant): Promise<void> => {
    assert(target >= clock.now(), 'Time does not go back.');
    await settle();
    for (let at = nextThing(); at !== null && at <= target; at = nextThing()) await stopAt(at);
    clock.oversleepTo(target);
    await settle();
  };

  return {
    clock: {
      now: () => clock.now(),
      nextTurn: (run) => clock.nextTurn(run),
      after(delayMs, run) {
        const stop: Stop = { isPending: true };
        stops.put(clock.now() + Math.max(0, delayMs), stop);
        const cancel = clock.after(delayMs, () => {
          stop.isPending = false;
          run();
        });
        return () => {
          stop.isPending = false;
          cancel();
        };
      },
    },
    settle,
    run: (work) => clock.run(work),
    advanceTo,
    async advanceUntil(isSo) {
      await settle();
      while (!isSo()) {
        const at = nextStop();
        if (at === null) return false;
        await advanceTo(at);
      }
      return true;
    },
  };
}

type Stop = { isPending: boolean };

function earlier(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Gives busy calls real time; true when one of them gave a sign, so that there may be something to settle. */
async function waitForReality({ busyCalls, patienceMs }: TeamTimeParts): Promise<boolean> {
  const calls = busyCalls();
  if (calls.length === 0) return false;
  const before = calls.map(({ signs }) => signs);
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1);
    });
    const isMoving = calls.some(({ signs }, index) => signs !== before[index]);
    if (isMoving || busyCalls().length < calls.length) return true;
  }
  for (const call of calls) call.park();
  return false;
}
