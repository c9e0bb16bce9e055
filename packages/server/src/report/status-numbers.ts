import type { Position } from '../activity/position.ts';
import { isCustom, type StatusLabel } from '../activity/status-label.ts';
import { assert } from '../time/assert.ts';
import { type StatusNumber, statusNumberMax } from './state-code.ts';

/**
 * The custom statuses of a log as small numbers, in the order in which they were first recorded. A rename records a new
 * label of the same status, so labels of one status share a number: time in a status is counted by what it is, not by what
 * it was called.
 */
export type StatusNumbers = {
  /** @throws Bug when the label was not recorded */
  numberOf(label: StatusLabel): StatusNumber;
  /** What a label was called when it was recorded; null for the two default statuses. */
  nameOf(label: StatusLabel): string | null;
  /** The id of a custom status; null for the two default ones. */
  idOf(number: StatusNumber): string | null;
  /** undefined when no such status was recorded. */
  numberOfId(id: string): StatusNumber | undefined;
  /** One more than the largest number in use. */
  readonly count: number;
};

/** Grows with the log: recorded in the order of positions. */
export class RecordedStatusNumbers implements StatusNumbers {
  readonly #byLabel: Map<Position, StatusNumber>;
  readonly #names: Map<Position, string>;
  readonly #byId: Map<string, StatusNumber>;
  readonly #ids: (string | null)[];

  /** Goes on from another, and leaves that one as it is. */
  constructor(before: RecordedStatusNumbers | null = null) {
    this.#byLabel = new Map(before === null ? [] : before.#byLabel);
    this.#names = new Map(before === null ? [] : before.#names);
    this.#byId = new Map(before === null ? [] : before.#byId);
    this.#ids = before === null ? [null, null] : [...before.#ids];
  }

  record(label: Position, id: string, name: string): void {
    let number = this.#byId.get(id);
    if (number === undefined) {
      number = this.#ids.length;
      assert(number <= statusNumberMax, 'There is room for 67 million custom statuses in a code.');
      this.#byId.set(id, number);
      this.#ids.push(id);
    }
    this.#byLabel.set(label, number);
    this.#names.set(label, name);
  }

  numberOf(label: StatusLabel): StatusNumber {
    if (!isCustom(label)) return label;
    const number = this.#byLabel.get(label);
    assert(number !== undefined, `position ${label} recorded no custom status`);
    return number;
  }

  nameOf(label: StatusLabel): string | null {
    return this.#names.get(label) ?? null;
  }

  idOf(number: StatusNumber): string | null {
    return this.#ids[number] ?? null;
  }

  numberOfId(id: string): StatusNumber | undefined {
    return this.#byId.get(id);
  }

  get count(): number {
    return this.#ids.length;
  }
}
