import type { AgentNumber } from '../activity/position.ts';
import { Bug } from '../time/assert.ts';
import { unionHours } from '../time/business-hours.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, type Intervals, intersectIntervals } from '../time/interval.ts';
import type { Zone, Zones } from '../time/zone-rules.ts';
import { lifeOf } from './agent-life.ts';
import { type CalendarUse, calendarUseOf } from './calendar-use.ts';
import type { AccountHistory } from './directory-history.ts';
import { gridOf } from './grid.ts';
import type { PackedHistory } from './history-chunk.ts';
import type { StatusNumber } from './state-code.ts';
import { countAt, type RowGrid, rowGridOf, sweep } from './sweep.ts';
import { addRows, clearTally, isEmptyRow, type Layout, layoutOf, newTally } from './tally.ts';
import { cutTime, type TimeKey, type TimePieces, type TimeUnit } from './time-keys.ts';

// The metric: what `metric.md` calls B, G and I, and the parts of their meeting, per line of the report.
//
// A line is a key: an agent, a group, a piece of time, a status, whichever were asked for. Lines are made agent by agent
// into rows of numbers (`tally.ts`), so that a report over a year holds no more than one agent's rows at a time, and
// becomes objects only for the page that somebody looks at.

export const GROUPINGS = ['agent', 'group', 'day', 'week', 'month', 'hour_of_day', 'status'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type ReportQuery = {
  /** Already clipped to now. */
  readonly window: Interval;
  readonly zone: Zone;
  readonly groupBy: readonly Grouping[];
  readonly hours: 'business_hours' | 'all_hours';
  /** Only time in which the agent was in one of these groups; null: all. */
  readonly groups: ReadonlySet<string> | null;
  /** Of a what-if: these hours instead of the agents' own. */
  readonly calendar?: Calendar;
  /** Of a what-if: statuses that count as available. */
  readonly countsAsAvailable?: ReadonlySet<StatusNumber>;
};

export type ReportAgent = {
  readonly number: AgentNumber;
  readonly history: PackedHistory;
  /** The earliest instant that imported history speaks of; null without any. */
  readonly earliestImport: Instant | null;
};

/** One line: its key and where its numbers are. */
export type Line = {
  readonly agent: AgentNumber | null;
  /** undefined when lines are not by group; null is the time of agents in no group. */
  readonly group: string | null | undefined;
  readonly time: TimeKey;
  /** undefined when lines are not by status; null is unknown time. */
  readonly status: StatusNumber | null | undefined;
  readonly tally: Float64Array;
  /** Where the line's row begins in the tally. */
  readonly row: number;
};

/** Lines that are made when they are asked for. */
export type Lines = { readonly length: number; at(index: number): Line };

const NO_LINES: Lines = {
  length: 0,
  at: () => {
    throw new Bug('There is no line to ask for.');
  },
};

/** A piece of an agent's life in the window, under the same hours; `isEnd`: the life ends with it. */
type Stretch = { readonly use: CalendarUse; readonly span: Interval; readonly isEnd: boolean };

/** A report in the making. Give it agents one by one; take each agent's lines at once, the others at the end. */
export class ActivityReport {
  readonly layout: Layout;
  readonly #account: AccountHistory;
  readonly #query: ReportQuery;
  readonly #zones: Zones;
  readonly #pieces: TimePieces;
  readonly #isByAgent: boolean;
  readonly #isByGroup: boolean;
  readonly #grids = new Map<string, RowGrid>();
  /** By group; '' stands for lines that are not by group, and for no group. */
  readonly #tallies = new Map<string, Float64Array>();
  readonly #spare: Float64Array[] = [];
  /** Where the lines' rows begin, of all tallies one after the other. */
  #rows: Int32Array = new Int32Array(64);
  readonly #totals: Float64Array;
  readonly #single: Float64Array;
  readonly #whole: TimePieces;
  readonly #wholeGrids = new Map<string, RowGrid>();
  readonly #calendars = new Set<string>();
  #agents = 0;

  constructor(account: AccountHistory, statusCount: number, query: ReportQuery, zones: Zones) {
    const { countsAsAvailable } = query;
    this.#account = account;
    this.#query = query;
    this.#zones = zones;
    this.layout = layoutOf(statusCount, {
      byStatus: query.groupBy.includes('status'),
      ...(countsAsAvailable === undefined ? {} : { countsAsAvailable }),
    });
    this.#pieces = cutTime(query.window, query.zone, query.groupBy.filter(isTimeUnit));
    this.#whole = cutTime(query.window, query.zone, []);
    this.#isByAgent = query.groupBy.includes('agent');
    this.#isByGroup = query.groupBy.includes('group');
    this.#totals = newTally(this.layout, 1);
    this.#single = newTally(this.layout, 1);
  }

  /** How many distinct agents had any time in the window. */
  get agents(): number {
    return this.#agents;
  }

  /** Ids of the calendars that any agent's hours came from. */
  get calendars(): ReadonlySet<string> {
    return this.#calendars;
  }

  /** Over distinct agents, however the lines are grouped: one row. */
  get totals(): Float64Array {
    return this.#totals;
  }

  /**
   * Adds one agent. Where lines are by agent the answer is that agent's, and holds until the next call; else it is empty.
   */
  add(agent: ReportAgent): Lines {
    if (this.#isByAgent) this.#recycle();
    const profiles = this.#account.agents.get(agent.number) ?? [];
    const uses = calendarUseOf(this.#account, profiles, this.#query.window).filter((use) => this.#isWanted(use));
    const life = lifeOf(profiles, agent.earliestImport);
    const lived = uses.flatMap((use) =>
      intersectIntervals([{ from: use.from, to: use.to }], life).map((span) => ({
        use,
        span,
        isEnd: span.to < this.#query.window.to && life.some(({ to }) => to === span.to),
      })),
    );
    if (lived.length === 0) return NO_LINES;
    this.#agents += 1;
    for (const stretch of lived) this.#sweepInto(agent.history, stretch);
    if (this.#isByGroup) this.#addToTotals(agent.history, lived);
    if (!this.#isByAgent) return NO_LINES;
    return this.#take(agent.number);
  }

  /** The lines of all agents together, where lines are not by agent. */
  lines(): Lines {
    return this.#isByAgent ? NO_LINES : this.#take(null);
  }

  #isWanted(use: CalendarUse): boolean {
    const { groups } = this.#query;
    return groups === null || use.groups.some((id) => groups.has(id));
  }

  #sweepInto(history: PackedHistory, stretch: Stretch): void {
    const grid = this.#gridOf(stretch.use, this.#pieces, this.#grids);
    for (const group of this.#groupsOf(stretch.use)) this.#add(history, grid, stretch, this.#tallyOf(group));
  }

  #add(history: PackedHistory, grid: RowGrid, { span, isEnd }: Stretch, tally: Float64Array): void {
    sweep(history, grid, span, this.layout, tally);
    if (isEnd) countAt(history, grid, span.to, this.layout, tally);
  }

  /** The groups that this time counts for; '' for lines that are not by group, and for agents of none. */
  #groupsOf(use: CalendarUse): readonly string[] {
    if (!this.#isByGroup || use.groups.length === 0) return [''];
    const { groups } = this.#query;
    return groups === null ? use.groups : use.groups.filter((id) => groups.has(id));
  }

  /** Lines by group count an agent of two groups twice: then the totals are swept by themselves. */
  #addToTotals(history: PackedHistory, lived: readonly Stretch[]): void {
    const { layout } = this;
    clearTally(layout, this.#single);
    for (const stretch of lived) {
      this.#add(history, this.#gridOf(stretch.use, this.#whole, this.#wholeGrids), stretch, this.#single);
    }
    addRows(layout, this.#totals, this.#single);
  }

  #gridOf(use: CalendarUse, pieces: TimePieces, grids: Map<string, RowGrid>): RowGrid {
    const name = use.calendars.join();
    let grid = grids.get(name);
    if (grid === undefined) {
      grid = rowGridOf(gridOf(pieces, this.#hoursOf(use)), this.layout);
      grids.set(name, grid);
    }
    return grid;
  }

  #hoursOf(use: CalendarUse): Intervals | null {
    const { hours, calendar, window } = this.#query;
    if (hours === 'all_hours') return null;
    if (calendar !== undefined) return unionHours([calendar], window, this.#zones);
    for (const id of use.calendars) this.#calendars.add(id);
    const calendars = use.calendars.flatMap((id) => this.#account.calendars.get(id)?.record.calendar ?? []);
    return calendars.length === 0 ? null : unionHours(calendars, window, this.#zones);
  }

  #tallyOf(group: string): Float64Array {
    let tally = this.#tallies.get(group);
    if (tally === undefined) {
      tally = this.#spare.pop() ?? newTally(this.layout, this.#pieces.keys.length);
      this.#tallies.set(group, tally);
    }
    return tally;
  }

  /** Finds the rows with anything in them; a line becomes an object only when somebody asks for it. */
  #take(agent: AgentNumber | null): Lines {
    const groups: string[] = [];
    const ends: number[] = [];
    let length = 0;
    for (const [group, tally] of this.#tallies) {
      // Lines by group count an agent of two groups twice: their totals are swept by themselves.
      if (!this.#isByGroup) addRows(this.layout, this.#totals, tally);
      length = this.#findRows(tally, length);
      groups.push(group);
      ends.push(length);
    }
    const at = (index: number): Line => {
      const which = ends.findIndex((end) => index < end);
      const group = groups[which] as string;
      return this.#lineOf(agent, group, this.#tallyOf(group), this.#rows[index] as number);
    };
    return { length, at };
  }

  #findRows(tally: Float64Array, found: number): number {
    const { layout } = this;
    let length = found;
    for (let row = 0; row < tally.length; row += layout.columns) {
      if (isEmptyRow(layout, tally, row)) continue;
      if (length === this.#rows.length) this.#rows = grown(this.#rows);
      this.#rows[length] = row;
      length += 1;
    }
    return length;
  }

  #lineOf(agent: AgentNumber | null, group: string, tally: Float64Array, row: number): Line {
    const { columns, parts, unknownPart } = this.layout;
    const cell = Math.floor(row / columns / parts);
    const part = row / columns - cell * parts;
    return {
      agent,
      group: this.#isByGroup ? group || null : undefined,
      time: this.#pieces.keys[cell] ?? {},
      status: this.#query.groupBy.includes('status') ? (part === unknownPart ? null : part) : undefined,
      tally,
      row,
    };
  }

  /** The tallies of the agent before: its lines have been taken. */
  #recycle(): void {
    for (const tally of this.#tallies.values()) {
      clearTally(this.layout, tally);
      this.#spare.push(tally);
    }
    this.#tallies.clear();
  }
}

function grown(rows: Int32Array): Int32Array {
  const larger = new Int32Array(rows.length * 2);
  larger.set(rows);
  return larger;
}

function isTimeUnit(grouping: Grouping): grouping is TimeUnit {
  return grouping === 'day' || grouping === 'week' || grouping === 'month' || grouping === 'hour_of_day';
}
