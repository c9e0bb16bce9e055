import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { changeIntelliassign } from '../packages/server/src/engine/agent-commands.ts';
import { ask, makeAgents, startEngine } from './engine-world.ts';
import type { Bench } from './figure.ts';

const AGENTS = 1000;

/** From opening the data folder to an engine that answers, with a long log, against reading its file once. */
export const restart: Bench = {
  name: 'restart',
  async run({ folder, isQuick }) {
    const facts = isQuick ? 200_000 : 1_000_000;
    const data = join(folder, 'engine');
    const first = await startEngine(data);
    const ids = await makeAgents(first.engine, AGENTS);
    for (let time = 0; time < facts / AGENTS; time++) {
      const status = time % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
      await Promise.all(
        ids.map((agentId) =>
          first.engine.write((draft) => changeIntelliassign(draft, first.engine.world, ask(), { agentId, status })),
        ),
      );
    }
    await first.stop();
    const file = join(data, 'rollcall.db');
    const bytes = statSync(file).size;
    const reading = timed(() => readOnce(file));
    const start = performance.now();
    const again = await startEngine(data);
    const ready = performance.now() - start;
    await again.stop();
    return [
      {
        name: `restart to ready, ${facts.toLocaleString('en')} facts`,
        against: 'reading the file once',
        ceiling: reading,
        ours: ready,
        unit: 'ms',
        better: 'lower',
        hold: isQuick ? null : 3,
        note: `${Math.round(bytes / facts)} bytes per transition, the state's row included${isQuick ? '; held at 1,000,000 facts' : ''}`,
      },
    ];
  },
};

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** As fast as a file can be read: through one buffer, nothing kept. */
function readOnce(file: string): void {
  const buffer = Buffer.alloc(1 << 20);
  const descriptor = openSync(file, 'r');
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor);
}
