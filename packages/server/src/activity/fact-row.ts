import { AXES, REASONS } from '@rollcall/contract';
import { assert } from '../time/assert.ts';
import type { Fact, FactBody, ImportSource, RecordedFact, SessionEnd, StatusChanged, Transport } from './fact.ts';
import type { Position } from './position.ts';

/**
 * A fact as a row: small integers in typed columns, text only for what is rare. The same row goes into every engine,
 * and the checksum is taken over it, so this file is the format of the log. Lists below are append-only: a place in
 * them is on disk.
 */
export type FactRow = {
  readonly position: Position;
  readonly account: number;
  readonly agent: number;
  readonly kind: number;
  readonly at: number;
  /** recordedAt - at, in milliseconds; negative only for facts that take effect later than they were written. */
  readonly delay: number;
  readonly sequence: number | null;
  readonly status: number | null;
  readonly prev_status: number | null;
  /** at - prevAt, in milliseconds. */
  readonly prev_duration: number | null;
  readonly reason: number | null;
  readonly subject: number | null;
  readonly actor: number | null;
  readonly context: number | null;
  readonly session: number | null;
  /** A bit or a small code, by kind. */
  readonly flags: number | null;
  readonly detail: string | null;
  readonly previous: Position;
};

const KINDS = [
  'LogStarted',
  'GeneralAvailability',
  'Intelliassign',
  'SessionOpened',
  'SessionClosed',
  'SessionLost',
  'SessionReturned',
  'SessionEnded',
  'UntilChanged',
  'AssignmentMissed',
  'AccountRecorded',
  'AgentRecorded',
  'CustomStatusRecorded',
  'GroupRecorded',
  'ThingRecorded',
  'OutageRecorded',
  'CalendarRecorded',
  'CorrectionProposed',
  'CorrectionDecided',
] as const;
type KindName = (typeof KINDS)[number];

const KIND_CODES = codesOf(KINDS);
const REASON_CODES = codesOf(REASONS);
const TRANSPORTS: readonly Transport[] = ['http', 'websocket'];
const SESSION_ENDS: readonly SessionEnd[] = ['disconnect', 'replaced', 'deactivated'];

/** The codes of the two kinds that are events, for readers that want nothing else. */
export const EVENT_KIND_CODES: readonly number[] = AXES.map((axis) => codeOf(KIND_CODES, axis));

/** The row of a fact at its place. */
export function toRow(fact: Fact, position: Position, previous: Position): FactRow {
  const { account, agent, at } = fact;
  const delay = fact.recordedAt - at;
  if (fact.kind !== 'StatusChanged') {
    return { ...EMPTY, position, account, agent, at, delay, previous, ...bodyColumns(fact) };
  }
  // Written out in full: almost every row of a log is one of these.
  return {
    position,
    account,
    agent,
    kind: codeOf(KIND_CODES, fact.axis),
    at,
    delay,
    sequence: fact.sequence,
    status: fact.status,
    prev_status: fact.prevStatus,
    prev_duration: fact.at - fact.prevAt,
    reason: codeOf(REASON_CODES, fact.reason),
    subject: fact.subjectProfile,
    actor: fact.actorProfile,
    context: fact.accountProfile,
    session: null,
    flags: flagsOf(fact),
    detail: statusDetail(fact),
    previous,
  };
}

/** The bits of a status change. Live events have none but the first, so that logs from before imports read the same. */
const LOGIN_BIT = 1;
const IMPORTED_BIT = 2;
/** Of imported events alone: a live one is always delivered. */
const DELIVERED_BIT = 4;

function flagsOf({ loginStatus, imported, delivered }: StatusChanged): number {
  const login = loginStatus ? LOGIN_BIT : 0;
  return imported ? login | IMPORTED_BIT | (delivered ? DELIVERED_BIT : 0) : login;
}

function statusDetail({ until, note, source }: StatusChanged): string | null {
  if (source !== null) return JSON.stringify({ until, note, source });
  return until === null && note === null ? null : JSON.stringify({ until, note });
}

const EMPTY = {
  sequence: null,
  status: null,
  prev_status: null,
  prev_duration: null,
  reason: null,
  subject: null,
  actor: null,
  context: null,
  session: null,
  flags: null,
  detail: null,
};

function bodyColumns(fact: Exclude<FactBody, { kind: 'StatusChanged' }>): Partial<FactRow> & { kind: number } {
  const kind = codeOf(KIND_CODES, fact.kind);
  switch (fact.kind) {
    case 'SessionOpened':
      return { kind, session: fact.session, flags: TRANSPORTS.indexOf(fact.transport) };
    case 'SessionClosed':
    case 'SessionLost':
    case 'SessionReturned':
      return { kind, session: fact.session };
    case 'SessionEnded':
      return { kind, session: fact.session, flags: SESSION_ENDS.indexOf(fact.cause) };
    case 'UntilChanged':
      return { kind, detail: JSON.stringify({ until: fact.until }) };
    case 'AssignmentMissed':
      return { kind, flags: fact.missed };
    case 'AccountRecorded':
    case 'AgentRecorded':
    case 'CustomStatusRecorded':
    case 'GroupRecorded':
    case 'CalendarRecorded':
      return { kind, detail: JSON.stringify({ by: fact.by, record: fact.record }) };
    case 'ThingRecorded':
      return {
        kind,
        detail: JSON.stringify({ by: fact.by, thing: fact.thing, id: fact.id, change: fact.change }),
      };
    case 'CorrectionProposed': {
      const { correctionId, from, to, note, by } = fact;
      const detail = JSON.stringify({ correctionId, from, to, note, by });
      return { kind, status: fact.status, actor: fact.actorProfile, detail };
    }
    case 'CorrectionDecided': {
      const { correctionId, decision, note, by } = fact;
      return { kind, actor: fact.actorProfile, detail: JSON.stringify({ correctionId, decision, note, by }) };
    }
    case 'LogStarted':
      return { kind, detail: JSON.stringify({ logId: fact.logId }) };
    case 'OutageRecorded':
      return { kind, detail: JSON.stringify({ from: fact.from, to: fact.to }) };
  }
}

/** The fact of a row. Asserts what it reads: a row that no writer of ours can have made stops the reader. */
export function fromRow(row: FactRow, checksum: string): RecordedFact {
  const envelope = {
    account: row.account,
    agent: row.agent,
    at: row.at,
    recordedAt: row.at + row.delay,
    position: row.position,
    previous: row.previous,
    checksum,
  };
  return { ...envelope, ...bodyOf(row) };
}

function bodyOf(row: FactRow): FactBody {
  const name = KINDS[row.kind];
  assert(name !== undefined, `position ${row.position}: fact kind ${row.kind} is not known to this version`);
  switch (name) {
    case 'GeneralAvailability':
    case 'Intelliassign':
      return statusChangedOf(row, name);
    case 'SessionOpened':
      return { kind: name, session: number(row, 'session'), transport: listed(row, TRANSPORTS) };
    case 'SessionClosed':
    case 'SessionLost':
    case 'SessionReturned':
      return { kind: name, session: number(row, 'session') };
    case 'SessionEnded':
      return { kind: name, session: number(row, 'session'), cause: listed(row, SESSION_ENDS) };
    case 'AssignmentMissed':
      return { kind: name, missed: number(row, 'flags') };
    case 'CorrectionProposed':
      return {
        kind: name,
        ...detailOf(row),
        status: number(row, 'status'),
        actorProfile: number(row, 'actor'),
      } as FactBody;
    case 'CorrectionDecided':
      return { kind: name, ...detailOf(row), actorProfile: number(row, 'actor') } as FactBody;
    case 'UntilChanged':
    case 'AccountRecorded':
    case 'AgentRecorded':
    case 'CustomStatusRecorded':
    case 'GroupRecorded':
    case 'CalendarRecorded':
    case 'ThingRecorded':
    case 'LogStarted':
    case 'OutageRecorded':
      // The detail was written by `bodyColumns` for this very kind, and the checksum vouches for every byte of it.
      return { kind: name, ...detailOf(row) } as FactBody;
  }
}

function statusChangedOf(row: FactRow, axis: (typeof AXES)[number]): FactBody {
  const reason = REASONS[number(row, 'reason')];
  assert(reason !== undefined, `position ${row.position}: reason ${row.reason} is not known to this version`);
  const detail = row.detail === null ? { until: null, note: null } : detailOf(row);
  const flags = number(row, 'flags');
  const imported = (flags & IMPORTED_BIT) !== 0;
  return {
    kind: 'StatusChanged',
    axis,
    sequence: number(row, 'sequence'),
    status: number(row, 'status'),
    prevStatus: number(row, 'prev_status'),
    prevAt: row.at - number(row, 'prev_duration'),
    reason,
    subjectProfile: number(row, 'subject'),
    actorProfile: number(row, 'actor'),
    accountProfile: number(row, 'context'),
    loginStatus: (flags & LOGIN_BIT) !== 0,
    until: detail.until as number | null,
    note: detail.note as string | null,
    imported,
    delivered: !imported || (flags & DELIVERED_BIT) !== 0,
    source: (detail.source as ImportSource | undefined) ?? null,
  };
}

function number(row: FactRow, column: keyof FactRow): number {
  const value = row[column];
  assert(typeof value === 'number', `position ${row.position}: column ${column} must hold an integer`);
  return value;
}

function listed<T>(row: FactRow, list: readonly T[]): T {
  const value = list[number(row, 'flags')];
  assert(value !== undefined, `position ${row.position}: flags ${row.flags} is not known to this version`);
  return value;
}

function detailOf(row: FactRow): Record<string, unknown> {
  assert(row.detail !== null, `position ${row.position}: the detail of this kind must not be empty`);
  return JSON.parse(row.detail) as Record<string, unknown>;
}

function codesOf<T extends string>(list: readonly T[]): ReadonlyMap<T, number> {
  return new Map(list.map((name, code) => [name, code]));
}

function codeOf<T extends string>(codes: ReadonlyMap<T, number>, name: T & (KindName | string)): number {
  const code = codes.get(name);
  assert(code !== undefined, `${name} has no code in the log format`);
  return code;
}
