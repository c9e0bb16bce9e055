import { REASONS, type Reason } from '@rollcall/contract';
import type { Transport } from '../../activity/fact.ts';
import type { StatusLabel } from '../../activity/status-label.ts';
import type { Session, SetBy } from '../../availability/availability.ts';
import type { AgentState, SessionState } from '../../engine/change.ts';
import { assert, Bug } from '../../time/assert.ts';
import { expectSound } from './damage.ts';

/**
 * An agent's state as a row of small integers. A custom status' id is not a column: it stands in the snapshot that the
 * status label is the position of, and a second copy could only come to differ from it.
 */
export const AGENT_COLUMNS = [
  'account',
  'head',
  'profile_position',
  'sequence',
  'changed_at',
  'general_status',
  'general_since',
  'general_prev_status',
  'general_reason',
  'intelliassign_status',
  'intelliassign_since',
  'intelliassign_prev_status',
  'intelliassign_reason',
  'intelliassign_until',
  'intelliassign_set_by',
  'activity_at',
  'missed',
  'number',
] as const;

/** The values of a row, in the order of `AGENT_COLUMNS`. */
export type AgentValues = readonly [
  account: number,
  head: number,
  profilePosition: number,
  sequence: number,
  changedAt: number,
  generalStatus: number,
  generalSince: number,
  generalPrevStatus: number,
  generalReason: number | null,
  intelliassignStatus: number,
  intelliassignSince: number,
  intelliassignPrevStatus: number,
  intelliassignReason: number | null,
  intelliassignUntil: number | null,
  intelliassignSetBy: number,
  activityAt: number,
  missed: number,
  number: number,
];

// Places in these lists are on disk: append only.
const SET_BY: readonly SetBy[] = ['nobody', 'choice', 'coupling', 'call', 'system'];
const TRANSPORTS: readonly Transport[] = ['http', 'websocket'];

const REASON_CODES: ReadonlyMap<Reason, number> = new Map(REASONS.map((reason, code) => [reason, code]));
const SET_BY_CODES: ReadonlyMap<SetBy, number> = new Map(SET_BY.map((name, code) => [name, code]));

// Sentences are made when they are needed: these run for every change of status.

export function reasonCode(reason: Reason | null): number | null {
  if (reason === null) return null;
  const code = REASON_CODES.get(reason);
  if (code === undefined) throw new Bug(`the reason ${reason} has no code`);
  return code;
}

export function setByCode(setBy: SetBy): number {
  const code = SET_BY_CODES.get(setBy);
  if (code === undefined) throw new Bug(`the setter ${setBy} has no code`);
  return code;
}

export function transportCode(transport: Transport): number {
  const code = TRANSPORTS.indexOf(transport);
  assert(code >= 0, `the transport ${transport} has no code`);
  return code;
}

/** What belongs to an agent's state and stands elsewhere. */
export type BesideAgent = {
  /** Of every custom status that a row names, by its label. */
  readonly customStatusIds: ReadonlyMap<StatusLabel, string>;
  /** Live sessions by the agent's number, in the order in which they were opened. */
  readonly sessions: ReadonlyMap<number, readonly Session[]>;
};

export function agentOfValues(values: AgentValues, { customStatusIds, sessions }: BesideAgent): AgentState {
  const [account, head, profilePosition, sequence, changedAt] = values;
  const number = values[17];
  return {
    number,
    account,
    head,
    profilePosition,
    availability: {
      sequence,
      changedAt,
      general: {
        status: values[5],
        since: values[6],
        prevStatus: values[7],
        reason: reasonOf(values[8]),
      },
      intelliassign: {
        status: values[9],
        customStatusId: customStatusIds.get(values[9]) ?? null,
        since: values[10],
        prevStatus: values[11],
        reason: reasonOf(values[12]),
        until: values[13],
        setBy: listed(SET_BY, values[14], 'intelliassign_set_by'),
      },
      sessions: sessions.get(number) ?? NO_SESSIONS,
      activityAt: values[15],
      missed: values[16],
    },
  };
}

const NO_SESSIONS: readonly Session[] = [];

export type SessionRow = {
  readonly number: number;
  readonly slot: number;
  readonly agent: number;
  readonly transport: number;
  readonly opened_at: number;
  readonly lost_at: number | null;
};

export function sessionOfRow(row: SessionRow): SessionState {
  return {
    number: row.number,
    slot: row.slot,
    agent: row.agent,
    transport: listed(TRANSPORTS, row.transport, 'transport'),
    openedAt: row.opened_at,
    lostAt: row.lost_at,
  };
}

function reasonOf(code: number | null): Reason | null {
  return code === null ? null : listed(REASONS, code, 'reason');
}

function listed<T>(list: readonly T[], code: number, column: string): T {
  const value = list[code];
  expectSound(value !== undefined, `the code ${code} in column ${column} is not known to this version`);
  return value;
}
