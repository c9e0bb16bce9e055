import { type AgentActivityQuery, type Fault, WIRE_LIMITS, type WindowOfAgentsQuery } from '@rollcall/contract';
import { type Answer, done } from '../../directory/rejection.ts';
import type { ReportAsk } from '../../reporting/report-ask.ts';
import { dayMs } from '../../time/instant.ts';
import { refusedCursor } from '../cursor.ts';
import { readAgents, readGroups } from './read-agents.ts';
import { readWhatIf, whatIfFaults } from './read-what-if.ts';
import { readNow, readWindow, windowFaults, windowIfGood } from './read-window.ts';
import type { ReportCall } from './report-call.ts';
import { pinOf } from './report-cursor.ts';

/** A question, and from which line on it is to be answered. */
export type AskedReport = { readonly ask: ReportAsk; readonly offset: number };

/** What is wrong with the fields of a question besides their shape, all at once. */
export function activityFaults(fields: Readonly<Record<string, unknown>>, call: ReportCall): readonly Fault[] {
  return [...windowFaults(fields, call), ...hourlyFaults(fields, call), ...whatIfFaults(fields)];
}

/**
 * A line for every hour of a century would keep everybody else waiting: hours of single days are asked about for a year
 * or so at once, and hours of the day, which are 24, for ten.
 */
function hourlyFaults(fields: Readonly<Record<string, unknown>>, call: ReportCall): readonly Fault[] {
  const groupBy = Array.isArray(fields.group_by) ? fields.group_by : [];
  if (!groupBy.includes('hour_of_day')) return [];
  const window = windowIfGood(fields, call);
  const daysMax = groupBy.includes('day') ? WIRE_LIMITS.daysOfHourlyReportMax : WIRE_LIMITS.daysOfHoursReportMax;
  if (window === null || window.to - window.from <= daysMax * dayMs) return [];
  const what = groupBy.includes('day') ? 'hour_of_day and day' : 'hour_of_day';
  return [{ pointer: '/to', detail: `by ${what}, expected a time at most ${daysMax} days after \`from\`` }];
}

/** The question that good fields ask, where all that they name is there. */
export function readActivityAsk(query: AgentActivityQuery, call: ReportCall): Answer<AskedReport> {
  const agents = readAgents(query.agent_id, call);
  if (agents.kind === 'rejected') return agents;
  const groups = readGroups(query.group_id, call);
  if (groups.kind === 'rejected') return groups;
  const whatIf = readWhatIf(query, call);
  if (whatIf.kind === 'rejected') return whatIf;
  const ask: ReportAsk = {
    account: call.caller.account,
    ...readWindow(query, call),
    groupBy: query.group_by ?? ['agent'],
    hours: query.calendar ?? 'business_hours',
    agents: agents.value,
    groups: groups.value,
    now: readNow(query.now, call),
    atPosition: query.at_position ?? null,
    whatIf: whatIf.value,
  };
  if (query.after === undefined) return done({ ask, offset: 0 });
  const pin = pinOf(query.after, ask, call);
  if (pin === null) return refusedCursor();
  return done({ ask: { ...ask, now: pin.now, atPosition: pin.position }, offset: pin.offset });
}

/** The same for questions that know no lines: about agents, groups and a window alone. */
export function readWindowAsk(query: WindowOfAgentsQuery, call: ReportCall): Answer<ReportAsk> {
  const asked = readActivityAsk(query, call);
  return asked.kind === 'rejected' ? asked : done(asked.value.ask);
}
