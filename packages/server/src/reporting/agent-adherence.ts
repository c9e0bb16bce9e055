import type { AgentNumber } from '../activity/position.ts';
import { type AdherenceSpan, type AdherenceState, adherenceOf, type PlanEntry } from '../report/adherence.ts';
import { lifeOf } from '../report/agent-life.ts';
import { type HistorySpan, spansOf } from '../report/history-spans.ts';
import { statusOf } from '../report/state-code.ts';
import { type Interval, intersectIntervals } from '../time/interval.ts';
import { stateName } from './agent-timeline.ts';
import type { HistorySnapshot } from './history-source.ts';
import type { AgentAdherence } from './report-answer.ts';

/** How well agents kept to their plans; of agents without a plan in the window, nothing is told. */
export function agentAdherence(question: {
  readonly snapshot: HistorySnapshot;
  readonly account: number;
  readonly window: Interval;
  readonly planOf: (agent: AgentNumber, window: Interval) => readonly PlanEntry[];
}): readonly AgentAdherence[] {
  const { snapshot, window, planOf } = question;
  const { numbers } = snapshot.directory;
  const account = snapshot.directory.account(question.account);
  const isProductive = (id: string | null) => id !== null && account.customStatuses.get(id)?.record.productive === true;
  const stateOfSpan = ({ state }: HistorySpan): AdherenceState => {
    const name = stateName(state);
    if (name !== 'custom_status' && name !== 'unavailable') return { kind: name };
    const customStatusId = numbers.idOf(statusOf(state));
    return { kind: 'status', customStatusId, productive: isProductive(customStatusId) };
  };
  return snapshot.agents.flatMap(({ number, history, earliestImport }) => {
    const plan = planOf(number, window);
    if (plan.length === 0) return [];
    const life = intersectIntervals([window], lifeOf(account.agents.get(number) ?? [], earliestImport));
    const spans = life
      .flatMap((span) => spansOf(history, span))
      .map((span): AdherenceSpan => ({ from: span.from, to: span.to, state: stateOfSpan(span) }));
    return [{ agent: number, plannedMs: lengthOf(plan), ...adherenceOf(plan, spans) }];
  });
}

function lengthOf(plan: readonly PlanEntry[]): number {
  return plan.reduce((sum, { from, to }) => sum + to - from, 0);
}
