import type { Clock } from '../engine/clock.ts';
import type { Instant } from '../time/instant.ts';

/**
 * The machine's time plus an offset that a person moves forward, so that one sees now what happens in five minutes.
 *
 * The problem: jumping ahead is not enough. Between now and then timers are due, each at its own instant, and what one
 * does may set the next. So a step walks: it goes from timer to timer in their order, shows each its own instant, and
 * lets everything that the timer set off come to rest before it goes on. Between steps time passes as it does outside.
 */
export type ShiftableClock = Clock & {
  /** How far ahead of the machine it is, in milliseconds; never negative. */
  readonly offsetMs: number;
  /** Whether a step is under way. */
  readonly isStepping: boolean;
  /**
   * Goes on to an instant and runs every timer on the way at its own instant, in order; an instant that has passed is no
   * step. Steps that are asked for while one is under way follow it.
   *
   * @param settle waits until what a timer set off has come to rest
   * @param hopMs rests at most so often on the way: timers within one hop run in their order, at its end, as on a machine
   *   that was busy. A day has more timers than anybody waits for. Default: at every timer.
   * @returns how many timers ran
   */
  stepTo(instant: Instant, settle: () => Promise<void>, hopMs?: number): Promise<number>;
};

type Timer = { readonly at: Instant; readonly order: number; readonly run: () => void };

/** A clock above another one that begins so many milliseconds ahead of it. */
export function createShiftableClock(base: Clock, startOffsetMs = 0): ShiftableClock {
  const timers = new Set<Timer>();
  let offsetMs = Math.max(0, startOffsetMs);
  let count = 0;
  let callOffAlarm = () => {};
  let alarmAt = Number.POSITIVE_INFINITY;
  let stepping = 0;
  let lastStep: Promise<unknown> = Promise.resolve();

  const now = (): Instant => base.now() + offsetMs;

  const earliest = (): Timer | null => {
    let found: Timer | null = null;
    for (const timer of timers) {
      if (found === null || timer.at < found.at || (timer.at === found.at && timer.order < found.order)) found = timer;
    }
    return found;
  };

  const disarm = (): void => {
    callOffAlarm();
    callOffAlarm = () => {};
    alarmAt = Number.POSITIVE_INFINITY;
  };

  /** One timer of the machine's for however many of ours: it rings at the earliest. */
  const arm = (): void => {
    if (stepping > 0) return;
    const next = earliest();
    if (next?.at === alarmAt) return;
    disarm();
    if (next === null) return;
    alarmAt = next.at;
    callOffAlarm = base.after(Math.max(0, next.at - now()), ring);
  };

  function ring(): void {
    // A wall clock that was set back meanwhile does not undo the wait: what the alarm was set for is due.
    const until = Math.max(now(), alarmAt);
    disarm();
    for (let next = earliest(); next !== null && next.at <= until && stepping === 0; next = earliest()) {
      timers.delete(next);
      next.run();
    }
    arm();
  }

  async function walk(instant: Instant, settle: () => Promise<void>, hopMs: number): Promise<number> {
    let ran = 0;
    await settle();
    let rested = now();
    for (let next = earliest(); next !== null && next.at <= instant; next = earliest()) {
      const stop = Math.min(instant, Math.max(next.at, rested + hopMs));
      offsetMs += Math.max(0, stop - now());
      ran += runDue(stop);
      await settle();
      rested = stop;
    }
    offsetMs += Math.max(0, instant - now());
    return ran;
  }

  function runDue(until: Instant): number {
    let ran = 0;
    // What a timer sets for the instant that it runs at is for the next hop, or it could go on for ever.
    const due = [...timers]
      .filter((timer) => timer.at <= until)
      .sort((one, other) => one.at - other.at || one.order - other.order);
    for (const timer of due) {
      if (!timers.delete(timer)) continue;
      timer.run();
      ran += 1;
    }
    return ran;
  }

  return {
    get offsetMs() {
      return offsetMs;
    },
    get isStepping() {
      return stepping > 0;
    },
    now,
    after(delayMs, run) {
      count += 1;
      const timer: Timer = { at: now() + Math.max(0, delayMs), order: count, run };
      timers.add(timer);
      arm();
      return () => {
        if (timers.delete(timer)) arm();
      };
    },
    nextTurn: (run) => base.nextTurn(run),
    stepTo(instant, settle, hopMs = 0) {
      stepping += 1;
      disarm();
      const step = lastStep.then(() => walk(instant, settle, hopMs));
      const ended = () => {
        stepping -= 1;
        arm();
      };
      lastStep = step.then(ended, ended);
      return step;
    },
  };
}
