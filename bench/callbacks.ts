import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOutcome, Receiver } from '../packages/server/src/delivery/receiver.ts';
import type { Subscription } from '../packages/server/src/delivery/subscription.ts';
import { Dispatcher } from '../packages/server/src/dispatch/dispatcher.ts';
import { changeIntelliassign } from '../packages/server/src/engine/agent-commands.ts';
import type { Engine } from '../packages/server/src/engine/engine.ts';
import { appPayload, type ProductPayload } from '../packages/server/src/marketplace/app-payload.ts';
import { AppProcess } from '../packages/server/src/sandbox/app-process.ts';
import { defaultSandboxLimits } from '../packages/server/src/sandbox/limits.ts';
import { createNodeLauncher } from '../packages/server/src/sandbox/node-launcher.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { ask, makeAgents, startEngine } from './engine-world.ts';
import { type Bench, quantile, rate } from './figure.ts';

const AGENTS = 200;
const PER_SECOND = 500;

/**
 * From the commit of a change to the end of the app's callback, at 500 events a second, against a bare call into the same
 * process; and how many callbacks a second one app gets, against the same bare calls.
 */
export const callbacks: Bench = {
  name: 'callbacks',
  async run({ folder, isQuick }) {
    const app = startApp(folder);
    await app.process.load();
    const { engine, stop } = await startEngine(join(folder, 'data'));
    const ids = await makeAgents(engine, AGENTS);
    const bare = await bareCalls(app, isQuick ? 1000 : 3000);
    const bareRate = await bareThroughput(app, isQuick ? 10_000 : 40_000);
    const watch = new Watch(engine, app);
    const paced = await watch.paced(ids, isQuick ? 4 : 10);
    const ourRate = await watch.backlog(ids, isQuick ? 10_000 : 40_000);
    await watch.stop();
    await app.process.stop();
    await stop();
    const note = `p99 ${quantile(paced, 0.99).toFixed(2)} ms`;
    return [
      {
        name: 'commit to callback at 500/s, p50',
        against: 'bare framed call, p50',
        ceiling: quantile(bare, 0.5),
        ours: quantile(paced, 0.5),
        unit: 'ms',
        better: 'lower',
        hold: 3,
        note,
      },
      {
        name: 'commit to callback at 500/s, p99',
        against: '25 ms',
        ceiling: 25,
        ours: quantile(paced, 0.99),
        unit: 'ms',
        better: 'lower',
        hold: 1,
      },
      {
        name: 'deliveries to one app',
        against: 'bare framed calls',
        ceiling: bareRate,
        ours: ourRate,
        unit: '/s',
        better: 'higher',
        hold: 0.5,
      },
    ];
  },
};

type App = { readonly process: AppProcess; call(payload: ProductPayload): Promise<CallOutcome> };

const SERVER = `exports = { onAgentActivityCreateCallback: function (payload) { return payload.data.agent_activity.status; } };\n`;

function startApp(folder: string): App {
  const appFolder = join(folder, 'app');
  mkdirSync(join(appFolder, 'server'), { recursive: true });
  writeFileSync(join(appFolder, 'server', 'server.js'), SERVER);
  const process_ = new AppProcess({
    appFolder,
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    services: { operation: () => Promise.reject(new Error('not in this bench')), log: () => {}, broke: () => {} },
    clock: systemClock(),
    limits: defaultSandboxLimits,
  });
  const settings = { timestampForm: 'milliseconds', includeActivity: true } as const;
  const receiver = { platformVersion: '2.3', modules: [], iparams: {}, settings } as const;
  return {
    process: process_,
    call: (payload) =>
      process_.call({
        callId: payload.event,
        handler: 'onAgentActivityCreateCallback',
        payload: appPayload(payload, receiver),
      }),
  };
}

const EXAMPLE = {
  account_id: '1',
  domain: 'example.com',
  region: 'US',
  event: 'onAgentActivityCreate',
  timestamp: 1,
  version: '2.0.0',
  data: { actor: { id: 'x'.repeat(400) }, agent_activity: { status: 'AVAILABLE', email: 'x'.repeat(300) } },
} as const;

/** One call after the other, at the same pace as the events. Milliseconds each. */
async function bareCalls(app: App, count: number): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await app.call(EXAMPLE);
    waits.push(performance.now() - start);
    await pause(1000 / PER_SECOND);
  }
  return waits;
}

function bareThroughput(app: App, count: number): Promise<number> {
  return rate(count, async () => {
    let left = count;
    const lane = async () => {
      while (left-- > 0) await app.call(EXAMPLE);
    };
    await Promise.all(Array.from({ length: AGENTS }, lane));
  });
}

/** The dispatcher at work between the engine and the app. */
class Watch {
  readonly #engine: Engine;
  readonly #dispatcher: Dispatcher;
  readonly #receiver: Receiver;
  readonly #committedAt = new Map<number, number>();
  readonly #waits: number[] = [];
  #delivered = 0;
  #arrived: () => void = () => {};

  constructor(engine: Engine, app: App) {
    this.#engine = engine;
    this.#dispatcher = new Dispatcher({
      ports: {
        log: engine.store,
        history: engine.store,
        commit: (changes) => engine.commit(changes),
        clock: engine.clock,
        random: Math.random,
        headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
        subscriptionChanges: () => [],
        logger: { info: () => {}, warn: () => {}, error: () => {} },
      },
      head: engine.head,
      cursors: [],
      lanes: [],
    });
    this.#receiver = { deliver: (delivery) => this.#deliver(app, delivery.payload, delivery.fact.position) };
    engine.onCommitted((head, facts) => {
      const now = performance.now();
      for (const fact of facts) this.#committedAt.set(fact.position, now);
      this.#dispatcher.onCommitted(head, facts);
    });
    this.#dispatcher.start();
    this.#dispatcher.add(subscriptionFrom(engine.head), this.#receiver);
  }

  async #deliver(app: App, payload: unknown, position: number): Promise<CallOutcome> {
    const outcome = await app.call(payload as ProductPayload);
    this.#waits.push(performance.now() - (this.#committedAt.get(position) ?? 0));
    this.#committedAt.delete(position);
    this.#delivered++;
    this.#arrived();
    return outcome;
  }

  async paced(ids: readonly string[], seconds: number): Promise<readonly number[]> {
    this.#waits.length = 0;
    const count = seconds * PER_SECOND;
    const goal = this.#delivered + count;
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const due = start + (index * 1000) / PER_SECOND;
      if (due > performance.now()) await pause(due - performance.now());
      void this.#change(ids, index);
    }
    await this.#reached(goal);
    return this.#waits.slice();
  }

  /** Events that are in the log already, to a subscription that begins before them. */
  async backlog(ids: readonly string[], count: number): Promise<number> {
    await this.#dispatcher.remove(SUBSCRIPTION);
    const from = this.#engine.head;
    for (let index = 0; index < count; index += 1000) {
      await Promise.all(Array.from({ length: 1000 }, (_, more) => this.#change(ids, index + more)));
    }
    const goal = this.#delivered + count;
    return rate(count, async () => {
      this.#dispatcher.add(subscriptionFrom(from), this.#receiver);
      await this.#reached(goal);
    });
  }

  stop(): Promise<void> {
    return this.#dispatcher.stop();
  }

  #change(ids: readonly string[], index: number) {
    const agentId = ids[index % ids.length] ?? '';
    const status = Math.floor(index / ids.length) % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
    const engine = this.#engine;
    return engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, status }));
  }

  async #reached(goal: number): Promise<void> {
    while (this.#delivered < goal) await new Promise<void>((resolve) => (this.#arrived = resolve));
  }
}

const SUBSCRIPTION = 'sub_bench';

function subscriptionFrom(from: number): Subscription {
  return {
    id: SUBSCRIPTION,
    account: 1,
    kind: 'app',
    target: 'app_bench',
    events: ['onAgentActivityCreate'],
    filter: { groups: null },
    from,
    state: { kind: 'active' },
    failingSince: null,
  };
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
