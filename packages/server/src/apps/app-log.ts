import type { AppLogLine, Change } from '../engine/change.ts';
import type { Clock } from '../engine/clock.ts';
import type { Instant } from '../time/instant.ts';

/**
 * Lines that apps print, on their way to disk: written in batches a few times a second, because a line is worth less than
 * an fsync, and bounded in memory, because an app may print without end.
 */
export class AppLog {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #commit: (changes: readonly Change[]) => Promise<void>;
  #waiting: AppLogLine[] = [];
  #leftOut = 0;
  #cancel: (() => void) | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(clock: Pick<Clock, 'now' | 'after'>, commit: (changes: readonly Change[]) => Promise<void>) {
    this.#clock = clock;
    this.#commit = commit;
  }

  add(line: {
    readonly app: string;
    readonly level: string;
    readonly text: string;
    readonly eventId: string | null;
  }): Instant {
    const at = this.#clock.now();
    if (this.#waiting.length >= WAITING_MAX) {
      this.#leftOut++;
      return at;
    }
    const text = line.text.length > TEXT_MAX ? `${line.text.slice(0, TEXT_MAX)}…` : line.text;
    this.#waiting.push({ ...line, text, at });
    this.#cancel ??= this.#clock.after(FLUSH_AFTER_MS, () => void this.flush());
    return at;
  }

  /**
   * Hands what waits to the writer at once, which commits in the order of asking: whoever says after this that a call was
   * delivered says it no earlier on disk than its lines. Settles when they are there; what cannot be written is lost, and
   * said so in its place once it can.
   */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    const lines = this.#waiting;
    const leftOut = this.#leftOut;
    const last = lines.at(-1);
    if (last === undefined) return this.#flushing;
    this.#waiting = [];
    this.#leftOut = 0;
    if (leftOut > 0) lines.push({ ...last, level: 'warn', text: `… ${leftOut} lines left out: more than can be kept` });
    const written = this.#commit(lines.map((line) => ({ kind: 'AddAppLog', line }))).catch(() => {
      this.#leftOut += lines.length + leftOut;
    });
    this.#flushing = Promise.all([this.#flushing, written]).then(() => undefined);
    return this.#flushing;
  }
}

const FLUSH_AFTER_MS = 100;
const WAITING_MAX = 2000;
const TEXT_MAX = 16_384;
