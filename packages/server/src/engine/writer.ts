import type { RecordedFact } from '../activity/fact.ts';
import type { Change } from './change.ts';
import type { Draft, LogHead } from './draft.ts';

/**
 * The one writer: group commit.
 *
 * The problem: a durable change costs an fsync, and an fsync costs as much as a hundred decisions. So everything that is
 * asked within one turn of the event loop is decided in order, each command on what its predecessors left, and committed
 * in one transaction with one fsync; then all callers are answered.
 *
 * What that must not break: no answer, refusals and no-ops included, tells of state before it is durable (a refusal may
 * rest on a predecessor's change); a refused command leaves its neighbours untouched; when the commit fails, every caller
 * of the group gets the failure and the memory is as before; a command with a bug in it fails alone.
 */
export class Writer {
  readonly #ports: WriterPorts;
  readonly #queue: Job[] = [];
  readonly #groupMax: number;
  #isRunning = false;
  #idle: (() => void)[] = [];

  constructor(ports: WriterPorts, limits: { readonly groupMax: number }) {
    this.#ports = ports;
    this.#groupMax = limits.groupMax;
  }

  /** How many commands wait to be decided. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Decides in the next group and settles when it is durable.
   *
   * @throws StoreFailure when the commit failed: nothing of the group happened
   */
  submit<T>(decide: (draft: Draft) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ decide, resolve: resolve as (value: unknown) => void, reject });
      this.#wake();
    });
  }

  /** Settles when nothing waits and nothing is being committed. */
  async settled(): Promise<void> {
    if (!this.#isRunning && this.#queue.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#ports.nextTurn(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    const group = this.#queue.splice(0, this.#groupMax);
    await this.#commitGroup(group);
    if (this.#queue.length > 0) {
      this.#ports.nextTurn(() => void this.#turn());
      return;
    }
    this.#isRunning = false;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  async #commitGroup(group: readonly Job[]): Promise<void> {
    const draft = this.#ports.startDraft();
    const decided = decideAll(draft, group);
    if (decided.kind === 'bug') {
      draft.drop();
      await this.#commitApart(group, decided.cause);
      return;
    }
    try {
      this.#ports.finishDraft(draft);
      if (draft.changes.length > 0) await this.#ports.commit(draft.changes);
    } catch (cause) {
      draft.drop();
      for (const job of group) job.reject(cause);
      return;
    }
    draft.merge();
    this.#ports.committed(draft.head, draft.facts);
    for (const [index, job] of group.entries()) job.resolve(decided.answers[index]);
  }

  /** One command of the group is broken: each is decided in a group of its own, so that only that one fails. */
  async #commitApart(group: readonly Job[], cause: unknown): Promise<void> {
    if (group.length === 1) {
      group[0]?.reject(cause);
      return;
    }
    for (const job of group) await this.#commitGroup([job]);
  }
}

export type WriterPorts = {
  startDraft(): Draft;
  /** Adds what is written once per group, such as the rows of the agents it touched. */
  finishDraft(draft: Draft): void;
  commit(changes: readonly Change[]): undefined | Promise<void>;
  /** The group is durable and merged; its callers are about to be answered. */
  committed(head: LogHead, facts: readonly RecordedFact[]): void;
  /** Runs after what is pending now has had its turn: `setImmediate` in production. */
  nextTurn(run: () => void): void;
};

type Job = {
  readonly decide: (draft: Draft) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
};

type Decided =
  | { readonly kind: 'decided'; readonly answers: readonly unknown[] }
  | { readonly kind: 'bug'; readonly cause: unknown };

function decideAll(draft: Draft, group: readonly Job[]): Decided {
  const answers: unknown[] = [];
  try {
    for (const job of group) answers.push(job.decide(draft));
  } catch (cause) {
    return { kind: 'bug', cause };
  }
  return { kind: 'decided', answers };
}
