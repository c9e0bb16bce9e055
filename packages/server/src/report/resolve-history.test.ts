import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RecordedFact } from '../activity/fact.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import type { Entry } from './entry.ts';
import { type ImportedEvent, InventedAgent, inventedNumbers, LUNCH, TRAINING } from './fake-history.ts';
import { bytesOfChunk, chunkOfBytes, monthOf, monthStart, packHistory } from './history-chunk.ts';
import { type Carry, firstCarry, foldFact, foldOutage } from './history-fold.ts';
import { earliestImport, type HistorySources, type Outage, resolveHistory } from './resolve-history.ts';
import { firstState, MARKS, markOf, PRESENCES, presenceOf, stateOf, statusOf } from './state-code.ts';

const numbers = inventedNumbers();
const NEVER = Number.MAX_SAFE_INTEGER;
const day = 86_400_000;

function resolve(facts: readonly RecordedFact[], more: Partial<HistorySources> = {}): readonly Entry[] {
  return resolveHistory({ facts, outages: [], corrections: [], numbers, now: NEVER, ...more });
}

/** States from each instant on, one per change, as words. */
function told(entries: readonly Entry[]): readonly string[] {
  const states: string[] = [];
  let last = firstState;
  entries.forEach(({ at, code }, index) => {
    if (entries[index + 1]?.at === at || stateOf(code) === last) return;
    last = stateOf(code);
    states.push(`${at} ${wordOf(code)}`);
  });
  return states;
}

function wordOf(code: number): string {
  const presence = PRESENCES[presenceOf(code)] ?? '';
  return presence === 'unknown'
    ? presence
    : `${presence} ${['UNAVAILABLE', 'AVAILABLE', 'Lunch', 'Training'][statusOf(code)]}`;
}

const general = (at: number, status: StatusLabel, prevAt: number, prevStatus: StatusLabel): ImportedEvent => ({
  axis: 'GeneralAvailability',
  at,
  status,
  prevAt,
  prevStatus,
});
const choice = (at: number, status: StatusLabel, prevAt: number, prevStatus: StatusLabel): ImportedEvent => ({
  ...general(at, status, prevAt, prevStatus),
  axis: 'Intelliassign',
});

function imported(...events: readonly ImportedEvent[]): readonly RecordedFact[] {
  const agent = new InventedAgent(0);
  for (const event of events) agent.import(event);
  return agent.facts;
}

test('imported history that closes is known from the first word on', () => {
  const facts = imported(general(20, AVAILABLE, 10, UNAVAILABLE), general(40, UNAVAILABLE, 20, AVAILABLE));
  assert.deepEqual(told(resolve(facts)), ['20 online UNAVAILABLE', '40 offline UNAVAILABLE']);
  assert.equal(earliestImport(facts), 10);
});

test('before the first imported change the agent was in what it says was before it', () => {
  const facts = imported(general(20, UNAVAILABLE, 10, AVAILABLE));
  assert.deepEqual(told(resolve(facts)), ['10 online UNAVAILABLE', '20 offline UNAVAILABLE']);
});

test('a gap is unknown up to where the word of the later change begins', () => {
  const facts = imported(general(20, AVAILABLE, 10, UNAVAILABLE), general(60, UNAVAILABLE, 50, AVAILABLE));
  assert.deepEqual(told(resolve(facts)), ['20 unknown', '50 online UNAVAILABLE', '60 offline UNAVAILABLE']);
});

test('a chain that contradicts itself is unknown from one change to the next', () => {
  const rows: readonly (readonly [string, ImportedEvent])[] = [
    ['another status', general(60, UNAVAILABLE, 20, UNAVAILABLE)],
    ['an earlier time', general(60, UNAVAILABLE, 5, AVAILABLE)],
    ['its own time', general(60, UNAVAILABLE, 60, AVAILABLE)],
  ];
  for (const [name, second] of rows) {
    const facts = imported(general(20, AVAILABLE, 10, UNAVAILABLE), second);
    assert.deepEqual(told(resolve(facts)), ['20 unknown', '60 offline UNAVAILABLE'], name);
  }
});

test('time is unknown when either axis is', () => {
  const facts = imported(
    general(10, AVAILABLE, 0, UNAVAILABLE),
    choice(20, AVAILABLE, 0, UNAVAILABLE),
    choice(60, LUNCH, 40, AVAILABLE),
  );
  assert.deepEqual(told(resolve(facts)), [
    '10 online UNAVAILABLE',
    '20 unknown',
    '40 online AVAILABLE',
    '60 online Lunch',
  ]);
});

test('an imported change in the middle of live ones makes unknown what it contradicts, and no more', () => {
  const agent = new InventedAgent(0).signIn(10).set(AVAILABLE, 20).set(LUNCH, 60);
  agent.import(choice(40, TRAINING, 20, AVAILABLE));
  assert.deepEqual(told(resolve(agent.facts)), [
    '10 online UNAVAILABLE',
    '20 online AVAILABLE',
    '40 unknown',
    '60 online Lunch',
  ]);
});

test('what takes effect after now is ignored, also where it would change what was before', () => {
  const facts = imported(general(20, AVAILABLE, 10, UNAVAILABLE), general(60, UNAVAILABLE, 50, AVAILABLE));
  assert.deepEqual(told(resolve(facts, { now: 59 })), ['20 online UNAVAILABLE']);
});

test('an outage is unknown for who was online, and nothing for who was not', () => {
  const outages = [{ from: 30, to: 50, position: 5000 }];
  const online = new InventedAgent(0).signIn(10).set(AVAILABLE, 10);
  assert.deepEqual(told(resolve(online.facts, { outages })), [
    '10 online AVAILABLE',
    '30 unknown',
    '50 online AVAILABLE',
  ]);
  const away = new InventedAgent(0).signIn(10).idle(20);
  assert.deepEqual(told(resolve(away.facts, { outages })), ['10 online UNAVAILABLE', '20 idle UNAVAILABLE']);
});

test('what took effect during an outage and was written after it holds from its end', () => {
  const outages = [{ from: 30, to: 50, position: 1003 }];
  const agent = new InventedAgent(0).signIn(10).set(LUNCH, 20).set(AVAILABLE, 40);
  assert.deepEqual(told(resolve(agent.facts, { outages })), [
    '10 online UNAVAILABLE',
    '20 online Lunch',
    '30 unknown',
    '50 online AVAILABLE',
  ]);
});

test('an approved correction holds in place of both axes and of what was unknown; the later one over the earlier', () => {
  const agent = new InventedAgent(0).signIn(10).set(AVAILABLE, 10).idle(30);
  const corrections = [
    { from: 20, to: 60, status: numbers.numberOf(TRAINING), position: 6000 },
    { from: 50, to: 80, status: numbers.numberOf(LUNCH), position: 6001 },
  ];
  assert.deepEqual(told(resolve(agent.facts, { corrections })), [
    '10 online AVAILABLE',
    '20 online Training',
    '50 online Lunch',
    '80 idle AVAILABLE',
  ]);
});

test('a status that was renamed or made anew between two events is the one that both speak of', () => {
  const again = inventedNumbers();
  const MEAL = 903;
  const NEW_LUNCH = 904;
  again.record(MEAL, 'lunch', 'Meal');
  again.record(NEW_LUNCH, 'another', 'Lunch');
  const facts = imported(
    general(5, AVAILABLE, 0, UNAVAILABLE),
    choice(10, LUNCH, 0, UNAVAILABLE),
    choice(30, AVAILABLE, 10, NEW_LUNCH),
  );
  assert.deepEqual(told(resolve(facts, { numbers: again })), [
    '5 online UNAVAILABLE',
    '10 online Lunch',
    '30 online AVAILABLE',
  ]);
});

test('of imported changes at one instant each goes on from the one before it, whatever the order in which they came', () => {
  const events = [
    general(10, AVAILABLE, 0, UNAVAILABLE),
    general(20, UNAVAILABLE, 10, AVAILABLE),
    general(20, AVAILABLE, 20, UNAVAILABLE),
  ];
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    const facts = imported(...order.map((index) => events[index] as ImportedEvent));
    assert.deepEqual(told(resolve(facts)), ['10 online UNAVAILABLE'], order.join());
  }
});

test('only its own reason makes an imported change a sign-in or a sign-out', () => {
  const marks = (reason: 'login' | 'active' | 'import') =>
    resolve(imported({ ...general(20, AVAILABLE, 10, UNAVAILABLE), reason })).map(({ code }) => MARKS[markOf(code)]);
  assert.deepEqual(marks('login'), ['none', 'general_change', 'sign_in']);
  assert.deepEqual(marks('active'), ['none', 'general_change']);
  assert.deepEqual(marks('import'), ['none', 'general_change']);
});

const anyImport: fc.Arbitrary<ImportedEvent> = fc
  .record({
    axis: fc.constantFrom('GeneralAvailability' as const, 'Intelliassign' as const),
    at: fc.integer({ min: 1, max: 60 }),
    status: fc.constantFrom(AVAILABLE, UNAVAILABLE, LUNCH),
    back: fc.integer({ min: 0, max: 20 }),
    prevStatus: fc.constantFrom(AVAILABLE, UNAVAILABLE, LUNCH),
  })
  .map(({ axis, at, status, back, prevStatus }) => {
    const plain = (label: StatusLabel) => (axis === 'GeneralAvailability' && label === LUNCH ? UNAVAILABLE : label);
    return { axis, at, status: plain(status), prevAt: at - back, prevStatus: plain(prevStatus) };
  });

test('imported in any order, events with times of their own give the same history', () => {
  const key = ({ axis, at }: ImportedEvent) => `${axis} ${at}`;
  const events = fc.uniqueArray(anyImport, { selector: key, maxLength: 12 });
  fc.assert(
    fc.property(
      events.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        assert.deepEqual(told(resolve(imported(...shuffled))), told(resolve(imported(...list))));
      },
    ),
  );
});

type Move = { readonly minutes: number; readonly what: number };
const anyMoves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({ minutes: fc.integer({ min: 0, max: 400 }), what: fc.integer({ min: 0, max: 7 }) }),
  { maxLength: 60 },
);

function played(moves: readonly Move[]): InventedAgent {
  const agent = new InventedAgent(0);
  let now = 5 * day;
  for (const { minutes, what } of moves) {
    now += minutes * 60_000;
    if (what === 0) agent.signIn(now);
    else if (what === 1 && agent.isSignedIn) agent.signOut(now);
    else if (what === 2 && agent.isSignedIn && agent.isOnline) agent.idle(now);
    else if (what === 3 && agent.isSignedIn && !agent.isOnline) agent.active(now);
    else if (what === 4 && agent.isSignedIn) agent.disconnect(now);
    else if (what > 4)
      agent.set([AVAILABLE, LUNCH, TRAINING].filter((label) => label !== agent.status)[what - 5] ?? UNAVAILABLE, now);
  }
  return agent;
}

test('a history that grows fact by fact is the one that is resolved from all of them, outages in their places too', () => {
  fc.assert(
    fc.property(anyMoves, fc.nat(60), fc.integer({ min: 0, max: 5_000_000 }), (moves, place, lengthMs) => {
      const { facts } = played(moves);
      const before = facts.slice(0, place);
      const from = before.at(-1)?.at ?? 0;
      const outage: Outage = { from, to: from + lengthMs, position: (before.at(-1)?.position ?? 1000) + 0.5 };
      const resolved = resolve(facts, { outages: [outage] });
      const grown = grow(before, outage, facts.slice(place));
      if (grown !== null) assert.deepEqual(grown, resolved);
    }),
  );
});

/** null when something came out of order, and the whole has to be resolved. */
function grow(
  before: readonly RecordedFact[],
  outage: Outage,
  after: readonly RecordedFact[],
): readonly Entry[] | null {
  const entries: Entry[] = [];
  let carry: Carry = firstCarry;
  const outageFact = {
    kind: 'OutageRecorded',
    account: 0,
    agent: 0,
    at: outage.from,
    recordedAt: outage.to,
    previous: 0,
    checksum: '',
    ...outage,
  } as const;
  const steps = [
    ...before.map((fact) => () => foldFact(carry, fact, numbers)),
    () => foldOutage(carry, outageFact),
    ...after.map((fact) => () => foldFact(carry, fact, numbers)),
  ];
  for (const step of steps) {
    const folded = step();
    if (folded.kind === 'out_of_order') return null;
    if (folded.kind === 'unmoved') continue;
    carry = folded.carry;
    entries.push(...folded.entries);
  }
  return entries;
}

test('imports and approved corrections are never folded in', () => {
  const [fact] = imported(general(20, AVAILABLE, 10, UNAVAILABLE));
  assert.ok(fact !== undefined);
  assert.equal(foldFact(firstCarry, fact, numbers).kind, 'out_of_order');
});

test('a packed history says what its entries say, over months, and comes back from bytes', () => {
  fc.assert(
    fc.property(anyMoves, (moves) => {
      const entries = resolve(played(moves.map((move) => ({ ...move, minutes: move.minutes * 100 }))).facts);
      const chunks = packHistory(entries);
      const back = chunks.map((chunk) => chunkOfBytes(chunk.month, bytesOfChunk(chunk)));
      const unpacked = back.flatMap(({ month, offsets, codes, length }) =>
        Array.from({ length }, (_, index) => [monthStart(month) + (offsets[index] ?? 0), codes[index]]),
      );
      assert.deepEqual(
        unpacked,
        entries.map(({ at, code }) => [at, code]),
      );
      for (const [index, { opening, length }] of back.entries()) {
        assert.ok(length > 0);
        const last = back[index - 1]?.codes[(back[index - 1]?.length ?? 0) - 1];
        assert.equal(opening, last === undefined ? firstState : stateOf(last));
      }
    }),
  );
});

test('months are counted from 1970, before it too', () => {
  for (const month of [-13, -1, 0, 11, 12, 676]) {
    assert.equal(monthOf(monthStart(month)), month);
    assert.equal(monthOf(monthStart(month + 1) - 1), month);
  }
  assert.equal(monthStart(674), Date.UTC(2026, 2, 1));
});
