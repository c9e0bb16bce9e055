import type { AgentActivityQuery, Fault, WindowOfAgentsQuery } from '@rollcall/contract';
import { type Answer, done } from '../../directory/rejection.ts';
import type { ReportAsk } from '../../reporting/report-ask.ts';
import { refusedCursor } from '../cursor.ts';
import { readAgents, readGroups } from './read-agents.ts';
import { readWhatIf, whatIfFaults } from './read-what-if.ts';
import { readNow, readWindow, windowFaults } from './read-window.ts';
import type { ReportCall } from './report-call.ts';
import { pinOf } from './report-cursor.ts';

/** A question, and from which line on it is to be answered. */
export type AskedReport = { readonly ask: ReportAsk; readonly offset: number };

/** What is wrong with the fields of a question besides their shape, all at once. */
export function activityFaults(fields: Readonly<Record<string, unknown>>, call: ReportCall): readonly Fault[] {
  return [...windowFaults(fields, call), ...whatIfFaults(fields)];
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
