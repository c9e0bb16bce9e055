import {
  AccountPatch,
  type ErrorCode,
  type IngestAnswer,
  KeyCreate,
  ROLES,
  type Role,
  shapeFaults,
  WIRE_LIMITS,
} from '@rollcall/contract';
import type { Caller } from '../../directory/api-key.ts';
import { nameKey } from '../../directory/name-key.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { createAccount } from '../../engine/account-commands.ts';
import type { Draft } from '../../engine/draft.ts';
import { createKey, putKey } from '../../engine/key-commands.ts';
import { scoped } from '../../engine/memory.ts';
import type { World } from '../../engine/world.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, type Instant } from '../../time/instant.ts';
import { isLocalDate } from '../../time/local-date.ts';
import {
  type ImportCalendar,
  type ImportPlan,
  importCalendarFile,
  importPlanFile,
  type MadeCalendar,
  type MadePlan,
} from './import-operation.ts';

/**
 * What the owner of a data folder may have done in it from the command line. Whoever may read the folder owns everything
 * in it already, so no key is asked for: the file system is the guard.
 */
export type Operation = MakeOperation | ImportOperation;

/** What makes one thing, whose secret is shown this once. */
export type MakeOperation =
  | {
      readonly kind: 'CreateKey';
      /** The account's id; null for the first one. */
      readonly account: string | null;
      readonly role: Role;
      /** The agent's id or e-mail address; null binds the key to nobody. */
      readonly agent: string | null;
      readonly name: string | null;
    }
  | { readonly kind: 'CreateAccount'; readonly name: string; readonly domain: string }
  | ImportCalendar
  | ImportPlan;

/** A batch of events from elsewhere. */
export type ImportOperation = {
  readonly kind: 'ImportEvents';
  /** The account's id; null for the first one. */
  readonly account: string | null;
  readonly events: readonly unknown[];
  readonly createAgents: boolean;
  readonly deliver: boolean;
};

/** What was made, as it is printed: JSON in snake_case. The secrets are in here and nowhere else. */
export type Made = MadeKey | MadeAccount | MadeCalendar | MadePlan;

export type MadeKey = {
  readonly id: string;
  readonly key: string;
  readonly role: Role;
  readonly account_id: string;
  readonly agent_id: string | null;
  readonly name: string | null;
  readonly created_at: string;
};

export type MadeAccount = {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly created_at: string;
  readonly admin_key: MadeKey;
};

/** What an operation answers. */
export type Performed = Made | IngestAnswer;

/** Decides an operation on a draft, in a running server's group or in a folder that nobody serves. */
export function decideOperation(draft: Draft, world: World, operation: MakeOperation, now: Instant): Answer<Made> {
  switch (operation.kind) {
    case 'CreateKey':
      return createKeyFor(draft, world, operation, now);
    case 'CreateAccount':
      return createAccountNamed(draft, world, operation, now);
    case 'ImportCalendar':
    case 'ImportPlan':
      return importInto(draft, world, operation, now);
  }
}

function importInto(
  draft: Draft,
  world: World,
  operation: ImportCalendar | ImportPlan,
  now: Instant,
): Answer<MadeCalendar | MadePlan> {
  const account = operation.account === null ? 1 : draft.memory.accountNumbers.drafted(operation.account);
  if (account === undefined) return refuse('not_found', `There is no account ${operation.account}.`);
  const ask = { caller: callerIn(account), now };
  return operation.kind === 'ImportCalendar'
    ? importCalendarFile(draft, world, ask, operation)
    : importPlanFile(draft, world, ask, operation);
}

function createKeyFor(
  draft: Draft,
  world: World,
  operation: Extract<Operation, { kind: 'CreateKey' }>,
  now: Instant,
): Answer<MadeKey> {
  const account = operation.account === null ? 1 : draft.memory.accountNumbers.drafted(operation.account);
  if (account === undefined) return refuse('not_found', `There is no account ${operation.account}.`);
  const agentId = operation.agent === null ? null : agentIdOf(draft, account, operation.agent);
  if (agentId === undefined) return refuse('unknown_agent', `There is no agent ${operation.agent} in the account.`);
  const { role, name } = operation;
  const faults = shapeFaults(KeyCreate, { role, agent_id: agentId, name });
  if (faults.length > 0) return refused('invalid_input', faults);
  const caller = callerIn(account);
  const made = createKey(draft, world, { caller, now }, { role, agentId, name: name ?? '' });
  if (made.kind === 'rejected') return made;
  const { key, secret } = made.value;
  return done({
    id: key.id,
    key: secret,
    role: key.role,
    account_id: accountIdOf(draft, account),
    agent_id: agentId,
    name: key.name === '' ? null : key.name,
    created_at: formatInstant(key.createdAt),
  });
}

/** Ids are what the API shows; people know each other by e-mail. */
function agentIdOf(draft: Draft, account: number, idOrEmail: string): string | undefined {
  const { memory } = draft;
  const byEmail = memory.emails.drafted(scoped(account, nameKey(idOrEmail)));
  const number = byEmail ?? memory.agentNumbers.drafted(idOrEmail.toLowerCase());
  const agent = number === undefined ? undefined : memory.agents.drafted(number);
  return agent?.account === account ? agent.profile.id : undefined;
}

function createAccountNamed(
  draft: Draft,
  world: World,
  operation: Extract<Operation, { kind: 'CreateAccount' }>,
  now: Instant,
): Answer<MadeAccount> {
  const { name, domain } = operation;
  const faults = shapeFaults(AccountPatch, { name, domain });
  if (faults.length > 0) return refused('invalid_input', faults);
  const account = createAccount(draft, { id: freshAccountId(draft, world), name, domain, by: COMMAND_LINE }, now);
  const secret = world.random.secret();
  const caller = callerIn(account.number);
  const key = putKey(draft, world, { caller, now }, { role: 'admin', name: 'first admin key', agent: 0, secret });
  const created_at = formatInstant(now);
  return done({
    id: account.record.id,
    name,
    domain,
    created_at,
    admin_key: {
      id: key.id,
      key: secret,
      role: 'admin',
      account_id: account.record.id,
      agent_id: null,
      name: key.name,
      created_at,
    },
  });
}

/** A decimal string, as payloads carry account ids. */
function freshAccountId(draft: Draft, world: World): string {
  for (;;) {
    const id = world.random.longDigits().slice(0, 15);
    if (draft.memory.accountNumbers.drafted(id) === undefined) return id;
  }
}

function accountIdOf(draft: Draft, account: number): string {
  const found = draft.memory.accounts.drafted(account);
  assert(found !== undefined, 'a log begins with its first account');
  return found.record.id;
}

/** Whose name stands in the log. */
const COMMAND_LINE = 'command line';

export function callerIn(account: number): Caller {
  return { keyId: COMMAND_LINE, account, role: 'admin', agent: 0 };
}

function refused(code: ErrorCode, faults: readonly { readonly pointer: string; readonly detail: string }[]) {
  const detail = faults.map((fault) => `${fault.pointer.slice(1)} ${fault.detail}`).join('; ');
  return refuse(code, detail, faults);
}

/** Reads an operation that another process sent; null when it is none that this version knows. */
export function readOperation(value: unknown): Operation | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  switch (given.kind) {
    case 'CreateKey': {
      const role = ROLES.find((one) => one === given.role);
      const { account, agent, name } = given;
      if (role === undefined || !isTextOrNull(account) || !isTextOrNull(agent) || !isTextOrNull(name)) return null;
      return { kind: 'CreateKey', role, account, agent, name };
    }
    case 'CreateAccount': {
      const { name, domain } = given;
      if (typeof name !== 'string' || typeof domain !== 'string') return null;
      return { kind: 'CreateAccount', name, domain };
    }
    case 'ImportEvents': {
      const { account, events, createAgents, deliver } = given;
      if (!isTextOrNull(account) || !Array.isArray(events) || events.length > WIRE_LIMITS.eventsOfIngestMax)
        return null;
      return { kind: 'ImportEvents', account, events, createAgents: createAgents === true, deliver: deliver === true };
    }
    case 'ImportCalendar': {
      const { account, text, name, effectiveFrom } = given;
      if (typeof text !== 'string' || !isTextOrNull(account) || !isTextOrNull(name)) return null;
      if (effectiveFrom !== null && (typeof effectiveFrom !== 'string' || !isLocalDate(effectiveFrom))) return null;
      return { kind: 'ImportCalendar', account, text, name, effectiveFrom };
    }
    case 'ImportPlan': {
      const { account, text, format } = given;
      if (typeof text !== 'string' || !isTextOrNull(account)) return null;
      return format === 'csv' || format === 'ical' ? { kind: 'ImportPlan', account, text, format } : null;
    }
    default:
      return null;
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
