import type { AgentNumber } from '../src/activity/position.ts';
import type { Engine } from '../src/engine/engine.ts';
import type {
  GroupCoverage,
  GroupNow,
  Measures,
  ReportBasis,
  ReportPage,
  ReportRow,
  Timeline,
} from '../src/reporting/report-answer.ts';
import type { ReportAsk } from '../src/reporting/report-ask.ts';
import type { CoverageAsk, Reports, TimelineAsk } from '../src/reporting/reports.ts';
import { minuteMs } from '../src/time/instant.ts';

/** Reports with invented numbers: whatever is asked, the lines of `rows`, and what was asked is kept. */
export type FakeReports = Reports & {
  rows: readonly ReportRow[];
  groups: readonly GroupCoverage[];
  groupsNow: readonly GroupNow[];
  timelineOf: (ask: TimelineAsk) => Omit<Timeline, 'basis' | 'agent' | 'account'>;
  /** What is thrown after so many lines of a file. */
  failure: { readonly afterRows: number; readonly error: Error } | null;
  /** How the last file ended. */
  fileEnd: 'whole' | 'broken off' | null;
  readonly asked: {
    readonly activity: ReportAsk[];
    readonly timeline: TimelineAsk[];
    readonly coverage: CoverageAsk[];
  };
};

const MEASURES: Measures = {
  scheduledMs: 480 * minuteMs,
  unknownMs: 0,
  unavailableMs: 65 * minuteMs,
  availableInHoursMs: 415 * minuteMs,
  availabilityPercent: (100 * 415) / 480,
  breakdown: [{ kind: 'unavailable', customStatusId: null, name: null, ms: 65 * minuteMs }],
  livedMs: 1440 * minuteMs,
  unknownInWindowMs: 0,
  onlineMs: 500 * minuteMs,
  availableMs: 435 * minuteMs,
  firstSignIn: Date.UTC(2026, 2, 3, 13, 50),
  lastSignOut: null,
  changes: { generalAvailability: 2, intelliassign: 5 },
};

/** A line about nobody, with invented numbers; what matters to a test it says itself. */
export function fakeRow(row: Partial<ReportRow>): ReportRow {
  return { ...MEASURES, agent: null, groupId: undefined, status: undefined, ...row };
}

export function fakeReports(engine: Engine): FakeReports {
  const basis = (now: number, position: number | null): ReportBasis => ({
    logPosition: position ?? engine.head,
    calendars: [{ id: 'cal_1', name: 'Days', position: 3, effectiveFrom: [null, '2026-02-01'] }],
    tzdata: '2026z',
    now,
  });
  const pageOf = (
    fake: FakeReports,
    ask: ReportAsk,
    items: readonly ReportRow[],
    nextOffset: number | null,
  ): ReportPage => {
    const agents = new Set(fake.rows.map(({ agent }) => agent)).size;
    return { items, totals: { ...MEASURES, agents }, basis: basis(ask.now, ask.atPosition), nextOffset };
  };
  const fake: FakeReports = {
    rows: [],
    groups: [],
    groupsNow: [],
    timelineOf: () => ({ intervals: [], hours: [] }),
    failure: null,
    fileEnd: null,
    asked: { activity: [], timeline: [], coverage: [] },
    async activity(ask, { offset, limit }) {
      fake.asked.activity.push(ask);
      const end = offset + limit;
      return pageOf(fake, ask, fake.rows.slice(offset, end), end < fake.rows.length ? end : null);
    },
    async everyRow(ask, take) {
      fake.asked.activity.push(ask);
      fake.fileEnd = null;
      try {
        for (const [index, row] of fake.rows.entries()) {
          if (fake.failure?.afterRows === index) throw fake.failure.error;
          await take([row]);
        }
      } catch (error) {
        fake.fileEnd = 'broken off';
        throw error;
      }
      fake.fileEnd = 'whole';
      return pageOf(fake, ask, [], null);
    },
    async timeline(ask) {
      fake.asked.timeline.push(ask);
      const { agent, account, now, atPosition } = ask;
      return { agent, account, ...fake.timelineOf(ask), basis: basis(now, atPosition) };
    },
    async coverage(ask) {
      fake.asked.coverage.push(ask);
      return fake.groups;
    },
    async stints(ask) {
      fake.asked.activity.push(ask);
      return [];
    },
    async adherence(ask) {
      fake.asked.activity.push(ask);
      return [];
    },
    async live() {
      return fake.groupsNow;
    },
  };
  return fake;
}

/** The agent's number by its id. */
export function numberOf(engine: Engine, id: string): AgentNumber {
  return engine.memory.agentNumbers.get(id) ?? 0;
}
