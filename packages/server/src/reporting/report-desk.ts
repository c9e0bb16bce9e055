import type { AccountNumber, AgentNumber } from '../activity/position.ts';
import { ActivityReport, type Lines, type ReportQuery } from '../report/activity-report.ts';
import type { PlanEntry } from '../report/adherence.ts';
import { lifeOf } from '../report/agent-life.ts';
import { calendarUseOf } from '../report/calendar-use.ts';
import { coverageOf, type Member } from '../report/coverage.ts';
import type { AccountHistory } from '../report/directory-history.ts';
import { packHistory } from '../report/history-chunk.ts';
import { withIdleAfter } from '../report/idle-what-if.ts';
import { earliestImport, resolveHistory } from '../report/resolve-history.ts';
import type { StatusNumber } from '../report/state-code.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, intersectIntervals, normaliseIntervals } from '../time/interval.ts';
import type { Zones } from '../time/zone-rules.ts';
import { agentAdherence } from './agent-adherence.ts';
import { lengthsAt } from './agent-lengths.ts';
import { agentTimeline } from './agent-timeline.ts';
import { hoursOfGroup } from './group-hours.ts';
import { groupsNow } from './groups-now.ts';
import type { AgentHistory, HistorySnapshot, HistorySource } from './history-source.ts';
import type {
  AgentAdherence,
  GroupCoverage,
  GroupNow,
  ReportBasis,
  ReportPage,
  ReportRow,
  ReportTotals,
  StatusStints,
  Timeline,
} from './report-answer.ts';
import type { ReportAsk, WhatIf } from './report-ask.ts';
import { rowOf, StatusNames, toldMeasures } from './report-rows.ts';
import type { CoverageAsk, Reports, TimelineAsk } from './reports.ts';
import { statusStints } from './status-stints.ts';

export type ReportDeskPorts = {
  readonly source: HistorySource;
  readonly zones: Zones;
  /** Lets what waits have its turn: a long report stops no commit. */
  readonly nextTurn: () => Promise<void>;
  /** Milliseconds from any start, never backwards: only to know when to pause. */
  readonly ticks: () => number;
};

/** So long a report may keep the processor before others have their turn: commits wait for no more than that. */
const TURN_MS_MAX = 1;

/** Answers reports from histories: each from one snapshot, so that all of it is of one position of the log. */
export class ReportDesk implements Reports {
  readonly #ports: ReportDeskPorts;

  constructor(ports: ReportDeskPorts) {
    this.#ports = ports;
  }

  async activity(ask: ReportAsk, page: { readonly offset: number; readonly limit: number }): Promise<ReportPage> {
    const items: ReportRow[] = [];
    let told = 0;
    const end = page.offset + page.limit;
    const answer = await this.#run(ask, (count, rows) => {
      const from = Math.max(0, page.offset - told);
      const to = Math.min(count, end - told);
      told += count;
      if (from < to) items.push(...rows(from, to));
    });
    return { ...answer, items, nextOffset: told > end ? end : null };
  }

  async everyRow(ask: ReportAsk, take: (rows: readonly ReportRow[]) => void | Promise<void>): Promise<ReportPage> {
    const answer = await this.#run(ask, (count, rows) => (count > 0 ? take(rows(0, count)) : undefined));
    return { ...answer, items: [], nextOffset: null };
  }

  /**
   * Makes the report agent by agent. `see` is told how many more rows there are, and may have any of them as objects
   * before it answers.
   */
  async #run(
    ask: ReportAsk,
    see: (count: number, rows: (from: number, to: number) => readonly ReportRow[]) => void | Promise<void>,
  ): Promise<Pick<ReportPage, 'totals' | 'basis'>> {
    const asked = clipped(ask.window, ask.now);
    const snapshot = await this.#snapshot(ask, asked);
    const { directory, position } = snapshot;
    const account = directory.account(ask.account);
    // Taking the snapshot and looking at every life are turns of their own.
    await this.#ports.nextTurn();
    const window = fromFirstLife(asked, snapshot, account);
    const names = new StatusNames(account, directory.numbers);
    const query = this.#queryOf(ask, window, account, snapshot);
    const report = new ActivityReport(account, directory.numbers.count, query, this.#ports.zones);
    const tell = (lines: Lines) =>
      see(lines.length, (from, to) =>
        Array.from({ length: to - from }, (_, index) => rowOf(lines.at(from + index), report.layout, names)),
      );
    await this.#ports.nextTurn();
    let turnBegan = this.#ports.ticks();
    for (const agent of snapshot.agents) {
      const lines = report.add(agent);
      const seen = tell(lines);
      // Awaiting what is done already would give up the turn at every agent.
      if (seen !== undefined) await seen;
      if (this.#ports.ticks() - turnBegan > TURN_MS_MAX) {
        await this.#ports.nextTurn();
        turnBegan = this.#ports.ticks();
      }
    }
    await tell(report.lines());
    const totals: ReportTotals = { ...this.#totalsOf(report, names), agents: report.agents };
    const basis = this.#basisOf(position, account, [...report.calendars, ...whatIfCalendar(ask.whatIf)], ask.now);
    return { totals, basis };
  }

  #totalsOf(report: ActivityReport, names: StatusNames) {
    return toldMeasures(report.layout, report.totals, 0, names);
  }

  #queryOf(ask: ReportAsk, window: Interval, account: AccountHistory, snapshot: HistorySnapshot): ReportQuery {
    const { whatIf } = ask;
    const calendar =
      whatIf?.calendarId === undefined ? undefined : account.calendars.get(whatIf.calendarId)?.record.calendar;
    const productive = whatIf?.productive?.flatMap((id) => snapshot.directory.numbers.numberOfId(id) ?? []);
    return {
      window,
      zone: this.#ports.zones.zoneOf(ask.timeZone),
      groupBy: ask.groupBy,
      hours: ask.hours,
      groups: ask.groups === null ? null : new Set(ask.groups),
      ...(calendar === undefined ? {} : { calendar }),
      ...(productive === undefined ? {} : { countsAsAvailable: new Set<StatusNumber>(productive) }),
    };
  }

  async #snapshot(ask: ReportAsk, window: Interval): Promise<HistorySnapshot> {
    const { account, agents, now, atPosition } = ask;
    const snapshot = await this.#ports.source.snapshot({ account, agents, window, now, atPosition });
    const idleAfterMs = ask.whatIf?.idleAfterMs;
    if (idleAfterMs === undefined) return snapshot;
    const moved: AgentHistory[] = [];
    for (const agent of snapshot.agents) {
      moved.push(await this.#withIdleAfter(ask, agent.number, idleAfterMs));
      await this.#ports.nextTurn();
    }
    return { ...snapshot, agents: moved };
  }

  async #withIdleAfter(ask: ReportAsk, agent: AgentNumber, idleAfterMs: number): Promise<AgentHistory> {
    const { account: number, atPosition, now } = ask;
    const known = await this.#ports.source.agentFacts({ account: number, agent, atPosition });
    const account = known.directory.account(number);
    const profiles = account.agents.get(agent) ?? [];
    const entries = resolveHistory({ ...known, numbers: known.directory.numbers, now });
    const lengthAt = (instant: Instant) => lengthsAt(account, profiles, instant)?.idleAfterMs ?? idleAfterMs;
    const history = packHistory(withIdleAfter(entries, idleAfterMs, lengthAt));
    return { number: agent, history, earliestImport: earliestImport(known.facts) };
  }

  #basisOf(logPosition: number, account: AccountHistory, calendars: readonly string[], now: Instant): ReportBasis {
    const told = [...new Set(calendars)].flatMap((id) => {
      const found = account.calendars.get(id);
      if (found === undefined) return [];
      const { record, position } = found;
      const effectiveFrom = record.calendar.versions.map((version) => version.effectiveFrom);
      return [{ id, name: record.name, position, effectiveFrom }];
    });
    return { logPosition, calendars: told, tzdata: this.#ports.zones.tzdataVersion, now };
  }

  async timeline(ask: TimelineAsk): Promise<Timeline> {
    const known = await this.#ports.source.agentFacts(ask);
    const account = known.directory.account(ask.account);
    const window = clipped(ask.window, ask.now);
    const { intervals, hours, calendars } = agentTimeline({ ask, window, known, account, zones: this.#ports.zones });
    const basis = this.#basisOf(known.position, account, calendars, ask.now);
    return { agent: ask.agent, account: ask.account, intervals, hours, basis };
  }

  async coverage(ask: CoverageAsk): Promise<readonly GroupCoverage[]> {
    const window = clipped(ask.window, ask.now);
    const snapshot = await this.#ports.source.snapshot({ ...ask, agents: null, window, atPosition: null });
    const account = snapshot.directory.account(ask.account);
    const answers: GroupCoverage[] = [];
    for (const [groupId, versions] of account.groups) {
      const latest = versions.at(-1)?.record;
      const isAsked = ask.groups === null ? latest?.removed === false : ask.groups.includes(groupId);
      if (latest === undefined || !isAsked) continue;
      const members = snapshot.agents.map((agent) => memberOf(agent, groupId, account, window));
      const hours = hoursOfGroup(account, groupId, window, this.#ports.zones);
      const coverage = coverageOf(members, hours, ask.needed);
      const gaps = coverage.gaps.map((gap) => ({ ...gap, needed: ask.needed }));
      answers.push({ groupId, name: latest.name, needed: ask.needed, ...coverage, gaps });
      await this.#ports.nextTurn();
    }
    return answers;
  }

  async live(account: AccountNumber, now: Instant): Promise<readonly GroupNow[]> {
    const window = { from: now - LIVE_LOOK_BACK_MS, to: now };
    const snapshot = await this.#ports.source.snapshot({ account, agents: null, window, now, atPosition: null });
    return groupsNow({ snapshot, account: snapshot.directory.account(account), now, zones: this.#ports.zones });
  }

  async stints(ask: ReportAsk): Promise<readonly StatusStints[]> {
    const window = clipped(ask.window, ask.now);
    const snapshot = await this.#snapshot(ask, window);
    return statusStints({ snapshot, ask, window });
  }

  async adherence(
    ask: ReportAsk,
    planOf: (agent: AgentNumber, window: Interval) => readonly PlanEntry[],
  ): Promise<readonly AgentAdherence[]> {
    const window = clipped(ask.window, ask.now);
    const snapshot = await this.#snapshot(ask, window);
    return agentAdherence({ snapshot, account: ask.account, window, planOf });
  }
}

/** How far back a stint is looked for whose length is asked about now. */
const LIVE_LOOK_BACK_MS = 40 * 86_400_000;

/** Half-open, and never beyond now. */
function clipped(window: Interval, now: Instant): Interval {
  assert(window.from <= window.to, 'A window does not end before it begins.');
  const to = Math.min(window.to, now);
  return { from: Math.min(window.from, to), to };
}

/** Without the time before anybody was there: a century of empty hours would be cut into pieces for nothing. */
function fromFirstLife(window: Interval, { agents }: HistorySnapshot, account: AccountHistory): Interval {
  const births = agents.map(({ number, earliestImport }) => {
    return lifeOf(account.agents.get(number) ?? [], earliestImport)[0]?.from ?? window.to;
  });
  const first = births.reduce((earliest, birth) => Math.min(earliest, birth), window.to);
  return { from: Math.max(window.from, first), to: window.to };
}

function whatIfCalendar(whatIf: WhatIf | null): readonly string[] {
  return whatIf?.calendarId === undefined ? [] : [whatIf.calendarId];
}

function memberOf(agent: AgentHistory, groupId: string, account: AccountHistory, window: Interval): Member {
  const profiles = account.agents.get(agent.number) ?? [];
  const uses = calendarUseOf(account, profiles, window).filter(({ groups }) => groups.includes(groupId));
  const spans = normaliseIntervals(uses.map(({ from, to }) => ({ from, to })));
  return { history: agent.history, spans: intersectIntervals(spans, lifeOf(profiles, agent.earliestImport)) };
}
