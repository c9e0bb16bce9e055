import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** Doors of the host that no app may knock at, and a port at which none may wait. */
export type CanaryServers = {
  /** What the attack is told. */
  readonly at: Readonly<Record<string, string | number>>;
  /** What was reached, in words. */
  hits(): readonly string[];
  close(): void;
};

const probeEveryMs = 60;

/** Opens one of each kind for one attack; `folder` holds the Unix sockets. */
export async function openCanaries(folder: string, name: string): Promise<CanaryServers> {
  const hits = new Set<string>();
  const tcp = await listenTcp(() => hits.add('a TCP port of this machine'));
  const udp = await bindUdp(() => hits.add('a UDP port of this machine'));
  const unixPath = join(folder, 'u');
  const controlSocket = join(folder, 'c');
  const abstractName = `rollcall-${process.pid}-${name}`;
  const servers = [
    tcp.server,
    await listenPath(unixPath, () => hits.add('a Unix socket of this machine')),
    await listenPath(controlSocket, () => hits.add('the control socket')),
    ...(process.platform === 'linux'
      ? [await listenPath(`\0${abstractName}`, () => hits.add('an abstract Unix socket'))]
      : []),
  ];
  const freePort = await portThatWasFree();
  const stopProbing = probe(freePort, () => hits.add('the app was reached from outside'));
  return {
    at: { tcpPort: tcp.port, udpPort: udp.address().port, unixPath, controlSocket, abstractName, freePort },
    hits: () => [...hits],
    close() {
      stopProbing();
      udp.close();
      for (const server of servers) server.close();
    },
  };
}

function countingServer(hit: () => void): Server {
  return createServer((socket: Socket) => {
    hit();
    socket.on('error', () => {});
    socket.destroy();
  });
}

// On every address of both families where the machine has both, so that no spelling of its own address misses.
async function listenTcp(hit: () => void): Promise<{ readonly server: Server; readonly port: number }> {
  const server = countingServer(hit);
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function listenPath(path: string, hit: () => void): Promise<Server> {
  const server = countingServer(hit);
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function bindUdp(hit: () => void): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', hit);
  socket.bind(0);
  await once(socket, 'listening');
  return socket;
}

async function portThatWasFree(): Promise<number> {
  const { server, port } = await listenTcp(() => {});
  server.close();
  await once(server, 'close');
  return port;
}

function probe(port: number, reached: () => void): () => void {
  const sender = createSocket('udp4');
  sender.on('error', () => {});
  const timer = setInterval(() => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      reached();
      socket.destroy();
    });
    socket.on('error', () => {});
    sender.send('x', port, '127.0.0.1', () => {});
  }, probeEveryMs);
  return () => {
    clearInterval(timer);
    sender.close();
  };
}
