import type { Interval } from '../time/interval.ts';
import { monthStart, type PackedHistory } from './history-chunk.ts';
import { type StateCode, stateOf } from './state-code.ts';
import { stateAt } from './sweep.ts';

/** A stretch of a packed history in one state. */
export type HistorySpan = Interval & { readonly state: StateCode };

/** The window as stretches of one state, ascending and without a gap. */
export function spansOf(history: PackedHistory, window: Interval): readonly HistorySpan[] {
  if (window.from >= window.to) return [];
  const spans: HistorySpan[] = [];
  const start = stateAt(history, window.from);
  let { state } = start;
  let from = window.from;
  for (const { month, offsets, codes, length } of history.slice(start.chunk)) {
    const base = monthStart(month);
    for (let index = 0; index < length; index++) {
      const at = base + (offsets[index] as number);
      if (at >= window.to) break;
      const next = stateOf(codes[index] as number);
      if (at < from || next === state) continue;
      if (at > from) spans.push({ from, to: at, state });
      from = at;
      state = next;
    }
  }
  spans.push({ from, to: window.to, state });
  return spans;
}
