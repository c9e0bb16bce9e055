import { ActivityPayload, shapeFaults } from '@rollcall/contract';
import type { ImportSource } from './fact.ts';
import { type ToldStatusChange, toldActivity, toldActor } from './payload.ts';
import type { Snapshots } from './snapshots.ts';

/** What came, as far as the fact must keep it. */
export type CameWith = {
  readonly id: string | null;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly activity: Readonly<Record<string, unknown>>;
};

/**
 * What an imported payload said that the fact and our records would tell otherwise: only that is kept, so that an event
 * of a known agent costs as little as a live one. Fields that the payload does not have are dropped. null when nothing
 * is left to say.
 */
export function importSource(change: ToldStatusChange, came: CameWith, snapshots: Snapshots): ImportSource | null {
  const actor = differences(toldActor(change, snapshots), came.actor, ACTOR_FIELDS);
  const activity = differences(toldActivity(change, snapshots), came.activity, ACTIVITY_FIELDS);
  const isEmpty = came.id === null && actor === NOTHING && activity === NOTHING;
  return isEmpty ? null : { id: came.id, actor, activity };
}

type Fields = Readonly<Record<string, unknown>>;

type Schemas = Readonly<Record<string, Parameters<typeof shapeFaults>[0]>>;

/** Whoever reads our events relies on their schema, so a value that does not fit it is told as ours is. */
const DATA = ActivityPayload.properties.data.properties;
const ACTOR_FIELDS: Schemas = DATA.actor.properties;
const ACTIVITY_FIELDS: Schemas = DATA.agent_activity.properties;

/** Frozen, because every fact without a difference shares it. */
const NOTHING: Fields = Object.freeze({});

function differences(told: Fields, came: Fields, schemas: Schemas): Fields {
  let different: Record<string, unknown> | null = null;
  for (const name of Object.keys(told)) {
    const value = cameWith(name, came);
    const schema = schemas[name];
    if (value === undefined || schema === undefined || isSame(told[name], value)) continue;
    if (shapeFaults(schema, value).length > 0) continue;
    different ??= {};
    different[name] = value;
  }
  return different ?? NOTHING;
}

function cameWith(name: string, came: Fields): unknown {
  const value = Object.hasOwn(came, name) ? came[name] : undefined;
  // Without what the vendor may have put beside the address.
  if (name === 'avatar' && value !== undefined) return { url: (value as { url?: unknown } | null)?.url ?? null };
  return value;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
