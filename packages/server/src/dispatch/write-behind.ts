import type { DeliveryLimits } from '../delivery/limits.ts';
import type { Change } from '../engine/change.ts';
import { StoreFailure } from '../engine/store.ts';
import type { DispatchPorts } from './ports.ts';

/** Whoever has progress to write. */
export type WriteSource = { takeChanges(): readonly Change[] };

/**
 * Writes progress down a little later, for all subscriptions in one commit: an event that was delivered costs a part of
 * a row, not a commit. What a crash takes is progress only, so those events are delivered again, under the same ids.
 *
 * One batch at a time, and the same batch until it is written: a later one may rest on it.
 */
export class WriteBehind {
  readonly #ports: DispatchPorts;
  readonly #limits: DeliveryLimits;
  readonly #recovered: () => void;
  readonly #dirty = new Set<WriteSource>();
  #ordered: Change[] = [];
  #waiting: (() => void)[] = [];
  #events = 0;
  #isWriting = false;
  #isFailing = false;
  #isOver = false;
  #cancelTimer: (() => void) | null = null;

  /** @param recovered is called when the store takes rows again after it had refused */
  constructor(ports: DispatchPorts, limits: DeliveryLimits, recovered: () => void) {
    this.#ports = ports;
    this.#limits = limits;
    this.#recovered = recovered;
  }

  /** The store refuses, and so much waits to be written that no more may be added. */
  get isOverfull(): boolean {
    return this.#isFailing && this.#events > this.#limits.unwrittenRowsMax;
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** The source has something to write, made by so many events. */
  mark(source: WriteSource, events: number): void {
    this.#dirty.add(source);
    this.#events += events;
    if (this.#isWriting || this.#isOver) return;
    if (this.#events >= this.#limits.writeAfterEvents) void this.#write();
    else this.#cancelTimer ??= this.#ports.clock.after(this.#limits.writeAfterMs, () => void this.#write());
  }

  /** Writes these after everything that is marked; settles when they are on disk. */
  order(changes: readonly Change[]): Promise<void> {
    this.#ordered.push(...changes);
    return this.flush();
  }

  /** Writes everything that is marked; settles when it is on disk. */
  flush(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const written = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#isWriting) void this.#write();
    return written;
  }

  /** Gives up on a store that refuses, and writes nothing from now on. */
  end(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  async #write(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#isWriting = true;
    while (!this.#isOver && (this.#dirty.size > 0 || this.#ordered.length > 0 || this.#waiting.length > 0)) {
      const { changes, waiting } = this.#take();
      if (changes.length > 0) await this.#commit(changes);
      for (const resolve of waiting) resolve();
      if (this.#waiting.length === 0 && this.#events < this.#limits.writeAfterEvents) break;
    }
    this.#isWriting = false;
    if (this.#dirty.size > 0 && !this.#isOver) {
      this.#cancelTimer = this.#ports.clock.after(this.#limits.writeAfterMs, () => void this.#write());
    }
  }

  #take(): { readonly changes: readonly Change[]; readonly waiting: readonly (() => void)[] } {
    const changes: Change[] = [];
    for (const source of this.#dirty) changes.push(...source.takeChanges());
    changes.push(...this.#ordered);
    const waiting = this.#waiting;
    this.#dirty.clear();
    this.#ordered = [];
    this.#waiting = [];
    this.#events = 0;
    return { changes, waiting };
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    for (let tries = 1; !this.#isOver; tries += 1) {
      try {
        await this.#ports.commit(changes);
        if (this.#isFailing) this.#healed();
        return;
      } catch (cause) {
        if (!(cause instanceof StoreFailure)) throw cause;
        this.#isFailing = true;
        if (tries === 1) this.#ports.logger.warn({ code: cause.code, retry: cause.retry }, REFUSED);
        await new Promise<void>((resolve) => void this.#ports.clock.after(this.#limits.storeRetryMs, resolve));
      }
    }
  }

  #healed(): void {
    this.#isFailing = false;
    this.#ports.logger.info({}, 'the store takes the progress of deliveries again');
    this.#recovered();
  }
}

const REFUSED = 'the store did not take the progress of deliveries; it is offered again until it does';
