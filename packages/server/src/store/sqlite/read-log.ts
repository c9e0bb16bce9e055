import type { DatabaseSync } from 'node:sqlite';
import { AXES } from '@rollcall/contract';
import type { RecordedFact } from '../../activity/fact.ts';
import { EVENT_KIND_CODES } from '../../activity/fact-row.ts';
import type { EventPage, EventQuery } from '../../activity/log-reader.ts';
import type { Position } from '../../activity/position.ts';
import { assert } from '../../time/assert.ts';
import { STORE_LIMITS } from '../limits.ts';
import { FACT_SELECTION, type FactColumns, factOf } from './fact-columns.ts';

/** The questions of `LogReader`, answered at once. */
export type LogQuestions = {
  facts(query: { readonly after: Position; readonly limit: number }): readonly RecordedFact[];
  factsAt(positions: readonly Position[]): readonly RecordedFact[];
  factAt(position: Position): RecordedFact | null;
  events(query: EventQuery): EventPage;
  agentFacts(query: {
    readonly head: Position;
    readonly after: Position;
    readonly limit: number;
  }): readonly RecordedFact[];
};

export function prepareLogReader(database: DatabaseSync): LogQuestions {
  return {
    facts: prepareFacts(database),
    factsAt: prepareFactsAt(database),
    factAt: prepareFactAt(database),
    events: prepareEvents(database),
    agentFacts: prepareAgentFacts(database),
  };
}

function prepareFacts(database: DatabaseSync): LogQuestions['facts'] {
  const select = prepareSelect(database, 'FROM fact WHERE fact.position > ? ORDER BY fact.position LIMIT ?');
  return ({ after, limit }) => select(after, limit).map(factOf);
}

/** One statement for all of them: a `get` per position takes 1.6 times as long. */
function prepareFactsAt(database: DatabaseSync): LogQuestions['factsAt'] {
  const select = prepareSelect(
    database,
    'FROM json_each(?) AS wanted JOIN fact ON fact.position = wanted.value ORDER BY wanted.key',
  );
  return (positions) => {
    if (positions.length === 0) return [];
    const facts = select(JSON.stringify(positions)).map(factOf);
    assert(facts.length === positions.length, 'every position that is asked for must exist');
    return facts;
  };
}

function prepareFactAt(database: DatabaseSync): LogQuestions['factAt'] {
  const select = prepareSelect(database, 'FROM fact WHERE fact.position = ?');
  return (position) => {
    const columns = select(position)[0];
    return columns === undefined ? null : factOf(columns);
  };
}

/** The agent's history from its newest fact backwards, `?1` to beyond `?2`, at most `?3` steps: no index is needed. */
const AGENT_CHAIN = `
  WITH RECURSIVE chain (position) AS (
    SELECT ?1 WHERE ?1 > ?2
    UNION ALL
    SELECT fact.previous FROM chain JOIN fact ON fact.position = chain.position WHERE fact.previous > ?2
    LIMIT ?3
  )`;

function prepareAgentFacts(database: DatabaseSync): LogQuestions['agentFacts'] {
  const select = prepareSelect(
    database,
    'FROM chain JOIN fact ON fact.position = chain.position ORDER BY fact.position',
    AGENT_CHAIN,
  );
  return ({ head, after, limit }) => select(head, after, limit).map(factOf);
}

/** What an event must be, in the order of `filterOf`. */
const EVENT_FILTER = 'fact.account = ? AND fact.kind IN (?, ?) AND fact.at >= ? AND fact.at < ?';

/**
 * A page of events. An account's are searched for along the log; one agent's are followed back along its chain, and
 * searched for when that is longer than one call may look at.
 */
function prepareEvents(database: DatabaseSync): LogQuestions['events'] {
  const newest = database.prepare('SELECT coalesce(max(position), 0) AS position FROM fact');
  const search = prepareSearch(database);
  const follow = prepareFollow(database);
  return (query) => {
    const end = Math.min(query.upTo, newest.get()?.position as number);
    if (end <= query.after) return { facts: [], scannedTo: query.after, isLast: true };
    const followed = query.agent === null ? null : follow(query, query.agent.head, end);
    return followed ?? search(query, end);
  };
}

type Events = EventPage['facts'];

function prepareSearch(database: DatabaseSync): (query: EventQuery, end: Position) => EventPage {
  const range = `fact.position > ? AND fact.position <= ? AND ${EVENT_FILTER}`;
  const tail = 'ORDER BY fact.position LIMIT ?';
  const ofAccount = prepareSelect(database, `FROM fact WHERE ${range} ${tail}`);
  const ofAgent = prepareSelect(database, `FROM fact WHERE ${range} AND fact.agent = ? ${tail}`);
  return (query, end) => {
    const searchedTo = Math.min(end, query.after + STORE_LIMITS.eventRowsScannedMax);
    const wanted = [query.after, searchedTo, ...filterOf(query)];
    const found =
      query.agent === null
        ? ofAccount(...wanted, query.limit + 1)
        : ofAgent(...wanted, query.agent.number, query.limit + 1);
    return pageOf(found.map(factOf) as Events, { limit: query.limit, searchedTo, end });
  };
}

/** null when the chain is longer than one call may look at. */
function prepareFollow(database: DatabaseSync): (query: EventQuery, head: Position, end: Position) => EventPage | null {
  const chain = database.prepare(`${AGENT_CHAIN} SELECT position FROM chain`, { returnArrays: true });
  const select = prepareSelect(
    database,
    `FROM json_each(?) AS wanted JOIN fact ON fact.position = wanted.value WHERE ${EVENT_FILTER} ORDER BY wanted.key`,
  );
  return (query, head, end) => {
    const stepsMax = STORE_LIMITS.eventRowsScannedMax;
    // Positions first and whole rows for one page only: the statement is prepared to return arrays.
    const steps = chain.all(head, query.after, stepsMax) as unknown as readonly (readonly [Position])[];
    if (steps.length === stepsMax) return null;
    const positions = steps.map(([position]) => position).filter((position) => position <= end);
    const events: RecordedFact[] = [];
    const filter = filterOf(query);
    for (let last = positions.length; last > 0 && events.length <= query.limit; last -= CHUNK_LENGTH) {
      const chunk = positions.slice(Math.max(0, last - CHUNK_LENGTH), last).reverse();
      events.push(...select(JSON.stringify(chunk), ...filter).map(factOf));
    }
    return pageOf(events.slice(0, query.limit + 1) as Events, { limit: query.limit, searchedTo: end, end });
  };
}

const CHUNK_LENGTH = 256;

/** `found` holds one more than the page when there is more before `searchedTo`. */
function pageOf(
  found: Events,
  { limit, searchedTo, end }: { readonly limit: number; readonly searchedTo: Position; readonly end: Position },
): EventPage {
  if (found.length <= limit) return { facts: found, scannedTo: searchedTo, isLast: searchedTo === end };
  const facts = found.slice(0, limit);
  const last = facts.at(-1);
  assert(last !== undefined, 'a page must hold at least one event');
  return { facts, scannedTo: last.position, isLast: false };
}

function filterOf({ account, axis, from, to }: EventQuery): readonly number[] {
  const kinds = axis === null ? EVENT_KIND_CODES : [EVENT_KIND_CODES[AXES.indexOf(axis)]];
  const [first, second = first] = kinds;
  assert(first !== undefined && second !== undefined, 'both axes have a kind of fact');
  return [account, first, second, from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER];
}

/** A statement that selects whole facts `from` somewhere. */
function prepareSelect(
  database: DatabaseSync,
  from: string,
  before = '',
): (...values: readonly (number | string)[]) => readonly FactColumns[] {
  const statement = database.prepare(`${before} SELECT ${FACT_SELECTION} ${from}`, { returnArrays: true });
  // The types of node:sqlite do not know `returnArrays`; the table is STRICT, so the columns are what they are typed as.
  return (...values) => statement.all(...values) as unknown as readonly FactColumns[];
}
