import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedFact } from '../src/activity/fact.ts';
import { effectiveLengths } from '../src/directory/effective-lengths.ts';
import { sha256Hex } from '../src/system/system-randomness.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../src/time/instant.ts';
import { createZones } from '../src/time/zone.ts';
import { holdChains, holdTimedStatuses, replay } from './log-laws.ts';
import { type RandomCommands, startRandomCommands } from './random-commands.ts';
import { type ExpectedChange, secondOpinion } from './second-opinion.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { FIRST_ACCOUNT, startVirtualEngine, type VirtualEngine } from './virtual-engine.ts';

/**
 * Two days of eight agents under random commands, many times over, each from a seed that a failure names. Clocks are
 * late on purpose: the engine is asleep for anything from a millisecond to hours, and must decide as if it had not been.
 */

const zones = createZones('test');
const STARTS_AT = Date.UTC(2026, 2, 28, 9, 0, 0, 123);
const SEEDS = Array.from({ length: 30 }, (_, index) => `law ${index}`);
const COMMANDS = 250;
const AGENTS = 8;

async function readLog({ store }: VirtualEngine): Promise<RecordedFact[]> {
  const facts: RecordedFact[] = [];
  for (;;) {
    const page = await store.facts({ after: facts.length, limit: 1000 });
    if (page.length === 0) return facts;
    facts.push(...page);
  }
}

/** Lets time pass: mostly moments, now and then hours; awake, asleep, or awake only at the end. */
async function passTime({ clock }: VirtualEngine, random: SeededRandom): Promise<void> {
  const lengthMs = random.pick([
    random.integer(0, 3),
    random.integer(1, 5 * secondMs),
    random.integer(1, 5 * secondMs),
    random.integer(secondMs, 12 * minuteMs),
    random.integer(minuteMs, 2 * hourMs),
  ]);
  const to = clock.now() + lengthMs;
  // Awake time is bought second by second, so only the short stretches are spent awake from end to end.
  if (lengthMs > 20 * secondMs || random.chance(0.5)) clock.oversleepTo(to);
  if (random.chance(0.7)) await clock.advanceTo(to);
}

async function playSeed(house: VirtualEngine, random: SeededRandom, commands: RandomCommands): Promise<void> {
  const endsAt = STARTS_AT + 2 * dayMs;
  for (let asked = 0; asked < COMMANDS && house.clock.now() < endsAt; asked++) {
    await passTime(house, random);
    await commands.step();
  }
  // Whoever is left: every deadline of two more hours is met.
  house.clock.oversleepTo(house.clock.now() + 2 * hourMs);
  await house.clock.advanceTo(house.clock.now() + secondMs);
}

function createdAt({ engine }: VirtualEngine, agent: number): number {
  return engine.memory.agents.get(agent)?.profile.createdAt ?? Number.NaN;
}

function holdReplay(house: VirtualEngine, facts: readonly RecordedFact[], agents: readonly number[]): void {
  for (const agent of agents) {
    const live = house.engine.memory.agents.get(agent)?.availability;
    assert.deepEqual(replay(facts, agent, createdAt(house, agent)), live, `agent ${agent}: replay differs from live`);
  }
}

test('whatever is asked, however late the clock: chains close, timed statuses end on time, replay is the live state', async () => {
  for (const seed of SEEDS) {
    const random = createSeededRandom(seed);
    const house = await startVirtualEngine({ random: random.part('ids'), startAt: STARTS_AT, zones, sha256Hex });
    const options = { random: random.part('commands'), agents: AGENTS, withSettings: true };
    const commands = await startRandomCommands(house, options);
    await playSeed(house, random.part('time'), commands);
    const facts = await readLog(house);
    try {
      holdChains(facts, (agent) => createdAt(house, agent));
      holdTimedStatuses(facts, house.clock.now());
      holdReplay(house, facts, commands.agents);
      assert.ok(facts.length > 100, `only ${facts.length} facts`);
    } catch (cause) {
      throw new Error(`seed "${seed}"`, { cause });
    }
    await house.close();
  }
});

test('the general axis is what a second opinion makes of the same commands, to the millisecond', async () => {
  let compared = 0;
  for (const seed of SEEDS) {
    const random = createSeededRandom(`${seed} again`);
    const house = await startVirtualEngine({ random: random.part('ids'), startAt: STARTS_AT, zones, sha256Hex });
    const options = { random: random.part('commands'), agents: AGENTS, withSettings: false };
    const commands = await startRandomCommands(house, options);
    await playSeed(house, random.part('time'), commands);
    const facts = await readLog(house);
    for (const agent of commands.agents) {
      const decided = decidedOf(facts, agent);
      const entries = commands.journal.filter((entry) => entry.agent === agent);
      const expected = secondOpinion(entries, lengthsOf(house, agent), house.clock.now());
      assert.deepEqual(decided, expected, `seed "${seed}", agent ${agent}`);
      compared += expected.length;
    }
    await house.close();
  }
  assert.ok(compared > 1500, `only ${compared} changes were compared`);
});

function decidedOf(facts: readonly RecordedFact[], agent: number): ExpectedChange[] {
  return facts.flatMap((fact) =>
    fact.kind === 'StatusChanged' && fact.agent === agent && fact.axis === 'GeneralAvailability'
      ? [{ at: fact.at, isOnline: fact.status === 1, reason: fact.reason as ExpectedChange['reason'] }]
      : [],
  );
}

function lengthsOf({ engine }: VirtualEngine, number: number) {
  const account = engine.memory.accounts.get(FIRST_ACCOUNT);
  const agent = engine.memory.agents.get(number);
  assert.ok(account !== undefined && agent !== undefined);
  return effectiveLengths(account.record, [], agent.profile);
}

test('a log that was taken up again after crashes keeps the same laws', async () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const random = createSeededRandom(`${seed} crash`);
    let house = await startVirtualEngine({ random: random.part('ids 0'), startAt: STARTS_AT, zones, sha256Hex });
    const options = { random: random.part('commands'), agents: AGENTS, withSettings: true };
    const commands = await startRandomCommands(house, options);
    const time = random.part('time');
    for (let crash = 1; crash <= 4; crash++) {
      for (let asked = 0; asked < 40; asked++) {
        await passTime(house, time);
        await commands.step();
      }
      // The engine before is gone without a word: its clock never moves again.
      house = await startVirtualEngine({
        random: random.part(`ids ${crash}`),
        startAt: house.clock.now() + time.integer(0, 3 * minuteMs),
        zones,
        sha256Hex,
        store: house.store,
      });
      commands.moveTo(house);
    }
    const facts = await readLog(house);
    holdChains(facts, (agent) => createdAt(house, agent));
    holdTimedStatuses(facts, house.clock.now() - secondMs);
    holdReplay(house, facts, commands.agents);
    assert.equal(facts.filter(({ kind }) => kind === 'OutageRecorded').length, 4, `seed "${seed}"`);
    await house.close();
  }
});
