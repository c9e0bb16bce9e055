import type { AppLogLine } from './host-services.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** Lets so many bytes of an app's log through in a second, and says how many lines it left out. */
export interface LogMeter {
  write(line: Omit<AppLogLine, 'at'>): void;
  /** Says at once what was left out so far. */
  flush(): void;
}

const windowMs = 1000;
// What a line costs besides its text; empty lines are not free.
const lineBytes = 100;

/**
 * The rest of a second's lines is left out once the second's bytes are used up; the marker comes when the second is
 * over, so that a reader sees where lines are missing and how many.
 */
export function createLogMeter(parts: {
  readonly clock: SandboxClock;
  readonly bytesPerSecondMax: number;
  readonly log: (line: AppLogLine) => void;
}): LogMeter {
  const { clock, bytesPerSecondMax, log } = parts;
  let windowEndsAt = 0;
  let bytes = 0;
  let leftOut = 0;
  let callOff = () => {};

  return { write, flush };

  function write(line: Omit<AppLogLine, 'at'>): void {
    const at = clock.now();
    if (at >= windowEndsAt) {
      flush();
      windowEndsAt = at + windowMs;
      bytes = 0;
    }
    bytes += lineBytes + Buffer.byteLength(line.text);
    if (bytes <= bytesPerSecondMax) log({ at, ...line });
    else leaveOut(at);
  }

  function leaveOut(at: number): void {
    if (leftOut === 0) callOff = clock.after(Math.max(0, windowEndsAt - at), flush);
    leftOut += 1;
  }

  function flush(): void {
    callOff();
    if (leftOut === 0) return;
    const text = leftOut === 1 ? '… 1 line left out' : `… ${leftOut} lines left out`;
    leftOut = 0;
    log({ at: clock.now(), level: 'warn', text, callId: null });
  }
}
