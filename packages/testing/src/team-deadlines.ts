import { FIRST_ACCOUNT } from '../../server/simulation/virtual-engine.ts';
import { nextDeadline } from '../../server/src/availability/deadline.ts';
import { passTime } from '../../server/src/engine/agent-commands.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { surroundingsOf } from '../../server/src/engine/surroundings.ts';
import type { Instant } from '../../server/src/time/instant.ts';

/** The earliest instant ahead at which something happens by itself; what is due already was looked at. */
export function nextDeadlineOf(engine: Engine, schedule: Instant | null): Instant | null {
  const now = engine.clock.now();
  let next = schedule !== null && schedule > now ? schedule : Number.POSITIVE_INFINITY;
  for (const number of engine.memory.agentsOf(FIRST_ACCOUNT)) {
    const agent = engine.memory.agents.get(number);
    if (agent === undefined) continue;
    const around = surroundingsOf(agent, engine.memory, engine.presence, engine.world, now);
    const at = nextDeadline(agent.availability, around)?.at;
    if (at !== undefined && at > now && at < next) next = at;
  }
  return Number.isFinite(next) ? next : null;
}

/** Decides what is due at this instant, for everybody. */
export async function passTimeOf(engine: Engine, now: Instant): Promise<void> {
  const agents = engine.memory.agentsOf(FIRST_ACCOUNT);
  await engine.write((draft) => {
    passTime(draft, engine.world, agents, now);
    draft.reschedule(agents);
  });
}
