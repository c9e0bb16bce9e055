import { networkInterfaces } from 'node:os';
import type { Outbound } from '../apps/outbound.ts';
import type { SocketBroker } from '../apps/socket-broker.ts';
import { parsePermittedHost, permitsName } from '../marketplace/permitted-host.ts';
import { AddressGuard } from './address-guard.ts';
import { HttpOut } from './http-out.ts';
import { defaultOutboundLimits, type OutboundLimits } from './limits.ts';
import type { Resolver } from './resolver.ts';
import { UnixSocketBroker } from './socket-broker.ts';
import { systemResolver } from './system-resolver.ts';

export type OutgoingOptions = {
  /** What the operator lets apps reach although it is private, as in the setting `app_private_hosts`. */
  readonly privateHosts: readonly string[];
  /** PEM certificates that are trusted beside those of the machine. */
  readonly ca?: readonly string[];
  /** Default: the system's name servers. */
  readonly resolver?: Resolver;
  readonly limits?: OutboundLimits;
};

/** The ways out of this server for apps, all through one guard. */
export type Outgoing = {
  readonly http: Outbound;
  readonly sockets: SocketBroker;
  /** Ends all connections, and removes the sockets of apps. */
  close(): Promise<void>;
};

/** Opens the ways out. Nothing is connected, resolved or written before the first use. */
export function openOutgoing(options: OutgoingOptions): Outgoing {
  const limits = options.limits ?? defaultOutboundLimits;
  const permitted = options.privateHosts.map((text) => {
    const host = parsePermittedHost(text);
    // Read with the settings already: here it can only be a mistake of whoever calls.
    if (host === null) throw new Error(`${text} is no host`);
    return host;
  });
  const resolver =
    options.resolver ??
    systemResolver({ isTrusted: (name) => permitsName(permitted, name, null), timeoutMs: limits.resolveMsMax });
  const guard = new AddressGuard({ resolver, permitted, ownAddresses, resolveMsMax: limits.resolveMsMax });
  const http = new HttpOut({ guard, limits, ca: options.ca ?? [] });
  const sockets = new UnixSocketBroker({ guard, resolver, limits });
  return {
    http,
    sockets,
    close: async () => {
      await Promise.all([http.close(), sockets.close()]);
    },
  };
}

/** Asked anew each time: a machine may get an address while the server runs. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
