import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { Group } from '../activity/record.ts';
import { type Rejection, refuse } from '../directory/rejection.ts';
import type { Ask } from './agent-commands.ts';
import type { Draft } from './draft.ts';
import type { Recorded } from './memory.ts';

/** Whether a calendar may be named here: null, or one of this account that was not removed. */
export function refusedCalendar(draft: Draft, ask: Ask, id: string | null): Rejection | null {
  if (id === null) return null;
  const found = draft.memory.calendars.drafted(id);
  if (found?.account === ask.caller.account && !found.record.removed) return null;
  const detail = `There is no calendar ${id}.`;
  return refuse('unknown_calendar', detail, [{ pointer: '/calendar_id', detail }]);
}

/** Notes in the log that something was made, changed or removed, and by whom. Never what is secret in it. */
export function auditThing(
  draft: Draft,
  ask: Ask,
  what: { readonly thing: string; readonly id: string; readonly change: 'created' | 'changed' | 'removed' },
): Position {
  return draft.append({ kind: 'ThingRecorded', ...what, by: ask.caller.keyId, ...envelope(ask, 0) }, 0).position;
}

export function putRecord(
  draft: Draft,
  type: string,
  key: string,
  place: { readonly account: AccountNumber; readonly position: Position },
  record: unknown,
): void {
  const { account, position } = place;
  draft.put({ kind: 'PutRecord', record: { type, key, account, position, body: JSON.stringify(record) } });
}

export function envelope(ask: Ask, agent: AgentNumber) {
  return { account: ask.caller.account, agent, at: ask.now, recordedAt: ask.now };
}

export function isSameRecord(before: object, after: object): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

export function findGroup(draft: Draft, account: AccountNumber, id: string): Recorded<Group> | undefined {
  const found = draft.memory.groups.drafted(id.toLowerCase());
  return found?.account === account && !found.record.removed ? found : undefined;
}
