import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CalendarRecord, CustomStatus, Group } from '../activity/record.ts';
import type { Availability } from '../availability/availability.ts';
import type { ApiKey } from '../directory/api-key.ts';
import type { Correction } from '../directory/correction.ts';
import type { PlanMonth } from '../directory/plan-record.ts';
import type { Instant } from '../time/instant.ts';
import { DraftList } from './draft-list.ts';
import { DraftMap } from './draft-map.ts';

export type Account = {
  readonly number: AccountNumber;
  readonly record: AccountRecord;
  /** Of the fact that recorded it: what events of now refer to. */
  readonly position: Position;
};

export type Agent = {
  readonly number: AgentNumber;
  readonly account: AccountNumber;
  readonly profile: AgentProfile;
  readonly profilePosition: Position;
  readonly availability: Availability;
  /** Of the agent's newest fact. */
  readonly head: Position;
  /** Openings and closings of business hours up to here were decided, or came before a coupling asked for them. */
  readonly boundariesDecidedAt: Instant;
};

export type Recorded<R> = { readonly account: AccountNumber; readonly record: R; readonly position: Position };

/**
 * What the one writer knows without asking the disk: who there is and how they are. Everything in it is a draft until its
 * group of commands is durable; readers get the base.
 */
export class Memory {
  readonly accounts = new DraftList<Account>();
  readonly accountNumbers = new DraftMap<string, AccountNumber>();
  readonly agents = new DraftList<Agent>();
  /** By UUID. */
  readonly agentNumbers = new DraftMap<string, AgentNumber>();
  /** By `scoped(account, e-mail in lower case)`. */
  readonly emails = new DraftMap<string, AgentNumber>();
  readonly orgAgentIds = new DraftMap<string, AgentNumber>();
  /** Archived ones included, by id. */
  readonly customStatuses = new DraftMap<string, Recorded<CustomStatus>>();
  /** Of the unarchived, by `scoped(account, name in lower case)`. */
  readonly customStatusNames = new DraftMap<string, string>();
  /** Of the archived, by the same; where two had one name, the later. Imports find them, and nobody else. */
  readonly archivedStatusNames = new DraftMap<string, string>();
  readonly groups = new DraftMap<string, Recorded<Group>>();
  readonly groupNames = new DraftMap<string, string>();
  readonly calendars = new DraftMap<string, Recorded<CalendarRecord>>();
  readonly calendarNames = new DraftMap<string, string>();
  /** By id; decided ones stay. */
  readonly corrections = new DraftMap<string, Recorded<Correction>>();
  /** By `planKeyOf(agent, month)`. */
  readonly plans = new DraftMap<string, PlanMonth>();
  /** By hash of the secret. */
  readonly keys = new DraftMap<string, ApiKey>();
  readonly keyHashes = new DraftMap<string, string>();
  /** Records by position, as long as something current refers to them. */
  readonly records = new DraftMap<Position, AccountRecord | AgentProfile | CustomStatus>();
  /** Agents of an account, by number, in order of creation; of the base. */
  readonly #agentsOf = new Map<AccountNumber, AgentNumber[]>();

  agentsOf(account: AccountNumber): readonly AgentNumber[] {
    return this.#agentsOf.get(account) ?? [];
  }

  /** The drafted agents of an account: the base ones and those that the group so far created. */
  *draftedAgentsOf(account: AccountNumber): Generator<Agent> {
    for (const number of this.agentsOf(account)) {
      const agent = this.agents.drafted(number);
      if (agent !== undefined) yield agent;
    }
    for (const [number, agent] of this.agents.draftedEntries()) {
      if (agent.account === account && this.agents.get(number) === undefined) yield agent;
    }
  }

  merge(): void {
    for (const [number, agent] of this.agents.draftedEntries()) {
      if (number > this.agents.lastNumber) this.#listAgent(agent);
    }
    for (const part of this.#parts()) part.merge();
  }

  drop(): void {
    for (const part of this.#parts()) part.drop();
  }

  #listAgent(agent: Agent): void {
    const list = this.#agentsOf.get(agent.account);
    if (list === undefined) this.#agentsOf.set(agent.account, [agent.number]);
    else list.push(agent.number);
  }

  #parts(): readonly { merge(): void; drop(): void }[] {
    return [
      this.accounts,
      this.accountNumbers,
      this.agents,
      this.agentNumbers,
      this.emails,
      this.orgAgentIds,
      this.customStatuses,
      this.customStatusNames,
      this.archivedStatusNames,
      this.groups,
      this.groupNames,
      this.calendars,
      this.calendarNames,
      this.corrections,
      this.plans,
      this.keys,
      this.keyHashes,
      this.records,
    ];
  }
}

/** A key that two accounts never share. */
export function scoped(account: AccountNumber, text: string): string {
  return `${account}|${text}`;
}
