import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../directory/rejection.ts';
import { StoreFailure } from '../../engine/store.ts';
import { openSqliteStore } from '../../store/sqlite/open-sqlite-store.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import { CommandFailed } from '../command-failed.ts';
import { readingStore } from '../data-folder.ts';
import { askServer } from './ask-server.ts';
import { decideOperation, type Made, type MakeOperation } from './operation.ts';
import { writeOffline } from './write-offline.ts';

/** A server that is just starting or stopping holds the folder, and cannot be asked: it is waited for. */
const WAIT_MS_MAX = 10_000;
const WAIT_MS = 100;

/**
 * Has an operation done in a data folder: by the server that runs on it, or else right here. Never by both: the store
 * has one writer, and its lock decides who that is.
 *
 * @throws CommandFailed with the reason, when it was refused or could not be done
 * @throws StoreFailure when the store cannot be used
 */
export async function performOperation(folder: string, operation: MakeOperation): Promise<Made> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const asked = await askServer(folder, operation);
    if (asked.kind === 'answered') {
      if (asked.answer.kind === 'failed') throw new CommandFailed(asked.answer.sentence);
      // The server answers an operation with what that operation makes.
      return granted(asked.answer as Answer<Made>);
    }
    try {
      return granted(await performHere(folder, operation));
    } catch (error) {
      const isHeld = error instanceof StoreFailure && error.code === 'locked';
      if (!isHeld || performance.now() > deadline) throw error;
    }
    await sleep(WAIT_MS);
  }
}

async function performHere(folder: string, operation: MakeOperation): Promise<Answer<Made>> {
  await refuseEmpty(folder);
  const store = openSqliteStore({ folder, hash: sha256Hex });
  try {
    return await writeOffline(store, Date.now(), (draft, world, now) => decideOperation(draft, world, operation, now));
  } finally {
    await store.close();
  }
}

/** A folder gets its log, its first account and its first key from the server: a command never makes one up. */
export async function refuseEmpty(folder: string): Promise<void> {
  const first = await readingStore(folder, (store) => store.factAt(1));
  if (first === null) {
    throw new CommandFailed(`The store in ${folder} is empty. Start the server on it once: rollcall serve.`);
  }
}

function granted(answer: Answer<Made>): Made {
  if (answer.kind === 'done') return answer.value;
  throw new CommandFailed(answer.detail);
}
