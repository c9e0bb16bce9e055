import { type Answer, done, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import { importEvents } from '../../engine/import-events.ts';
import { importAnswer } from '../../http/codecs/import-codec.ts';
import { callerIn, decideOperation, type ImportOperation, type Operation, type Performed } from './operation.ts';

/** Does an operation of the command line in the running server. */
export async function performInServer(engine: Engine, operation: Operation): Promise<Answer<Performed>> {
  if (operation.kind === 'ImportEvents') return importHere(engine, operation);
  return engine.write((draft) => decideOperation(draft, engine.world, operation, engine.clock.now()));
}

async function importHere(engine: Engine, operation: ImportOperation): Promise<Answer<Performed>> {
  const account = operation.account === null ? 1 : engine.memory.accountNumbers.get(operation.account);
  if (account === undefined) return refuse('not_found', `There is no account ${operation.account}.`);
  const ask = { caller: callerIn(account), now: engine.clock.now() };
  const batch = await engine.imports.open(ask, operation.events);
  try {
    const options = { ...operation, isWatched: true };
    return await engine.write((draft) => done(importAnswer(importEvents(draft, engine.world, ask, batch, options))));
  } finally {
    batch.close();
  }
}
