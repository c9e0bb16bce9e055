import { Presence } from '../packages/server/src/engine/presence.ts';
import { sessionNumber } from '../packages/server/src/engine/session-id.ts';
import { type Bench, median } from './figure.ts';

const SESSIONS = 1_000_000;

/** Activity ticks in process at a million sessions against a bare write into a typed array, and the bytes they cost. */
export const presence: Bench = {
  name: 'presence',
  async run({ isQuick }) {
    const rounds = isQuick ? 5 : 15;
    const before = bytesInUse();
    const { columns, numbers } = fill();
    const bytes = (bytesInUse() - before - numbers.byteLength) / SESSIONS;
    const now = Date.now();
    const bare = new Float64Array(SESSIONS + 1);
    const ours: number[] = [];
    const ceiling: number[] = [];
    const found: number[] = [];
    const inOrder = Uint32Array.from({ length: SESSIONS }, (_, index) => index);
    const mixed = shuffled();
    const mixedCeiling: number[] = [];
    const mixedOurs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ceiling.push(perSecond(() => writeAll(bare, inOrder, now + round)));
      mixedCeiling.push(perSecond(() => writeAll(bare, mixed, now + round)));
      ours.push(perSecond(() => tickAgents(columns, inOrder, now + 2 * round)));
      mixedOurs.push(perSecond(() => tickAgents(columns, mixed, now + 2 * round + 1)));
      found.push(perSecond(() => tickSessions(columns, numbers, inOrder, now + 2 * round + 1)));
    }
    return [
      {
        name: 'activity ticks in process, 1,000,000 sessions',
        against: 'bare typed-array write',
        ceiling: median(ceiling),
        ours: median(ours),
        unit: '/s',
        better: 'higher',
        hold: 0.3,
      },
      {
        name: 'the same, agents in random order',
        against: 'bare typed-array write, same order',
        ceiling: median(mixedCeiling),
        ours: median(mixedOurs),
        unit: '/s',
        better: 'higher',
        hold: null,
        note: 'a tick reads what it may not lower, and a random read waits for memory as a bare write does not',
      },
      {
        name: 'the same, the agent found by session number',
        against: 'bare typed-array write',
        ceiling: median(ceiling),
        ours: median(found),
        unit: '/s',
        better: 'higher',
        hold: null,
      },
      {
        name: 'bytes per session, its look-up included',
        against: '64 bytes',
        ceiling: 64,
        ours: bytes,
        unit: 'B',
        better: 'lower',
        hold: 1,
      },
    ];
  },
};

function fill() {
  const columns = new Presence();
  const numbers = new Float64Array(SESSIONS);
  const now = Date.now();
  for (let index = 0; index < SESSIONS; index++) {
    const number = sessionNumber(index + 1, columns.takeSlot());
    numbers[index] = number;
    columns.addSession(number, index + 1);
    columns.setAgent(index + 1, true, now, 600_000);
  }
  return { columns, numbers };
}

function tickAgents(columns: Presence, order: Uint32Array, now: number): void {
  for (let index = 0; index < order.length; index++) {
    if (!columns.tick((order[index] as number) + 1, now)) throw new Error('a tick was not taken');
  }
}

function tickSessions(columns: Presence, numbers: Float64Array, order: Uint32Array, now: number): void {
  for (let index = 0; index < order.length; index++) {
    const number = numbers[order[index] as number] as number;
    const agent = columns.agentOf(number);
    if (!columns.tick(agent, now)) throw new Error('a tick was not taken');
  }
}

function writeAll(bare: Float64Array, order: Uint32Array, now: number): void {
  for (let index = 0; index < order.length; index++) bare[order[index] as number] = now;
}

function perSecond(work: () => void): number {
  const start = performance.now();
  work();
  return SESSIONS / ((performance.now() - start) / 1000);
}

/** Sessions tick in no order; a fixed shuffle, the same for both. */
function shuffled(): Uint32Array {
  const order = Uint32Array.from({ length: SESSIONS }, (_, index) => index);
  let seed = 1;
  for (let index = SESSIONS - 1; index > 0; index--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (index + 1);
    const kept = order[index] as number;
    order[index] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
