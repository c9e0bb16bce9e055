import type { ActivityPayload } from '@rollcall/contract';

/** The columns of an event, flat, in order. Names are those of the payload; empty means null. */
const COLUMNS: readonly (readonly [
  name: string,
  read: (event: ActivityPayload) => string | number | boolean | null,
])[] = [
  ['id', ({ activity }) => activity?.id ?? null],
  ['sequence', ({ activity }) => activity?.sequence ?? null],
  ['account_id', ({ account_id }) => account_id],
  ['agent_id', ({ activity }) => activity?.agent_id ?? null],
  ['email', ({ data }) => data.agent_activity.email],
  ['org_agent_id', ({ data }) => data.agent_activity.org_agent_id],
  ['availability_event_type', ({ data }) => data.agent_activity.availability_event_type],
  ['status', ({ data }) => data.agent_activity.status],
  ['prev_status', ({ data }) => data.agent_activity.prev_status],
  ['status_change_timestamp', ({ data }) => data.agent_activity.status_change_timestamp],
  ['prev_status_change_timestamp', ({ data }) => data.agent_activity.prev_status_change_timestamp],
  ['prev_duration_ms', ({ activity }) => activity?.prev_duration_ms ?? null],
  ['reason', ({ activity }) => activity?.reason ?? null],
  ['custom_status_id', ({ data }) => data.agent_activity.custom_status_id],
  ['emoji', ({ data }) => data.agent_activity.emoji],
  ['actor_type', ({ data }) => data.actor.type],
  ['actor_id', ({ data }) => data.actor.id],
  ['actor_email', ({ data }) => data.actor.email],
  ['login_status', ({ data }) => data.actor.login_status],
  ['recorded_at', ({ activity }) => activity?.recorded_at ?? null],
  ['groups', ({ activity }) => activity?.groups.join(' ') ?? null],
];

export function csvHeader(): string {
  return COLUMNS.map(([name]) => name).join(',');
}

/** One event as a row, without its line break. Source: https://www.rfc-editor.org/rfc/rfc4180 */
export function csvRow(event: ActivityPayload): string {
  return COLUMNS.map(([, read]) => cell(read(event))).join(',');
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
