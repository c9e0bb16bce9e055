import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Answer } from '../../directory/rejection.ts';
import { type Operation, type Performed, readOperation } from './operation.ts';

/** Where a running server takes operations from the command line of its own machine. */
export type ControlDoor = {
  /** The socket's path, for `server.json`. */
  readonly path: string;
  close(): Promise<void>;
};

/** What the server answers on the socket, as one line of JSON. */
export type ControlAnswer = Answer<Performed> | { readonly kind: 'failed'; readonly sentence: string };

/** Bounds of the door, and of whoever knocks. */
export const CONTROL_LIMITS = {
  /** A batch of a thousand events has some 1.5 MB; a file of shifts or of business hours is in the line, too. */
  lineCharactersMax: 8 * 1024 * 1024,
  /** A commit is milliseconds; whoever waits longer waits for a disk that hangs. */
  answerMsMax: 15_000,
  /** Of a socket's path; the systems allow 104 to 108. */
  pathBytesMax: 100,
} as const;

/**
 * Opens a socket that only the owner of the data folder can reach, in that folder or, where its path is too long for a
 * socket, in a folder of its own under the system's temporary one. One line of JSON in, one line out.
 *
 * @param perform does the operation; what it throws is told to the asker and to nobody else
 */
export async function openControlDoor(
  folder: string,
  perform: (operation: Operation) => Promise<Answer<Performed>>,
): Promise<ControlDoor> {
  const { path, remove } = placeOf(folder);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, perform);
  });
  await listen(server, path);
  chmodSync(path, 0o600);
  return {
    path,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
      remove();
    },
  };
}

/** A socket that a killed server left behind is taken away: the store's lock says that nobody else is at work here. */
function placeOf(folder: string): { readonly path: string; readonly remove: () => void } {
  const near = join(resolve(folder), 'rollcall.sock');
  const isShort = Buffer.byteLength(near) <= CONTROL_LIMITS.pathBytesMax;
  const path = isShort ? near : join(mkdtempSync(join(tmpdir(), 'rollcall-')), 'control.sock');
  rmSync(path, { force: true });
  const gone = isShort ? path : dirname(path);
  return { path, remove: () => rmSync(gone, { force: true, recursive: true }) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolveListening, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolveListening();
    });
  });
}

function serve(socket: Socket, perform: (operation: Operation) => Promise<Answer<Performed>>): void {
  let text = '';
  let isAsked = false;
  socket.setEncoding('utf8');
  socket.setTimeout(CONTROL_LIMITS.answerMsMax, () => socket.destroy());
  // Who hangs up early loses the answer; the operation is done or not, as the log says.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    if (isAsked) return;
    text += chunk;
    if (text.length > CONTROL_LIMITS.lineCharactersMax) socket.destroy();
    const end = text.indexOf('\n', text.length - chunk.length);
    if (end === -1) return;
    isAsked = true;
    void answer(text.slice(0, end), perform).then((answered) => socket.end(`${JSON.stringify(answered)}\n`));
  });
}

async function answer(
  line: string,
  perform: (operation: Operation) => Promise<Answer<Performed>>,
): Promise<ControlAnswer> {
  const operation = parsed(line);
  if (operation === null) {
    return { kind: 'failed', sentence: 'The running server does not know this operation: is it of another version?' };
  }
  try {
    return await perform(operation);
  } catch (error) {
    return { kind: 'failed', sentence: error instanceof Error ? error.message : String(error) };
  }
}

function parsed(line: string): Operation | null {
  try {
    return readOperation(JSON.parse(line));
  } catch {
    return null;
  }
}
