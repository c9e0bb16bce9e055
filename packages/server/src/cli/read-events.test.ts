import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActivityPayload, validateActivityPayload } from '@rollcall/contract';
import { INVENTED_STATUSES, inventTeam } from '../../simulation/invented-team.ts';
import { createSeededRandom } from '../../simulation/seeded-random.ts';
import { openStage } from '../../simulation/stage.ts';
import { FIRST_ACCOUNT, startVirtualEngine } from '../../simulation/virtual-engine.ts';
import { sha256Hex } from '../system/system-randomness.ts';
import { minuteMs } from '../time/instant.ts';
import { createZones } from '../time/zone.ts';
import { type EventFilter, headOf, readEvents } from './read-events.ts';

const STARTS_AT = Date.UTC(2026, 2, 4, 9);
const ALL: EventFilter = { from: null, to: null, agent: null, account: null };

/** Three agents, each of whom signs in, is available and goes to lunch, a minute apart. */
async function world() {
  const random = createSeededRandom('export');
  const house = await startVirtualEngine({ random, startAt: STARTS_AT, zones: createZones('test'), sha256Hex });
  const { engine, clock } = house;
  const team = inventTeam(3, random);
  const lengths = { idleAfterMs: null, disconnectGraceMs: null };
  const stage = await clock.run(openStage(engine, { account: FIRST_ACCOUNT, team, lengths, keyId: 'test' }));
  for (const { index } of team) {
    for (const status of ['sign in', 'AVAILABLE', INVENTED_STATUSES[0].name] as const) {
      await clock.advanceTo(clock.now() + minuteMs);
      const deed =
        status === 'sign in'
          ? ({ kind: 'SignIn', device: 'desk' } as const)
          : ({ kind: 'ChangeStatus', status, until: null, by: null } as const);
      await clock.run(stage.perform({ agent: index, deed }));
    }
  }
  return { house, team, stage };
}

async function collect(events: AsyncIterable<ActivityPayload>): Promise<ActivityPayload[]> {
  const all: ActivityPayload[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('finds the newest position whatever it is', async () => {
  for (const newest of [0, 1, 2, 3, 7, 8, 1000, 1023, 1024, 1025]) {
    const log = { factAt: async (position: number) => (position <= newest ? ({} as never) : null) };
    assert.equal(await headOf(log), newest);
  }
});

test('reads every event in the order of the log, as its payload', async () => {
  const { house } = await world();
  const events = await collect(readEvents(house.store, ALL));
  assert.equal(events.length, 9);
  for (const event of events) assert.deepEqual(validateActivityPayload(event), []);
  const ids = events.map(({ activity }) => activity?.id ?? '');
  assert.deepEqual(ids, ids.toSorted());
  await house.close();
});

test('filters by time half-open, by agent in either spelling, and by account', async () => {
  const { house, team, stage } = await world();
  const read = async (filter: Partial<EventFilter>) =>
    (await collect(readEvents(house.store, { ...ALL, ...filter }))).length;
  const second = STARTS_AT + 2 * minuteMs;
  assert.equal(await read({ from: second }), 8);
  assert.equal(await read({ to: second }), 1);
  assert.equal(await read({ from: second, to: second + 1 }), 1);
  assert.equal(await read({ agent: team[1]?.email.toUpperCase() ?? '' }), 3);
  assert.equal(await read({ agent: stage.agent(1).profile.id }), 3);
  assert.equal(await read({ agent: 'nobody@example.com' }), 0);
  assert.equal(await read({ account: '1' }), 9);
  assert.equal(await read({ account: '2' }), 0);
  await house.close();
});

test('stops where the log ended when it began', async () => {
  const { house, stage } = await world();
  const events = readEvents(house.store, ALL);
  const first = await events.next();
  assert.equal(first.done, false);
  await house.clock.run(stage.perform({ agent: 0, deed: { kind: 'SignOut', device: 'desk' } }));
  assert.equal((await collect(events)).length, 8);
  await house.close();
});
