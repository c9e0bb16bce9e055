import type { AgentActivityQuery, Fault } from '@rollcall/contract';
import { nameKey } from '../../directory/name-key.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import type { WhatIf } from '../../reporting/report-ask.ts';
import type { ReportCall } from './report-call.ts';

type WhatIfFields = Pick<AgentActivityQuery, 'what_if' | 'idle_after_ms' | 'what_if_calendar_id' | 'productive'>;

const SETTINGS = ['idle_after_ms', 'what_if_calendar_id', 'productive'] as const;

/** Whoever says that nothing is tried, and tries something, means one of the two. */
export function whatIfFaults(fields: Readonly<Record<string, unknown>>): readonly Fault[] {
  if (fields.what_if !== false) return [];
  return SETTINGS.filter((name) => fields[name] !== undefined).map((name) => ({
    pointer: `/${name}`,
    detail: 'is a setting of a what-if: leave out `what_if`, or this',
  }));
}

/** The settings that are tried; null when the report is of what was. */
export function readWhatIf(fields: WhatIfFields, call: ReportCall): Answer<WhatIf | null> {
  if (fields.what_if !== true && SETTINGS.every((name) => fields[name] === undefined)) return done(null);
  const { idle_after_ms: idleAfterMs, what_if_calendar_id: calendar, productive } = fields;
  const calendarId = calendar?.toLowerCase();
  if (calendarId !== undefined && !isCalendar(calendarId, call)) {
    const detail = `There is no calendar ${calendar}.`;
    return refuse('unknown_calendar', detail, [{ pointer: '/what_if_calendar_id', detail }]);
  }
  const statuses = productive === undefined ? undefined : readStatuses(productive, call);
  if (statuses?.kind === 'rejected') return statuses;
  return done({
    ...(idleAfterMs === undefined ? {} : { idleAfterMs }),
    ...(calendarId === undefined ? {} : { calendarId }),
    ...(statuses === undefined ? {} : { productive: statuses.value }),
  });
}

function isCalendar(id: string, { memory, caller }: ReportCall): boolean {
  const found = memory.calendars.get(id);
  return found?.account === caller.account && !found.record.removed;
}

/** Ids of the statuses that are named by id or by name; a name that an archived one had too means both. */
function readStatuses(named: readonly string[], { memory, caller }: ReportCall): Answer<readonly string[]> {
  const own = [...memory.customStatuses.values()]
    .filter(({ account }) => account === caller.account)
    .map(({ record }) => record);
  const found = named.map((text) =>
    own.filter(({ id, name }) => id === text.toLowerCase() || nameKey(name) === nameKey(text)).map(({ id }) => id),
  );
  const faults = found.flatMap((ids, index): readonly Fault[] =>
    ids.length > 0
      ? []
      : [{ pointer: `/productive/${index}`, detail: `There is no custom status ${JSON.stringify(named[index])}.` }],
  );
  const [first] = faults;
  if (first !== undefined) return refuse('unknown_custom_status', first.detail, faults);
  return done([...new Set(found.flat())]);
}
