import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActivityPayload, validateActivityPayload } from '@rollcall/contract';
import { sha256Hex } from '../src/system/system-randomness.ts';
import { createZones } from '../src/time/zone.ts';
import { simulateTeam } from './simulate-team.ts';

const zones = createZones('test');

async function simulate(seed: number, agents = 12, days = 3): Promise<ActivityPayload[]> {
  const events: ActivityPayload[] = [];
  const options = { agents, days, seed, from: '2026-01-05', zones, sha256Hex };
  for await (const event of simulateTeam(options)) events.push(event);
  return events;
}

const events = await simulate(7);

test('no event of the simulated team has a fault', () => {
  assert.ok(events.length > 300, `only ${events.length} events`);
  for (const event of events) assert.deepEqual(validateActivityPayload(event), [], JSON.stringify(event));
});

test('every chain closes: per agent a gapless sequence, per axis the value and time before', () => {
  const sequences = new Map<string, number>();
  const ends = new Map<string, { status: string; at: string }>();
  for (const { data, activity } of events) {
    assert.ok(activity !== undefined);
    const { agent_id: agent, sequence } = activity;
    assert.equal(sequence, (sequences.get(agent) ?? 0) + 1);
    sequences.set(agent, sequence);
    const change = data.agent_activity;
    const axis = `${agent} ${change.availability_event_type}`;
    const before = ends.get(axis);
    assert.equal(change.prev_status, before?.status ?? 'UNAVAILABLE');
    if (before !== undefined) assert.equal(change.prev_status_change_timestamp, before.at);
    assert.notEqual(change.status, change.prev_status);
    ends.set(axis, { status: change.status, at: change.status_change_timestamp });
  }
});

test('per agent no event is earlier than the one before it, and none is recorded before it happened', () => {
  const latest = new Map<string, string>();
  for (const { data, activity } of events) {
    assert.ok(activity !== undefined);
    const { status_change_timestamp: at } = data.agent_activity;
    assert.ok(at >= (latest.get(activity.agent_id) ?? ''));
    assert.ok(activity.recorded_at >= at);
    latest.set(activity.agent_id, at);
  }
});

test('what a server notices within a second is recorded within a second', () => {
  for (const { data, activity } of events) {
    const lateMs = Date.parse(activity?.recorded_at ?? '') - Date.parse(data.agent_activity.status_change_timestamp);
    assert.ok(lateMs <= 1000, `${activity?.id} was recorded ${lateMs} ms late`);
  }
});

test('a team does everything that an agent can do', () => {
  const reasons = new Set(events.map(({ activity }) => activity?.reason));
  const expected = ['login', 'logout', 'idle_timeout', 'active', 'disconnect', 'agent_toggle', 'supervisor'];
  for (const reason of [...expected, 'call_started', 'call_ended', 'missed_assignments', 'status_expired']) {
    assert.ok(reasons.has(reason as never), `nothing happened for the reason ${reason}`);
  }
});

test('the same seed gives the same bytes, another seed others', async () => {
  const told = JSON.stringify(await simulate(3, 4, 1));
  assert.equal(JSON.stringify(await simulate(3, 4, 1)), told);
  assert.notEqual(JSON.stringify(await simulate(4, 4, 1)), told);
});

test('a longer run begins with the shorter one', async () => {
  const short = await simulate(5, 4, 1);
  const long = await simulate(5, 4, 2);
  const lastDay = (short.at(-1)?.activity?.recorded_at ?? '').slice(0, 10);
  const firstOfLong = long.filter(({ activity }) => (activity?.recorded_at ?? '') <= `${lastDay}T20`);
  assert.deepEqual(JSON.stringify(firstOfLong), JSON.stringify(short.slice(0, firstOfLong.length)));
});
