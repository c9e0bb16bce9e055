import type { DeliveryError } from '../delivery/receiver.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { Instant } from '../time/instant.ts';
import type { CallKind } from './call-kind.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import type { CallOrigin } from './origin.ts';
import type { SourceFrame } from './source-frame.ts';

/** One line that the app printed during a call. */
export type EntryLine = { readonly at: Instant; readonly level: string; readonly text: string };

/** What the app asked of the platform during a call, and what came of it. */
export type EntryOperation = {
  readonly name: string;
  readonly args: string;
  readonly state: 'open' | 'done' | 'refused';
  readonly result: string | null;
  readonly durationMs: number | null;
};

/** How a call ended. */
export type EntryOutcome =
  | { readonly kind: 'done'; readonly durationMs: number }
  | { readonly kind: 'answered'; readonly durationMs: number; readonly answer: JsonValue }
  | { readonly kind: 'refused'; readonly durationMs: number; readonly answer: JsonValue }
  | { readonly kind: 'failed'; readonly durationMs: number; readonly error: EntryError }
  | { readonly kind: 'interrupted' };

export type EntryError = DeliveryError & { readonly frame: SourceFrame | null };

/** One call of the app: what it was called with, what it did, how it ended. */
export type Entry = {
  readonly number: number;
  readonly callId: string;
  readonly kind: CallKind;
  /** The event, or the name of the function, action or job. */
  readonly name: string;
  readonly module: string | null;
  readonly handler: string;
  readonly origin: CallOrigin;
  /** How often this event came to this callback, this time included; more than 1 for a delivery that failed before. */
  readonly attempt: number;
  /** By the engine's clock. */
  readonly at: Instant;
  readonly payload: JsonObject;
  /** With the secret parameters masked. */
  readonly shownPayload: JsonObject;
  readonly lines: readonly EntryLine[];
  readonly linesLeftOut: number;
  readonly operations: readonly EntryOperation[];
  /** Null while it is under way. */
  readonly outcome: EntryOutcome | null;
};

type Open = { -readonly [Key in keyof Entry]: Entry[Key] } & { lines: EntryLine[]; operations: EntryOperation[] };

/** A line that belongs to no call: printed while the app loaded, or after a call had ended. */
export type LooseLine = EntryLine & { readonly number: number };

export type JournalReader = {
  entry(entry: Entry): void;
  line(line: LooseLine): void;
};

/** What happened to the app, newest last, bounded: the page's story, kept in memory alone. */
export class Journal {
  readonly #entries = new Map<number, Open>();
  readonly #loose: LooseLine[] = [];
  readonly #readers = new Set<JournalReader>();
  readonly #attempts = new Map<string, number>();
  #count = 0;
  #open = 0;

  /** Calls that are under way. */
  get openCalls(): number {
    return this.#open;
  }

  entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  looseLines(): readonly LooseLine[] {
    return this.#loose;
  }

  get(number: number): Entry | null {
    return this.#entries.get(number) ?? null;
  }

  begin(
    call: Pick<Entry, 'callId' | 'kind' | 'name' | 'module' | 'handler' | 'origin' | 'at' | 'payload' | 'shownPayload'>,
  ): EntryWriter {
    this.#count += 1;
    this.#open += 1;
    const attempt = (this.#attempts.get(call.callId) ?? 0) + 1;
    this.#attempts.set(call.callId, attempt);
    const entry: Open = {
      ...call,
      number: this.#count,
      attempt,
      lines: [],
      linesLeftOut: 0,
      operations: [],
      outcome: null,
    };
    this.#entries.set(entry.number, entry);
    this.#trim();
    this.#tell(entry);
    return this.#writer(entry);
  }

  /** A line outside of every call. */
  looseLine(line: EntryLine): void {
    this.#count += 1;
    const loose = { ...line, number: this.#count };
    this.#loose.push(loose);
    if (this.#loose.length > WORKBENCH_LIMITS.entriesMax) this.#loose.shift();
    for (const reader of this.#readers) reader.line(loose);
  }

  read(reader: JournalReader): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #writer(entry: Open): EntryWriter {
    return {
      number: entry.number,
      line: (line) => {
        if (entry.lines.length >= WORKBENCH_LIMITS.linesPerEntryMax) entry.linesLeftOut += 1;
        else entry.lines.push(line);
        this.#tell(entry);
      },
      operation: (name, args) => {
        if (entry.operations.length >= WORKBENCH_LIMITS.operationsPerEntryMax) return () => {};
        const index = entry.operations.length;
        entry.operations.push({ name, args, state: 'open', result: null, durationMs: null });
        this.#tell(entry);
        return (state, result, durationMs) => {
          entry.operations[index] = { name, args, state, result, durationMs };
          this.#tell(entry);
        };
      },
      end: (outcome) => {
        if (entry.outcome !== null) return;
        entry.outcome = outcome;
        this.#open -= 1;
        this.#tell(entry);
      },
    };
  }

  #tell(entry: Open): void {
    for (const reader of this.#readers) reader.entry(entry);
  }

  #trim(): void {
    if (this.#entries.size <= WORKBENCH_LIMITS.entriesMax) return;
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return;
    this.#entries.delete(oldest.number);
    this.#attempts.delete(oldest.callId);
  }
}

/** Writes one entry on as its call goes on. */
export type EntryWriter = {
  readonly number: number;
  line(line: EntryLine): void;
  /** An operation begins; the answer ends it. */
  operation(
    name: string,
    args: string,
  ): (state: 'done' | 'refused', result: string | null, durationMs: number | null) => void;
  end(outcome: EntryOutcome): void;
};
