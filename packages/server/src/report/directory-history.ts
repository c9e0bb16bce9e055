import type { RecordedFact } from '../activity/fact.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CalendarRecord, CustomStatus, Group } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';
import { RecordedStatusNumbers } from './status-numbers.ts';

/** A record as it was from an instant on. Ascending by position, and so by instant. */
export type Version<R> = { readonly at: Instant; readonly position: Position; readonly record: R };
export type Versions<R> = readonly Version<R>[];

/** What one account is made of through time. */
export type AccountHistory = {
  readonly settings: Versions<AccountRecord>;
  readonly groups: ReadonlyMap<string, Versions<Group>>;
  /** As they are now: a calendar carries its own versions, by date. */
  readonly calendars: ReadonlyMap<string, Version<CalendarRecord>>;
  readonly customStatuses: ReadonlyMap<string, Version<CustomStatus>>;
  readonly agents: ReadonlyMap<AgentNumber, Versions<AgentProfile>>;
};

type Growing = {
  settings: Versions<AccountRecord>;
  readonly groups: Map<string, Versions<Group>>;
  readonly calendars: Map<string, Version<CalendarRecord>>;
  readonly customStatuses: Map<string, Version<CustomStatus>>;
  readonly agents: Map<AgentNumber, Versions<AgentProfile>>;
};

/** Who there was, in which groups, under which hours: from the facts that recorded it, in log order. */
export class DirectoryHistory {
  readonly numbers: RecordedStatusNumbers;
  readonly #accounts: Map<AccountNumber, Growing>;
  readonly #profiles: Map<Position, AgentProfile>;

  /** Goes on from another, and leaves that one as it is: whoever holds it keeps seeing what was. */
  constructor(before: DirectoryHistory | null = null) {
    this.numbers = new RecordedStatusNumbers(before?.numbers);
    this.#profiles = new Map(before === null ? [] : before.#profiles);
    this.#accounts = new Map();
    for (const [number, account] of before === null ? [] : before.#accounts)
      this.#accounts.set(number, copyOf(account));
  }

  /** Facts that record nothing of this are left alone. */
  record(fact: RecordedFact): void {
    const { at, position } = fact;
    switch (fact.kind) {
      case 'AccountRecorded':
        this.#of(fact.account).settings = [...this.#of(fact.account).settings, { at, position, record: fact.record }];
        return;
      case 'GroupRecorded':
        pushTo(this.#of(fact.account).groups, fact.record.id, { at, position, record: fact.record });
        return;
      case 'CalendarRecorded':
        this.#of(fact.account).calendars.set(fact.record.id, { at, position, record: fact.record });
        return;
      case 'CustomStatusRecorded':
        this.numbers.record(position, fact.record.id, fact.record.name);
        this.#of(fact.account).customStatuses.set(fact.record.id, { at, position, record: fact.record });
        return;
      case 'AgentRecorded':
        this.#profiles.set(position, fact.record);
        pushTo(this.#of(fact.account).agents, fact.agent, { at, position, record: fact.record });
        return;
      default:
        return;
    }
  }

  account(number: AccountNumber): AccountHistory {
    return this.#accounts.get(number) ?? nothing();
  }

  /** An agent's record by the position of the fact that recorded it. */
  profile(position: Position): AgentProfile | undefined {
    return this.#profiles.get(position);
  }

  #of(account: AccountNumber): Growing {
    let found = this.#accounts.get(account);
    if (found === undefined) {
      found = nothing();
      this.#accounts.set(account, found);
    }
    return found;
  }
}

/** Whether the fact belongs into a directory history: few of a log's facts do. */
export function isDirectoryFact(fact: RecordedFact): boolean {
  switch (fact.kind) {
    case 'AccountRecorded':
    case 'GroupRecorded':
    case 'CalendarRecorded':
    case 'CustomStatusRecorded':
    case 'AgentRecorded':
      return true;
    default:
      return false;
  }
}

function nothing(): Growing {
  return { settings: [], groups: new Map(), calendars: new Map(), customStatuses: new Map(), agents: new Map() };
}

function copyOf({ settings, groups, calendars, customStatuses, agents }: Growing): Growing {
  return {
    settings,
    groups: new Map(groups),
    calendars: new Map(calendars),
    customStatuses: new Map(customStatuses),
    agents: new Map(agents),
  };
}

/** A new list each time, because copies share them; they are short. */
function pushTo<K, R>(map: Map<K, Versions<R>>, key: K, version: Version<R>): void {
  map.set(key, [...(map.get(key) ?? []), version]);
}

/** The version that holds at an instant; before the first, the first: nothing says that it was otherwise. */
export function versionAt<V extends { readonly at: Instant }>(versions: readonly V[], instant: Instant): V | undefined {
  return versions.findLast(({ at }) => at <= instant) ?? versions[0];
}
