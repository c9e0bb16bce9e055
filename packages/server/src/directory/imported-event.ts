import {
  type Axis,
  type ErrorCode,
  ImportedPayload,
  isReason,
  type Reason,
  shapeFaults,
  sortOfStatus,
} from '@rollcall/contract';
import { formatInstant, type Instant, minuteMs, parseInstant } from '../time/instant.ts';
import { nameKey } from './name-key.ts';

/** An event that happened elsewhere, as its payload says it: found sound in itself, and not yet known to be anybody's. */
export type ImportedEvent = {
  readonly kind: 'event';
  /** Its own `activity.id`; null when it came without one. */
  readonly id: string | null;
  readonly orgAgentId: string | null;
  readonly email: string | null;
  /** The agent's id there, when it is a UUID. */
  readonly agentId: string | null;
  readonly axis: Axis;
  readonly status: string;
  readonly prevStatus: string;
  readonly at: Instant;
  readonly prevAt: Instant;
  readonly reason: Reason;
  readonly customStatusId: string | null;
  readonly emoji: string | null;
  /** `data.actor` and `data.agent_activity` as they came. */
  readonly actor: Readonly<Record<string, unknown>>;
  readonly activity: Readonly<Record<string, unknown>>;
};

/** Why an event cannot be taken: its neighbours are, all the same. */
export type ImportFault = { readonly kind: 'fault'; readonly code: ErrorCode; readonly detail: string };

/** How far the clock of another system may be ahead of ours. */
export const AHEAD_MS_MAX = 5 * minuteMs;

/**
 * Reads a payload from elsewhere: ours, or the vendor's, which have no `activity`, other spellings of `timestamp` (which
 * says when somebody else recorded it, and is not looked at), and fields that nobody documents.
 */
export function readImportedEvent(value: unknown, now: Instant): ImportedEvent | ImportFault {
  const faults = shapeFaults(ImportedPayload, value);
  if (faults.length > 0) return invalid(faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '));
  const payload = value as ImportedPayload;
  const { agent_activity: told, actor } = payload.data;
  const at = parseInstant(told.status_change_timestamp);
  const prevAt = parseInstant(told.prev_status_change_timestamp);
  const reason = payload.activity?.reason ?? 'import';
  if (at === null) return noInstant('/status_change_timestamp', told.status_change_timestamp);
  if (prevAt === null) return noInstant('/prev_status_change_timestamp', told.prev_status_change_timestamp);
  if (prevAt > at) return contradiction(told);
  if (!isReason(reason)) return invalid(`/activity/reason ${JSON.stringify(reason)} is not in the list of reasons`);
  const { availability_event_type: axis, status, prev_status: prevStatus } = told;
  const misnamed = misnamedStatus(axis, status, '/status') ?? misnamedStatus(axis, prevStatus, '/prev_status');
  if (misnamed !== null) return misnamed;
  if (at > now + AHEAD_MS_MAX) {
    const detail = `It is of ${told.status_change_timestamp}, and here it is ${formatInstant(now)}: more than 5 minutes ahead.`;
    return { kind: 'fault', code: 'event_in_future', detail };
  }
  const agentId = uuidOf(payload.activity?.agent_id);
  return {
    kind: 'event',
    id: payload.activity?.id ?? null,
    orgAgentId: told.org_agent_id ?? null,
    email: told.email ?? null,
    agentId,
    axis,
    status,
    prevStatus,
    at,
    prevAt,
    reason,
    customStatusId: uuidOf(told.custom_status_id),
    emoji: told.emoji ?? null,
    actor: actor ?? {},
    activity: told,
  };
}

/** A general status is one of two; and no custom status has the name of one of them, however it is written. */
function misnamedStatus(axis: Axis, status: string, field: string): ImportFault | null {
  if (sortOfStatus(status) !== 'custom') return null;
  const pointer = `/data/agent_activity${field}`;
  const key = nameKey(status);
  if (axis === 'GeneralAvailability' || key === 'available' || key === 'unavailable' || key === '') {
    return invalid(`${pointer} expected AVAILABLE or UNAVAILABLE in capitals, got ${JSON.stringify(status)}`);
  }
  return null;
}

function noInstant(field: string, text: string): ImportFault {
  const expected = 'expected an instant with an offset, such as 2026-03-04T09:00:00.000Z';
  return invalid(`/data/agent_activity${field} ${expected}, got ${JSON.stringify(text)}`);
}

/** A value cannot have begun after it ended: where times disagree within one event, nobody can say which is wrong. */
function contradiction(told: ImportedPayload['data']['agent_activity']): ImportFault {
  const { status_change_timestamp: at, prev_status_change_timestamp: prevAt } = told;
  return invalid(
    `/data/agent_activity/prev_status_change_timestamp it contradicts itself: the previous value began at ${prevAt}, after it ended at ${at}`,
  );
}

function invalid(detail: string): ImportFault {
  return { kind: 'fault', code: 'invalid_input', detail: detail.slice(0, DETAIL_CHARACTERS_MAX) };
}

const DETAIL_CHARACTERS_MAX = 1000;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function uuidOf(text: string | null | undefined): string | null {
  const lower = text?.toLowerCase() ?? '';
  return UUID.test(lower) ? lower : null;
}
