import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeOf, positionOf } from '../delivery/event-place.ts';
import type { DeliveryLimits } from '../delivery/limits.ts';
import { type Subscription, wantedEvents } from '../delivery/subscription.ts';
import { dayMs, hourMs, secondMs } from '../time/instant.ts';
import { type Behaviour, type Choose, FakeWorld, type SeenCall } from './fake-world.test.ts';

/**
 * The promise, held against random worlds: agents, receivers that fail, throw, hang, dawdle and die, a store that
 * refuses, signals that are late or bring nothing, and crashes at any moment.
 */
type Step =
  | {
      readonly kind: 'change';
      readonly agent: number;
      readonly custom: boolean;
      readonly signal: 'facts' | 'bare' | 'none';
    }
  | { readonly kind: 'elsewhere' | 'note' | 'crash' | 'store_fails' | 'store_works' | 'log_fails' | 'log_works' }
  | { readonly kind: 'wait'; readonly ms: number };

type Scenario = {
  readonly seed: number;
  readonly limits: Partial<DeliveryLimits>;
  readonly steps: readonly Step[];
  /** How often each thing happens to a call, in parts of a hundred. */
  readonly odds: { readonly fail: number; readonly throw: number; readonly hang: number; readonly die: number };
  readonly poison: readonly number[];
  /** How often a call takes seconds, in parts of a hundred. */
  readonly slow: number;
  readonly isLogSlow: boolean;
};

const change: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('change' as const),
  agent: fc.integer({ min: 1, max: 4 }),
  custom: fc.boolean(),
  signal: fc.constantFrom('facts' as const, 'facts' as const, 'bare' as const, 'none' as const),
});
const wait: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 60 }), weight: 10 },
    { arbitrary: fc.integer({ min: 0, max: 10_000 }), weight: 10 },
    // Long enough for an event to become a dead letter.
    { arbitrary: fc.constant(42 * hourMs), weight: 1 },
  ),
});
const trouble: fc.Arbitrary<Step> = fc.constantFrom(
  ...(['elsewhere', 'note', 'crash', 'crash', 'store_fails', 'store_works', 'log_fails', 'log_works'] as const).map(
    (kind) => ({ kind }),
  ),
);
const anyStep = fc.oneof(
  { arbitrary: change, weight: 8 },
  { arbitrary: wait, weight: 3 },
  { arbitrary: trouble, weight: 2 },
);

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  limits: fc.record({
    callsInFlightMax: fc.integer({ min: 1, max: 5 }),
    heldCallsInFlightMax: fc.integer({ min: 1, max: 3 }),
    windowEventsMax: fc.integer({ min: 4, max: 24 }),
    pageEventsMax: fc.integer({ min: 1, max: 6 }),
    heldPageEventsMax: fc.integer({ min: 1, max: 3 }),
    writeAfterEvents: fc.integer({ min: 1, max: 20 }),
    unwrittenRowsMax: fc.integer({ min: 5, max: 50 }),
    idleCursorLagMax: fc.integer({ min: 5, max: 50 }),
  }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 80, size: 'max' }),
  odds: fc.record({
    fail: fc.integer({ min: 0, max: 40 }),
    throw: fc.integer({ min: 0, max: 5 }),
    hang: fc.integer({ min: 0, max: 5 }),
    die: fc.integer({ min: 0, max: 15 }),
  }),
  poison: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 2 }),
  slow: fc.constantFrom(0, 10, 60),
  isLogSlow: fc.boolean(),
});

const BOTH = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const;

test('loses nothing, keeps the order of every agent, sends one id per event, and ends every delivery', async () => {
  const law = fc.asyncProperty(anyScenario, async (scenario) => {
    const { world, subscriptions } = await live(scenario);
    for (const subscription of subscriptions) {
      // A world of nothing but failures ends here, and rightly: see the rule about five days.
      if (world.dispatcher.get(subscription.id)?.state.kind === 'switched_off') continue;
      for (const agent of [1, 2, 3, 4]) checkLane(world, subscription, agent);
      checkRows(world, subscription);
    }
    checkCalm(world, scenario);
  });
  await fc.assert(law, { numRuns: 60 });
});

test('a thousand events for each of ten receivers with three faults in ten: none is missing, all are in order', async () => {
  const world = new FakeWorld();
  const random = randomOf(7);
  world.random = () => Math.floor(random() * 4) / 4;
  world.choose = () => ({ kind: random() < 0.3 ? 'fail' : 'ok', afterMs: 0 });
  world.dispatcher.start();
  const ids = Array.from({ length: 10 }, (_, index) => `sub_${index}`);
  const subscriptions = ids.map((id) => world.subscribe({ id }));
  for (let group = 0; group < 10; group += 1) {
    const from = world.log.head;
    for (let index = 0; index < 100; index += 1) world.log.change(Math.floor(random() * 50) + 1);
    world.signal(from);
    await world.clock.pass(secondMs);
  }
  await world.clock.pass(4 * dayMs);
  for (const subscription of subscriptions) {
    assert.equal(new Set(world.delivered(subscription.id)).size, 1000);
    for (let agent = 1; agent <= 50; agent += 1) checkLane(world, subscription, agent);
    checkRows(world, subscription);
  }
});

async function live(scenario: Scenario): Promise<{ world: FakeWorld; subscriptions: readonly Subscription[] }> {
  const world = new FakeWorld(scenario.limits);
  const random = randomOf(scenario.seed);
  let isCalm = false;
  world.random = random;
  if (scenario.isLogSlow) world.log.delayMs = () => Math.floor(random() * 100);
  world.choose = chooser(scenario, random, () => isCalm);
  world.dispatcher.start();
  const subscriptions = [
    world.subscribe({ id: 'calm' }),
    world.subscribe({ id: 'wild' }),
    world.subscribe({ id: 'wild_sibling', events: BOTH }),
    world.subscribe({ id: 'wild_group', events: BOTH, filter: { groups: ['even'] } }),
  ];
  for (const step of scenario.steps) await take(world, step);
  [world.rows.isFailing, world.log.isFailing] = [false, false];
  world.dispatcher.onCommitted(world.log.head);
  await world.clock.pass(60 * secondMs);
  isCalm = true;
  await world.clock.pass(4 * dayMs);
  return { world, subscriptions };
}

async function take(world: FakeWorld, step: Step): Promise<void> {
  const from = world.log.head;
  switch (step.kind) {
    case 'change': {
      world.log.change(step.agent, { custom: step.custom });
      if (step.signal === 'facts') world.signal(from);
      if (step.signal === 'bare') world.dispatcher.onCommitted(world.log.head);
      return;
    }
    case 'elsewhere':
      world.log.change(50, { account: 2 });
      return world.signal(from);
    case 'note':
      world.log.note(1);
      return world.signal(from);
    case 'wait':
      // Two days of a store that is asked every second would test patience only.
      if (step.ms > hourMs) [world.rows.isFailing, world.log.isFailing] = [false, false];
      return await world.clock.pass(step.ms);
    case 'crash':
      return world.crash();
    case 'store_fails':
    case 'store_works':
      world.rows.isFailing = step.kind === 'store_fails';
      return;
    case 'log_fails':
    case 'log_works':
      world.log.isFailing = step.kind === 'log_fails';
  }
}

function chooser({ odds, poison, slow }: Scenario, random: () => number, isCalm: () => boolean): Choose {
  return (delivery, subscription): Behaviour => {
    if (subscription === 'calm') return { kind: 'ok', afterMs: 0 };
    if (poison.includes(delivery.fact.position)) return { kind: 'fail', afterMs: 5 };
    if (isCalm()) return { kind: 'ok', afterMs: 1 };
    const afterMs = Math.floor(random() * (random() * 100 < slow ? 8_000 : 10));
    let dice = random() * 100;
    for (const kind of ['fail', 'throw', 'hang', 'die'] as const) {
      dice -= odds[kind];
      if (dice < 0) return { kind, afterMs };
    }
    return { kind: 'ok', afterMs };
  };
}

/** Goes through everything that a receiver saw of one agent, in the order in which it saw it. */
function checkLane(world: FakeWorld, subscription: Subscription, agent: number): void {
  const wanted = wantedPlaces(world, subscription, agent);
  const settled = new Set<number>();
  const ids = new Map<number, string>();
  const deliveredInLife = new Set<string>();
  let isProbing = false;
  let before: SeenCall | null = null;
  for (const call of world.seen(subscription.id, agent)) {
    const name = `${subscription.id}, agent ${agent}, position ${positionOf(call.place)}`;
    assert.ok(wanted.includes(call.place), `${name} was not wanted`);
    for (const place of wanted) assert.ok(place >= call.place || settled.has(place), `${name} came too early`);
    assert.equal(ids.get(call.place) ?? call.delivery.id, call.delivery.id, `${name} has one id`);
    assert.ok(!deliveredInLife.has(`${call.life} ${call.place}`), `${name} was doubled without a crash`);
    if (before !== null && before.life === call.life)
      assert.ok(endOf(world, before) <= call.startedAt, `${name} overlaps`);
    if (before?.life !== call.life) isProbing = isFoundProbing(world, subscription, call);
    assert.ok(call.delivery.attempt >= 1 && call.delivery.attempt <= 9, `${name} has nine attempts at most`);
    ids.set(call.place, call.delivery.id);
    before = call;
    if (call.outcome === 'delivered') {
      settled.add(call.place);
      deliveredInLife.add(`${call.life} ${call.place}`);
    }
    // An attempt that failed may have been the last: the ninth, or the only one behind an event that was given up.
    if (call.outcome !== 'delivered' && (call.delivery.attempt === 9 || isProbing)) settled.add(call.place);
    isProbing = call.outcome === 'delivered' ? false : isProbing || call.delivery.attempt === 9;
  }
  for (const place of wanted) assert.ok(settled.has(place), `${subscription.id}: place ${place} came to no end`);
}

function isFoundProbing(world: FakeWorld, subscription: Subscription, { life, agent }: SeenCall): boolean {
  const keys = [subscription.id, `${subscription.id}~sibling`];
  const found = world.lanesFound[life]?.find((lane) => lane.agent === agent && keys.includes(lane.subscription));
  return found?.mode === 'probing';
}

/** When a call was over for the dispatcher: one that hangs, when it was given up. */
function endOf(world: FakeWorld, call: SeenCall): number {
  return call.endedAt ?? call.startedAt + world.limits.answerMsMax;
}

function wantedPlaces(world: FakeWorld, subscription: Subscription, agent: number): number[] {
  const isOut = subscription.filter.groups !== null && agent % 2 === 1;
  return world.log.facts.flatMap((fact) => {
    if (fact.kind !== 'StatusChanged' || fact.agent !== agent || fact.position <= subscription.from || isOut) return [];
    return wantedEvents(subscription, fact).map((event) => placeOf(fact.position, event));
  });
}

/** What is left on disk: a cursor that has passed everything, dead letters, and lanes that wait for a sign of life. */
function checkRows(world: FakeWorld, subscription: Subscription): void {
  const wanted = [1, 2, 3, 4].flatMap((agent) => wantedPlaces(world, subscription, agent));
  const last = positionOf(Math.max(0, ...wanted));
  assert.ok(last === 0 || (world.rows.cursors.get(subscription.id) ?? 0) >= last, `${subscription.id}: the cursor`);
  const delivered = new Set(world.delivered(subscription.id));
  for (const place of wanted) {
    const position = positionOf(place);
    const key = place % 2 === 0 ? subscription.id : `${subscription.id}~sibling`;
    assert.ok(
      delivered.has(position) || world.rows.letters.has(`${key} ${position}`),
      `${key} ${position}: the letter`,
    );
  }
  for (const lane of world.rows.lanes.values()) assert.equal(lane.mode, 'probing');
}

/** A neighbour whose receiver is well does not notice anything: it is told in the very moment of the signal. */
function checkCalm(world: FakeWorld, { steps, isLogSlow }: Scenario): void {
  const isDisturbed = steps.some(({ kind }) => kind === 'store_fails' || kind === 'log_fails' || kind === 'crash');
  const isSignalled = steps.every((step) => step.kind !== 'change' || step.signal !== 'none');
  if (isDisturbed || isLogSlow || !isSignalled) return;
  for (const { startedAt, delivery } of world.seen('calm')) {
    assert.equal(startedAt, delivery.fact.recordedAt, `position ${delivery.fact.position} was late`);
  }
}

/** A small generator of numbers in [0, 1) that a seed repeats. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
