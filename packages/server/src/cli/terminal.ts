import type { Writable } from 'node:stream';

/** Where a command speaks: data goes to stdout, for programs and files; talk goes to stderr, for people. */
export type Terminal = {
  /** One line of data. Settles when more may come: at once, or when a slow reader has caught up. */
  line(text: string): Promise<void>;
  /** Text that is data already, line breaks included. */
  text(text: string): Promise<void>;
  /** One line for the person. */
  say(sentence: string): void;
  /** Settles when everything is out. */
  flush(): Promise<void>;
};

/** Nobody reads any more, as after `| head`: the command has nothing left to do, and nothing went wrong. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Collected so far before a write: a line each would cost a system call each. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * A terminal on two streams. Lines are collected until the event loop turns, so that a million of them are a few
 * thousand writes, and none waits for a next one.
 */
export function openTerminal(stdout: Writable, stderr: Writable): Terminal {
  let collected = '';
  let isFlushDue = false;
  let failure: Error | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error.code === 'EPIPE' ? new ReaderGone('The reader is gone.', { cause: error }) : error;
  });
  // Who closed our stderr does not want to hear from us: there is nobody to tell.
  stderr.on('error', () => {});

  const flush = async (): Promise<void> => {
    const chunk = collected;
    collected = '';
    if (failure !== null) throw failure;
    if (chunk === '') return;
    await new Promise<void>((resolve) => stdout.write(chunk, () => resolve()));
    if (failure !== null) throw failure;
  };
  const flushSoon = (): void => {
    if (isFlushDue) return;
    isFlushDue = true;
    setImmediate(() => {
      isFlushDue = false;
      // What went wrong is told by the next line, or by the flush at the end.
      flush().catch(() => {});
    });
  };
  const text = async (more: string): Promise<void> => {
    if (failure !== null) throw failure;
    collected += more;
    if (collected.length >= CHUNK_CHARACTERS) await flush();
    else flushSoon();
  };
  return {
    line: (line) => text(`${line}\n`),
    text,
    say: (sentence) => void stderr.write(`${sentence}\n`),
    flush,
  };
}
