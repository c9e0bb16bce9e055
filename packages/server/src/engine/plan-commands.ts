import type { AgentNumber } from '../activity/position.ts';
import { nameKey } from '../directory/name-key.ts';
import { type PlanMonth, planKeyOf, planLimits, planMonthOf, type StoredPlanEntry } from '../directory/plan-record.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import type { PlanEntry } from '../report/adherence.ts';
import { overlapsOf, planWithin, withWindowReplaced } from '../report/plan.ts';
import type { PlanFault, PlanLine } from '../report/plan-file.ts';
import { dayMs } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { Ask } from './agent-commands.ts';
import { findAgent } from './agent-commands.ts';
import { auditThing, putRecord } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Agent, type Memory, scoped } from './memory.ts';

/** What an agent is planned to do in a window, in order, cut at its edges; as it is on disk. */
export function planOf(memory: Memory, agent: AgentNumber, window: Interval): readonly PlanEntry[] {
  const stored = monthsAround(window).flatMap((month) => memory.plans.get(planKeyOf(agent, month))?.entries ?? []);
  return planWithin(
    stored.map((entry) => withMark(entry, (id) => memory.customStatuses.get(id)?.record.productive)),
    window,
  );
}

export type PlanInput = {
  readonly agentId: string;
  readonly window: Interval;
  readonly entries: readonly StoredPlanEntry[];
};

/** Says what an agent is planned to do in a window: what was planned there gives way, the rest stays. */
export function replacePlan(draft: Draft, ask: Ask, input: PlanInput): Answer<readonly PlanEntry[]> {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return refuse('unknown_agent', `There is no agent ${input.agentId}.`);
  const { window, entries } = input;
  const faults = [
    ...entries.flatMap((entry, index) => entryFaults(draft, ask, entry, window, index)),
    ...overlapsOf(entries).map((one) => ({
      pointer: `/entries/${one.index}/from`,
      detail: `It overlaps /entries/${one.with}.`,
    })),
  ];
  if (faults.length > 0) {
    const isUnknownStatus = faults.every(({ pointer }) => pointer.endsWith('/custom_status_id'));
    return refuse(isUnknownStatus ? 'unknown_custom_status' : 'invalid_input', faults[0]?.detail ?? '', faults);
  }
  const months = monthsWith(draft, agent.number, window, entries);
  const full = months.find((month) => month.entries.length > planLimits.entriesPerMonthMax);
  if (full !== undefined) return refuse('invalid_input', tooMany(full.month));
  putMonths(draft, ask, agent, months);
  return done(draftedPlan(draft, agent.number, window));
}

export type ImportedPlan = {
  readonly agents: number;
  readonly entries: number;
  readonly otherActivities: readonly string[];
};

/**
 * Takes the shifts of a file, all or none; every bad line is named. For each agent of the file the plan is replaced from
 * the first shift in it to the end of the last, or in the window that is given, which may also empty days.
 */
export function importPlan(
  draft: Draft,
  ask: Ask,
  input: {
    readonly lines: readonly PlanLine[];
    readonly faults: readonly PlanFault[];
    readonly window: Interval | null;
  },
): Answer<ImportedPlan> {
  const { lines, window } = input;
  const faults = [...input.faults];
  if (lines.length > planLimits.entriesPerImportMax) {
    faults.push({
      line: 1,
      detail: `The file has ${lines.length} shifts; at most ${planLimits.entriesPerImportMax} are taken at once.`,
    });
  } else if (lines.length === 0 && faults.length === 0) {
    faults.push({ line: 1, detail: 'The file has no shift.' });
  }
  let unknown = 0;
  const plans = new Map<AgentNumber, { readonly agent: Agent; readonly shifts: Shift[] }>();
  const others = new Set<string>();
  for (const line of faults.length > input.faults.length ? [] : lines) {
    const agentOfLine = agentNamed(draft, ask, line.agent);
    if (agentOfLine === undefined) {
      unknown++;
      faults.push({ line: line.line, detail: `There is no agent "${line.agent.slice(0, 100)}".` });
      continue;
    }
    const shift = shiftOf(draft, agentOfLine, line, faults);
    if (shift === null) continue;
    const { agent, entry } = shift;
    if (window !== null && (entry.from < window.from || entry.to > window.to)) {
      faults.push({ line: line.line, detail: 'The shift is not within the window that is replaced (from, to).' });
    }
    if (entry.activity.kind === 'other') others.add(entry.activity.name);
    const plan = plans.get(agent.number) ?? { agent, shifts: [] };
    plan.shifts.push({ line: line.line, entry });
    plans.set(agent.number, plan);
  }
  for (const { shifts } of plans.values()) faults.push(...overlapFaults(shifts));
  const changes = [...plans.values()].map(({ agent, shifts }) => {
    const entries = shifts.map(({ entry }) => entry);
    return { agent, months: monthsWith(draft, agent.number, window ?? spanOf(entries), entries) };
  });
  for (const { agent, months } of changes) {
    const full = months.find(({ entries }) => entries.length > planLimits.entriesPerMonthMax);
    const line = plans.get(agent.number)?.shifts[0]?.line ?? 1;
    if (full !== undefined) faults.push({ line, detail: `${tooMany(full.month)} (${agent.profile.email})` });
  }
  if (faults.length > 0) return refusedLines(faults, faults.length === unknown ? 'unknown_agent' : 'invalid_input');
  for (const { agent, months } of changes) putMonths(draft, ask, agent, months);
  return done({ agents: plans.size, entries: lines.length, otherActivities: [...others].toSorted() });
}

function agentNamed(draft: Draft, ask: Ask, name: string): Agent | undefined {
  const byEmail = draft.memory.emails.drafted(scoped(ask.caller.account, nameKey(name)));
  return byEmail === undefined ? findAgent(draft, ask, name) : draft.memory.agents.drafted(byEmail);
}

type Shift = { readonly line: number; readonly entry: StoredPlanEntry };

function shiftOf(
  draft: Draft,
  agent: Agent,
  line: PlanLine,
  faults: PlanFault[],
): { readonly agent: Agent; readonly entry: StoredPlanEntry } | null {
  const detail = timesFault(line) ?? (isName(line.activity) ? null : 'A shift has an activity of 1 to 64 characters.');
  if (detail !== null) {
    faults.push({ line: line.line, detail });
    return null;
  }
  return { agent, entry: { from: line.from, to: line.to, activity: activityNamed(draft, agent.account, line) } };
}

/** `work`, a custom status by name or id, or anything else under its own name. */
function activityNamed(draft: Draft, account: number, { activity, productive }: PlanLine): StoredPlanEntry['activity'] {
  if (nameKey(activity) === 'work') return { kind: 'work' };
  const id = draft.memory.customStatusNames.drafted(scoped(account, nameKey(activity))) ?? activity.toLowerCase();
  const status = draft.memory.customStatuses.drafted(id);
  if (status?.account === account) return { kind: 'status', statusId: status.record.id };
  return { kind: 'other', name: activity, productive: productive ?? false };
}

function isName(text: string): boolean {
  return text !== '' && [...text].length <= 64;
}

function timesFault({ from, to }: Interval): string | null {
  if (from >= to) return 'The shift ends before it takes any time.';
  return to - from > planLimits.entryMsMax ? 'A shift is at most 31 days long.' : null;
}

function overlapFaults(shifts: readonly Shift[]): readonly PlanFault[] {
  return overlapsOf(shifts.map(({ entry }) => entry)).map((one) => ({
    line: shifts[one.index]?.line ?? 1,
    detail: `The shift overlaps the one of line ${shifts[one.with]?.line} of the same agent.`,
  }));
}

function refusedLines(faults: readonly PlanFault[], code: 'unknown_agent' | 'invalid_input'): Rejection {
  const ordered = faults.toSorted((one, other) => one.line - other.line);
  const [first] = ordered;
  const more = ordered.length > 1 ? ` (and ${ordered.length - 1} more: see errors)` : '';
  return refuse(
    code,
    `Line ${first?.line}: ${first?.detail}${more}`,
    ordered.slice(0, 500).map(({ line, detail }) => ({ pointer: `/lines/${line}`, detail })),
  );
}

function entryFaults(draft: Draft, ask: Ask, entry: StoredPlanEntry, window: Interval, index: number) {
  const at = `/entries/${index}`;
  const faults: { pointer: string; detail: string }[] = [];
  const times = timesFault(entry);
  if (times !== null) faults.push({ pointer: `${at}/to`, detail: times });
  else if (entry.from < window.from || entry.to > window.to) {
    faults.push({ pointer: `${at}/from`, detail: 'The entry is not within the window that is replaced.' });
  }
  if (entry.activity.kind === 'status') {
    const found = draft.memory.customStatuses.drafted(entry.activity.statusId);
    if (found?.account !== ask.caller.account) {
      const detail = `There is no custom status ${entry.activity.statusId}.`;
      faults.push({ pointer: `${at}/activity/custom_status_id`, detail });
    }
  }
  return faults;
}

/** The months that the change leads to, with all that they hold then. */
function monthsWith(
  draft: Draft,
  agent: AgentNumber,
  window: Interval,
  entries: readonly StoredPlanEntry[],
): readonly PlanMonth[] {
  const months = monthsAround({ from: window.from, to: window.to + 1 });
  const before = months.flatMap((month) => draft.memory.plans.drafted(planKeyOf(agent, month))?.entries ?? []);
  const after = withWindowReplaced(before, window, entries) as readonly StoredPlanEntry[];
  return months.map((month) => ({ agent, month, entries: after.filter(({ from }) => planMonthOf(from) === month) }));
}

function putMonths(draft: Draft, ask: Ask, agent: Agent, months: readonly PlanMonth[]): void {
  const position = auditThing(draft, ask, { thing: 'plan', id: agent.profile.id, change: 'changed' });
  for (const month of months) {
    const key = planKeyOf(agent.number, month.month);
    const before = draft.memory.plans.drafted(key)?.entries ?? [];
    if (JSON.stringify(before) === JSON.stringify(month.entries)) continue;
    if (month.entries.length === 0) {
      draft.memory.plans.remove(key);
      draft.put({ kind: 'RemoveRecord', type: 'plan', key });
    } else {
      draft.memory.plans.put(key, month);
      putRecord(draft, 'plan', key, { account: agent.account, position }, month);
    }
  }
}

function draftedPlan(draft: Draft, agent: AgentNumber, window: Interval): readonly PlanEntry[] {
  const { plans, customStatuses } = draft.memory;
  const stored = monthsAround(window).flatMap((month) => plans.drafted(planKeyOf(agent, month))?.entries ?? []);
  return planWithin(
    stored.map((entry) => withMark(entry, (id) => customStatuses.drafted(id)?.record.productive)),
    window,
  );
}

function withMark(entry: StoredPlanEntry, productiveOf: (id: string) => boolean | undefined): PlanEntry {
  const { activity } = entry;
  if (activity.kind !== 'status') return { ...entry, activity };
  return { ...entry, activity: { ...activity, productive: productiveOf(activity.statusId) ?? false } };
}

/** The months in which an entry can begin that reaches into the window. */
function monthsAround({ from, to }: Interval): readonly string[] {
  const months = new Set<string>();
  // Every month has more than 27 days, so that none is stepped over.
  for (let at = from - planLimits.entryMsMax; at < to; at += 27 * dayMs) months.add(planMonthOf(at));
  months.add(planMonthOf(to - 1));
  return [...months];
}

function spanOf(entries: readonly StoredPlanEntry[]): Interval {
  return {
    from: entries.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
    to: entries.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
  };
}

function tooMany(month: string): string {
  return `More than ${planLimits.entriesPerMonthMax} entries of one agent begin in ${month}.`;
}
