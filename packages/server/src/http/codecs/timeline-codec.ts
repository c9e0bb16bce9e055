import type { TimelineRead } from '@rollcall/contract';
import type { Memory } from '../../engine/memory.ts';
import type { BoundingFact, Timeline } from '../../reporting/report-answer.ts';
import { formatInstant } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import type { AskedWindow } from '../reports/read-window.ts';
import { agentIdOf, basisRead } from './report-codec.ts';

/** An agent's history on the wire. */
export function timelineRead(timeline: Timeline, window: AskedWindow, memory: Memory): TimelineRead {
  return {
    agent_id: agentIdOf(timeline.agent, memory),
    items: timeline.intervals.map((interval) => ({
      ...intervalRead(interval),
      state: interval.state,
      general_availability: interval.generalAvailability,
      intelliassign: interval.intelliassign,
      custom_status_id: interval.customStatusId,
      name: interval.name,
      in_hours: interval.inHours.map(intervalRead),
      in_hours_ms: interval.inHoursMs,
      begun_by: factRead(interval.begunBy),
      ended_by: factRead(interval.endedBy),
    })),
    hours: timeline.hours.map(intervalRead),
    basis: basisRead(timeline.basis, window),
    next: null,
  };
}

function intervalRead({ from, to }: Interval) {
  return { from: formatInstant(from), to: formatInstant(to) };
}

function factRead(fact: BoundingFact | null): TimelineRead['items'][number]['begun_by'] {
  if (fact === null) return null;
  const { position, kind, reason, actor, imported, sentence } = fact;
  return {
    position,
    kind,
    at: formatInstant(fact.at),
    recorded_at: formatInstant(fact.recordedAt),
    event_id: fact.eventId,
    reason,
    actor,
    imported,
    last_activity_at: fact.lastActivityAt === null ? null : formatInstant(fact.lastActivityAt),
    sentence,
  };
}
