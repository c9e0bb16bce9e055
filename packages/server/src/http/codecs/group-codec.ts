import type { GroupPatch, GroupRead } from '@rollcall/contract';
import type { Group } from '../../activity/record.ts';
import type { GroupInput } from '../../engine/group-commands.ts';
import { formatInstant } from '../../time/instant.ts';

export function groupRead(record: Group): GroupRead {
  return {
    id: record.id,
    name: record.name,
    calendar_id: record.calendarId,
    idle_after_ms: record.idleAfterMs,
    disconnect_grace_ms: record.disconnectGraceMs,
    created_at: formatInstant(record.createdAt),
  };
}

export function groupInput(body: GroupPatch): GroupInput {
  return {
    name: body.name,
    calendarId: body.calendar_id?.toLowerCase() ?? body.calendar_id,
    idleAfterMs: body.idle_after_ms,
    disconnectGraceMs: body.disconnect_grace_ms,
  };
}
