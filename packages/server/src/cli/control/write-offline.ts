import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { Draft } from '../../engine/draft.ts';
import { Memory } from '../../engine/memory.ts';
import { Presence } from '../../engine/presence.ts';
import { restore } from '../../engine/recover.ts';
import type { Store } from '../../engine/store.ts';
import type { World } from '../../engine/world.ts';
import { sha256Hex, systemRandomness } from '../../system/system-randomness.ts';
import { assert } from '../../time/assert.ts';
import type { Instant } from '../../time/instant.ts';
import { createZones } from '../../time/zone.ts';

/**
 * Writes into the store of a folder that nobody serves: one group, decided and committed.
 *
 * Not by starting an engine: that would take up the agents' sessions, count every page as lost from this moment, and
 * decide what came due, while no page can reach it. The sessions wait for the server. The time since the last sign of
 * life is noted here as the outage it was, because from now on this write is the newest thing in the log.
 *
 * @throws StoreFailure when the commit failed: nothing happened
 */
export async function writeOffline<T>(
  store: Store,
  now: Instant,
  decide: (draft: Draft, world: World, now: Instant) => Answer<T>,
): Promise<Answer<T>> {
  const loaded = await store.load();
  const memory = new Memory();
  const presence = new Presence();
  const recovery = restore(loaded, memory, presence, now);
  assert(recovery.kind === 'resumed', 'a folder is written to by a command only when it has a log');
  const { readyAt, lastSeenAt } = recovery;
  const world: World = { readyAt, random: systemRandomness(), zones: createZones(process.versions.tz ?? 'unknown') };
  const { head, counters } = loaded;
  const draft = new Draft({ memory, presence, head, sessionCount: counters.session, hash: sha256Hex });
  const at = { account: 0, agent: 0, at: lastSeenAt, recordedAt: readyAt };
  draft.append({ kind: 'OutageRecorded', from: lastSeenAt, to: readyAt, ...at }, 0);
  const answer = decide(draft, world, readyAt);
  if (answer.kind === 'rejected') return answer;
  if (draft.touchedAgents().size > 0) {
    // Hours that are in use move what agents are due for, and only an engine decides that.
    return refuse(
      'store_unavailable',
      'This changes when agents are due. Start the server (rollcall serve), and say it again.',
    );
  }
  await store.commit(draft.changes);
  return done(answer.value);
}
