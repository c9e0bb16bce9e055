import { dayMs, hourMs, type Instant, minuteMs } from '../time/instant.ts';
import { instantOfLocalTime, localTimeAt, type Zone } from '../time/zone-rules.ts';
import type { Repeat } from './schedule-input.ts';

/**
 * The next instant, after a given one, at which a recurring schedule is due. Its first instant counts as one of them.
 *
 * Minutes and hours are time that passes: every 6 hours is every 6 hours, whatever the clocks do. Days are days of the
 * schedule's zone: every day at 9 stays at 9 when daylight saving begins or ends; a time that the clocks skip is due
 * when they do, and one that they show twice is due the first time.
 */
export function nextOccurrence(
  first: Instant,
  repeat: Repeat,
  { after, zone }: { after: Instant; zone: Zone },
): Instant {
  if (first > after) return first;
  if (repeat.timeUnit !== 'days') {
    const stepMs = repeat.frequency * (repeat.timeUnit === 'hours' ? hourMs : minuteMs);
    return first + (Math.floor((after - first) / stepMs) + 1) * stepMs;
  }
  const firstLocal = localTimeAt(zone, first);
  const stepMs = repeat.frequency * dayMs;
  // Wall time and passed time differ by less than two days: one step back is enough to miss none.
  const stepsBefore = Math.floor((localTimeAt(zone, after) - firstLocal) / stepMs) - 1;
  for (let step = Math.max(0, stepsBefore); ; step++) {
    const at = instantShowing(zone, firstLocal + step * stepMs);
    if (at > after) return at;
  }
}

function instantShowing(zone: Zone, local: number): Instant {
  const shown = instantOfLocalTime(zone, local);
  switch (shown.kind) {
    case 'once':
      return shown.at;
    case 'twice':
      return shown.earlier;
    case 'never':
      return shown.skippedAt;
  }
}
