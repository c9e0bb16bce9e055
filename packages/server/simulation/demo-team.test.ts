import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedFact } from '../src/activity/fact.ts';
import type { RecordedStatusChange } from '../src/activity/payload.ts';
import { isLoggedIn } from '../src/availability/availability.ts';
import { deactivateAgent } from '../src/engine/agent-record-commands.ts';
import { sha256Hex } from '../src/system/system-randomness.ts';
import { secondMs } from '../src/time/instant.ts';
import { createZones } from '../src/time/zone.ts';
import { startDemo } from './demo-team.ts';
import { INVENTED_ACCOUNT_NAME } from './invented-team.ts';
import { createSeededRandom } from './seeded-random.ts';
import { FIRST_ACCOUNT, startVirtualEngine, type VirtualEngine } from './virtual-engine.ts';

const zones = createZones('test');
const STARTS_AT = Date.UTC(2026, 2, 4, 9);

type Sentence = { readonly level: string; readonly sentence: string };

async function openHouse(seed: string, before?: VirtualEngine) {
  const startAt = before === undefined ? STARTS_AT : before.clock.now() + 2 * secondMs;
  const store = before === undefined ? {} : { store: before.store };
  const house = await startVirtualEngine({ random: createSeededRandom(seed), startAt, zones, sha256Hex, ...store });
  const changes: RecordedStatusChange[] = [];
  house.engine.onCommitted((_head, facts: readonly RecordedFact[]) => {
    changes.push(...facts.filter((fact) => fact.kind === 'StatusChanged'));
  });
  const said: Sentence[] = [];
  const { clock } = house;
  const demo = startDemo(house.engine, {
    account: FIRST_ACCOUNT,
    clock,
    random: createSeededRandom(seed),
    report: (level, sentence) => said.push({ level, sentence }),
  });
  const live = (seconds: number) => clock.advanceTo(clock.now() + seconds * secondMs);
  return { house, changes, said, demo, live };
}

test('within half a minute a person sees one of everything', async () => {
  const { house, changes, demo, live } = await openHouse('minute');
  await live(10);
  assert.ok(changes.length >= 5, `only ${changes.length} changes in 10 s`);
  await live(30);
  const reasons = new Set(changes.map(({ reason }) => reason));
  for (const reason of ['login', 'agent_toggle', 'idle_timeout', 'supervisor', 'call_started'] as const) {
    assert.ok(reasons.has(reason), `no ${reason} yet`);
  }
  assert.ok(
    changes.some(({ status }) => status > 1),
    'nobody is in a custom status yet',
  );
  await house.clock.run(demo.stop());
  await house.close();
});

test('it stays lively for twenty minutes: never eight seconds without a change', async () => {
  const { house, changes, said, demo, live } = await openHouse('twenty minutes');
  await live(1200);
  const gapsMs = changes.slice(1).map((change, index) => change.recordedAt - (changes[index]?.recordedAt ?? 0));
  assert.ok(Math.max(...gapsMs) <= 8 * secondMs, `${Math.max(...gapsMs)} ms without a change`);
  assert.ok(changes.length > 300 && changes.length < 1300, `${changes.length} changes`);
  assert.deepEqual(
    said.filter(({ level }) => level !== 'info'),
    [],
  );
  await house.clock.run(demo.stop());
  await house.close();
});

test('after it is stopped nobody does anything', async () => {
  const { house, changes, demo, live } = await openHouse('stop');
  await live(60);
  await house.clock.run(demo.stop());
  await live(60);
  const before = changes.length;
  await live(600);
  assert.equal(changes.length, before, 'the idle time and the grace are long over');
  await house.close();
});

test('a restart finds the same team and goes on with its sessions', async () => {
  const first = await openHouse('restart');
  await first.live(120);
  await first.house.clock.run(first.demo.stop());
  const agents = first.house.engine.memory.agentsOf(FIRST_ACCOUNT).length;
  const signedIn = first.house.engine.memory
    .agentsOf(FIRST_ACCOUNT)
    .filter((number) => isLoggedIn(availabilityOf(first.house, number)));
  await first.house.clock.run(first.house.engine.stop());
  const second = await openHouse('restart again', first.house);
  await second.live(1);
  assert.equal(second.house.engine.memory.agentsOf(FIRST_ACCOUNT).length, agents);
  for (const number of signedIn) assert.ok(isLoggedIn(availabilityOf(second.house, number)));
  assert.deepEqual(
    second.changes.filter(({ reason }) => reason === 'disconnect' || reason === 'logout'),
    [],
  );
  await second.live(60);
  assert.ok(second.changes.length > 15);
  await second.house.clock.run(second.demo.stop());
  await second.house.close();
});

test('an account of its own says that the team in it is invented', async () => {
  const { house, demo, live } = await openHouse('name');
  await live(1);
  assert.equal(house.engine.memory.accounts.get(FIRST_ACCOUNT)?.record.name, INVENTED_ACCOUNT_NAME);
  await house.clock.run(demo.stop());
  await house.close();
});

test('leaves alone whom a person deactivated', async () => {
  const { house, said, demo, live } = await openHouse('deactivate');
  await live(30);
  const { engine, clock } = house;
  const caller = { keyId: 'key', account: FIRST_ACCOUNT, role: 'admin', agent: 0 } as const;
  const id = engine.memory.agents.get(3)?.profile.id ?? '';
  await clock.run(engine.write((draft) => deactivateAgent(draft, engine.world, { caller, now: clock.now() }, { id })));
  await live(300);
  assert.deepEqual(
    said.filter(({ level }) => level !== 'info'),
    [],
  );
  assert.equal(isLoggedIn(availabilityOf(house, 3)), false);
  await clock.run(demo.stop());
  await house.close();
});

function availabilityOf({ engine }: VirtualEngine, number: number) {
  const agent = engine.memory.agents.get(number);
  assert.ok(agent !== undefined);
  return agent.availability;
}
