import type { Position } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import type { Memory } from '../../engine/memory.ts';
import type { Instant } from '../../time/instant.ts';
import type { Zones } from '../../time/zone-rules.ts';
import type { Services } from '../services.ts';

/** What a question for a report is understood by: who asks when, and what its names and numbers stand for. */
export type ReportCall = {
  readonly caller: Caller;
  /** When it was asked: nothing may be later. */
  readonly now: Instant;
  readonly memory: Memory;
  readonly zones: Zones;
  /** Where the log ends. */
  readonly head: Position;
  /** SHA-256, hexadecimal. */
  readonly hash: (text: string) => string;
};

/** A question as it comes through the HTTP door. */
export function reportCallOf({ engine }: Services, { caller, now }: Ask): ReportCall {
  const { memory, world, head } = engine;
  return { caller, now, memory, head, zones: world.zones, hash: world.random.hash };
}
