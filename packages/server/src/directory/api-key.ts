import type { Role } from '@rollcall/contract';
import type { AccountNumber, AgentNumber } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';

/** An API key as the server keeps it: by the hash of its secret, never the secret. */
export type ApiKey = {
  readonly id: string;
  readonly account: AccountNumber;
  readonly role: Role;
  /** The person it acts as; 0 when it is bound to nobody. */
  readonly agent: AgentNumber;
  readonly name: string;
  readonly hash: string;
  readonly createdAt: Instant;
};

/** Who asks: what a door makes of a key once it knows it. */
export type Caller = {
  /** The key's id: also the scope of its idempotency keys, and the name in the audit trail. */
  readonly keyId: string;
  readonly account: AccountNumber;
  readonly role: Role;
  readonly agent: AgentNumber;
};

export function callerOf(key: ApiKey): Caller {
  return { keyId: key.id, account: key.account, role: key.role, agent: key.agent };
}
