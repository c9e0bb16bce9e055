import type { KeyCreate, KeyCreated, KeyRead } from '@rollcall/contract';
import type { ApiKey } from '../../directory/api-key.ts';
import type { KeyInput } from '../../engine/key-commands.ts';
import { formatInstant } from '../../time/instant.ts';
import type { Reading } from './reading.ts';

export function keyRead(key: ApiKey, reading: Reading): KeyRead {
  return {
    id: key.id,
    role: key.role,
    agent_id: key.agent === 0 ? null : (reading.agent(key.agent)?.id ?? null),
    name: key.name === '' ? null : key.name,
    created_at: formatInstant(key.createdAt),
  };
}

export function keyCreated(made: { readonly key: ApiKey; readonly secret: string }, reading: Reading): KeyCreated {
  return { ...keyRead(made.key, reading), key: made.secret };
}

export function keyInput(body: KeyCreate): KeyInput {
  return { role: body.role, agentId: body.agent_id ?? null, name: body.name ?? '' };
}
