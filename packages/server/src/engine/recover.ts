import type { AgentNumber, Position } from '../activity/position.ts';
import type { AccountRecord, CalendarRecord, CustomStatus, Group } from '../activity/record.ts';
import { isOnline, type Session } from '../availability/availability.ts';
import type { ApiKey } from '../directory/api-key.ts';
import type { Correction } from '../directory/correction.ts';
import { nameKey } from '../directory/name-key.ts';
import type { PlanMonth } from '../directory/plan-record.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { createAccount } from './account-commands.ts';
import { act } from './act.ts';
import type { Change, SessionState, StoredRecord } from './change.ts';
import type { Draft } from './draft.ts';
import { putKey } from './key-commands.ts';
import { type Memory, scoped } from './memory.ts';
import type { Presence } from './presence.ts';
import type { LoadedState } from './store.ts';
import type { World } from './world.ts';

/** How the engine came up. */
export type Recovery =
  | { readonly kind: 'new'; readonly readyAt: Instant }
  | {
      readonly kind: 'resumed';
      readonly readyAt: Instant;
      /** The last liveness mark: from here to readiness nobody watched. */
      readonly lastSeenAt: Instant;
      readonly head: Position;
      readonly agents: number;
      readonly sessions: number;
    };

/** The account and key that a new log begins with. */
export type FirstKey = {
  readonly accountId: string;
  readonly accountName: string;
  readonly domain: string;
  readonly secret: string;
};

/**
 * Fills the memory from what was loaded.
 *
 * After a crash a live session's last activity is max(its durable one, the last sign of life), if its agent was not idle:
 * ticks never touch the disk, and the benefit of the doubt is the agent's.
 */
export function restore(loaded: LoadedState, memory: Memory, presence: Presence, now: Instant): Recovery {
  if (loaded.head.position === 0) return { kind: 'new', readyAt: now };
  // The mark alone: a fact can also be written by the command line while no server runs.
  const lastSeenAt = loaded.counters.liveness_mark;
  for (const record of loaded.records) restoreRecord(memory, record);
  for (const label of loaded.labels) memory.records.put(label.position, label.record);
  const sessions = sessionsByAgent(loaded.sessions);
  for (const { profile, availability, ...state } of loaded.agents) {
    const agent = {
      ...state,
      profile,
      availability: { ...availability, sessions: sessions.get(state.number) ?? [] },
      boundariesDecidedAt: Math.max(lastSeenAt, availability.changedAt),
    };
    memory.agents.put(agent.number, agent);
    memory.agentNumbers.put(profile.id, agent.number);
    memory.emails.put(scoped(agent.account, nameKey(profile.email)), agent.number);
    memory.orgAgentIds.put(scoped(agent.account, profile.orgAgentId), agent.number);
    memory.records.put(agent.profilePosition, profile);
    if (isOnline(agent.availability)) presence.raise(agent.number, Math.max(agent.availability.activityAt, lastSeenAt));
  }
  memory.merge();
  presence.restoreSessions(loaded.sessions);
  return {
    kind: 'resumed',
    readyAt: Math.max(now, lastSeenAt),
    lastSeenAt,
    head: loaded.head.position,
    agents: loaded.agents.length,
    sessions: loaded.sessions.length,
  };
}

/** In order of opening: that is the order in which `evolve` keeps them. */
function sessionsByAgent(rows: readonly SessionState[]): ReadonlyMap<AgentNumber, readonly Session[]> {
  const byAgent = new Map<AgentNumber, Session[]>();
  for (const { agent, number, transport, openedAt, lostAt } of rows.toSorted((a, b) => a.number - b.number)) {
    const session = { number, transport, openedAt, lostAt };
    const list = byAgent.get(agent);
    if (list === undefined) byAgent.set(agent, [session]);
    else list.push(session);
  }
  return byAgent;
}

function restoreRecord(memory: Memory, stored: StoredRecord): void {
  const { account, position } = stored;
  const body: unknown = JSON.parse(stored.body);
  switch (stored.type) {
    case 'account': {
      const record = body as AccountRecord;
      memory.accounts.put(account, { number: account, record, position });
      memory.accountNumbers.put(record.id, account);
      memory.records.put(position, record);
      return;
    }
    case 'custom_status': {
      const record = body as CustomStatus;
      memory.customStatuses.put(record.id, { account, record, position });
      memory.records.put(position, record);
      const names = record.archived ? memory.archivedStatusNames : memory.customStatusNames;
      names.put(scoped(account, nameKey(record.name)), record.id);
      return;
    }
    case 'group': {
      const record = body as Group;
      memory.groups.put(record.id, { account, record, position });
      if (!record.removed) memory.groupNames.put(scoped(account, nameKey(record.name)), record.id);
      return;
    }
    case 'calendar': {
      const record = body as CalendarRecord;
      memory.calendars.put(record.id, { account, record, position });
      if (!record.removed) memory.calendarNames.put(scoped(account, nameKey(record.name)), record.id);
      return;
    }
    case 'correction': {
      const record = body as Correction;
      memory.corrections.put(record.id, { account, record, position });
      return;
    }
    case 'plan': {
      memory.plans.put(stored.key, body as PlanMonth);
      return;
    }
    case 'key': {
      const key = body as ApiKey;
      memory.keys.put(key.hash, key);
      memory.keyHashes.put(key.id, key.hash);
      return;
    }
    default:
      // Records of other rooms (installed apps, for one) are read by who owns them.
      return;
  }
}

/** The first facts of a new log: position 1 names the log, then the first account and its admin key. */
export function bootstrap(draft: Draft, world: World, first: FirstKey, now: Instant): void {
  const logId = world.random.uuid();
  const started = draft.append({ kind: 'LogStarted', logId, account: 0, agent: 0, at: now, recordedAt: now }, 0);
  assert(started.position === 1, 'a log starts at position 1');
  const { accountId: id, accountName: name, domain } = first;
  const account = createAccount(draft, { id, name, domain, by: 'system' }, now);
  const caller = { keyId: 'system', account: account.number, role: 'admin', agent: 0 } as const;
  draft.put(livenessMark(now));
  putKey(draft, world, { caller, now }, { role: 'admin', name: 'first admin key', agent: 0, secret: first.secret });
}

/**
 * Takes up where the process before left off: notes the time nobody watched, and counts every connected WebSocket session
 * as lost now, so that who returns within the grace goes on as if nothing had happened. What time did meanwhile (a timed
 * status that ran out, a grace that ended) is decided by the first look, at its own instant.
 */
export function recover(draft: Draft, world: World, recovery: Extract<Recovery, { kind: 'resumed' }>): void {
  const { readyAt, lastSeenAt } = recovery;
  const common = { account: 0, agent: 0, at: lastSeenAt, recordedAt: readyAt };
  draft.append({ kind: 'OutageRecorded', from: lastSeenAt, to: readyAt, ...common }, 0);
  draft.put(livenessMark(readyAt));
  const { memory } = draft;
  for (let number = 1; number <= memory.agents.lastNumber; number++) {
    for (const session of memory.agents.get(number)?.availability.sessions ?? []) {
      if (session.transport !== 'websocket' || session.lostAt !== null) continue;
      const agent = memory.agents.drafted(number);
      assert(agent !== undefined, 'agents are never removed');
      const command = { kind: 'LoseSession', session: session.number, lostAt: readyAt } as const;
      act(draft, agent, command, { now: readyAt, world, person: null });
    }
  }
}

/** The latest instant at which this server is known to have watched. */
export function livenessMark(at: Instant): Change {
  return { kind: 'PutCounter', name: 'liveness_mark', value: at };
}
