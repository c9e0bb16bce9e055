import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs } from '../src/time/instant.ts';
import { createZones } from '../src/time/zone.ts';
import { localTimeAt } from '../src/time/zone-rules.ts';
import { type InventedAgent, inventTeam } from './invented-team.ts';
import { createSeededRandom } from './seeded-random.ts';
import { behaviourOf } from './team-behaviour.ts';

const zones = createZones('test');
const team = inventTeam(60, createSeededRandom(1));

const dayOf = (agent: InventedAgent, date: string, seed: string) =>
  behaviourOf(agent, date, {
    random: createSeededRandom(`${seed}/${agent.index}/${date}`),
    zone: zones.zoneOf(agent.shift.timeZone),
    supervisors: [0, 10],
  });

test('everybody says of themselves that they are invented', () => {
  const emails = new Set(team.map(({ email }) => email));
  assert.equal(emails.size, team.length);
  for (const { email, firstName } of team) {
    assert.equal(firstName, 'Demo');
    assert.match(email, /^demo\.[a-z0-9]+@example\.com$/);
  }
});

test('the same chance gives the same day, another one another day', () => {
  const agent = team[3] as InventedAgent;
  assert.deepEqual(dayOf(agent, '2026-01-06', 'x'), dayOf(agent, '2026-01-06', 'x'));
  assert.notDeepEqual(dayOf(agent, '2026-01-06', 'x'), dayOf(agent, '2026-01-06', 'y'));
});

test('a day is told in order of time, begins with a sign-in and ends the desk', () => {
  for (const agent of team) {
    const actions = dayOf(agent, '2026-01-07', 'order');
    if (actions.length === 0) continue;
    assert.deepEqual(
      actions.map(({ at }) => at),
      actions.map(({ at }) => at).toSorted((one, other) => one - other),
    );
    assert.deepEqual(actions[0]?.deed, { kind: 'SignIn', device: 'desk' });
    const ends = actions.filter(({ deed }) => deed.kind === 'SignOut' && deed.device === 'desk');
    const lid = actions.at(-1)?.deed.kind === 'LoseConnection';
    assert.ok(ends.length === 1 || lid, `agent ${agent.index} never leaves`);
    assert.ok(actions.every(({ at }) => Number.isInteger(at)));
  }
});

test('everybody comes about when their shift begins, on their own clock, in summer time too', () => {
  for (const date of ['2026-01-07', '2026-07-08', '2026-10-28']) {
    for (const agent of team) {
      const first = dayOf(agent, date, 'shift')[0];
      if (first === undefined) continue;
      const zone = zones.zoneOf(agent.shift.timeZone);
      const minutes = (localTimeAt(zone, first.at) % (24 * hourMs)) / 60_000;
      const lateMinutes = minutes - agent.shift.startMinutes;
      assert.ok(lateMinutes >= -9 && lateMinutes <= 51, `agent ${agent.index} is ${lateMinutes} min late on ${date}`);
    }
  }
});

test('nobody works on a day off, and some work at the weekend', () => {
  const saturday = team.filter((agent) => dayOf(agent, '2026-01-10', 'week').length > 0);
  assert.ok(saturday.length > 0 && saturday.length < team.length / 4);
  for (const agent of saturday) assert.equal(agent.index % 8, 7);
});

test('only a connection can be lost, and a supervisor never acts on itself', () => {
  for (const agent of team) {
    for (const { deed } of dayOf(agent, '2026-01-08', 'law')) {
      if (deed.kind === 'LoseConnection') assert.equal(agent.transport, 'websocket');
      if (deed.kind === 'ChangeStatus') assert.notEqual(deed.by, agent.index);
    }
  }
});
