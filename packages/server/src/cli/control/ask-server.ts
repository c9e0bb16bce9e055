import { connect } from 'node:net';
import { CommandFailed } from '../command-failed.ts';
import { CONTROL_LIMITS, type ControlAnswer } from './control-door.ts';
import type { Operation } from './operation.ts';
import { readServerFile, type ServerFile } from './server-file.ts';

export type Asked =
  | { readonly kind: 'answered'; readonly answer: ControlAnswer }
  /** No server runs on the folder, whatever a killed one may have left in it. */
  | { readonly kind: 'nobody' };

/**
 * Asks the server that runs on a data folder.
 *
 * @throws CommandFailed when a server is there and does not answer
 */
export async function askServer(folder: string, operation: Operation): Promise<Asked> {
  const file = readServerFile(folder);
  if (file === null) return { kind: 'nobody' };
  const line = await exchange(file, `${JSON.stringify(operation)}\n`);
  return line === null ? { kind: 'nobody' } : { kind: 'answered', answer: JSON.parse(line) as ControlAnswer };
}

/** One line there, one line back; null when nobody listens. */
function exchange(file: ServerFile, line: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(file.control);
    const giveUp = (why: string, cause?: unknown) => {
      socket.destroy();
      reject(new CommandFailed(`The server of this folder (process ${file.pid}) ${why}.`, 1, cause));
    };
    socket.setEncoding('utf8');
    socket.setTimeout(CONTROL_LIMITS.answerMsMax, () => giveUp('does not answer'));
    socket.on('connect', () => socket.end(line));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isGone = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      if (isGone) resolve(null);
      else giveUp(`cannot be asked (${error.code ?? error.message})`, error);
    });
    socket.on('close', () => {
      if (text.endsWith('\n')) resolve(text);
      else giveUp('hung up before it answered');
    });
  });
}
