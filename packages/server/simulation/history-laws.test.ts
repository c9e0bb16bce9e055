import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXES } from '@rollcall/contract';
import type { FactBody, RecordedFact } from '../src/activity/fact.ts';
import type { AgentNumber, Position } from '../src/activity/position.ts';
import { closeSession, openSession } from '../src/engine/agent-commands.ts';
import type { Change, HistoryChunkRow } from '../src/engine/change.ts';
import { StoreFailure } from '../src/engine/store.ts';
import { DirectoryHistory } from '../src/report/directory-history.ts';
import { monthStart, type PackedHistory, packHistory } from '../src/report/history-chunk.ts';
import { earliestImport, resolveHistory } from '../src/report/resolve-history.ts';
import { PRESENCE, presenceOf } from '../src/report/state-code.ts';
import { stateAt } from '../src/report/sweep.ts';
import { HistoryBook, readHistories } from '../src/reporting/history-book.ts';
import type { HistorySnapshot, HistorySource } from '../src/reporting/history-source.ts';
import { HISTORY_FORMAT, REPORTING_LIMITS, type ReportingLimits } from '../src/reporting/limits.ts';
import { sha256Hex } from '../src/system/system-randomness.ts';
import { dayMs, hourMs, minuteMs } from '../src/time/instant.ts';
import { createZones } from '../src/time/zone.ts';
import { startRandomCommands } from './random-commands.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { FIRST_ACCOUNT, startVirtualEngine, type VirtualEngine } from './virtual-engine.ts';

/**
 * However agents and administrators behave, whatever is imported and corrected, whenever the server dies: the histories
 * that are kept beside the log are those that its facts make, all at once and from the beginning.
 */

const zones = createZones('test');
const STARTS_AT = Date.UTC(2026, 2, 28, 9, 0, 0, 123);
const SEEDS = Array.from({ length: 12 }, (_, index) => `history ${index}`);
const AGENTS = 6;

/** So small that every page, batch and cache ends in the middle of something. */
const TINY: ReportingLimits = {
  ...REPORTING_LIMITS,
  cacheBytesMax: 1,
  pageFactsMax: 7,
  agentPageFactsMax: 5,
  chunksPerReadMax: 3,
  agentsPerReadMax: 2,
  flushAfterFacts: 40,
  catchUpFlushAfterFacts: 50,
  flushBytesMax: 64,
  flushRowsMax: 3,
};

type World = {
  house: VirtualEngine;
  book: HistoryBook;
  readonly random: SeededRandom;
  /** What is done to commits of the book before they reach the engine; throws to refuse. */
  onCommit: (changes: readonly Change[]) => void;
};

function openBook(world: Omit<World, 'book'>, limits: ReportingLimits): HistoryBook {
  const { engine, clock, store } = world.house;
  const book = new HistoryBook(
    {
      store,
      clock,
      commit: (changes) => {
        world.onCommit(changes);
        return engine.commit(changes);
      },
      report: (level, sentence) => assert.notEqual(level, 'error', sentence),
    },
    limits,
  );
  engine.onCommitted((head, facts) => book.onCommitted(head, facts));
  book.start(engine.head);
  return book;
}

async function startWorld(seed: string, limits: ReportingLimits) {
  const random = createSeededRandom(seed);
  const house = await startVirtualEngine({ random: random.part('ids'), startAt: STARTS_AT, zones, sha256Hex });
  const parts = { house, random, onCommit: () => {} };
  const world: World = Object.assign(parts, { book: openBook(parts, limits) });
  const options = { random: random.part('commands'), agents: AGENTS, withSettings: true };
  const commands = await startRandomCommands(house, options);
  return { world, commands };
}

/** The server is gone without a word, and another takes up its store. */
async function crash(world: World, limits: ReportingLimits, name: string): Promise<void> {
  const { house, random } = world;
  world.house = await startVirtualEngine({
    random: random.part(`ids ${name}`),
    startAt: house.clock.now() + random.integer(0, 3 * minuteMs),
    zones,
    sha256Hex,
    store: house.store,
  });
  world.book = openBook(world, limits);
}

/** Mostly minutes, now and then weeks, so that histories have many months, and months without anything. */
async function passTime({ house, random }: World): Promise<void> {
  const { clock } = house;
  const lengthMs = random.pick([random.integer(0, minuteMs), random.integer(0, 2 * hourMs), random.integer(0, dayMs)]);
  clock.oversleepTo(clock.now() + lengthMs + (random.chance(0.04) ? random.integer(0, 70) * dayMs : 0));
  if (random.chance(0.7)) await clock.advanceTo(clock.now() + random.integer(0, 3000));
}

/** A fact at the end of an agent's chain, as no command writes it; settles when the clock gives turns. */
function submit({ house }: World, agent: AgentNumber, body: FactBody, at: number): Promise<void> {
  const recordedAt = house.clock.now();
  return house.engine.write((draft) => {
    const state = draft.memory.agents.drafted(agent);
    assert.ok(state !== undefined);
    const fact = draft.append({ ...body, account: state.account, agent, at, recordedAt }, state.head);
    draft.memory.agents.put(agent, { ...state, head: fact.position });
  });
}

function append(world: World, agent: AgentNumber, body: FactBody, at: number): Promise<void> {
  return world.house.clock.run(submit(world, agent, body, at));
}

async function importEvent(world: World, agents: readonly AgentNumber[]): Promise<void> {
  const { random, house } = world;
  const now = house.clock.now();
  const at = now - random.pick([random.integer(0, dayMs), random.integer(0, 90 * dayMs), random.integer(-dayMs, 0)]);
  const body = { ...anyChange(random, at - random.integer(0, 3 * hourMs)), imported: true, delivered: false };
  await append(world, random.pick(agents), body, at);
}

function anyChange(random: SeededRandom, prevAt: number): Extract<FactBody, { kind: 'StatusChanged' }> {
  return {
    kind: 'StatusChanged',
    axis: random.pick(AXES),
    sequence: 1,
    status: random.integer(0, 1),
    prevStatus: random.integer(0, 1),
    prevAt,
    reason: random.pick(['login', 'logout', 'agent_toggle', 'idle_timeout'] as const),
    loginStatus: true,
    subjectProfile: 1,
    actorProfile: 0,
    accountProfile: 1,
    until: null,
    note: null,
    imported: false,
    delivered: true,
    source: null,
  };
}

async function correct(world: World, agents: readonly AgentNumber[], correctionId: string): Promise<void> {
  const { random, house } = world;
  const now = house.clock.now();
  const agent = random.pick(agents);
  const from = now - random.integer(0, 40 * dayMs);
  const said = { correctionId, note: null, actorProfile: 0, by: 'key' };
  const to = from + random.integer(0, dayMs);
  await append(world, agent, { kind: 'CorrectionProposed', from, to, status: random.integer(0, 1), ...said }, now);
  const decision = random.pick(['approved', 'approved', 'declined'] as const);
  await append(world, agent, { kind: 'CorrectionDecided', decision, ...said }, now);
}

async function readLog({ house }: World): Promise<readonly RecordedFact[]> {
  return house.store.facts({ after: 0, limit: 1_000_000 });
}

/** What the facts make, all at once. */
function fromFacts(log: readonly RecordedFact[], upTo: Position, now: number) {
  const known = log.filter(({ position }) => position <= upTo);
  const directory = new DirectoryHistory();
  for (const fact of known) directory.record(fact);
  const outages = known.flatMap((fact) => (fact.kind === 'OutageRecorded' ? [fact] : []));
  return [...directory.account(FIRST_ACCOUNT).agents.keys()].map((number) => {
    const facts = known.filter((fact) => fact.agent === number);
    const corrections = facts.flatMap((fact) => {
      if (fact.kind !== 'CorrectionDecided' || fact.decision !== 'approved') return [];
      const said = facts.find((one) => one.kind === 'CorrectionProposed' && one.correctionId === fact.correctionId);
      assert.ok(said?.kind === 'CorrectionProposed');
      return [{ from: said.from, to: said.to, status: said.status, position: fact.position }];
    });
    const { numbers } = directory;
    const earliest = earliestImport(facts.filter(({ at }) => at <= now));
    const until = earliestImport(facts) === null ? Number.MAX_SAFE_INTEGER : now;
    const entries = resolveHistory({ facts, outages, corrections, numbers, now: until });
    return { number, history: plain(packHistory(entries)), earliestImport: earliest };
  });
}

function plain(history: PackedHistory) {
  return history.map(({ month, opening, offsets, codes, length }) => ({
    month,
    opening,
    entries: Array.from({ length }, (_, index) => [offsets[index], codes[index]]),
  }));
}

const EVER = { from: Date.UTC(2025, 0), to: Date.UTC(2030, 0) };
const LATE = Date.UTC(2040, 0);

function ask(world: World, source: HistorySource, more: Partial<Parameters<HistorySource['snapshot']>[0]> = {}) {
  const whole = { account: FIRST_ACCOUNT, agents: null, window: EVER, now: LATE, atPosition: null, ...more };
  return world.house.clock.run(source.snapshot(whole));
}

function told({ agents }: HistorySnapshot) {
  return agents.map(({ history, ...agent }) => ({
    number: agent.number,
    history: plain(history),
    earliestImport: agent.earliestImport,
  }));
}

async function holds(
  world: World,
  source: HistorySource,
  more: { atPosition?: number; now?: number } = {},
): Promise<void> {
  const snapshot = await ask(world, source, more);
  const log = await readLog(world);
  assert.equal(snapshot.position, Math.min(more.atPosition ?? log.length, log.length));
  assert.deepEqual(told(snapshot), fromFacts(log, snapshot.position, more.now ?? LATE));
}

async function play(
  world: World,
  commands: { step(): Promise<void>; readonly agents: readonly AgentNumber[] },
  options: { steps: number; withImports: boolean },
) {
  for (let step = 0; step < options.steps; step++) {
    await passTime(world);
    await commands.step();
    if (!options.withImports) continue;
    if (world.random.chance(0.05)) await importEvent(world, commands.agents);
    if (world.random.chance(0.03)) await correct(world, commands.agents, `${world.house.engine.head}`);
  }
}

for (const withImports of [false, true]) {
  const what = withImports ? 'with imports and corrections' : 'of live facts alone';
  test(`${what}: what is kept is what the facts make, through crashes, writings and every size of cache`, async () => {
    for (const seed of SEEDS) {
      const limits = seed.endsWith('1') ? REPORTING_LIMITS : TINY;
      const { world, commands } = await startWorld(`${seed} ${withImports}`, limits);
      try {
        for (let life = 1; life <= 4; life++) {
          await play(world, commands, { steps: 60, withImports });
          await holds(world, world.book);
          if (life % 2 === 0) await world.house.clock.run(world.book.flush());
          await play(world, commands, { steps: 10, withImports });
          await holds(world, world.book);
          await crash(world, limits, String(life));
          commands.moveTo(world.house);
        }
        await holds(world, world.book);
        await world.house.clock.run(world.book.stop());
        const reading = await world.house.clock.run(readHistories({ ...world.house, report: () => {} }));
        await holds(world, reading);
        const head = world.house.engine.head;
        for (const atPosition of [1, head >> 1, head - 3, head, head + 100])
          await holds(world, world.book, { atPosition });
        await holds(world, world.book, { now: STARTS_AT + 2 * dayMs });
        await holds(world, reading, { now: STARTS_AT + 2 * dayMs, atPosition: head >> 1 });
      } catch (cause) {
        throw new Error(`seed "${seed}"`, { cause });
      }
      await world.house.close();
    }
  });
}

test('a writing that is broken off anywhere, by a refusing store or a crash, leaves the same answers', async () => {
  let refusals = 0;
  for (const seed of SEEDS) {
    const { world, commands } = await startWorld(`${seed} broken off`, TINY);
    for (let life = 1; life <= 4; life++) {
      await play(world, commands, { steps: 40, withImports: true });
      let left = world.random.integer(0, 6);
      world.onCommit = () => {
        left -= 1;
        if (left >= 0) return;
        refusals += 1;
        throw new StoreFailure('full', 'the disk is full', 'later');
      };
      await world.house.clock.run(world.book.flush());
      if (world.random.chance(0.5)) await holds(world, world.book);
      world.onCommit = () => {};
      if (world.random.chance(0.5)) await crash(world, TINY, String(life));
      commands.moveTo(world.house);
      await holds(world, world.book);
    }
    await world.house.close();
  }
  assert.ok(refusals > SEEDS.length, `only ${refusals} refusals`);
});

test('a snapshot of any window tells the same of it as one of all time', async () => {
  for (const seed of SEEDS) {
    for (const limits of [TINY, REPORTING_LIMITS]) {
      const { world, commands } = await startWorld(`${seed} windows`, limits);
      await play(world, commands, { steps: 150, withImports: seed.endsWith('3') });
      if (world.random.chance(0.8)) await world.house.clock.run(world.book.flush());
      await play(world, commands, { steps: 10, withImports: false });
      for (let index = 0; index < 12; index++) {
        const from = STARTS_AT + world.random.integer(-100, 400) * dayMs;
        const window = { from, to: from + world.random.integer(0, 60) * dayMs };
        const whole = await ask(world, world.book);
        const part = await ask(world, world.book, { window });
        for (const [at, { history }] of part.agents.entries()) {
          assert.deepEqual(within(history, window), within(whole.agents[at]?.history ?? [], window), `seed "${seed}"`);
        }
      }
      await world.house.close();
    }
  }
});

/** The state at the start of a window, and every entry in it. */
function within(history: PackedHistory, window: { readonly from: number; readonly to: number }) {
  const entries = history.flatMap(({ month, offsets, codes, length }) =>
    Array.from({ length }, (_, index) => ({ at: monthStart(month) + (offsets[index] ?? 0), code: codes[index] ?? 0 })),
  );
  const inside = entries.filter(({ at }) => window.from <= at && at < window.to);
  return { state: stateAt(history, window.from).state, inside };
}

test('a snapshot stays as it was, whatever is committed after it', async () => {
  const { world, commands } = await startWorld('stays', TINY);
  await play(world, commands, { steps: 120, withImports: true });
  const snapshot = await ask(world, world.book);
  const before = structuredClone(told(snapshot));
  const names = [...snapshot.directory.account(FIRST_ACCOUNT).agents.values()].map((versions) => versions.length);
  const count = snapshot.directory.numbers.count;
  await play(world, commands, { steps: 120, withImports: true });
  await world.house.clock.run(world.book.flush());
  await ask(world, world.book);
  assert.deepEqual(told(snapshot), before);
  const after = [...snapshot.directory.account(FIRST_ACCOUNT).agents.values()].map((versions) => versions.length);
  assert.deepEqual(after, names);
  assert.equal(snapshot.directory.numbers.count, count);
  await holds(world, world.book, { atPosition: snapshot.position });
  await world.house.close();
});

test('a snapshot that is taken while commits go on is of one position', async () => {
  for (const seed of SEEDS.slice(0, 4)) {
    const { world, commands } = await startWorld(`${seed} meanwhile`, TINY);
    await play(world, commands, { steps: 100, withImports: true });
    await world.house.clock.run(world.book.flush());
    for (let index = 0; index < 10; index++) {
      const whole = { account: FIRST_ACCOUNT, agents: null, window: EVER, now: LATE, atPosition: null };
      const asked = world.book.snapshot(whole);
      await play(world, commands, { steps: 5, withImports: true });
      const snapshot = await world.house.clock.run(asked);
      assert.deepEqual(told(snapshot), fromFacts(await readLog(world), snapshot.position, LATE), `seed "${seed}"`);
    }
    await world.house.close();
  }
});

test('what comes while a writing is under way is written by the next', async () => {
  let met = 0;
  for (const seed of SEEDS.slice(0, 6)) {
    for (const limits of [TINY, { ...TINY, cacheBytesMax: REPORTING_LIMITS.cacheBytesMax }]) {
      const { world, commands } = await startWorld(`${seed} under way`, limits);
      await play(world, commands, { steps: 60, withImports: true });
      for (let writing = 0; writing < 4; writing++) {
        const under: Promise<void>[] = [];
        await play(world, commands, { steps: 5, withImports: true });
        world.onCommit = (changes) => {
          const { house, random } = world;
          if (under.length > 40) return;
          // Mostly of the very agent that is being written.
          const written = changes.flatMap((change) => (change.kind === 'PutHistoryAgent' ? [change.agent.number] : []));
          const agent = random.pick([...written, ...written, random.pick(commands.agents)]);
          house.clock.oversleepTo(house.clock.now() + random.pick([1, 1, 20 * dayMs]));
          const now = house.clock.now();
          const change = { ...anyChange(random, now), imported: random.chance(0.3) };
          under.push(submit(world, agent, change, now));
        };
        await world.house.clock.run(world.book.flush());
        await world.house.clock.run(Promise.all(under));
        world.onCommit = () => {};
        met += under.length;
        if (perhaps(world)) await holds(world, world.book);
        if (perhaps(world)) await world.house.clock.run(world.book.flush());
        await holds(world, world.book);
        if (perhaps(world)) await crash(world, limits, String(writing));
        commands.moveTo(world.house);
        await holds(world, world.book);
      }
      await world.house.close();
    }
  }
  assert.ok(met > 60, `only ${met} facts met a writing`);
});

const perhaps = (world: World): boolean => world.random.chance(0.5);

test('a reader without a server keeps its position while a server goes on writing', async () => {
  for (const seed of SEEDS.slice(0, 6)) {
    const { world, commands } = await startWorld(`${seed} beside`, TINY);
    await play(world, commands, { steps: 60, withImports: true });
    await world.house.clock.run(world.book.flush());
    await play(world, commands, { steps: 5, withImports: true });
    const reading = await world.house.clock.run(readHistories({ ...world.house, report: () => {} }));
    const { head } = world.house.engine;
    await play(world, commands, { steps: 60, withImports: true });
    await world.house.clock.run(world.book.flush());
    const snapshot = await ask(world, reading);
    assert.equal(snapshot.position, head, `seed "${seed}"`);
    assert.deepEqual(told(snapshot), fromFacts(await readLog(world), head, LATE), `seed "${seed}"`);
    await world.house.close();
  }
});

const DAMAGES: Readonly<Record<string, (chunk: HistoryChunkRow) => readonly Change[]>> = {
  'a flipped bit in a month': (chunk) => {
    const body = chunk.body.slice();
    body[body.length - 3] = (body[body.length - 3] ?? 0) ^ 4;
    return [{ kind: 'PutHistoryChunk', chunk: { ...chunk, body } }];
  },
  'a month that is cut short': (chunk) => [
    { kind: 'PutHistoryChunk', chunk: { ...chunk, body: chunk.body.slice(0, chunk.body.length - 2) } },
  ],
  'the newest months gone': ({ agent }) => [{ kind: 'RemoveHistoryChunks', agent }],
  'another format': () => [{ kind: 'PutHistoryCursor', format: 99, position: 40 }],
  'a cursor beyond the log': () => [{ kind: 'PutHistoryCursor', format: HISTORY_FORMAT, position: 1_000_000 }],
  'a record that is none': () => [{ kind: 'AddHistoryRecords', positions: [-5] }],
  'everything gone': () => [{ kind: 'RemoveHistories' }],
};

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`${name}: it is made again from the log`, async () => {
    const { world, commands } = await startWorld(name, TINY);
    await play(world, commands, { steps: 100, withImports: false });
    await world.house.clock.run(world.book.stop());
    const agents = commands.agents;
    const stored = await world.house.store.historyChunks({ agents, from: 0, to: 10_000 });
    const chunks = stored.flatMap((one) => one.chunks.slice(-1));
    assert.ok(chunks.length > 3, 'there is something to damage');
    for (const chunk of chunks) await world.house.clock.run(world.house.engine.commit(damage(chunk)));
    await crash(world, TINY, 'again');
    commands.moveTo(world.house);
    const reading = await world.house.clock.run(readHistories({ ...world.house, report: () => {} }));
    await holds(world, reading);
    await play(world, commands, { steps: 20, withImports: false });
    await holds(world, world.book);
    await world.house.clock.run(world.book.flush());
    await crash(world, TINY, 'and again');
    await holds(world, world.book);
    await world.house.close();
  });
}

test('an import of many events resolves an agent once, when somebody asks', async () => {
  const { world, commands } = await startWorld('import', REPORTING_LIMITS);
  const store = world.house.store;
  let chains = 0;
  const agentFacts = store.agentFacts.bind(store);
  store.agentFacts = (query) => {
    chains += 1;
    return agentFacts(query);
  };
  for (let index = 0; index < 300; index++) await importEvent(world, commands.agents);
  assert.equal(chains, 0);
  await holds(world, world.book);
  assert.equal(chains, AGENTS);
  await holds(world, world.book);
  assert.equal(chains, AGENTS);
  await world.house.close();
});

test('one agent is told by its facts, as of now and of any position', async () => {
  const { world, commands } = await startWorld('facts', TINY);
  await play(world, commands, { steps: 150, withImports: true });
  const log = await readLog(world);
  for (const atPosition of [null, log.length >> 1]) {
    for (const agent of commands.agents) {
      const asked = world.book.agentFacts({ account: FIRST_ACCOUNT, agent, atPosition });
      const { position, facts, outages } = await world.house.clock.run(asked);
      const known = log.filter((fact) => fact.position <= position);
      assert.equal(position, atPosition ?? log.length);
      assert.deepEqual(
        facts,
        known.filter((fact) => fact.agent === agent),
      );
      assert.equal(outages.length, known.filter(({ kind }) => kind === 'OutageRecorded').length);
    }
  }
  const elsewhere = await world.house.clock.run(world.book.agentFacts({ account: 2, agent: 1, atPosition: null }));
  assert.deepEqual(elsewhere.facts, []);
  await world.house.close();
});

test('who signed out after the last sign of life of a server is unknown from there on, not offline', async () => {
  const { world, commands } = await startWorld('signed out', TINY);
  const { engine, clock } = world.house;
  const agent = engine.memory.agents.get(commands.agents[0] ?? 0);
  assert.ok(agent !== undefined);
  const caller = { keyId: 'admin', account: FIRST_ACCOUNT, role: 'admin', agent: 0 } as const;
  const agentId = agent.profile.id;
  const opened = await clock.run(
    engine.write((draft) =>
      openSession(draft, engine.world, { caller, now: clock.now() }, { agentId, transport: 'http' }),
    ),
  );
  assert.ok(opened.kind === 'done');
  await clock.advanceTo(clock.now() + 5000);
  await clock.run(world.book.flush());
  clock.oversleepTo(clock.now() + 1000);
  const { session } = opened.value;
  await clock.run(
    engine.write((draft) => closeSession(draft, engine.world, { caller, now: clock.now() }, { agentId, session })),
  );
  await holds(world, world.book);
  await crash(world, TINY, 'again');
  await holds(world, world.book);
  const { agents } = await ask(world, world.book);
  const codes = agents[0]?.history.flatMap(({ codes, length }) => [...codes.subarray(0, length)]);
  assert.ok(codes?.some((code) => presenceOf(code) === PRESENCE.unknown));
  await world.house.close();
});
