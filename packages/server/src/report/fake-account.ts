import type { AccountRecord, AgentProfile, CalendarRecord, Group } from '../activity/record.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Instant } from '../time/instant.ts';
import { DirectoryHistory } from './directory-history.ts';

/** The invented account 1 with its agent 1, recorded fact by fact. */
export class InventedAccount {
  readonly history = new DirectoryHistory();
  #position = 0;

  settings(at: Instant, more: Partial<AccountRecord> = {}): this {
    return this.#record(at, 0, { kind: 'AccountRecorded', record: { ...account, ...more }, by: 'test' });
  }

  agent(at: Instant, more: Partial<AgentProfile> = {}, number = 1): this {
    const record = { ...profile, createdAt: at, ...more };
    return this.#record(at, number, { kind: 'AgentRecorded', record, by: 'test' });
  }

  group(at: Instant, id: string, calendarId: string | null = null): this {
    const record: Group = {
      id,
      name: id,
      calendarId,
      idleAfterMs: null,
      disconnectGraceMs: null,
      lengthsChangedAt: at,
      removed: false,
      createdAt: at,
    };
    return this.#record(at, 0, { kind: 'GroupRecorded', record, by: 'test' });
  }

  calendar(at: Instant, id: string, calendar: Calendar): this {
    const record: CalendarRecord = { id, name: id, calendar, removed: false, createdAt: at };
    return this.#record(at, 0, { kind: 'CalendarRecorded', record, by: 'test' });
  }

  #record(at: Instant, agent: number, body: object): this {
    this.#position += 1;
    const common = { account: 1, agent, at, recordedAt: at, position: this.#position, previous: 0, checksum: '' };
    this.history.record({ ...common, ...body } as Parameters<DirectoryHistory['record']>[0]);
    return this;
  }
}

const account: AccountRecord = {
  id: '1',
  name: 'invented',
  domain: 'example.com',
  region: 'US',
  timeZone: 'UTC',
  idleAfterMs: 600_000,
  disconnectGraceMs: 60_000,
  lengthsChangedAt: 0,
  customStatus: true,
  couplings: {
    login: null,
    logout: null,
    idle_timeout: null,
    disconnect: null,
    schedule_open: null,
    schedule_close: null,
  },
  missedAssignmentsLimit: null,
  calendarId: null,
  createdAt: 0,
};

const profile: AgentProfile = {
  id: 'agent',
  orgAgentId: '1',
  orgContactId: '2',
  email: 'invented@example.com',
  firstName: null,
  lastName: null,
  phone: null,
  avatarUrl: null,
  socialProfiles: [],
  timeZone: null,
  groups: [],
  calendarId: null,
  idleAfterMs: null,
  disconnectGraceMs: null,
  lengthsChangedAt: 0,
  role: 'agent',
  active: true,
  createdAt: 0,
};
