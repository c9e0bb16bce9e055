import type { Caller } from '../packages/server/src/directory/api-key.ts';
import { type Ask, openSession } from '../packages/server/src/engine/agent-commands.ts';
import { createAgent } from '../packages/server/src/engine/agent-record-commands.ts';
import type { Change } from '../packages/server/src/engine/change.ts';
import type { Clock } from '../packages/server/src/engine/clock.ts';
import { Engine } from '../packages/server/src/engine/engine.ts';
import type { Store } from '../packages/server/src/engine/store.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite/open-sqlite-store.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { sha256Hex, systemRandomness } from '../packages/server/src/system/system-randomness.ts';
import { createZones } from '../packages/server/src/time/zone.ts';

export const BENCH_CALLER: Caller = { keyId: 'bench', account: 1, role: 'admin', agent: 0 };

const FIRST = { accountId: '1', accountName: 'Bench', domain: 'example.com', secret: 'a key that only the bench has' };

/** The real engine on the real store in this folder. `spy` sees every commit before it is made. */
export async function startEngine(
  folder: string,
  { spy, clock = systemClock() }: { readonly spy?: (changes: readonly Change[]) => void; readonly clock?: Clock } = {},
) {
  const store = openSqliteStore({ folder, hash: sha256Hex });
  const watched: Store =
    spy === undefined
      ? store
      : Object.assign(Object.create(store), {
          commit(changes: readonly Change[]) {
            spy(changes);
            return store.commit(changes);
          },
        });
  const { engine, recovery } = await Engine.start(
    {
      store: watched,
      clock,
      random: systemRandomness(),
      hash: sha256Hex,
      zones: createZones(process.versions.tz ?? 'unknown'),
      report: () => {},
    },
    FIRST,
  );
  const stop = async () => {
    await engine.stop();
    await store.close();
  };
  return { engine, store, recovery, stop };
}

/** Creates agents; their ids, in order of number. */
export async function makeAgents(engine: Engine, count: number, asked?: Ask): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1000) {
    const many = Math.min(1000, count - made);
    const answers = await Promise.all(
      Array.from({ length: many }, (_, index) =>
        engine.write((draft) =>
          createAgent(draft, engine.world, asked ?? ask(), { email: `agent-${made + index}@example.com` }),
        ),
      ),
    );
    for (const answer of answers) if (answer.kind === 'done') ids.push(answer.value.profile.id);
  }
  return ids;
}

/** Signs everybody in over plain HTTP. */
export async function signIn(engine: Engine, ids: readonly string[]): Promise<readonly number[]> {
  const sessions: number[] = [];
  for (let first = 0; first < ids.length; first += 1000) {
    const answers = await Promise.all(
      ids
        .slice(first, first + 1000)
        .map((agentId) =>
          engine.write((draft) => openSession(draft, engine.world, ask(), { agentId, transport: 'http' })),
        ),
    );
    for (const answer of answers) if (answer.kind === 'done') sessions.push(answer.value.session);
  }
  return sessions;
}

export function ask() {
  return { caller: BENCH_CALLER, now: Date.now() };
}
