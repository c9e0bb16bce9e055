import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityPayload } from '@rollcall/contract';
import fc from 'fast-check';
import { activityPayload, type RecordedStatusChange } from '../src/activity/payload.ts';
import { readEvents } from '../src/cli/read-events.ts';
import type { Caller } from '../src/directory/api-key.ts';
import { type ImportResult, importEvents } from '../src/engine/import-events.ts';
import { verifyLog } from '../src/store/verify-log.ts';
import { sha256Hex } from '../src/system/system-randomness.ts';
import { hourMs, minuteMs, secondMs } from '../src/time/instant.ts';
import { createZones } from '../src/time/zone.ts';
import { importedPayload } from '../test/imported-payload.ts';
import { replay } from './log-laws.ts';
import { startRandomCommands } from './random-commands.ts';
import { createSeededRandom } from './seeded-random.ts';
import { simulateTeam } from './simulate-team.ts';
import { FIRST_ACCOUNT, startVirtualEngine, type VirtualEngine } from './virtual-engine.ts';

const zones = createZones('test');
const START = Date.UTC(2026, 2, 28, 9);
const INGEST: Caller = { keyId: 'laws', account: FIRST_ACCOUNT, role: 'ingest', agent: 0 };

function house(seed: string): Promise<VirtualEngine> {
  return startVirtualEngine({ random: createSeededRandom(seed), startAt: START, zones, sha256Hex });
}

async function take({ engine, clock }: VirtualEngine, events: readonly unknown[]): Promise<readonly ImportResult[]> {
  const ask = { caller: INGEST, now: clock.now() };
  const batch = await clock.run(engine.imports.open(ask, events));
  const options = { createAgents: true, deliver: false, isWatched: true };
  const results = await clock.run(engine.write((draft) => importEvents(draft, engine.world, ask, batch, options)));
  batch.close();
  return results;
}

async function told({ store }: VirtualEngine): Promise<ActivityPayload[]> {
  const events: ActivityPayload[] = [];
  for await (const event of readEvents(store, { from: null, to: null, agent: null, account: null })) events.push(event);
  return events;
}

/** What an account says of its agents, without what only the order of recording decides. */
function statesOf({ engine }: VirtualEngine) {
  const name = (label: number) =>
    label > 1 ? (engine.memory.records.get(label) as { name: string }).name : label === 1 ? 'AVAILABLE' : 'UNAVAILABLE';
  return Object.fromEntries(
    engine.memory.agentsOf(FIRST_ACCOUNT).map((number) => {
      const agent = engine.memory.agents.get(number);
      assert.ok(agent !== undefined);
      const { general, intelliassign, sequence } = agent.availability;
      const axes = [general, intelliassign].map(({ status, prevStatus, since, reason }) => ({
        status: name(status),
        prevStatus: name(prevStatus),
        // Of an axis without an event: since the creation, which the first event that came speaks of.
        since: reason === null ? null : since,
        reason,
      }));
      return [agent.profile.email, { axes, sequence }];
    }),
  );
}

function saidOf(events: readonly ActivityPayload[]): string[] {
  return events
    .map(({ data, activity }) => JSON.stringify([data.agent_activity, activity?.reason, activity?.prev_duration_ms]))
    .sort();
}

type Stint = { readonly gapMs: number; readonly status: string; readonly isTold: boolean };

const LUNCH = '7d9f0c7e-4a51-4c58-9a55-2c8f8f0b7a77';

/** A history of one axis: some of it untold, and now and then two changes at one instant. */
function history(email: string, axis: 'GeneralAvailability' | 'Intelliassign', stints: readonly Stint[]) {
  let [at, status, wasInstant] = [START - 100 * hourMs, 'UNAVAILABLE', true];
  return stints.flatMap((stint, index) => {
    // Three changes of one axis at one instant have no order that can be told from outside.
    const gapMs = wasInstant ? Math.max(1, stint.gapMs) : stint.gapMs;
    const to = axis === 'GeneralAvailability' ? (status === 'AVAILABLE' ? 'UNAVAILABLE' : 'AVAILABLE') : stint.status;
    if (to === status) return [];
    const before = { prevAt: at, prevStatus: status };
    [at, status, wasInstant] = [at + gapMs, to, gapMs === 0];
    const custom = to === 'Lunch' ? { customStatusId: LUNCH, emoji: 'pizza' } : {};
    const id = index % 2 === 0 ? `${email.slice(0, 7)}-${axis}-${index}` : null;
    return stint.isTold ? [importedPayload({ email, axis, at, status: to, ...before, ...custom, id })] : [];
  });
}

const anyStints = fc.array(
  fc.record({
    gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 * hourMs })),
    status: fc.constantFrom('AVAILABLE', 'UNAVAILABLE', 'Lunch', 'Talk'),
    isTold: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
  { maxLength: 12 },
);

const anyHistory = fc
  .tuple(anyStints, anyStints, anyStints)
  .map(([one, two, three]) => [
    ...history('agent-1@example.com', 'Intelliassign', one),
    ...history('agent-1@example.com', 'GeneralAvailability', two),
    ...history('agent-2@example.com', 'Intelliassign', three),
  ]);

test('whatever the order, however often an event comes and in whatever batches: the same facts and the same state', async () => {
  const anyOrder = anyHistory.chain((events) =>
    fc.record({
      events: fc.constant(events),
      order: fc.shuffledSubarray([...events, ...events, ...events], { minLength: 0 }),
      batch: fc.integer({ min: 1, max: 20 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anyOrder, async ({ events, order, batch }) => {
      const [straight, shuffled] = [await house('straight'), await house('shuffled')];
      assert.ok((await take(straight, events)).every(({ kind }) => kind === 'accepted'));
      // Everything at least once: what the shuffle left out comes at the end.
      const all = [...order, ...events.filter((event) => !order.includes(event))];
      for (let at = 0; at < all.length; at += batch) await take(shuffled, all.slice(at, at + batch));
      assert.deepEqual(saidOf(await told(shuffled)), saidOf(await told(straight)));
      assert.deepEqual(statesOf(shuffled), statesOf(straight));
      assert.equal((await verifyLog(shuffled.store, sha256Hex)).firstBroken, null);
      const again = await take(shuffled, events);
      assert.ok(again.every(({ kind }) => kind === 'duplicate'));
      await straight.close();
      await shuffled.close();
    }),
    { numRuns: 60 },
  );
});

test('an export taken into another log is exported again as it was, and a second time it is all known', async () => {
  const exported: ActivityPayload[] = [];
  const options = { agents: 6, days: 3, seed: 'round trip', from: '2026-03-02', zones, sha256Hex } as const;
  for await (const event of simulateTeam(options)) exported.push(event);
  assert.ok(exported.length > 100);
  const other = await house('another log');
  const results = await take(other, exported);
  assert.deepEqual(
    results.filter(({ kind }) => kind !== 'accepted'),
    [],
  );
  const back = await told(other);
  assert.deepEqual(
    back.map(({ data, activity }) => [data, activity?.id, activity?.reason]),
    exported.map(({ data, activity }) => [data, activity?.id, activity?.reason]),
  );
  assert.ok((await take(other, exported)).every(({ kind }) => kind === 'duplicate'));
  // And once more into a third, from the copy; and the copy into itself, without what is ours.
  const third = await house('a third log');
  await take(third, back);
  assert.deepEqual(
    (await told(third)).map(({ data, activity }) => [data, activity?.id]),
    exported.map(({ data, activity }) => [data, activity?.id]),
  );
  const bare = back.map(({ activity: _activity, ...payload }) => payload);
  assert.ok((await take(other, bare)).every(({ kind }) => kind === 'duplicate'));
  assert.equal((await verifyLog(other.store, sha256Hex)).firstBroken, null);
  await other.close();
  await third.close();
});

test('live commands and imports in any order: live chains close, the rows are what the facts say, own events are known', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const random = createSeededRandom(`import ${seed}`);
    const one = await startVirtualEngine({ random: random.part('ids'), startAt: START, zones, sha256Hex });
    const commands = await startRandomCommands(one, { random: random.part('commands'), agents: 4, withSettings: true });
    const dice = random.part('imports');
    for (let asked = 0; asked < 120; asked++) {
      const lengthMs = dice.pick([
        dice.integer(0, 3),
        dice.integer(1, 5 * secondMs),
        dice.integer(minuteMs, 40 * minuteMs),
      ]);
      one.clock.oversleepTo(one.clock.now() + lengthMs);
      if (dice.chance(0.7)) await one.clock.advanceTo(one.clock.now());
      if (dice.chance(0.6)) await commands.step();
      else await takeAnything(one, commands.agents, dice);
    }
    await one.clock.advanceTo(one.clock.now() + 2 * hourMs);
    const verdict = await verifyLog(one.store, sha256Hex);
    assert.equal(verdict.firstBroken, null, `seed ${seed}: ${verdict.firstBroken?.problem}`);
    const facts = await one.store.facts({ after: 0, limit: 100_000 });
    for (const number of commands.agents) {
      const agent = one.engine.memory.agents.get(number);
      assert.ok(agent !== undefined);
      assert.deepEqual(replay(facts, number, agent.profile.createdAt), agent.availability, `seed ${seed}`);
    }
    const events = facts.filter((fact): fact is RecordedStatusChange => fact.kind === 'StatusChanged');
    assert.ok(events.some(({ imported }) => imported) && events.some(({ imported }) => !imported));
    await one.clock.run(one.engine.records.load(events));
    const payloads = events.map((fact) => activityPayload(fact, one.engine.records.snapshots));
    for (const form of [payloads, payloads.map(({ activity: _activity, ...payload }) => payload)]) {
      for (let at = 0; at < form.length; at += 1000) {
        const results = await take(one, form.slice(at, at + 1000));
        assert.deepEqual(
          results.filter(({ kind }) => kind !== 'duplicate'),
          [],
          `seed ${seed}`,
        );
      }
    }
    await one.close();
  }
});

/** An event about one of the agents, old or of this moment, whatever its state here. */
async function takeAnything(
  one: VirtualEngine,
  agents: readonly number[],
  dice: ReturnType<typeof createSeededRandom>,
): Promise<void> {
  const agent = one.engine.memory.agents.get(dice.pick(agents));
  assert.ok(agent !== undefined);
  const at = one.clock.now() - dice.pick([0, dice.integer(-4, 4) * minuteMs, dice.integer(0, 3 * hourMs)]);
  const axis = dice.pick(['GeneralAvailability', 'Intelliassign'] as const);
  const status = dice.pick(
    axis === 'Intelliassign' ? ['AVAILABLE', 'UNAVAILABLE', 'Talk'] : ['AVAILABLE', 'UNAVAILABLE'],
  );
  const prevStatus = status === 'AVAILABLE' ? 'UNAVAILABLE' : 'AVAILABLE';
  const { email } = agent.profile;
  const [result] = await take(one, [importedPayload({ email, axis, at, status, prevStatus })]);
  assert.ok(result !== undefined && result.kind !== 'rejected', JSON.stringify(result));
}
