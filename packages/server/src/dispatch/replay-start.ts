import type { LogReader } from '../activity/log-reader.ts';
import type { Position } from '../activity/position.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';

/**
 * The last position that was recorded before an instant, 0 when there is none. Found by halving, for facts are recorded
 * in the order of their positions; where a clock was set back, it is one of the places that fit.
 */
export async function positionBefore(
  log: Pick<LogReader, 'factAt'>,
  head: Position,
  recordedFrom: Instant,
): Promise<Position> {
  let [before, after] = [0, head + 1];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const fact = await log.factAt(middle);
    assert(fact !== null, `position ${middle} is not above the head and must exist`);
    if (fact.recordedAt < recordedFrom) before = middle;
    else after = middle;
  }
  return before;
}
