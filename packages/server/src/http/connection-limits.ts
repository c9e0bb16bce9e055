import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpLimits } from './limits.ts';

/**
 * Keeps one address from holding all connections. Slow clients are ended by the time limits of the server; until then
 * they hold a connection each. So each address gets so many connections that have not sent the whole head of a request
 * yet, and a further one ends the oldest of them: an honest client sends its head within milliseconds, so the oldest are
 * those that drip. Nobody at another address feels it.
 */
export function limitConnections(server: Server, limits: HttpLimits): void {
  const addresses = new Map<string, Connections>();
  const silent = new WeakMap<Duplex, Connections>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const connections = addresses.get(address) ?? { count: 0, silent: new Set<Socket>() };
    if (connections.count >= limits.connectionsPerAddressMax) {
      socket.destroy();
      return;
    }
    addresses.set(address, connections);
    connections.count++;
    connections.silent.add(socket);
    silent.set(socket, connections);
    if (connections.silent.size > limits.silentConnectionsPerAddressMax) endOldest(connections);
    socket.once('close', () => {
      connections.count--;
      connections.silent.delete(socket);
      if (connections.count === 0) addresses.delete(address);
    });
  });
  const spoke = (request: IncomingMessage) => {
    silent.get(request.socket)?.silent.delete(request.socket);
  };
  server.on('request', spoke);
  server.on('upgrade', (request, socket) => {
    spoke(request);
    // Listening takes upgrades out of the server's hands: one that nobody else takes must not be left hanging.
    if (server.listenerCount('upgrade') === 1) socket.end(NO_UPGRADE, () => socket.destroy());
  });
}

type Connections = { count: number; readonly silent: Set<Socket> };

const NO_UPGRADE = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

function endOldest({ silent }: Connections): void {
  const [oldest] = silent;
  if (oldest === undefined) return;
  silent.delete(oldest);
  oldest.destroy();
}
