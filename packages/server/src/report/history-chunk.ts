import { assert } from '../time/assert.ts';
import { dayMs, type Instant } from '../time/instant.ts';
import { civilOfDayNumber, dayNumberOfCivil } from '../time/local-date.ts';
import type { Entry } from './entry.ts';
import { firstState, type StateCode, stateOf } from './state-code.ts';

/** A month of UTC, counted from 1970-01: what an agent's history is packed by. */
export type MonthNumber = number;

export function monthOf(instant: Instant): MonthNumber {
  const { year, month } = civilOfDayNumber(Math.floor(instant / dayMs));
  return (year - 1970) * 12 + month - 1;
}

export function monthStart(month: MonthNumber): Instant {
  return dayNumberOfCivil(1970 + Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, 1) * dayMs;
}

/**
 * One agent's entries of one month, in columns: eight bytes an entry, read without decoding. Immutable up to `length`:
 * arrays may be longer and be written behind it, so whoever holds a chunk keeps seeing what it was.
 */
export type HistoryChunk = {
  readonly month: MonthNumber;
  /** The state at the month's start. */
  readonly opening: StateCode;
  /** Milliseconds since the month's start: a month has fewer than 2^32. */
  readonly offsets: Uint32Array;
  readonly codes: Uint32Array;
  readonly length: number;
};

/** An agent's history as a report reads it: its chunks, ascending by month. Between chunks nothing happened. */
export type PackedHistory = readonly HistoryChunk[];

/** Packs entries, ascending by time. */
export function packHistory(entries: readonly Entry[]): PackedHistory {
  const pack = new GrowingHistory();
  for (const entry of entries) pack.add(entry.at, entry.code);
  return pack.chunks();
}

const LENGTH_MIN = 16;

/** A history that grows at its end. */
export class GrowingHistory {
  readonly #closed: HistoryChunk[];
  #month: MonthNumber | null = null;
  #base: Instant = 0;
  #end: Instant = Number.NEGATIVE_INFINITY;
  #opening: StateCode = firstState;
  #state: StateCode = firstState;
  #offsets = new Uint32Array(LENGTH_MIN);
  #codes = new Uint32Array(LENGTH_MIN);
  #length = 0;

  /** Goes on from chunks that were packed before; the last of them may grow. */
  constructor(chunks: PackedHistory = []) {
    this.#closed = chunks.slice(0, -1);
    const last = chunks.at(-1);
    if (last === undefined) return;
    this.#begin(last.month, last.opening);
    this.#offsets = new Uint32Array(Math.max(LENGTH_MIN, last.length * 2));
    this.#codes = new Uint32Array(this.#offsets.length);
    this.#offsets.set(last.offsets.subarray(0, last.length));
    this.#codes.set(last.codes.subarray(0, last.length));
    this.#length = last.length;
    if (last.length > 0) this.#state = stateOf(last.codes[last.length - 1] as number);
  }

  add(at: Instant, code: StateCode): void {
    if (at >= this.#end || this.#month === null) this.#begin(monthOf(at), this.#state);
    assert(at >= this.#base, 'A history grows at its end.');
    if (this.#length === this.#offsets.length) this.#grow();
    this.#offsets[this.#length] = at - this.#base;
    this.#codes[this.#length] = code;
    this.#length += 1;
    this.#state = stateOf(code);
  }

  /** All chunks as they are now; what is added later is not in them. */
  chunks(): PackedHistory {
    const last = this.last();
    return last === null ? [] : [...this.#closed, last];
  }

  /** The newest chunk as it is now. */
  last(): HistoryChunk | null {
    if (this.#month === null) return null;
    return {
      month: this.#month,
      opening: this.#opening,
      offsets: this.#offsets,
      codes: this.#codes,
      length: this.#length,
    };
  }

  #begin(month: MonthNumber, opening: StateCode): void {
    const last = this.last();
    if (last !== null) this.#closed.push(last);
    this.#month = month;
    this.#base = monthStart(month);
    this.#end = monthStart(month + 1);
    this.#opening = opening;
    this.#state = opening;
    this.#offsets = new Uint32Array(LENGTH_MIN);
    this.#codes = new Uint32Array(LENGTH_MIN);
    this.#length = 0;
  }

  #grow(): void {
    const offsets = new Uint32Array(this.#length * 2);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const codes = new Uint32Array(this.#length * 2);
    codes.set(this.#codes);
    this.#codes = codes;
  }
}

/** A chunk as bytes: how many entries, the opening, the offsets, the codes; four bytes each, little-endian. */
export function bytesOfChunk(chunk: HistoryChunk): Uint8Array {
  const words = new Uint32Array(2 + chunk.length * 2);
  words[0] = chunk.length;
  words[1] = chunk.opening;
  words.set(chunk.offsets.subarray(0, chunk.length), 2);
  words.set(chunk.codes.subarray(0, chunk.length), 2 + chunk.length);
  return new Uint8Array(words.buffer);
}

/** The way back, over the same memory where it is aligned. */
export function chunkOfBytes(month: MonthNumber, bytes: Uint8Array): HistoryChunk {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  const length = words[0] ?? 0;
  assert(words.length === 2 + length * 2, 'A packed month is as long as it says.');
  const offsets = words.subarray(2, 2 + length);
  return { month, opening: words[1] as number, offsets, codes: words.subarray(2 + length), length };
}
