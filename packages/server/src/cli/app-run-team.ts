import { type CustomStatusName, type InventedAgent, inventTeam } from '../../simulation/invented-team.ts';
import { createSeededRandom } from '../../simulation/seeded-random.ts';
import { openStage } from '../../simulation/stage.ts';
import { archiveCustomStatus } from '../engine/custom-status-commands.ts';
import type { Engine } from '../engine/engine.ts';

const MEMBERS = 6;
/** Who is at the desk when a store is new: there is somebody to idle, and somebody to sign in. */
const AT_THE_DESK = 4;
/** One less than the invented teams elsewhere have: three that say enough. */
const LEFT_OUT: CustomStatusName = 'Training';
/** Short enough to wait for, long enough to read what an event brought. */
const IDLE_AFTER_MS = 5 * 60_000;

/**
 * Sets a small invented team up in a store that has nobody yet: six agents whose names say that they are invented, three
 * custom statuses, four at their desks.
 */
export async function setUpBenchTeam(engine: Engine, account: number): Promise<void> {
  if (engine.memory.agentsOf(account).length > 0) return;
  const team: readonly InventedAgent[] = inventTeam(MEMBERS, createSeededRandom('app run')).map((agent) => ({
    ...agent,
    transport: 'http',
  }));
  const lengths = { idleAfterMs: IDLE_AFTER_MS, disconnectGraceMs: null };
  const stage = await openStage(engine, { account, team, lengths, keyId: 'workbench' });
  await leaveOut(engine, account);
  for (const { index } of team.slice(0, AT_THE_DESK)) {
    await stage.perform({ agent: index, deed: { kind: 'SignIn', device: 'desk' } });
  }
}

async function leaveOut(engine: Engine, account: number): Promise<void> {
  const status = [...engine.memory.customStatuses.values()].find(
    (one) => one.account === account && one.record.name === LEFT_OUT,
  );
  if (status === undefined) return;
  const caller = { keyId: 'workbench', account, role: 'admin', agent: 0 } as const;
  await engine.write((draft) =>
    archiveCustomStatus(draft, engine.world, { caller, now: engine.clock.now() }, { id: status.record.id }),
  );
}
