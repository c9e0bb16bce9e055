import { type IcalComponent, type IcalFaults, propertiesOf, readIcal, textOf } from '../time/ical-component.ts';
import { localOf, readEvent } from '../time/ical-event.ts';
import { type IcalMoment, type IcalZones, icalZonesOf } from '../time/ical-moment.ts';
import type { Instant } from '../time/instant.ts';
import { parseInstant } from '../time/instant.ts';
import { instantOfLocalTime, type LocalTime, type Zones } from '../time/zone-rules.ts';

/** A shift as a file says it: agents and activities are names still. */
export type PlanLine = {
  readonly line: number;
  /** An e-mail address or an id. */
  readonly agent: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly activity: string;
  /** Of an activity that is neither work nor a custom status; null: not said. */
  readonly productive: boolean | null;
};

/** What is wrong at a line, as a whole sentence. */
export type PlanFault = { readonly line: number; readonly detail: string };
export type PlanFaults = PlanFault[];

/**
 * The shifts of a CSV file with the columns `email` or `agent_id`, `start`, `end`, `activity` and perhaps `productive`, in
 * any order. Times are ISO 8601 with an offset: a wall time would mean another instant on every desk.
 */
export function planFromCsv(text: string, faults: PlanFaults): readonly PlanLine[] {
  const rows = csvRows(text, faults);
  const header = rows[0]?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const columns = {
    agent: header.findIndex((name) => name === 'email' || name === 'agent_id'),
    start: header.indexOf('start'),
    end: header.indexOf('end'),
    activity: header.indexOf('activity'),
    productive: header.indexOf('productive'),
  };
  if (columns.agent < 0 || columns.start < 0 || columns.end < 0 || columns.activity < 0) {
    const detail =
      'The first line names the columns: email (or agent_id), start, end, activity, and perhaps productive.';
    faults.push({ line: 1, detail });
    return [];
  }
  return rows.slice(1).flatMap(({ line, fields }) => {
    if (fields.length !== header.length) {
      faults.push({ line, detail: `There are ${fields.length} fields here, and ${header.length} columns.` });
      return [];
    }
    const field = (index: number) => (fields[index] ?? '').trim();
    const from = instantAt(field(columns.start), 'start', line, faults);
    const to = instantAt(field(columns.end), 'end', line, faults);
    const productive = flagAt(columns.productive < 0 ? '' : field(columns.productive), line, faults);
    if (from === null || to === null || productive === undefined) return [];
    return [{ line, agent: field(columns.agent), from, to, activity: field(columns.activity), productive }];
  });
}

/**
 * The shifts of an iCalendar file: one VEVENT for each, the agent in ATTENDEE (`mailto:`) or X-AGENT, the activity in
 * SUMMARY, and perhaps X-PRODUCTIVE. Nothing comes back by itself here: a plan says each shift.
 */
export function planFromIcal(text: string, zones: Zones, faults: PlanFaults): readonly PlanLine[] {
  const lines: PlanLine[] = [];
  for (const calendar of readIcal(text, faults)) {
    const around = icalZonesOf(calendar, zones);
    for (const component of calendar.components) {
      if (component.name === 'VEVENT') lines.push(...shiftsOf(component, around, faults));
    }
  }
  return lines;
}

function shiftsOf(component: IcalComponent, around: IcalZones, faults: IcalFaults): readonly PlanLine[] {
  const { line } = component;
  const event = readEvent(component, around, faults);
  if (event === null || event.isCancelled) return [];
  if (event.rule !== null || event.rdates.length > 0 || event.replaces !== null) {
    faults.push({ line, detail: 'A shift that comes back by itself cannot be planned: give an event for each.' });
    return [];
  }
  if (event.start.kind === 'date') {
    faults.push({ line, detail: 'A shift begins and ends at times, and this event is of whole days.' });
    return [];
  }
  const agents = agentsOf(component);
  const [agent] = agents;
  if (agent === undefined || agents.length > 1) {
    faults.push({ line, detail: `A shift has one agent, in ATTENDEE or X-AGENT; this event has ${agents.length}.` });
    return [];
  }
  const from = instantOf(event.start, event.start.local, around);
  const to = instantOf(event.start, localOf(event.start) + event.lengthMs, around);
  const productive = flagAt(textOf(component, 'X-PRODUCTIVE') ?? '', line, faults);
  if (productive === undefined) return [];
  return [{ line, agent, from, to, activity: textOf(component, 'SUMMARY')?.trim() ?? '', productive }];
}

function agentsOf(component: IcalComponent): readonly string[] {
  const named = propertiesOf(component, 'X-AGENT').map(({ value }) => value.trim());
  const invited = propertiesOf(component, 'ATTENDEE').map(({ value }) => value.trim().replace(/^mailto:/i, ''));
  return [...new Set([...named, ...invited].map((agent) => agent.toLowerCase()))];
}

/** Where clocks go back, the first time that they show it; where they go forward over it, the moment at which they do. */
function instantOf(start: Extract<IcalMoment, { kind: 'time' }>, local: LocalTime, { zones }: IcalZones): Instant {
  const shown = instantOfLocalTime(zones.zoneOf(start.zone), local);
  if (shown.kind === 'once') return shown.at;
  return shown.kind === 'twice' ? shown.earlier : shown.skippedAt;
}

function instantAt(text: string, what: string, line: number, faults: PlanFaults): Instant | null {
  const instant = parseInstant(text);
  if (instant === null) {
    faults.push({
      line,
      detail: `The ${what} "${text.slice(0, 40)}" is no instant with an offset, such as 2026-03-04T09:00:00+01:00.`,
    });
  }
  return instant;
}

/** Null when nothing is said; undefined, and named, when it is neither. */
function flagAt(text: string, line: number, faults: PlanFaults): boolean | null | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return null;
  if (word === 'true' || word === 'yes' || word === '1') return true;
  if (word === 'false' || word === 'no' || word === '0') return false;
  faults.push({ line, detail: `Whether an activity is productive is true or false, and not "${text.slice(0, 40)}".` });
  return undefined;
}

type CsvRow = { readonly line: number; readonly fields: readonly string[] };

/** Rows of comma-separated fields, quoted ones with commas, quotes and line ends in them; empty lines are none. */
function csvRows(text: string, faults: PlanFaults): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let [at, line] = [text.charCodeAt(0) === 0xfeff ? 1 : 0, 1];
  while (at < text.length) {
    const start = line;
    const fields: string[] = [];
    for (;;) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      if (field === null) {
        faults.push({ line: start, detail: 'A quote that begins here has no end.' });
        return rows;
      }
      fields.push(field.value);
      line += field.lineEnds;
      at = field.end;
      if (text[at] !== ',') break;
      at++;
    }
    const end = /^(?:\r\n|\n|\r|$)/.exec(text.slice(at, at + 2))?.[0];
    if (end === undefined) {
      faults.push({ line: start, detail: 'After a quoted field a comma or the end of the line is expected.' });
      return rows;
    }
    at += Math.max(end.length, at < text.length ? 0 : 1);
    line++;
    if (fields.length > 1 || fields[0]?.trim() !== '') rows.push({ line: start, fields });
  }
  return rows;
}

type Field = { readonly value: string; readonly end: number; readonly lineEnds: number };

function plainField(text: string, start: number): Field {
  let end = start;
  while (end < text.length && !',\r\n'.includes(text[end] as string)) end++;
  return { value: text.slice(start, end), end, lineEnds: 0 };
}

function quotedField(text: string, start: number): Field | null {
  let end = start + 1;
  while (end < text.length) {
    if (text[end] !== '"') end++;
    else if (text[end + 1] === '"') end += 2;
    else {
      const value = text.slice(start + 1, end).replaceAll('""', '"');
      return { value, end: end + 1, lineEnds: value.split(/\r\n|\n|\r/).length - 1 };
    }
  }
  return null;
}
