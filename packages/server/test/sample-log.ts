import { createHash } from 'node:crypto';
import { checksumOf, FIRST_CHECKSUM, type HashHex } from '../src/activity/checksum.ts';
import type {
  AssignmentMissed,
  CorrectionFact,
  Fact,
  FactBody,
  RecordedFact,
  SessionFact,
  UntilChanged,
} from '../src/activity/fact.ts';
import { toRow } from '../src/activity/fact-row.ts';
import type { AccountNumber, AgentNumber, Position, SessionNumber } from '../src/activity/position.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from '../src/activity/record.ts';
import type { StatusLabel } from '../src/activity/status-label.ts';
import { type Availability, initialAvailability } from '../src/availability/availability.ts';
import { NO_COUPLINGS } from '../src/availability/coupling.ts';
import { evolve } from '../src/availability/evolve.ts';
import type { StatusTransition, Transition } from '../src/availability/transition.ts';
import type { AgentState, Change } from '../src/engine/change.ts';

export const sha256: HashHex = (text) => createHash('sha256').update(text).digest('hex');

/** 2026-03-02T09:00:00Z: every sample log begins here. */
export const SAMPLE_START = Date.UTC(2026, 2, 2, 9);

type StatusFact = Extract<FactBody, { kind: 'StatusChanged' }>;

/** A change of status, as little of it as a test cares about. */
export type SampleChange = {
  readonly axis?: StatusTransition['axis'];
  readonly status: StatusLabel;
  readonly reason?: StatusTransition['reason'];
  readonly until?: number | null;
  readonly note?: string | null;
  readonly at?: number;
  readonly imported?: boolean;
  /** What the fact shall say instead of the truth; the agent's row follows the truth. */
  readonly lie?: Partial<StatusFact> & { readonly at?: number };
};

/**
 * Writes a log the way the engine does (checksums, chains, sequences, the state beside the facts), one change list at a
 * time, for tests of what stores and reads logs. Every fact is a second after the one before it.
 */
export class SampleLog {
  #changes: Change[] = [];
  #touched = new Set<AgentNumber>();
  #checksum = FIRST_CHECKSUM;
  #position: Position = 0;
  #accountCount = 0;
  #sessionCount = 0;
  readonly #agents = new Map<AgentNumber, AgentState>();
  readonly #accountPositions = new Map<AccountNumber, Position>();
  readonly #customStatusIds = new Map<StatusLabel, string>();
  /** Everything that was appended, for comparison. */
  readonly facts: RecordedFact[] = [];

  constructor() {
    this.append({ kind: 'LogStarted', logId: 'sample', account: 0, agent: 0, ...this.#times() });
  }

  get position(): Position {
    return this.#position;
  }

  /** The changes since the last time, the rows of the agents that they touched among them. */
  take(): readonly Change[] {
    const agents = [...this.#touched].map((number): Change => ({ kind: 'PutAgent', agent: this.agent(number) }));
    const changes = [...this.#changes, ...agents];
    this.#changes = [];
    this.#touched.clear();
    return changes;
  }

  append(fact: Fact, previous: Position = 0): RecordedFact {
    this.#position++;
    const row = toRow(fact, this.#position, previous);
    this.#checksum = checksumOf(this.#checksum, row, sha256);
    this.#changes.push({ kind: 'AppendFact', row, checksum: this.#checksum });
    const recorded = { ...fact, position: this.#position, previous, checksum: this.#checksum };
    this.facts.push(recorded);
    return recorded;
  }

  put(change: Change): void {
    this.#changes.push(change);
  }

  recordAccount(): AccountNumber {
    this.#accountCount++;
    const account = this.#accountCount;
    const record = sampleAccount(account);
    const { position } = this.append({
      kind: 'AccountRecorded',
      record,
      by: 'system',
      account,
      agent: 0,
      ...this.#times(),
    });
    this.#accountPositions.set(account, position);
    const body = JSON.stringify(record);
    this.put({ kind: 'PutRecord', record: { type: 'account', key: record.id, account, position, body } });
    return account;
  }

  recordAgent(account: AccountNumber): AgentNumber {
    const number = this.#agents.size + 1;
    const record = sampleProfile(number);
    const fact = this.append({ kind: 'AgentRecorded', record, by: 'system', account, agent: number, ...this.#times() });
    const { position } = fact;
    const availability = initialAvailability(record.createdAt);
    this.#agents.set(number, { number, account, head: position, profilePosition: position, availability });
    this.#touched.add(number);
    return number;
  }

  /** Records a custom status, or another name of one that is there. Returns its label. */
  recordCustomStatus(account: AccountNumber, id: string, name: string): StatusLabel {
    const record = sampleCustomStatus(id, name);
    const fact = { kind: 'CustomStatusRecorded', record, by: 'system', account, agent: 0 } as const;
    const { position } = this.append({ ...fact, ...this.#times() });
    this.#customStatusIds.set(position, id);
    const body = JSON.stringify(record);
    this.put({ kind: 'PutRecord', record: { type: 'custom_status', key: id, account, position, body } });
    return position;
  }

  change(agent: AgentNumber, change: SampleChange): RecordedFact {
    const state = this.agent(agent);
    const { availability } = state;
    const axis = change.axis ?? 'Intelliassign';
    const before = axis === 'Intelliassign' ? availability.intelliassign : availability.general;
    const transition: StatusTransition & { readonly at: number } = {
      kind: 'StatusChanged',
      axis,
      at: change.at ?? this.#times().at,
      sequence: availability.sequence + 1,
      status: change.status,
      customStatusId: this.#customStatusIds.get(change.status) ?? null,
      prevStatus: before.status,
      prevAt: before.since,
      reason: change.reason ?? (axis === 'Intelliassign' ? 'agent_toggle' : 'login'),
      loggedIn: availability.sessions.length > 0,
      until: change.until ?? null,
      note: change.note ?? null,
      imported: change.imported ?? false,
    };
    const { customStatusId: _id, loggedIn, ...told } = transition;
    const fact = this.append(
      {
        ...told,
        loginStatus: loggedIn,
        subjectProfile: state.profilePosition,
        actorProfile: axis === 'Intelliassign' ? state.profilePosition : 0,
        accountProfile: this.#accountPositions.get(state.account) ?? 0,
        delivered: !transition.imported,
        source: null,
        account: state.account,
        agent,
        recordedAt: transition.at,
        ...change.lie,
      },
      state.head,
    );
    this.#evolve(agent, fact.position, transition);
    return fact;
  }

  openSession(agent: AgentNumber): SessionNumber {
    this.#sessionCount++;
    this.act(agent, { kind: 'SessionOpened', session: this.#sessionCount, transport: 'websocket' });
    return this.#sessionCount;
  }

  /** Any other fact about an agent, with the session's row that it leads to. */
  act(agent: AgentNumber, body: SessionFact | UntilChanged | AssignmentMissed): RecordedFact {
    const { account, head } = this.agent(agent);
    const fact = { ...body, account, agent, ...this.#times() };
    const recorded = this.append(fact, head);
    this.#evolve(agent, recorded.position, fact);
    if ('session' in body) this.#putSession(agent, body.session);
    return recorded;
  }

  /** A later word on what happened, which moves nothing but the end of the agent's chain. */
  correct(agent: AgentNumber, body: CorrectionFact): RecordedFact {
    const state = this.agent(agent);
    const recorded = this.append({ ...body, account: state.account, agent, ...this.#times() }, state.head);
    this.#agents.set(agent, { ...state, head: recorded.position });
    this.#touched.add(agent);
    return recorded;
  }

  #putSession(agent: AgentNumber, number: SessionNumber): void {
    const session = this.agent(agent).availability.sessions.findLast((one) => one.number === number);
    if (session === undefined) this.put({ kind: 'RemoveSession', session: number });
    else this.put({ kind: 'PutSession', session: { ...session, slot: number, agent } });
  }

  agent(number: AgentNumber): AgentState {
    const state = this.#agents.get(number);
    if (state === undefined) throw new Error(`the sample has no agent ${number}`);
    return state;
  }

  #evolve(agent: AgentNumber, head: Position, transition: Transition): void {
    const state = this.agent(agent);
    const availability: Availability = evolve(state.availability, transition);
    this.#agents.set(agent, { ...state, head, availability });
    this.#touched.add(agent);
  }

  #times(): { readonly at: number; readonly recordedAt: number } {
    const at = SAMPLE_START + this.#position * 1000;
    return { at, recordedAt: at + 5 };
  }
}

export function sampleProposal(
  more: Partial<Extract<CorrectionFact, { kind: 'CorrectionProposed' }>> = {},
): CorrectionFact {
  const times = { from: SAMPLE_START - 60_000, to: SAMPLE_START };
  const said = { status: 1, note: 'training', actorProfile: 0, by: 'key' };
  return { kind: 'CorrectionProposed', correctionId: 'one', ...times, ...said, ...more };
}

export function sampleDecision(
  more: Partial<Extract<CorrectionFact, { kind: 'CorrectionDecided' }>> = {},
): CorrectionFact {
  const said = { decision: 'approved', note: null, actorProfile: 0, by: 'key' } as const;
  return { kind: 'CorrectionDecided', correctionId: 'one', ...said, ...more };
}

export function sampleAccount(number: number): AccountRecord {
  return {
    id: `100${number}`,
    name: `Account ${number}`,
    domain: `account-${number}.example`,
    region: 'EU',
    timeZone: 'Europe/Berlin',
    idleAfterMs: 600_000,
    disconnectGraceMs: 60_000,
    lengthsChangedAt: SAMPLE_START,
    customStatus: true,
    couplings: NO_COUPLINGS,
    missedAssignmentsLimit: null,
    calendarId: null,
    createdAt: SAMPLE_START,
  };
}

export function sampleProfile(number: number): AgentProfile {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    orgAgentId: `2000000000000000${number}`,
    orgContactId: `3000000000000000${number}`,
    email: `agent-${number}@team.example`,
    firstName: 'Agent',
    lastName: String(number),
    phone: null,
    avatarUrl: null,
    socialProfiles: [],
    timeZone: null,
    groups: [],
    calendarId: null,
    idleAfterMs: null,
    disconnectGraceMs: null,
    lengthsChangedAt: SAMPLE_START,
    role: 'agent',
    active: true,
    createdAt: SAMPLE_START,
  };
}

export function sampleCustomStatus(id: string, name: string): CustomStatus {
  return {
    id,
    name,
    emoji: 'coffee',
    order: 1,
    allowanceMinutes: null,
    endsAtAllowance: false,
    allowanceChangedAt: SAMPLE_START,
    productive: false,
    archived: false,
    createdAt: SAMPLE_START,
  };
}
