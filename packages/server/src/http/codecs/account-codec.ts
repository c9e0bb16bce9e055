import type { AccountPatch, AccountRead } from '@rollcall/contract';
import type { AccountRecord } from '../../activity/record.ts';
import type { AccountInput } from '../../engine/account-commands.ts';
import { formatInstant } from '../../time/instant.ts';

export function accountRead(record: AccountRecord): AccountRead {
  return {
    id: record.id,
    name: record.name,
    idle_after_ms: record.idleAfterMs,
    disconnect_grace_ms: record.disconnectGraceMs,
    custom_status: record.customStatus,
    missed_assignments_limit: record.missedAssignmentsLimit,
    calendar_id: record.calendarId,
    time_zone: record.timeZone,
    region: record.region,
    domain: record.domain,
    couplings: record.couplings,
    created_at: formatInstant(record.createdAt),
  };
}

export function accountInput(body: AccountPatch): AccountInput {
  return {
    name: body.name,
    idleAfterMs: body.idle_after_ms,
    disconnectGraceMs: body.disconnect_grace_ms,
    customStatus: body.custom_status,
    missedAssignmentsLimit: body.missed_assignments_limit,
    calendarId: body.calendar_id?.toLowerCase() ?? body.calendar_id,
    timeZone: body.time_zone,
    region: body.region,
    domain: body.domain,
    couplings: body.couplings,
  };
}
