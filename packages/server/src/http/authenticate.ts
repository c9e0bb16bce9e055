import type { Role } from '@rollcall/contract';
import { type Caller, callerOf } from '../directory/api-key.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Engine } from '../engine/engine.ts';

/** Longer than any key; hashing costs by the byte. */
const SECRET_CHARACTERS_MAX = 512;

/** The secret of `Authorization: Bearer SECRET`; null for anything else. */
export function bearerSecret(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length > SECRET_CHARACTERS_MAX) return null;
  // A key that was chosen by a person may have spaces in it.
  return /^bearer +([!-~](?:[ -~]*[!-~])?) *$/i.exec(authorization)?.[1] ?? null;
}

/** Who bears this key, as far as keys that are durable and not revoked are known. */
export function authenticate(engine: Engine, authorization: string | undefined): Answer<Caller> {
  const secret = bearerSecret(authorization);
  if (secret === null) return refuse('unauthorized', 'Send `Authorization: Bearer KEY`.');
  const key = engine.memory.keys.get(engine.world.random.hash(secret));
  if (key === undefined) return refuse('unauthorized', 'This key is not known, or was revoked.');
  if (key.agent !== 0 && engine.memory.agents.get(key.agent)?.profile.active !== true) {
    return refuse('unauthorized', 'This key is bound to a person who is deactivated.');
  }
  return done(callerOf(key));
}

/** Whether a role is one of those that may; a rejection otherwise. */
export function authorize(caller: Caller, roles: readonly Role[]): Answer<Caller> {
  if (roles.includes(caller.role)) return done(caller);
  return refuse('forbidden', `A key of role ${caller.role} may not do this; ${listed(roles)} may.`);
}

function listed(roles: readonly Role[]): string {
  return roles.length === 1 ? `only ${roles[0]}` : `${roles.slice(0, -1).join(', ')} and ${roles.at(-1)}`;
}
