import { lifeOf } from '../report/agent-life.ts';
import { calendarUseOf } from '../report/calendar-use.ts';
import { monthStart } from '../report/history-chunk.ts';
import { PRESENCE, presenceOf, type StatusNumber, stateOf, statusOf } from '../report/state-code.ts';
import { Stints } from '../report/stint-lengths.ts';
import { stateAt } from '../report/sweep.ts';
import { minuteMs } from '../time/instant.ts';
import {
  type Interval,
  type Intervals,
  intersectIntervals,
  intervalsContain,
  normaliseIntervals,
} from '../time/interval.ts';
import type { AgentHistory, HistorySnapshot } from './history-source.ts';
import type { StatusStints } from './report-answer.ts';
import type { ReportAsk } from './report-ask.ts';
import { StatusNames, statusOfRow } from './report-rows.ts';

/**
 * How long stints in each status lasted, of those that began in the window. One that still goes on, or goes on beyond what
 * is known, counts with its length so far: up to the window's end. Stints with unknown time in them are left out.
 */
export function statusStints(question: {
  readonly snapshot: HistorySnapshot;
  readonly ask: ReportAsk;
  readonly window: Interval;
}): readonly StatusStints[] {
  const { snapshot, ask, window } = question;
  const { directory } = snapshot;
  const account = directory.account(ask.account);
  const names = new StatusNames(account, directory.numbers);
  const stints = new Stints();
  for (const agent of snapshot.agents) {
    const profiles = account.agents.get(agent.number) ?? [];
    const uses = calendarUseOf(account, profiles, window).filter(
      ({ groups }) => ask.groups === null || groups.some((id) => ask.groups?.includes(id)),
    );
    const spans = normaliseIntervals(uses.map(({ from, to }) => ({ from, to })));
    addStints(stints, agent, window, intersectIntervals(spans, lifeOf(profiles, agent.earliestImport)));
  }
  const allowanceOf = (status: StatusNumber) => {
    const id = directory.numbers.idOf(status);
    const minutes = id === null ? null : (account.customStatuses.get(id)?.record.allowanceMinutes ?? null);
    return minutes === null ? null : minutes * minuteMs;
  };
  return [...stints.summary(allowanceOf)].map(([status, lengths]) => ({
    status: statusOfRow(status, names),
    ...lengths,
  }));
}

type Open = { readonly status: StatusNumber; readonly from: number; readonly isCounted: boolean };

function addStints(stints: Stints, { history }: AgentHistory, window: Interval, spans: Intervals): void {
  const start = stateAt(history, window.from);
  // What began before the window is not of it.
  let open: Open = { status: statusOf(start.state), from: window.from, isCounted: false };
  const close = (at: number) => {
    if (open.isCounted && intervalsContain(spans, open.from)) stints.add(open.status, at - open.from);
  };
  for (const chunk of history.slice(start.chunk)) {
    const base = monthStart(chunk.month);
    for (let index = 0; index < chunk.length; index++) {
      const at = base + (chunk.offsets[index] as number);
      if (at < window.from) continue;
      if (at >= window.to) {
        close(window.to);
        return;
      }
      const code = stateOf(chunk.codes[index] as number);
      if (presenceOf(code) === PRESENCE.unknown) open = { ...open, isCounted: false };
      else if (statusOf(code) !== open.status) {
        close(at);
        open = { status: statusOf(code), from: at, isCounted: true };
      }
    }
  }
  close(window.to);
}
