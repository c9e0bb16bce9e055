import { REASONS, type Reason } from '@rollcall/contract';
import type { Transport } from '../../activity/fact.ts';
import type { StatusLabel } from '../../activity/status-label.ts';
import type { Session, SetBy } from '../../availability/availability.ts';
import type { AgentState, SessionState } from '../../engine/change.ts';
import { assert } from '../../time/assert.ts';
import { expectSound } from './damage.ts';

/**
 * An agent's state as a row of small integers. A custom status' id is not a column: it stands in the snapshot that the
 * status label is the position of, and a second copy could only come to differ from it.
 */
export type AgentRow = {
  readonly number: number;
  readonly account: number;
  readonly head: number;
  readonly profile_position: number;
  readonly sequence: number;
  readonly changed_at: number;
  readonly general_status: number;
  readonly general_since: number;
  readonly general_prev_status: number;
  readonly general_reason: number | null;
  readonly intelliassign_status: number;
  readonly intelliassign_since: number;
  readonly intelliassign_prev_status: number;
  readonly intelliassign_reason: number | null;
  readonly intelliassign_until: number | null;
  readonly intelliassign_set_by: number;
  readonly activity_at: number;
  readonly missed: number;
};

// Places in these lists are on disk: append only.
const SET_BY: readonly SetBy[] = ['nobody', 'choice', 'coupling', 'call', 'system'];
const TRANSPORTS: readonly Transport[] = ['http', 'websocket'];

const REASON_CODES: ReadonlyMap<Reason, number> = new Map(REASONS.map((reason, code) => [reason, code]));
const SET_BY_CODES: ReadonlyMap<SetBy, number> = new Map(SET_BY.map((name, code) => [name, code]));

export function reasonCode(reason: Reason | null): number | null {
  if (reason === null) return null;
  const code = REASON_CODES.get(reason);
  assert(code !== undefined, `the reason ${reason} has no code`);
  return code;
}

export function setByCode(setBy: SetBy): number {
  const code = SET_BY_CODES.get(setBy);
  assert(code !== undefined, `the setter ${setBy} has no code`);
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

/** The state of a row. */
export function agentOfRow(row: AgentRow, beside: BesideAgent): AgentState {
  return {
    number: row.number,
    account: row.account,
    head: row.head,
    profilePosition: row.profile_position,
    availability: {
      sequence: row.sequence,
      changedAt: row.changed_at,
      general: {
        status: row.general_status,
        since: row.general_since,
        prevStatus: row.general_prev_status,
        reason: reasonOf(row.general_reason),
      },
      intelliassign: {
        status: row.intelliassign_status,
        customStatusId: beside.customStatusIds.get(row.intelliassign_status) ?? null,
        since: row.intelliassign_since,
        prevStatus: row.intelliassign_prev_status,
        reason: reasonOf(row.intelliassign_reason),
        until: row.intelliassign_until,
        setBy: listed(SET_BY, row.intelliassign_set_by, 'intelliassign_set_by'),
      },
      sessions: beside.sessions.get(row.number) ?? [],
      activityAt: row.activity_at,
      missed: row.missed,
    },
  };
}

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
