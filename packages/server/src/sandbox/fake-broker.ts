import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerEnd, SocketBroker } from '../apps/socket-broker.ts';

/** A broker that leads every name to the loopback address, but for those of the table, which fail by its codes. */
export function fakeBroker(errors: Readonly<Record<string, string>> = {}): SocketBroker {
  return { open: () => openEnd(errors) };
}

const RECORDS: Readonly<Record<string, readonly unknown[]>> = {
  ADDRESS: [{ address: '127.0.0.1', family: 4 }],
  A: ['127.0.0.1'],
  SRV: [{ name: 'db.example.com', port: 27017, priority: 0, weight: 0 }],
  TXT: [['authSource=admin']],
};

async function openEnd(errors: Readonly<Record<string, string>>): Promise<BrokerEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-broker-'));
  const path = join(folder, 'socket');
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near);
    near.once('data', (line) => serve(near, JSON.parse(line.toString('utf8'))));
  });

  type Request = { connect?: { host: string; port: number }; resolve?: { name: string; type: string } };
  function serve(near: Socket, { connect: target, resolve }: Request): void {
    near.pause();
    const name = target?.host ?? resolve?.name ?? '';
    const code = errors[name];
    if (code !== undefined) near.end(`${JSON.stringify({ error: { code, message: `${code} ${name}` } })}\n`);
    else if (target === undefined) near.end(`${JSON.stringify({ records: RECORDS[resolve?.type ?? ''] ?? [] })}\n`);
    else lead(near, target.port);
  }

  function lead(near: Socket, port: number): void {
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    keep(far);
    far.once('error', (error: NodeJS.ErrnoException) => {
      if (!near.destroyed) near.end(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    });
    far.once('connect', () => {
      near.write(`${JSON.stringify({ connected: { address: '127.0.0.1', port, family: 4 } })}\n`);
      near.pipe(far);
      far.pipe(near);
    });
    near.once('close', () => far.destroy());
  }

  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  };
  return { path, close };
}
