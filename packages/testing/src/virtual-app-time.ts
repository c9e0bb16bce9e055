import type { Context } from 'node:vm';
import type { Clock } from '../../server/src/engine/clock.ts';

export type VirtualTimeParts = {
  readonly clock: Clock;
  /** Runs a script in the app's context. */
  readonly run: (source: string, at: { filename: string }) => unknown;
  /** Does this as a part of the call. */
  readonly within: (call: number | null, work: () => void) => void;
  readonly callNow: () => number | null;
  /** The call set or lost a timer. */
  readonly timers: (call: number | null, change: 1 | -1) => void;
};

/** Puts `Date` and the timers of the app's own context on the virtual clock. */
export function giveVirtualTime(globals: Context, { clock, run, within, callNow, timers }: VirtualTimeParts): void {
  const later = (delayMs: unknown, work: () => void, isRepeated: boolean): Timer => {
    const call = callNow();
    const waitMs = Math.max(isRepeated ? 1 : 0, Number(delayMs) || 0);
    const timer: Timer = { cancel: () => {}, isPending: true, call };
    const set = () => {
      timer.cancel = clock.after(waitMs, () => {
        if (isRepeated) set();
        else release(timer);
        within(call, work);
      });
    };
    timers(call, 1);
    set();
    return timer;
  };
  const release = (timer: Timer): void => {
    if (timer.isPending) timers(timer.call, -1);
    timer.isPending = false;
  };
  const clear = (timer: unknown): void => {
    if (!isTimer(timer)) return;
    timer.cancel();
    release(timer);
  };
  type Work = (...args: unknown[]) => unknown;
  Object.assign(globals, {
    setTimeout: (work: Work, delayMs?: unknown, ...args: unknown[]) => later(delayMs, () => work(...args), false),
    setInterval: (work: Work, delayMs?: unknown, ...args: unknown[]) => later(delayMs, () => work(...args), true),
    setImmediate: (work: Work, ...args: unknown[]) => later(0, () => work(...args), false),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  const install = run(virtualDateSource, { filename: 'virtual-date' }) as (now: () => number) => void;
  install(() => clock.now());
}

const virtualDateSource = `(now) => {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}`;

type Timer = { cancel: () => void; isPending: boolean; readonly call: number | null };

function isTimer(value: unknown): value is Timer {
  return typeof value === 'object' && value !== null && 'cancel' in value && 'isPending' in value;
}
