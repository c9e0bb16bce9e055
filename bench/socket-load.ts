import { connect, type Socket } from 'node:net';

/** What one connection asks, over and over; `turn` counts from 0. */
export type Asking = (
  connection: number,
  turn: number,
) => { readonly method: string; readonly path: string; readonly body: string };

export type LoadOptions = {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly headers: readonly string[];
  readonly ask: Asking;
};

export type LoadResult = { readonly perSecond: number; readonly waitsMs: readonly number[]; readonly failures: number };

/**
 * Keep-alive connections over bare sockets, each with one request under way: the cheapest client that can be written, so
 * that what is measured is the server.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const waitsMs: number[] = [];
  let failures = 0;
  const start = performance.now();
  const endsAt = start + options.seconds * 1000;
  const connections = Array.from({ length: options.connections }, (_, index) =>
    converse(options, index, endsAt, (status, waitMs) => {
      waitsMs.push(waitMs);
      if (status >= 400) failures++;
    }),
  );
  await Promise.all(connections);
  return { perSecond: waitsMs.length / ((performance.now() - start) / 1000), waitsMs, failures };
}

function converse(
  { port, headers, ask }: LoadOptions,
  connection: number,
  endsAt: number,
  answered: (status: number, waitMs: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let turn = 0;
    let askedAt = 0;
    let received = '';
    const next = () => {
      if (performance.now() >= endsAt) {
        socket.end();
        resolve();
        return;
      }
      askedAt = performance.now();
      write(socket, headers, ask(connection, turn++));
    };
    socket.setEncoding('latin1');
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (text: string) => {
      received += text;
      const status = wholeAnswer(received);
      if (status === null) return;
      received = '';
      answered(status, performance.now() - askedAt);
      next();
    });
  });
}

function write(socket: Socket, headers: readonly string[], asked: ReturnType<Asking>): void {
  const { method, path, body } = asked;
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...headers,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The status once the whole answer is there, else null. */
function wholeAnswer(text: string): number | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length >= end + 4 + length ? Number(text.slice(9, 12)) : null;
}
