import { StoreFailure } from '../../engine/store.ts';
import { Bug } from '../../time/assert.ts';
import { Damage } from './damage.ts';

/** SQLite's primary result codes (the low byte of the extended ones). Source: https://sqlite.org/rescode.html */
const RESULT = Object.freeze({
  error: 1,
  perm: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  constraint: 19,
  auth: 23,
  format: 24,
  notADatabase: 26,
});
const IO_ERROR_FSYNC = RESULT.ioError | (4 << 8);
const IO_ERROR_DIRECTORY_FSYNC = RESULT.ioError | (5 << 8);
/** The shared memory beside the file could not grow, as it must when the file is opened. */
const IO_ERROR_SHARED_MEMORY_SIZE = RESULT.ioError | (19 << 8);

/**
 * Runs what talks to SQLite and throws what it throws in the words of the port: `StoreFailure` with the cause kept.
 * A violated constraint is a Bug, because the engine never asks for one. Everything that is not SQLite's passes through.
 */
export function translating<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toStoreFailure(file, error);
  }
}

/** The same for preparing statements: ours fit our schema, so what does not fit is a file that lost a part of it. */
export function translatingSchema<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && resultOf(error) === RESULT.error) throw damaged(file, error.message, error);
    throw toStoreFailure(file, error);
  }
}

/** The failure of the port for an error of SQLite; any other error is returned as it is. */
export function toStoreFailure(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof Damage) return damaged(file, error.message, error.cause);
  const code = 'code' in error ? error.code : undefined;
  // Only a number that nobody wrote: every writer asserts safe integers.
  if (code === 'ERR_OUT_OF_RANGE') return damaged(file, 'a number in it is beyond every number we write', error);
  if (code === 'ERR_SQLITE_ERROR') return ofResult(file, resultOf(error), error);
  return typeof code === 'string' ? ofSystem(file, code, error) : error;
}

/** Whether somebody else holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return (resultOf(error) & 0xff) === RESULT.busy;
}

/** The file does not hold what was written to it. */
export function damaged(file: string, problem: string, cause?: unknown): StoreFailure {
  const wayOut = 'Run "rollcall log verify" to find the first broken place; then restore the newest backup.';
  return new StoreFailure('damaged', `The store ${file} is damaged: ${problem}. ${wayOut}`, 'never', cause);
}

/** After such an error nobody knows what is on disk: the only safe thing is to stop and read it again. */
export function isUnknownOutcome(error: unknown): boolean {
  return isFsync(resultOf(error));
}

function resultOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}

function ofResult(file: string, result: number, cause: Error): Error {
  if (result === IO_ERROR_SHARED_MEMORY_SIZE) return new StoreFailure('full', fullSentence(file), 'later', cause);
  switch (result & 0xff) {
    case RESULT.full:
      return new StoreFailure('full', fullSentence(file), 'later', cause);
    case RESULT.busy:
    case RESULT.locked:
      return new StoreFailure(
        'locked',
        `Another program is writing to ${file}. Close it; it is not Rollcall.`,
        'later',
        cause,
      );
    case RESULT.perm:
    case RESULT.auth:
    case RESULT.readOnly:
      return new StoreFailure('read_only', readOnlySentence(file), 'later', cause);
    case RESULT.corrupt:
    case RESULT.format:
    case RESULT.notADatabase:
      return damaged(file, cause.message, cause);
    case RESULT.constraint:
      return bugOf(`the store refused a row: ${cause.message}`, cause);
    case RESULT.error:
      return bugOf(`a statement of the store is wrong: ${cause.message}`, cause);
    case RESULT.cannotOpen:
      return new StoreFailure(
        'unavailable',
        `Cannot open ${file}. Check that the folder exists and may be written.`,
        'later',
        cause,
      );
    case RESULT.ioError:
      return new StoreFailure(
        'unavailable',
        `The disk of ${file} failed: ${cause.message}. ${ioWayOut(result)}`,
        ioRetry(result),
        cause,
      );
    default:
      return new StoreFailure('unavailable', `SQLite failed on ${file}: ${cause.message}.`, 'later', cause);
  }
}

/** Errors of Node's own file functions, by the names of errno. */
function ofSystem(file: string, code: string, cause: Error): Error {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StoreFailure('read_only', readOnlySentence(file), 'later', cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreFailure('full', fullSentence(file), 'later', cause);
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EIO':
      return new StoreFailure('unavailable', `Cannot use ${file}: ${cause.message}.`, 'later', cause);
    default:
      return cause;
  }
}

function bugOf(sentence: string, cause: Error): Bug {
  const bug = new Bug(sentence);
  bug.cause = cause;
  return bug;
}

function fullSentence(file: string): string {
  return `The disk of ${file} is full. Free some space; no restart is needed.`;
}

function readOnlySentence(file: string): string {
  return `${file} cannot be written. Give the user who runs Rollcall the right to write to the folder and the file, or remount the disk for writing.`;
}

function ioWayOut(result: number): string {
  return isFsync(result)
    ? 'It could not confirm that a commit is on disk: restart, and what is on disk is read again.'
    : 'Check the disk and its messages in the system log.';
}

function ioRetry(result: number): 'never' | 'later' {
  return isFsync(result) ? 'never' : 'later';
}

function isFsync(result: number): boolean {
  return result === IO_ERROR_FSYNC || result === IO_ERROR_DIRECTORY_FSYNC;
}
