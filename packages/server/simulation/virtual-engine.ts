import { Engine, type EnginePorts } from '../src/engine/engine.ts';
import type { Store } from '../src/engine/store.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { assert } from '../src/time/assert.ts';
import type { Instant } from '../src/time/instant.ts';
import type { Zones } from '../src/time/zone-rules.ts';
import { INVENTED_ACCOUNT_NAME, INVENTED_DOMAIN } from './invented-team.ts';
import { type SeededRandom, seededRandomness } from './seeded-random.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export type VirtualEngineOptions = {
  readonly random: SeededRandom;
  readonly startAt: Instant;
  readonly zones: Zones;
  readonly sha256Hex: (text: string) => string;
  /** The store to go on with, as after a crash; a new one in memory when left out. */
  readonly store?: Store;
};

export type VirtualEngine = {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly store: Store;
  /** Stops the engine and closes its store. */
  close(): Promise<void>;
};

/** The number of the account that a new log begins with. */
export const FIRST_ACCOUNT = 1;

/** The real engine in virtual time, with seeded ids, on the real store in memory: nothing of it is a stand-in. */
export async function startVirtualEngine(options: VirtualEngineOptions): Promise<VirtualEngine> {
  const clock = createVirtualClock(options.startAt);
  const store = options.store ?? openSqliteStore({ folder: ':memory:', hash: options.sha256Hex });
  const random = seededRandomness(options.random, options.sha256Hex);
  const ports: EnginePorts = {
    store,
    clock,
    random,
    hash: options.sha256Hex,
    zones: options.zones,
    report: reportAsBug,
  };
  const { engine } = await clock.run(
    Engine.start(ports, {
      accountId: '1',
      accountName: INVENTED_ACCOUNT_NAME,
      domain: INVENTED_DOMAIN,
      secret: random.secret(),
    }),
  );
  return {
    engine,
    clock,
    store,
    async close() {
      await clock.run(engine.stop());
      await store.close();
    },
  };
}

/** In a store in memory nothing breaks and nothing heals: whatever the engine has to report here is wrong. */
function reportAsBug(level: string, sentence: string): void {
  assert(level === 'info', `the engine reported in virtual time: ${sentence}`);
}
