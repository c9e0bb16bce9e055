import { isJsonObject, type JsonValue } from '../../marketplace/json-value.ts';
import type { KeyValueRecord } from '../../marketplace/key-value.ts';
import type { AppProcess } from '../app-process.ts';
import type { NeighbourReport } from './attack.ts';
import { type OpenApp, operationsOf } from './subject.ts';

/** An ordinary app that is called all the while: whoever disturbs it shows in what it answers, and when. */
export type Neighbour = {
  readonly process: AppProcess;
  /** What has gone wrong since the last time that this was asked, in words; null when nothing has. */
  trouble(): string | null;
  readonly report: NeighbourReport;
  stop(): Promise<void>;
};

const callEveryMs = 25;
/** An answer that takes so long has been held up by something: the machine's own turns take milliseconds. */
const slowMs = 3000;

/** Starts it and begins to call it. */
export async function startNeighbour(parts: {
  readonly folder: string;
  readonly secret: string;
  readonly openApp: OpenApp;
  readonly kept: Map<string, KeyValueRecord>;
}): Promise<Neighbour> {
  const answers = new Set<number>();
  const operations = operationsOf('neighbour', parts.kept, null);
  const process = parts.openApp({
    folder: parts.folder,
    limits: { callMsMax: 10_000 },
    services: {
      operation(operation) {
        answers.add(numberIn(operation.args[1]));
        return operations(operation);
      },
      log: () => {},
      broke: () => {},
    },
  });
  await operations({ name: 'db.set', args: ['kept', { secret: parts.secret }], callId: null });
  await process.load();

  const report = { calls: 0, failed: 0, slowestMs: 0 };
  let trouble: string | null = null;
  let isOver = false;
  const running = callOn();
  return {
    process,
    report,
    trouble() {
      const said = trouble;
      trouble = null;
      return said;
    },
    async stop() {
      isOver = true;
      await running;
      await process.stop();
    },
  };

  async function callOn(): Promise<void> {
    while (!isOver) {
      await callOnce();
      await new Promise((resolve) => setTimeout(resolve, callEveryMs));
    }
  }

  async function callOnce(): Promise<void> {
    report.calls += 1;
    const number = report.calls;
    const before = performance.now();
    const outcome = await process.call({ handler: 'answer', callId: String(number), payload: { number } });
    const took = performance.now() - before;
    report.slowestMs = Math.max(report.slowestMs, took);
    if (outcome.kind !== 'delivered' || !answers.delete(number)) {
      report.failed += 1;
      trouble = `a neighbour's call was lost (${outcome.kind})`;
    } else if (took > slowMs) trouble = `a neighbour's call took ${Math.round(took)} ms`;
  }
}

function numberIn(value: JsonValue | undefined): number {
  const number = isJsonObject(value) ? value.number : undefined;
  return typeof number === 'number' ? number : -1;
}
