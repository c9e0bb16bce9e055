import type { Axis } from '@rollcall/contract';
import { formatInstant, type Instant, isInstant, parseInstant } from '../../time/instant.ts';
import { csvRows } from './csv-rows.ts';
import { Chains, type ImportLine } from './import-line.ts';
import type { Line } from './read-lines.ts';

/**
 * Raw reports of the vendor as CSV: "Agent Activity" (general availability) and "Agent Intelliassign Activity".
 *
 * Their columns are documented nowhere that we know, and differ between accounts; so columns are found by their names,
 * whatever the case and however the words are joined. A row says what an agent's status was from an instant on; its
 * previous value is that of the agent's row before it. An end column is not read: the next row says when something
 * else began.
 */
const COLUMNS = {
  email: ['email', 'agentemail', 'agentemailid', 'emailid', 'agentemailaddress'],
  orgAgentId: ['orgagentid', 'orgactorid'],
  time: [
    'starttime',
    'startedat',
    'activitystarttime',
    'statusstarttime',
    'statuschangetimestamp',
    'timestamp',
    'createdat',
    'eventtime',
    'activitytime',
    'time',
    'date',
  ],
  status: [
    'status',
    'intelliassignstatus',
    'agentintelliassignstatus',
    'availabilitystatus',
    'agentstatus',
    'activitytype',
    'activity',
    'customstatus',
    'currentstatus',
  ],
  axis: ['availabilityeventtype', 'eventtype', 'type', 'event'],
} as const;

type Column = keyof typeof COLUMNS;

/** What the reports call the two default statuses; on the general axis there is nothing else. */
const AVAILABLE_WORDS: ReadonlySet<string> = new Set([
  'available',
  'online',
  'active',
  'login',
  'loggedin',
  'on',
  'true',
]);
const UNAVAILABLE_WORDS: ReadonlySet<string> = new Set([
  'unavailable',
  'offline',
  'inactive',
  'away',
  'logout',
  'loggedout',
  'off',
  'false',
]);

/** `axis`: of a report that does not say it in a column. */
export async function* rawReportRows(lines: AsyncIterable<Line>, axis: Axis | null): AsyncGenerator<ImportLine> {
  const chains = new Chains();
  let places: Places | null = null;
  for await (const { line, cells } of csvRows(lines)) {
    if (places === null) {
      places = placesOf(cells, axis);
      continue;
    }
    const read = readRow(cells, places, chains);
    if (read !== null) yield { line, ...read };
  }
}

type Places = { readonly columns: Readonly<Record<Column, number>>; readonly axis: Axis };

/** Whether a header row is one of a raw report: it says who, what and when. */
export function isRawReportHeader(cells: readonly string[]): boolean {
  const { columns } = placesOf(cells, null);
  return (columns.email >= 0 || columns.orgAgentId >= 0) && columns.time >= 0 && columns.status >= 0;
}

function placesOf(cells: readonly string[], axis: Axis | null): Places {
  const keys = cells.map(keyOf);
  const find = (column: Column) => COLUMNS[column].map((name) => keys.indexOf(name)).find((place) => place >= 0) ?? -1;
  const isIntelliassign = keys.some((key) => key.includes('intelliassign') || key.includes('customstatus'));
  return {
    columns: {
      email: find('email'),
      orgAgentId: find('orgAgentId'),
      time: find('time'),
      status: find('status'),
      axis: find('axis'),
    },
    axis: axis ?? (isIntelliassign ? 'Intelliassign' : 'GeneralAvailability'),
  };
}

type Read = { readonly payload: unknown } | { readonly fault: string };

function readRow(cells: readonly string[], { columns, axis: axisOfFile }: Places, chains: Chains): Read | null {
  const cell = (column: Column) => cells[columns[column]]?.trim() ?? '';
  const at = instantOf(cell('time'));
  if (at === null) return { fault: `Its time, ${JSON.stringify(cell('time'))}, cannot be read.` };
  const axis = axisOf(cell('axis')) ?? axisOfFile;
  const status = statusOf(cell('status'), axis);
  if (status === null) return { fault: `Its status, ${JSON.stringify(cell('status'))}, is neither available nor not.` };
  const [email, orgAgentId] = [cell('email') || null, cell('orgAgentId') || null];
  const before = chains.before(orgAgentId ?? email ?? '', axis, { status, at });
  if (before === null) return null;
  return {
    payload: {
      data: {
        agent_activity: {
          availability_event_type: axis,
          status,
          prev_status: before.status,
          status_change_timestamp: formatInstant(at),
          prev_status_change_timestamp: formatInstant(before.at),
          custom_status_id: null,
          emoji: null,
          email,
          org_agent_id: orgAgentId,
        },
      },
    },
  };
}

function axisOf(text: string): Axis | null {
  const key = keyOf(text);
  if (key.includes('intelliassign')) return 'Intelliassign';
  return key.includes('general') ? 'GeneralAvailability' : null;
}

function statusOf(text: string, axis: Axis): string | null {
  const key = keyOf(text);
  if (AVAILABLE_WORDS.has(key)) return 'AVAILABLE';
  if (UNAVAILABLE_WORDS.has(key)) return 'UNAVAILABLE';
  return axis === 'GeneralAvailability' || text === '' ? null : text;
}

/** ISO 8601, with a space for the T and without an offset too (then it is UTC); or seconds or milliseconds since 1970. */
export function instantOf(text: string): Instant | null {
  if (/^\d{9,14}(?:\.\d+)?$/.test(text)) {
    const value = Number(text);
    const instant = Math.round(value < 100_000_000_000 ? value * 1000 : value);
    return isInstant(instant) ? instant : null;
  }
  const joined = text.replace(' UTC', 'Z').replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, '$1T');
  return parseInstant(joined) ?? parseInstant(`${joined}Z`);
}

function keyOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
