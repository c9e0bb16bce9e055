import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { BrokerEnd, SocketBroker } from '../apps/socket-broker.ts';
import { type AddressGuard, codeOf, pinnedLookup } from './address-guard.ts';
import { type BrokerRequest, readBrokerRequest } from './broker-request.ts';
import { readFirstLine } from './first-line.ts';
import { defaultOutboundLimits, type OutboundLimits } from './limits.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';
import { makeAppSocketFolder, makeSocketsFolder, removeStaleSocketFolders } from './socket-folder.ts';

export type SocketBrokerOptions = {
  readonly guard: AddressGuard;
  readonly resolver: Resolver;
  readonly limits?: OutboundLimits;
  /** Default: the system's. */
  readonly temporaryFolder?: string;
};

/**
 * The host's end of the sockets that apps open. Whoever speaks to it is not trusted: it answers, or it hangs up.
 *
 * Failures of `open`: the system's, when the folder or the socket cannot be made.
 */
export class UnixSocketBroker implements SocketBroker {
  readonly #options: SocketBrokerOptions;
  readonly #ends = new Set<AppSockets>();
  #folder: Promise<string> | null = null;
  #opened = 0;

  constructor(options: SocketBrokerOptions) {
    this.#options = options;
  }

  async open(): Promise<BrokerEnd> {
    this.#folder ??= this.#makeFolder();
    // Taken before anything is waited for: many apps may wake at once, and each needs a number of its own.
    this.#opened += 1;
    const number = this.#opened;
    const { folder, path } = await makeAppSocketFolder(await this.#folder, number);
    const sockets = new AppSockets(this.#options);
    await sockets.listen(path);
    this.#ends.add(sockets);
    const close = async () => {
      this.#ends.delete(sockets);
      await sockets.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { path, close };
  }

  /** Ends every connection of every app, and removes the sockets. */
  async close(): Promise<void> {
    await Promise.all([...this.#ends].map((sockets) => sockets.close()));
    this.#ends.clear();
    if (this.#folder !== null) await rm(await this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  async #makeFolder(): Promise<string> {
    const { temporaryFolder } = this.#options;
    await removeStaleSocketFolders(temporaryFolder);
    return makeSocketsFolder(temporaryFolder);
  }
}

/** One app's process: its Unix socket, and the connections that came of it. */
class AppSockets {
  readonly #options: SocketBrokerOptions;
  readonly #limits: OutboundLimits;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #connections = 0;

  constructor(options: SocketBrokerOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultOutboundLimits;
    // Each side closes for itself: half of a connection may go on when the other has ended.
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#take(near));
    this.#server.on('error', () => {});
    // Beyond this nobody is even told: a flood is not worth an answer each.
    this.#server.maxConnections = 2 * this.#limits.socketsPerAppMax;
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #take(near: Socket): void {
    this.#keep(near);
    if (this.#connections >= this.#limits.socketsPerAppMax) {
      refuse(near, 'EMFILE', `An app may have ${this.#limits.socketsPerAppMax} connections at once`);
      return;
    }
    this.#count(near);
    this.#serve(near).catch(() => near.destroy());
  }

  async #serve(near: Socket): Promise<void> {
    const { lineBytesMax: bytesMax, lineMsMax: msMax } = this.#limits;
    const line = await readFirstLine(near, { bytesMax, msMax });
    const request = line === null ? null : readBrokerRequest(line);
    if (near.destroyed) return;
    if (request === null) return refuse(near, 'EINVAL', 'This is no request that the broker knows');
    if (request.kind === 'connect') return this.#connect(near, request);
    return this.#resolve(near, request);
  }

  async #connect(near: Socket, { host, port }: Extract<BrokerRequest, { kind: 'connect' }>): Promise<void> {
    const reach = await this.#options.guard.reach(host, port, true);
    if (near.destroyed) return;
    switch (reach.kind) {
      case 'forbidden':
        return refuse(near, 'EACCES', `connect EACCES ${host}:${port}: ${reach.message}`);
      case 'unknown':
        return refuse(near, reach.code, `getaddrinfo ${reach.code} ${host}`);
      case 'reachable':
        return this.#join(near, host, port, reach.addresses);
    }
  }

  #join(near: Socket, host: string, port: number, addresses: readonly ResolvedAddress[]): void {
    const far = connect({
      host,
      port,
      lookup: pinnedLookup(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    this.#keep(far);
    // Counted for itself: the app may be gone while what it sent is still on its way, and a far side that never reads
    // would hold ever more of these.
    this.#count(far);
    const timer = setTimeout(() => far.destroy(timedOut(host, port)), this.#limits.connectMsMax);
    let joined = false;
    far.once('error', (error) => {
      if (joined) near.destroy();
      else if (!near.destroyed) refuse(near, codeOf(error, 'ECONNREFUSED'), sentenceOf(error));
    });
    far.once('connect', () => {
      clearTimeout(timer);
      if (near.destroyed) {
        far.destroy();
        return;
      }
      joined = true;
      const { remoteAddress: address, remotePort, remoteFamily } = far;
      near.write(lineOf({ connected: { address, port: remotePort, family: remoteFamily === 'IPv6' ? 6 : 4 } }));
      near.pipe(far);
      far.pipe(near);
    });
    near.once('close', () => {
      if (!joined || !near.readableEnded) far.destroy();
    });
    far.once('close', () => {
      clearTimeout(timer);
      // What the far side sent last is still on its way to the app: only a side that never ended is cut off.
      if (joined && !near.writableEnded) near.destroy();
    });
  }

  async #resolve(near: Socket, { name, type }: Extract<BrokerRequest, { kind: 'resolve' }>): Promise<void> {
    const { guard, resolver } = this.#options;
    if (type === 'ADDRESS' || type === 'A' || type === 'AAAA') {
      const reach = await guard.reach(name, null, true);
      if (reach.kind === 'forbidden') return refuse(near, 'EACCES', reach.message);
      if (reach.kind === 'unknown') return refuse(near, reach.code, `query ${reach.code} ${name}`);
      const family = type === 'A' ? 4 : type === 'AAAA' ? 6 : null;
      const fitting = reach.addresses.filter((one) => family === null || one.family === family);
      if (fitting.length === 0) return refuse(near, 'ENODATA', `query ENODATA ${name}`);
      return answer(near, { records: type === 'ADDRESS' ? fitting : fitting.map(({ address }) => address) });
    }
    try {
      const records = await resolver.records(name, type);
      return answer(near, { records: records.slice(0, this.#limits.recordsMax) });
    } catch (error) {
      const code = codeOf(error, 'ESERVFAIL');
      return refuse(near, code, `query ${code} ${name}`);
    }
  }

  #count(socket: Socket): void {
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
  }

  /** So that it can be closed, and so that an error of it is nobody's surprise. */
  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#open.delete(socket));
  }
}

const ATTEMPT_MS = 1000;
const KEEP_ALIVE_MS = 60_000;
const MESSAGE_LENGTH_MAX = 300;

function answer(near: Socket, value: unknown): void {
  // The other side need not close for its part: it has the answer, and held open it would cost a descriptor.
  near.end(lineOf(value), () => near.destroy());
}

function refuse(near: Socket, code: string, message: string): void {
  answer(near, { error: { code, message } });
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Several addresses fail with an error of errors: the first says as much as all. */
function sentenceOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return first.message.slice(0, MESSAGE_LENGTH_MAX);
}

function timedOut(host: string, port: number): Error {
  return Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), { code: 'ETIMEDOUT' });
}
