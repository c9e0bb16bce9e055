import type { HashHex } from '../activity/checksum.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { AccountNumber, AgentNumber } from '../activity/position.ts';
import type { Snapshots } from '../activity/snapshots.ts';
import { AVAILABLE, isCustom } from '../activity/status-label.ts';
import type { ImportedEvent } from '../directory/imported-event.ts';
import { nameKey } from '../directory/name-key.ts';

/**
 * By what an event from elsewhere is known again: short hashes, which the store keeps beside the log, because a million
 * events cannot be kept in memory and their texts would cost more than the events themselves.
 *
 * An event that came with an id of its own is known by that id, and one without by its agent, axis, time and status. Two
 * events with different ids are two, also at the same instant; so what is known by what it says alone (`Bare`) is kept
 * apart from what has an id besides (`Named`).
 */
export type EventKey = string;

/** 96 bits: among a thousand million events two share one with a chance of 1 in 10^11. Hexadecimal digits. */
const KEY_DIGITS = 24;

export function idKey(hash: HashHex, account: AccountNumber, id: string): EventKey {
  return short(hash, `i|${account}|${id}`);
}

/** What an event says: whose, which axis, when, and what from then on. */
export type Said = {
  readonly agent: AgentNumber;
  readonly axis: string;
  readonly at: number;
  readonly status: string;
};

export function saidKey(hash: HashHex, sort: 'bare' | 'named', { agent, axis, at, status }: Said): EventKey {
  return short(hash, `${sort}|${agent}|${axis}|${at}|${nameKey(status)}`);
}

/** Of a custom status under a name that it has no more: see `importedStatus`. */
export function statusNameKey(hash: HashHex, account: AccountNumber, name: string): EventKey {
  return short(hash, `s|${account}|${nameKey(name)}`);
}

/** The keys of one event, each made once: a hash is a good part of what an import costs. */
export type EventKeys = {
  /** Under which it may be known already. */
  readonly lookedUp: readonly EventKey[];
  /** Under which it is entered in the index. */
  readonly entered: readonly EventKey[];
};

/** `agent`: null when nobody knows whose it is, so that only an id can tell. */
export function keysOfEvent(
  hash: HashHex,
  account: AccountNumber,
  event: ImportedEvent,
  agent: AgentNumber | null,
): EventKeys {
  const own = event.id === null ? null : idKey(hash, account, event.id);
  if (agent === null) return { lookedUp: own === null ? [] : [own], entered: [] };
  const said = { agent, axis: event.axis, at: event.at, status: event.status };
  const bare = saidKey(hash, 'bare', said);
  const named = saidKey(hash, 'named', said);
  return own === null ? { lookedUp: [bare, named], entered: [bare] } : { lookedUp: [own, bare], entered: [own, named] };
}

/** The same for a fact of the log: a live event has an id, that of its place. */
export function keysOfFact(hash: HashHex, fact: RecordedStatusChange, snapshots: Snapshots): EventKey[] {
  const said = { agent: fact.agent, axis: fact.axis, at: fact.at, status: statusOf(fact, snapshots) };
  if (!fact.imported) return [saidKey(hash, 'named', said)];
  const id = fact.source?.id ?? null;
  return id === null ? [saidKey(hash, 'bare', said)] : [idKey(hash, fact.account, id), saidKey(hash, 'named', said)];
}

function statusOf(fact: RecordedStatusChange, snapshots: Snapshots): string {
  const own = fact.source?.activity.status;
  if (typeof own === 'string') return own;
  if (isCustom(fact.status)) return snapshots.customStatus(fact.status).name;
  return fact.status === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
}

function short(hash: HashHex, text: string): EventKey {
  return hash(text).slice(0, KEY_DIGITS);
}
