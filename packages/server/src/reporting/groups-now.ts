import { lifeOf } from '../report/agent-life.ts';
import { calendarUseOf } from '../report/calendar-use.ts';
import type { AccountHistory } from '../report/directory-history.ts';
import { monthStart, type PackedHistory } from '../report/history-chunk.ts';
import { firstState, type StateCode, stateOf, statusOf } from '../report/state-code.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import { intervalsContain } from '../time/interval.ts';
import type { Zones } from '../time/zone-rules.ts';
import { stateName } from './agent-timeline.ts';
import { hoursOfGroup } from './group-hours.ts';
import type { AgentHistory, HistorySnapshot } from './history-source.ts';
import type { GroupNow } from './report-answer.ts';
import { StatusNames } from './report-rows.ts';

type Question = {
  readonly snapshot: HistorySnapshot;
  readonly account: AccountHistory;
  readonly now: Instant;
  readonly zones: Zones;
};

type Now = {
  readonly agent: AgentHistory;
  readonly groups: readonly string[];
  readonly state: StateCode;
  /** Since when in this IntelliAssign status, as far as was looked back. */
  readonly since: Instant;
};

/** Who is assignable per group at this moment, and who has stayed too long. Agents of two groups are in both. */
export function groupsNow(question: Question): readonly GroupNow[] {
  const { account } = question;
  const everybody = question.snapshot.agents.flatMap((agent) => nowOf(agent, question) ?? []);
  const groups: GroupNow[] = [];
  for (const [groupId, versions] of account.groups) {
    const record = versions.at(-1)?.record;
    if (record === undefined || record.removed) continue;
    const members = everybody.filter((one) => one.groups.includes(groupId));
    groups.push(groupOf(groupId, record.name, members, question));
  }
  const others = everybody.filter((one) => one.groups.length === 0);
  return others.length === 0 ? groups : [...groups, groupOf(null, null, others, question)];
}

/** null for who is not of the account now. */
function nowOf(agent: AgentHistory, { account, now }: Question): Now | null {
  const profiles = account.agents.get(agent.number) ?? [];
  if (!intervalsContain(lifeOf(profiles, agent.earliestImport), now)) return null;
  const use = calendarUseOf(account, profiles, { from: now, to: now + 1 })[0];
  return { agent, groups: use?.groups ?? [], ...newestState(agent.history, now) };
}

function newestState(history: PackedHistory, now: Instant): Pick<Now, 'state' | 'since'> {
  let state = history[0]?.opening ?? firstState;
  let since: Instant = history[0] === undefined ? now : monthStart(history[0].month);
  for (const chunk of history) {
    const base = monthStart(chunk.month);
    for (let index = 0; index < chunk.length; index++) {
      const at = base + (chunk.offsets[index] as number);
      if (at > now) return { state, since };
      const code = stateOf(chunk.codes[index] as number);
      if (statusOf(code) !== statusOf(state)) since = at;
      state = code;
    }
  }
  return { state, since };
}

function groupOf(groupId: string | null, name: string | null, members: readonly Now[], question: Question): GroupNow {
  return {
    groupId,
    name,
    isInHours:
      hoursOfGroup(question.account, groupId, { from: question.now, to: question.now + 1 }, question.zones).length > 0,
    agents: members.length,
    assignable: members.filter(({ state }) => stateName(state) === 'available').map(({ agent }) => agent.number),
    counts: countsOf(members, question),
    overstays: members.flatMap((one) => overstayOf(one, question)),
  };
}

function countsOf(members: readonly Now[], { account, snapshot }: Question): GroupNow['counts'] {
  const names = new StatusNames(account, snapshot.directory.numbers);
  const counts = new Map<string, GroupNow['counts'][number]>();
  for (const { state } of members) {
    const word = stateName(state);
    const custom = word === 'custom_status' ? names.custom(statusOf(state)) : null;
    const key = custom?.id ?? word;
    const agents = (counts.get(key)?.agents ?? 0) + 1;
    counts.set(key, { state: word, customStatusId: custom?.id ?? null, name: custom?.name ?? null, agents });
  }
  return [...counts.values()].sort((one, other) => other.agents - one.agents);
}

function overstayOf(one: Now, { account, snapshot, now }: Question): GroupNow['overstays'] {
  const customStatusId = snapshot.directory.numbers.idOf(statusOf(one.state));
  if (customStatusId === null || stateName(one.state) === 'unknown') return [];
  const minutes = account.customStatuses.get(customStatusId)?.record.allowanceMinutes ?? null;
  if (minutes === null || now - one.since <= minutes * minuteMs) return [];
  return [{ agent: one.agent.number, customStatusId, since: one.since, allowanceMs: minutes * minuteMs }];
}
