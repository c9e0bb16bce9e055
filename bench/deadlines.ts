import { join } from 'node:path';
import { changeAccount } from '../packages/server/src/engine/account-commands.ts';
import { changeIntelliassign } from '../packages/server/src/engine/agent-commands.ts';
import { ask, makeAgents, signIn, startEngine } from './engine-world.ts';
import { type Bench, quantile } from './figure.ts';

/** Everybody goes idle within a second: all decided and durable, while commands are still answered. */
export const deadlines: Bench = {
  name: 'deadlines',
  async run({ folder, isQuick }) {
    const agents = isQuick ? 50_000 : 1_000_000;
    const { engine, stop } = await startEngine(join(folder, 'engine'));
    const ids = await makeAgents(engine, agents);
    await signIn(engine, ids);
    let idle = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    engine.onCommitted((_head, facts) => {
      for (const fact of facts) if (fact.kind === 'StatusChanged' && fact.reason === 'idle_timeout') idle++;
      if (idle >= agents) resolve();
    });
    await engine.write((draft) => changeAccount(draft, engine.world, ask(), { idleAfterMs: 1000 }));
    const start = performance.now();
    let isOver = false;
    const answered = answerTimes(ids[0] ?? '', () => isOver);
    await promise;
    const seconds = (performance.now() - start) / 1000;
    isOver = true;
    const waits = await answered;
    await stop();
    return [
      {
        name: `${agents.toLocaleString('en')} deadlines due within a second`,
        against: `15 s per million`,
        ceiling: (15 * agents) / 1_000_000,
        ours: seconds,
        unit: 's',
        better: 'lower',
        hold: isQuick ? null : 1,
        note: `commands meanwhile: p99 ${Math.round(quantile(waits, 0.99))} ms${isQuick ? '; held at 1,000,000' : ''}`,
      },
    ];

    async function answerTimes(agentId: string, isDone: () => boolean): Promise<readonly number[]> {
      const times: number[] = [];
      for (let time = 0; !isDone(); time++) {
        const asked = performance.now();
        const status = time % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
        await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, status }));
        times.push(performance.now() - asked);
      }
      return times;
    }
  },
};
