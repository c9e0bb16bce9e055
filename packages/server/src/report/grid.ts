import type { Instant } from '../time/instant.ts';
import type { Intervals } from '../time/interval.ts';
import type { TimePieces } from './time-keys.ts';

/**
 * A window cut wherever the answer changes by itself: where hours open or close, and where another piece of time begins.
 * Segment i is [bounds[i], bounds[i + 1]). One grid serves all agents with the same hours.
 */
export type Grid = {
  readonly bounds: Float64Array;
  /** 1 where business hours are. */
  readonly isInHours: Uint8Array;
  /** Index of the piece's key. */
  readonly keyOf: Int32Array;
  readonly length: number;
};

/** Lays business hours (null: all hours) over the pieces. */
export function gridOf(pieces: TimePieces, hours: Intervals | null): Grid {
  const bounds: Instant[] = [];
  const isInHours: number[] = [];
  const keyOf: number[] = [];
  let hour = 0;
  for (let piece = 0; piece < pieces.keyOf.length; piece++) {
    const to = pieces.bounds[piece + 1] as Instant;
    let at = pieces.bounds[piece] as Instant;
    while (at < to) {
      while (hours !== null && hour < hours.length && (hours[hour]?.to ?? 0) <= at) hour++;
      const next = hours?.[hour];
      const isIn = hours === null || (next !== undefined && next.from <= at);
      const end = hours === null || next === undefined ? to : Math.min(to, isIn ? next.to : next.from);
      bounds.push(at);
      isInHours.push(isIn ? 1 : 0);
      keyOf.push(pieces.keyOf[piece] as number);
      at = end;
    }
  }
  bounds.push(pieces.bounds[pieces.keyOf.length] as Instant);
  return {
    bounds: Float64Array.from(bounds),
    isInHours: Uint8Array.from(isInHours),
    keyOf: Int32Array.from(keyOf),
    length: keyOf.length,
  };
}
