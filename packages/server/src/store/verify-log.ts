import { isDeepStrictEqual } from 'node:util';
import type { HashHex } from '../activity/checksum.ts';
import type { LogReader } from '../activity/log-reader.ts';
import type { Position } from '../activity/position.ts';
import type { StoredRecord } from '../engine/change.ts';
import { type LoadedState, type Store, StoreFailure } from '../engine/store.ts';
import { startWalk, type Walk, type WalkedAgent, walkFact } from './walk-log.ts';

/** What a walk over the whole log found. */
export type LogVerdict = {
  /** How many were walked: all of them when nothing is broken. */
  readonly facts: number;
  readonly events: number;
  readonly agents: number;
  /** Of the newest fact that was walked: equal on two machines only when all before it is. */
  readonly checksum: string;
  readonly firstBroken: BrokenPlace | null;
};

export type BrokenPlace = {
  /** The fact, or the last fact that led to the row that is broken; 0 when the store cannot even say how far it goes. */
  readonly position: Position;
  /** One whole sentence. */
  readonly problem: string;
};

/** Facts read at a time: a few hundred KB in memory. */
const PAGE_LENGTH = 2_000;

/**
 * Walks the whole log and everything that was derived from it, to the first broken place:
 * positions without a gap, checksums, each agent's chain of facts, sequences, the chain of events on each axis, what the
 * facts refer to; then that the rows of agents, sessions and configuration say what the facts say. Also while a server
 * writes: it walks to the end that it found at its start.
 *
 * @throws StoreFailure when the store cannot be read for another reason than damage
 */
export async function verifyLog(store: Store, hash: HashHex): Promise<LogVerdict> {
  const loaded = await loadOrDamage(store);
  const walk = startWalk();
  const end = loaded instanceof StoreFailure ? Number.MAX_SAFE_INTEGER : loaded.head.position;
  const broken = (await walkTo(store, walk, end, hash)) ?? (await stateProblem(store, walk, loaded));
  return {
    facts: walk.position,
    events: walk.events,
    agents: walk.agents.size,
    checksum: walk.checksum,
    firstBroken: broken,
  };
}

async function loadOrDamage(store: Store): Promise<LoadedState | StoreFailure> {
  try {
    return await store.load();
  } catch (error) {
    return damageOf(error);
  }
}

/** The log can name the place of a damage better than whoever stumbled over it first. */
function damageOf(error: unknown): StoreFailure {
  if (error instanceof StoreFailure && error.code === 'damaged') return error;
  throw error;
}

async function walkTo(store: LogReader, walk: Walk, end: Position, hash: HashHex): Promise<BrokenPlace | null> {
  while (walk.position < end) {
    const limit = Math.min(PAGE_LENGTH, end - walk.position);
    const page = await readPage(store, walk.position, limit);
    for (const fact of page.facts) {
      const expected = walk.position + 1;
      if (fact.position !== expected)
        return { position: expected, problem: `There is no fact at position ${expected}.` };
      const problem = walkFact(walk, fact, hash);
      if (problem !== null) return { position: expected, problem: `The fact at position ${expected} ${problem}.` };
    }
    if (page.damage !== null) return { position: walk.position + 1, problem: page.damage.message };
    if (page.facts.length < limit) return end === Number.MAX_SAFE_INTEGER ? null : missing(walk.position + 1);
  }
  return null;
}

function missing(position: Position): BrokenPlace {
  return { position, problem: `There is no fact at position ${position}.` };
}

type Page = { readonly facts: Awaited<ReturnType<LogReader['facts']>>; readonly damage: StoreFailure | null };

/** A page that cannot be read is read again fact by fact, as far as it can be. */
async function readPage(store: LogReader, after: Position, limit: number): Promise<Page> {
  try {
    return { facts: await store.facts({ after, limit }), damage: null };
  } catch (error) {
    const damage = damageOf(error);
    const facts = [];
    for (let position = after + 1; position <= after + limit; position++) {
      try {
        const fact = await store.factAt(position);
        if (fact === null) break;
        facts.push(fact);
      } catch (again) {
        return { facts, damage: damageOf(again) };
      }
    }
    return { facts, damage };
  }
}

async function stateProblem(
  store: LogReader,
  walk: Walk,
  loaded: LoadedState | StoreFailure,
): Promise<BrokenPlace | null> {
  if (loaded instanceof StoreFailure) return { position: walk.position, problem: loaded.message };
  return agentsProblem(walk, loaded) ?? sessionsProblem(walk, loaded) ?? (await recordsProblem(store, walk, loaded));
}

/** The rows of agents are what their facts make of them. */
function agentsProblem(walk: Walk, loaded: LoadedState): BrokenPlace | null {
  const rows = new Map(loaded.agents.map((agent) => [agent.number, agent]));
  for (const [number, walked] of walk.agents) {
    const row = rows.get(number);
    if (row === undefined) return { position: walked.head, problem: `Agent ${number} has facts and no row.` };
    const { account, head, profilePosition, availability } = row;
    const difference = differenceOf({ account, head, profilePosition, availability }, walked, '');
    if (difference !== null) return { position: walked.head, problem: `The row of agent ${number} ${difference}.` };
    rows.delete(number);
  }
  for (const [number, row] of rows) return { position: row.head, problem: `Agent ${number} has a row and no facts.` };
  return null;
}

/** Sessions of agents were compared with their agents; others belong to nobody. */
function sessionsProblem(walk: Walk, loaded: LoadedState): BrokenPlace | null {
  const lost = loaded.sessions.find((session) => !walk.agents.has(session.agent));
  if (lost === undefined) return null;
  return {
    position: walk.position,
    problem: `Session ${lost.number} belongs to agent ${lost.agent}, which has no facts.`,
  };
}

/** Configuration says what the fact that recorded it says, and nothing points beyond the end of the log. */
async function recordsProblem(store: LogReader, walk: Walk, loaded: LoadedState): Promise<BrokenPlace | null> {
  for (const record of loaded.records) {
    const { type, key, position } = record;
    if (position > walk.position) return beyond(walk, `The ${type} ${key}`, position);
    const fact = position === 0 ? null : await store.factAt(position);
    if (fact !== null && 'record' in fact && !isDeepStrictEqual(parsed(record), fact.record)) {
      return { position, problem: `The ${type} ${key} differs from what the fact at position ${position} recorded.` };
    }
  }
  const ahead = loaded.cursors.find((cursor) => cursor.position > walk.position);
  return ahead === undefined ? null : beyond(walk, `The cursor of ${ahead.subscription}`, ahead.position);
}

function beyond(walk: Walk, what: string, position: Position): BrokenPlace {
  return {
    position: walk.position,
    problem: `${what} is at position ${position}, and the log ends at ${walk.position}.`,
  };
}

function parsed({ body }: StoredRecord): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Equal to no record, so it is reported as a difference.
    return null;
  }
}

/** Where two states part, as the end of a sentence; null when they do not. */
function differenceOf(row: unknown, facts: WalkedAgent | unknown, path: string): string | null {
  if (isDeepStrictEqual(row, facts)) return null;
  if (!isObject(row) || !isObject(facts)) {
    return `says ${JSON.stringify(row)} for ${path}, and its facts say ${JSON.stringify(facts)}`;
  }
  for (const name of new Set([...Object.keys(facts), ...Object.keys(row)])) {
    const difference = differenceOf(row[name], facts[name], path === '' ? name : `${path}.${name}`);
    if (difference !== null) return difference;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
