import type { CustomStatusPatch, CustomStatusRead } from '@rollcall/contract';
import type { CustomStatus } from '../../activity/record.ts';
import type { CustomStatusInput } from '../../engine/custom-status-commands.ts';
import { formatInstant } from '../../time/instant.ts';

export function customStatusRead(record: CustomStatus): CustomStatusRead {
  return {
    id: record.id,
    name: record.name,
    emoji: record.emoji,
    order: record.order,
    allowance_minutes: record.allowanceMinutes,
    ends_at_allowance: record.endsAtAllowance,
    productive: record.productive,
    archived: record.archived,
    created_at: formatInstant(record.createdAt),
  };
}

export function customStatusInput(body: CustomStatusPatch): CustomStatusInput {
  return {
    name: body.name,
    emoji: body.emoji,
    order: body.order,
    allowanceMinutes: body.allowance_minutes,
    endsAtAllowance: body.ends_at_allowance,
    productive: body.productive,
  };
}
