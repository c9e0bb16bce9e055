import type { Position } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { Entry } from './entry.ts';
import { firstState, type StateCode, stateOf } from './state-code.ts';

/** An unbroken stay in one state, and the facts that began and ended it; null where no fact did. */
export type Stay = Interval & {
  readonly state: StateCode;
  readonly begunBy: Position | null;
  readonly endedBy: Position | null;
};

/**
 * The stays that a window meets, ascending and without a gap. A fact that changes nothing begins no stay, so a stay's two
 * facts are those that made a difference. Stays keep their own facts where the window cuts them.
 */
export function staysIn(entries: readonly Entry[], window: Interval): readonly Stay[] {
  const stays: Stay[] = [];
  for (const stay of allStays(entries)) {
    const from = Math.max(stay.from, window.from);
    const to = Math.min(stay.to, window.to);
    if (from < to) stays.push({ ...stay, from, to });
  }
  return stays;
}

function allStays(entries: readonly Entry[]): readonly Stay[] {
  const stays: Stay[] = [];
  let from: Instant = Number.NEGATIVE_INFINITY;
  let state = firstState;
  let begunBy: Position | null = null;
  entries.forEach((entry, index) => {
    // Of the entries of one instant only the last one lasts.
    if (entries[index + 1]?.at === entry.at || stateOf(entry.code) === state) return;
    const position = firstOfInstant(entries, index, state);
    stays.push({ from, to: entry.at, state, begunBy, endedBy: position });
    [from, state, begunBy] = [entry.at, stateOf(entry.code), position];
  });
  stays.push({ from, to: Number.MAX_SAFE_INTEGER, state, begunBy, endedBy: null });
  return stays;
}

/**
 * The fact to name for a change that several facts of one instant made together: the last that moved the state. Signing
 * in, for one, is a session's opening and the event that follows it, and the event is what people know.
 */
function firstOfInstant(entries: readonly Entry[], last: number, before: StateCode): Position {
  const at = (entries[last] as Entry).at;
  const final = stateOf((entries[last] as Entry).code);
  let index = last;
  while (
    index > 0 &&
    (entries[index - 1] as Entry).at === at &&
    stateOf((entries[index - 1] as Entry).code) === final
  ) {
    index -= 1;
  }
  const entry = entries[index] as Entry;
  return stateOf(entry.code) === before ? (entries[last] as Entry).position : entry.position;
}
