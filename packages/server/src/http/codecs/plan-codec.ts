import type { Fault, PlanPut, PlanQuery, PlanRead } from '@rollcall/contract';
import { planLimits, type StoredPlanEntry } from '../../directory/plan-record.ts';
import { type Answer, done } from '../../directory/rejection.ts';
import type { PlanEntry } from '../../report/adherence.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, type Instant, parseInstant } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import { refusedInput } from '../problem-answer.ts';
import type { Reading } from './reading.ts';

/** A window of a plan: not empty, and not endless. */
export function planWindow({ from: fromText, to: toText }: PlanQuery): Answer<Interval> {
  const [from, to] = [instantOf(fromText), instantOf(toText)];
  if (from >= to) return refusedInput([{ pointer: '/to', detail: 'must be after from' }]);
  if (to - from > planLimits.windowMsMax)
    return refusedInput([{ pointer: '/to', detail: 'is more than 366 days after from' }]);
  return done({ from, to });
}

/** The entries of a body, or every field that its kind of activity lacks or has too much. */
export function planEntries({ entries }: PlanPut): Answer<readonly StoredPlanEntry[]> {
  const faults: Fault[] = [];
  const read = entries.map((entry, index): StoredPlanEntry => {
    const { kind, custom_status_id: id, name, productive } = entry.activity;
    const at = `/entries/${index}/activity`;
    const need = (field: string, isThere: boolean, isWanted: boolean) => {
      if (isThere === isWanted) return;
      const detail = isWanted ? `is needed with ${kind}` : `is not taken with ${kind}`;
      faults.push({ pointer: `${at}/${field}`, detail });
    };
    need('custom_status_id', id !== undefined, kind === 'status');
    need('name', name !== undefined, kind === 'other');
    if (kind !== 'other') need('productive', productive !== undefined, false);
    return { from: instantOf(entry.from), to: instantOf(entry.to), activity: activityOf(entry.activity) };
  });
  return faults.length > 0 ? refusedInput(faults) : done(read);
}

function activityOf({
  kind,
  custom_status_id: id = '',
  name = '',
  productive = false,
}: PlanPut['entries'][number]['activity']): StoredPlanEntry['activity'] {
  switch (kind) {
    case 'work':
      return { kind };
    case 'status':
      return { kind, statusId: id.toLowerCase() };
    case 'other':
      return { kind, name, productive };
  }
}

export function planRead(
  agentId: string,
  { from, to }: Interval,
  entries: readonly PlanEntry[],
  reading: Reading,
): PlanRead {
  return {
    agent_id: agentId,
    from: formatInstant(from),
    to: formatInstant(to),
    entries: entries.map((entry) => ({
      from: formatInstant(entry.from),
      to: formatInstant(entry.to),
      activity: activityRead(entry.activity, reading),
    })),
  };
}

function activityRead(activity: PlanEntry['activity'], reading: Reading): PlanRead['entries'][number]['activity'] {
  switch (activity.kind) {
    case 'work':
      return { kind: 'work', custom_status_id: null, name: null, productive: true };
    case 'status': {
      const status = reading.customStatus(activity.statusId);
      assert(status !== undefined, 'custom statuses are archived, never removed');
      const { id, name, productive } = status;
      return { kind: 'status', custom_status_id: id, name, productive };
    }
    case 'other':
      return { kind: 'other', custom_status_id: null, name: activity.name, productive: activity.productive };
  }
}

function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  assert(instant !== null, 'the shape was checked');
  return instant;
}
