import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import type { RecordedFact } from '../activity/fact.ts';
import type { Caller } from '../directory/api-key.ts';
import type { Answer } from '../directory/rejection.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { systemClock } from '../system/system-clock.ts';
import { sha256Hex, systemRandomness } from '../system/system-randomness.ts';
import type { Week } from '../time/calendar.ts';
import { createZones } from '../time/zone.ts';
import { changeAccount } from './account-commands.ts';
import {
  type Ask,
  changeIntelliassign,
  changeIntelliassignOfMany,
  closeSession,
  loseSession,
  openSession,
  recordActivity,
  returnSession,
} from './agent-commands.ts';
import { changeAgent, createAgent } from './agent-record-commands.ts';
import { createCalendar } from './calendar-commands.ts';
import { decideCorrection, proposeCorrection } from './correction-commands.ts';
import { archiveCustomStatus, changeCustomStatus, createCustomStatus } from './custom-status-commands.ts';
import { Engine } from './engine.ts';
import { changeGroup, createGroup } from './group-commands.ts';
import { planOf, replacePlan } from './plan-commands.ts';
import type { Recovery } from './recover.ts';
import { type Store, StoreFailure } from './store.ts';

const START = Date.UTC(2026, 2, 4, 9);
const MINUTE = 60_000;
const FIRST = { accountId: '1', accountName: 'Test', domain: 'example.com', secret: 'a secret of the test' };
const ADMIN: Caller = { keyId: 'test', account: 1, role: 'admin', agent: 0 };

type Hand = {
  readonly engine: Engine;
  readonly recovery: Recovery;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly disk: { isFull: boolean };
  readonly facts: RecordedFact[];
  readonly ask: () => Ask;
};
const running: Hand[] = [];

afterEach(async () => {
  for (const hand of running.splice(0)) await hand.engine.stop();
});

/** An engine in memory with a clock in the hand. `keep` takes over the store of a process that "crashed". */
async function startWorld(options: { at?: number; store?: Store } = {}): Promise<Hand> {
  const clock = new ManualClock(options.at ?? START);
  const store = options.store ?? openSqliteStore({ folder: ':memory:', hash: sha256Hex });
  const disk = { isFull: false };
  const guarded: Store = Object.assign(Object.create(store), {
    commit: (changes: Parameters<Store['commit']>[0]) => {
      if (disk.isFull) throw new StoreFailure('full', 'the disk is full', 'later');
      return store.commit(changes);
    },
  });
  const random = systemRandomness();
  const ports = {
    store: guarded,
    clock,
    random,
    hash: sha256Hex,
    report: () => {},
    zones: createZones(process.versions.tz ?? 'unknown'),
  };
  const { engine, recovery } = await Engine.start(ports, FIRST);
  const facts: RecordedFact[] = [];
  engine.onCommitted((_head, committed) => void facts.push(...committed));
  const ask = (): Ask => ({ caller: ADMIN, now: clock.now() });
  const hand = { engine, recovery, clock, store, disk, facts, ask };
  running.push(hand);
  return hand;
}

function value<T>(answer: Answer<T>): T {
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
  return (answer as Extract<Answer<T>, { kind: 'done' }>).value;
}

async function newAgent({ engine, ask }: Hand, email: string) {
  return value(await engine.write((draft) => createAgent(draft, engine.world, ask(), { email })));
}

async function signIn({ engine, ask }: Hand, agentId: string, transport: 'http' | 'websocket' = 'http') {
  return value(await engine.write((draft) => openSession(draft, engine.world, ask(), { agentId, transport })));
}

async function choose({ engine, ask }: Hand, agentId: string, choice: { status?: 'AVAILABLE'; customStatus?: string }) {
  return value(await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, ...choice })));
}

/** Lets time pass second by second, with everything that its timers start. */
async function pass({ engine, clock }: Hand, durationMs: number) {
  for (let left = durationMs; left > 0; left -= 1000) {
    clock.advance(Math.min(1000, left));
    await engine.write(() => null);
  }
  for (let turn = 0; turn < 3; turn++) await engine.write(() => null);
}

function changesOf(hand: Hand) {
  return hand.facts
    .filter((fact) => fact.kind === 'StatusChanged')
    .map((fact) => `${fact.axis === 'Intelliassign' ? 'I' : 'G'} ${fact.status} ${fact.reason} +${fact.at - START}`);
}

describe('deadlines', () => {
  test('idle comes at the last activity + idle_after, exactly, and activity brings the agent back', async () => {
    const hand = await startWorld();
    const agent = await newAgent(hand, 'a@example.com');
    const { session } = await signIn(hand, agent.profile.id);
    await pass(hand, 4 * MINUTE + 321);
    assert.equal(await hand.engine.tick(ADMIN, session, hand.clock.now()), true);
    assert.equal(hand.facts.filter((fact) => fact.kind === 'StatusChanged').length, 1, 'a tick writes nothing');
    await pass(hand, 12 * MINUTE);
    assert.equal(await hand.engine.tick(ADMIN, session, hand.clock.now()), true);
    assert.deepEqual(changesOf(hand), [
      'G 1 login +0',
      `G 0 idle_timeout +${14 * MINUTE + 321}`,
      `G 1 active +${16 * MINUTE + 321}`,
    ]);
  });

  test('a tick that comes after an unnoticed deadline does not hide it', async () => {
    const hand = await startWorld();
    const agent = await newAgent(hand, 'a@example.com');
    const { session } = await signIn(hand, agent.profile.id);
    hand.clock.jumpTo(START + 25 * MINUTE);
    await hand.engine.tick(ADMIN, session, hand.clock.now());
    assert.deepEqual(changesOf(hand), [
      'G 1 login +0',
      `G 0 idle_timeout +${10 * MINUTE}`,
      `G 1 active +${25 * MINUTE}`,
    ]);
  });

  test('deadlines that could not be written are decided later, at their own instants', async () => {
    const hand = await startWorld();
    const agent = await newAgent(hand, 'a@example.com');
    await signIn(hand, agent.profile.id);
    hand.disk.isFull = true;
    hand.clock.advance(11 * MINUTE);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(changesOf(hand), ['G 1 login +0']);
    hand.disk.isFull = false;
    hand.clock.advance(5000);
    await pass(hand, 5000);
    assert.deepEqual(changesOf(hand), ['G 1 login +0', `G 0 idle_timeout +${10 * MINUTE}`]);
  });

  test("a group's and then an agent's idle_after override the account's; of several groups the longest holds", async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const make = async (name: string, idleAfterMs: number) =>
      value(await engine.write((draft) => createGroup(draft, engine.world, ask(), { name, idleAfterMs }))).record.id;
    const groups = [await make('Short', 1 * MINUTE), await make('Long', 3 * MINUTE)];
    const a = value(
      await engine.write((draft) => createAgent(draft, engine.world, ask(), { email: 'a@example.com', groups })),
    );
    const b = value(
      await engine.write((draft) =>
        createAgent(draft, engine.world, ask(), { email: 'b@example.com', groups, idleAfterMs: 2 * MINUTE }),
      ),
    );
    await signIn(hand, a.profile.id);
    await signIn(hand, b.profile.id);
    await pass(hand, 5 * MINUTE);
    assert.deepEqual(changesOf(hand).slice(2), [`G 0 idle_timeout +${2 * MINUTE}`, `G 0 idle_timeout +${3 * MINUTE}`]);
  });

  test('a shortened idle_after acts from its change on, for who is over it at once', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const agent = await newAgent(hand, 'a@example.com');
    await signIn(hand, agent.profile.id);
    await pass(hand, 5 * MINUTE);
    await engine.write((draft) => changeAccount(draft, engine.world, ask(), { idleAfterMs: MINUTE }));
    await pass(hand, 2000);
    assert.deepEqual(changesOf(hand), ['G 1 login +0', `G 0 idle_timeout +${5 * MINUTE}`]);
  });

  test("a group's changed length moves its members' deadlines", async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const group = value(
      await engine.write((draft) => createGroup(draft, engine.world, ask(), { name: 'Chat' })),
    ).record;
    const agent = value(
      await engine.write((draft) =>
        createAgent(draft, engine.world, ask(), { email: 'a@example.com', groups: [group.id] }),
      ),
    );
    await signIn(hand, agent.profile.id);
    await engine.write((draft) => changeGroup(draft, engine.world, ask(), { id: group.id, idleAfterMs: 2 * MINUTE }));
    await pass(hand, 3 * MINUTE);
    assert.deepEqual(changesOf(hand), ['G 1 login +0', `G 0 idle_timeout +${2 * MINUTE}`]);
  });

  test('a status with ends_at_allowance ends at its start + allowance, also when the allowance was changed meanwhile', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const status = value(
      await engine.write((draft) =>
        createCustomStatus(draft, engine.world, ask(), { name: 'Break', allowanceMinutes: 8, endsAtAllowance: true }),
      ),
    ).record;
    const a = await newAgent(hand, 'a@example.com');
    await choose(hand, a.profile.id, { customStatus: 'break' });
    await pass(hand, 2 * MINUTE);
    await engine.write((draft) =>
      changeCustomStatus(draft, engine.world, ask(), { id: status.id, allowanceMinutes: 5 }),
    );
    await pass(hand, 4 * MINUTE);
    assert.match(changesOf(hand).at(-1) ?? '', new RegExp(`^I 0 status_expired \\+${5 * MINUTE}$`));
  });
});

test('commands that come without a pause never put the look at the deadlines off', async () => {
  const store = openSqliteStore({ folder: ':memory:', hash: sha256Hex });
  const zones = createZones(process.versions.tz ?? 'unknown');
  const ports = { store, clock: systemClock(), random: systemRandomness(), hash: sha256Hex, report: () => {}, zones };
  const { engine } = await Engine.start(ports, FIRST);
  const ask = () => ({ caller: ADMIN, now: Date.now() });
  const make = async (email: string) => {
    const agent = value(await engine.write((draft) => createAgent(draft, engine.world, ask(), { email })));
    const input = { agentId: agent.profile.id, transport: 'http' } as const;
    await engine.write((draft) => openSession(draft, engine.world, ask(), input));
    return agent;
  };
  const [busy, quiet] = [await make('busy@example.com'), await make('quiet@example.com')];
  await engine.write((draft) => changeAccount(draft, engine.world, ask(), { idleAfterMs: 100 }));
  const isIdle = () => engine.memory.agents.get(quiet.number)?.availability.general.reason === 'idle_timeout';
  const giveUpAt = Date.now() + 5000;
  for (let time = 0; !isIdle() && Date.now() < giveUpAt; time++) {
    const input = { agentId: busy.profile.id, status: time % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE' } as const;
    await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), input));
  }
  await engine.stop();
  assert.ok(isIdle());
});

describe('loss and return', () => {
  test('who returns within the grace goes on as if nothing had happened; after it the return is a login', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const agent = await newAgent(hand, 'a@example.com');
    const agentId = agent.profile.id;
    const { session } = await signIn(hand, agentId, 'websocket');
    const lose = () =>
      engine.write((draft) => loseSession(draft, engine.world, ask(), { agentId, session, lostAt: hand.clock.now() }));
    await lose();
    await pass(hand, 59_000);
    value(await engine.write((draft) => returnSession(draft, engine.world, ask(), { agentId, session })));
    await pass(hand, 5000);
    assert.deepEqual(changesOf(hand), ['G 1 login +0']);
    await lose();
    await pass(hand, 2 * MINUTE);
    const gone = await engine.write((draft) => returnSession(draft, engine.world, ask(), { agentId, session }));
    assert.equal(gone.kind === 'rejected' && gone.code, 'unknown_session');
    await signIn(hand, agentId, 'websocket');
    assert.deepEqual(changesOf(hand), [
      'G 1 login +0',
      `G 0 disconnect +${64_000 + MINUTE}`,
      `G 1 login +${64_000 + 2 * MINUTE}`,
    ]);
  });

  test('an ended session is nobody’s, and its id is never used again', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const { profile } = await newAgent(hand, 'a@example.com');
    const first = await signIn(hand, profile.id);
    const input = { agentId: profile.id, session: first.session };
    await engine.write((draft) => closeSession(draft, engine.world, ask(), input));
    const second = await signIn(hand, profile.id);
    assert.notEqual(second.session, first.session);
    assert.equal(await engine.tick(ADMIN, first.session, hand.clock.now()), false);
    const late = await engine.write((draft) => recordActivity(draft, engine.world, ask(), input));
    assert.equal(late.kind === 'rejected' && late.code, 'unknown_session');
  });
});

describe('a crash', () => {
  test('live sessions go on from the last sign of life, and the time nobody watched is an outage', async () => {
    const before = await startWorld();
    const http = await newAgent(before, 'http@example.com');
    const socket = await newAgent(before, 'socket@example.com');
    await signIn(before, http.profile.id);
    await signIn(before, socket.profile.id, 'websocket');
    await pass(before, 5 * MINUTE);
    // No stop: the process is gone. Seven minutes later another one takes over what is on disk.
    const hand = await startWorld({ store: before.store, at: START + 12 * MINUTE });
    assert.ok(hand.recovery.kind === 'resumed');
    const { lastSeenAt } = hand.recovery;
    assert.ok(lastSeenAt > START + 5 * MINUTE - 2001 && lastSeenAt <= START + 5 * MINUTE, 'a mark every two seconds');
    await pass(hand, 10 * MINUTE);
    assert.deepEqual(changesOf(hand), [
      `G 0 disconnect +${13 * MINUTE}`,
      `G 0 idle_timeout +${lastSeenAt - START + 10 * MINUTE}`,
    ]);
    const outage = (await before.store.facts({ after: 0, limit: 100 })).find((fact) => fact.kind === 'OutageRecorded');
    assert.deepEqual(outage?.kind === 'OutageRecorded' && [outage.from, outage.to], [lastSeenAt, START + 12 * MINUTE]);
  });

  test('nobody is declared idle before the server is ready again', async () => {
    const before = await startWorld();
    const agent = await newAgent(before, 'a@example.com');
    await signIn(before, agent.profile.id);
    await pass(before, MINUTE);
    const hand = await startWorld({ store: before.store, at: START + 60 * MINUTE });
    await pass(hand, 5000);
    console.log(await before.store.facts({ after: 0, limit: 100 }));
    assert.deepEqual(changesOf(hand), [`G 0 idle_timeout +${60 * MINUTE}`]);
  });

  test('a timed status that ran out meanwhile ends at its own instant', async () => {
    const before = await startWorld();
    const { profile } = await newAgent(before, 'a@example.com');
    const { engine, ask } = before;
    await choose(before, profile.id, { status: 'AVAILABLE' });
    const until = START + 20 * MINUTE;
    const input = { agentId: profile.id, status: 'UNAVAILABLE', until } as const;
    value(await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), input)));
    const hand = await startWorld({ store: before.store, at: START + 60 * MINUTE });
    await pass(hand, 5000);
    assert.deepEqual(changesOf(hand), [`I 1 status_expired +${20 * MINUTE}`]);
  });
});

describe('groups of commands', () => {
  test('a refused batch changes nothing, names every bad item, and leaves its neighbours untouched', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const a = await newAgent(hand, 'a@example.com');
    const b = await newAgent(hand, 'b@example.com');
    const [batch, single] = await Promise.all([
      engine.write((draft) =>
        changeIntelliassignOfMany(draft, engine.world, ask(), [
          { agentId: a.profile.id, status: 'AVAILABLE' },
          { agentId: '00000000-0000-4000-8000-000000000000', status: 'AVAILABLE' },
          { agentId: b.profile.id, customStatus: 'Nothing' },
        ]),
      ),
      choose(hand, b.profile.id, { status: 'AVAILABLE' }),
    ]);
    assert.equal(batch.kind, 'rejected');
    assert.deepEqual(batch.kind === 'rejected' && batch.faults.map((fault) => fault.pointer), [
      '/changes/1/agent_id',
      '/changes/2/custom_status',
    ]);
    assert.equal(single.changed, true);
    assert.equal(engine.memory.agents.get(a.number)?.availability.sequence, 0);
  });

  test('a write with an idempotency key happens once, and another request under it is a conflict', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const once = (requestHash: string) =>
      engine.writeOnce(
        { scope: 'test', key: 'k1', requestHash },
        (draft) => createAgent(draft, engine.world, ask(), { email: 'a@example.com' }),
        (answer) => ({ status: 201, body: JSON.stringify(value(answer).profile) }),
      );
    const answers = await Promise.all([once('r1'), once('r1'), once('other')]);
    assert.deepEqual(
      answers.map((answer) => answer.kind),
      ['fresh', 'stored', 'conflict'],
    );
    const later = await once('r1');
    assert.equal(later.kind === 'stored' && later.answer.status, 201);
    assert.equal(engine.memory.agentsOf(1).length, 1);
  });
});

describe('custom statuses', () => {
  test('archiving moves who is in it; renaming rewrites no label that was said', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const status = value(
      await engine.write((draft) => createCustomStatus(draft, engine.world, ask(), { name: 'Lunch', emoji: 'pizza' })),
    );
    const agent = await newAgent(hand, 'a@example.com');
    await choose(hand, agent.profile.id, { customStatus: 'lunch' });
    const renamed = { id: status.record.id, name: 'Luncheon' };
    await engine.write((draft) => changeCustomStatus(draft, engine.world, ask(), renamed));
    const again = await choose(hand, agent.profile.id, { customStatus: 'Luncheon' });
    assert.equal(again.changed, false, 'a renamed status is still the same one');
    await engine.write((draft) => archiveCustomStatus(draft, engine.world, ask(), { id: status.record.id }));
    const last = hand.facts.at(-2);
    assert.equal(last?.kind === 'StatusChanged' && last.reason, 'status_deleted');
    assert.equal(last?.kind === 'StatusChanged' && last.prevStatus, status.position);
  });

  test('names clash whatever the case, until the other is archived', async () => {
    const hand = await startWorld();
    const { engine, ask } = hand;
    const make = (name: string) => engine.write((draft) => createCustomStatus(draft, engine.world, ask(), { name }));
    const first = value(await make('Lunch'));
    const clash = await make('LUNCH');
    assert.equal(clash.kind === 'rejected' && clash.code, 'name_taken');
    const plain = await make('Available');
    assert.equal(plain.kind === 'rejected' && plain.code, 'invalid_input');
    await engine.write((draft) => archiveCustomStatus(draft, engine.world, ask(), { id: first.record.id }));
    value(await make('LUNCH'));
  });
});

test('deactivating ends the sessions at once and keeps the history', async () => {
  const hand = await startWorld();
  const { engine, ask } = hand;
  const { profile } = await newAgent(hand, 'a@example.com');
  await signIn(hand, profile.id);
  value(await engine.write((draft) => changeAgent(draft, engine.world, ask(), { id: profile.id, active: false })));
  assert.deepEqual(changesOf(hand), ['G 1 login +0', 'G 0 deactivated +0']);
  const refused = await engine.write((draft) =>
    openSession(draft, engine.world, ask(), { agentId: profile.id, transport: 'http' }),
  );
  assert.equal(refused.kind === 'rejected' && refused.code, 'agent_inactive');
});

describe('business hours that open and close', () => {
  const DAY = 24 * 60 * MINUTE;
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const;
  const version = {
    effectiveFrom: null,
    timeZone: 'America/New_York',
    week: Object.fromEntries(weekdays.map((day) => [day, [['09:00', '17:00']]])) as unknown as Week,
    exceptions: [],
  };

  test('a coupling acts at the very boundary, lifts only what it set, and makes up for nothing before it was asked', async () => {
    // Wednesday 09:00 UTC is 04:00 in New York: hours are 14:00 to 22:00 UTC.
    const hand = await startWorld();
    const { engine, ask } = hand;
    const calendar = value(
      await engine.write((draft) => createCalendar(draft, engine.world, ask(), { name: 'New York', version })),
    ).record;
    const agent = await newAgent(hand, 'a@example.com');
    await choose(hand, agent.profile.id, { status: 'AVAILABLE' });
    const couplings = { schedule_open: 'AVAILABLE', schedule_close: 'UNAVAILABLE' } as const;
    const settings = { calendarId: calendar.id, couplings };
    value(await engine.write((draft) => changeAccount(draft, engine.world, ask(), settings)));
    hand.clock.jumpTo(START + 4 * 60 * MINUTE);
    await pass(hand, 2000);
    hand.clock.jumpTo(START + DAY + 6 * 60 * MINUTE);
    await pass(hand, 2000);
    assert.deepEqual(changesOf(hand), [
      'I 1 api +0',
      `I 0 schedule_close +${13 * 60 * MINUTE}`,
      `I 1 schedule_open +${DAY + 5 * 60 * MINUTE}`,
    ]);
  });

  test('openings that came while nobody watched are decided at their own instants', async () => {
    const before = await startWorld();
    const { engine, ask } = before;
    const calendar = value(
      await engine.write((draft) => createCalendar(draft, engine.world, ask(), { name: 'New York', version })),
    ).record;
    const agent = await newAgent(before, 'a@example.com');
    await choose(before, agent.profile.id, { status: 'AVAILABLE' });
    const settings = { calendarId: calendar.id, couplings: { schedule_close: 'UNAVAILABLE' } } as const;
    await engine.write((draft) => changeAccount(draft, engine.world, ask(), settings));
    const hand = await startWorld({ store: before.store, at: START + DAY });
    await pass(hand, 2000);
    assert.deepEqual(changesOf(hand), [`I 0 schedule_close +${13 * 60 * MINUTE}`]);
  });
});

test('knows its corrections after a restart, decided and undecided', async () => {
  const before = await startWorld();
  const { engine, ask, clock } = before;
  const agentId = (await newAgent(before, 'one@example.com')).profile.id;
  clock.advance(24 * 60 * MINUTE);
  const times = { from: START + MINUTE, to: START + 2 * MINUTE };
  const input = { agentId, status: 'AVAILABLE', note: 'forgot', ...times } as const;
  for (const isApproved of [true, false]) {
    value(await engine.write((draft) => proposeCorrection(draft, engine.world, ask(), { ...input, isApproved })));
  }
  const corrections = [...engine.memory.corrections.values()];
  await engine.stop();
  const after = await startWorld({ store: before.store, at: START + 48 * 60 * MINUTE });
  assert.deepEqual(
    [...after.engine.memory.corrections.values()].toSorted(byPosition),
    corrections.toSorted(byPosition),
  );
  const open = corrections.find(({ record }) => record.decision === null)?.record.id ?? '';
  const decision = { id: open, decision: 'declined' } as const;
  const decided = await after.engine.write((draft) =>
    decideCorrection(draft, after.engine.world, after.ask(), decision),
  );
  assert.equal(value(decided).record.decision, 'declined');
});

function byPosition(one: { readonly position: number }, other: { readonly position: number }): number {
  return one.position - other.position;
}

test('knows its plans after a restart, and says in the log that they changed', async () => {
  const before = await startWorld();
  const { engine, ask } = before;
  const agent = await newAgent(before, 'one@example.com');
  const window = { from: START, to: START + 60 * MINUTE };
  const entries = [{ ...window, activity: { kind: 'work' } }] as const;
  const input = { agentId: agent.profile.id, window, entries };
  value(await engine.write((draft) => replacePlan(draft, ask(), input)));
  const facts = before.facts.filter((fact) => fact.kind === 'ThingRecorded' && fact.thing === 'plan');
  assert.deepEqual(
    facts.map((fact) => fact.kind === 'ThingRecorded' && [fact.id, fact.by]),
    [[agent.profile.id, ADMIN.keyId]],
  );
  await engine.stop();
  const after = await startWorld({ store: before.store, at: START + 60 * MINUTE });
  assert.deepEqual(planOf(after.engine.memory, agent.number, { from: START - MINUTE, to: START + MINUTE }), [
    { from: START, to: START + MINUTE, activity: { kind: 'work' } },
  ]);
  const emptied = { ...input, entries: [] };
  value(await after.engine.write((draft) => replacePlan(draft, after.ask(), emptied)));
  assert.equal(after.engine.memory.plans.size, 0);
  await after.engine.stop();
  const last = await startWorld({ store: before.store, at: START + 120 * MINUTE });
  assert.deepEqual(planOf(last.engine.memory, agent.number, window), []);
});
