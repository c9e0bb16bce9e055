import type { AgentNumber } from '../activity/position.ts';
import type { ApiKey } from '../directory/api-key.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import { type Ask, findAgent } from './agent-commands.ts';
import { auditThing, putRecord } from './directory-record.ts';
import type { Draft } from './draft.ts';
import type { World } from './world.ts';

export type KeyInput = { readonly role: ApiKey['role']; readonly agentId: string | null; readonly name: string };

/** Makes a key; its secret is in this answer and nowhere else. */
export function createKey(
  draft: Draft,
  world: World,
  ask: Ask,
  input: KeyInput,
): Answer<{ readonly key: ApiKey; readonly secret: string }> {
  const agent = input.agentId === null ? null : findAgent(draft, ask, input.agentId);
  if (agent === undefined) {
    const detail = `There is no agent ${input.agentId}.`;
    return refuse('unknown_agent', detail, [{ pointer: '/agent_id', detail }]);
  }
  if (input.role === 'agent' && agent === null) {
    const detail = 'A key of role agent must be bound to an agent.';
    return refuse('invalid_input', detail, [{ pointer: '/agent_id', detail }]);
  }
  const secret = world.random.secret();
  const { role, name } = input;
  const key = putKey(draft, world, ask, { role, name, agent: agent === null ? 0 : agent.number, secret });
  return done({ key, secret });
}

/** Adds a key whose secret is given: the first admin key of a new data folder, or one made by `createKey`. */
export function putKey(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly role: ApiKey['role']; readonly name: string; readonly agent: AgentNumber; readonly secret: string },
): ApiKey {
  const key: ApiKey = {
    id: `key_${world.random.uuid()}`,
    account: ask.caller.account,
    role: input.role,
    agent: input.agent,
    name: input.name,
    hash: world.random.hash(input.secret),
    createdAt: ask.now,
  };
  draft.memory.keys.put(key.hash, key);
  draft.memory.keyHashes.put(key.id, key.hash);
  const position = auditThing(draft, ask, { thing: 'key', id: key.id, change: 'created' });
  putRecord(draft, 'key', key.id, { account: key.account, position }, key);
  return key;
}

export function revokeKey(draft: Draft, ask: Ask, input: { readonly id: string }): Answer<ApiKey> {
  const hash = draft.memory.keyHashes.drafted(input.id);
  const key = hash === undefined ? undefined : draft.memory.keys.drafted(hash);
  if (key === undefined || key.account !== ask.caller.account)
    return refuse('unknown_key', `There is no key ${input.id}.`);
  draft.memory.keys.remove(key.hash);
  draft.memory.keyHashes.remove(key.id);
  auditThing(draft, ask, { thing: 'key', id: key.id, change: 'removed' });
  draft.put({ kind: 'RemoveRecord', type: 'key', key: key.id });
  return done(key);
}
