import type { LookupFunction } from 'node:net';
import { kindOfAddress } from '../marketplace/address-kind.ts';
import { type IpAddress, parseIpAddress } from '../marketplace/ip-address.ts';
import { type PermittedHost, permitsAddress, permitsName, plainName } from '../marketplace/permitted-host.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

export type AddressGuardPorts = {
  readonly resolver: Resolver;
  /** What the operator lets apps reach although it is private. */
  readonly permitted: readonly PermittedHost[];
  /** The addresses of this machine: a connection to them never leaves it, and passes no firewall. */
  readonly ownAddresses: () => readonly string[];
  readonly resolveMsMax: number;
};

/** Whether apps may reach a host, and at which addresses alone. */
export type Reach =
  | { readonly kind: 'reachable'; readonly addresses: readonly ResolvedAddress[] }
  | { readonly kind: 'forbidden'; readonly reason: 'ip_address' | 'not_a_name' | 'address'; readonly message: string }
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string };

/**
 * The one place that decides where apps may go. A name is resolved once for each connection, all of its addresses are
 * judged, and the connection is made to these addresses and no other. To resolve again when connecting would leave a gap:
 * a name server that answers with a public address first and with 127.0.0.1 a moment later (DNS rebinding) has its way.
 *
 * One address that is not public condemns the name: no honest name has a public and a private address side by side.
 */
export class AddressGuard {
  readonly #ports: AddressGuardPorts;

  constructor(ports: AddressGuardPorts) {
    this.#ports = ports;
  }

  /**
   * `host` is a name or an address in its plain spelling, without brackets. `port` null asks for any port: to tell an
   * address is not yet to connect to it. `allowsAddresses` says whether an address may
   * stand where a name belongs: sockets may be opened to public addresses, the platform's requests may not.
   */
  async reach(host: string, port: number | null, allowsAddresses: boolean): Promise<Reach> {
    const { permitted } = this.#ports;
    const literal = parseIpAddress(host);
    if (literal !== null) return this.#reachLiteral(host, literal, port, allowsAddresses);
    const name = plainName(host);
    if (permitsName(permitted, name, port)) return this.#resolve(name, () => null);
    if (!isQualifiedName(name)) {
      return {
        kind: 'forbidden',
        reason: 'not_a_name',
        message: `${shown(host)} is no fully qualified name; app_private_hosts can permit it`,
      };
    }
    return this.#resolve(name, (address) => this.#objection(address, port));
  }

  #reachLiteral(host: string, literal: IpAddress, port: number | null, allowsAddresses: boolean): Reach {
    if (!allowsAddresses && !permitsAddress(this.#ports.permitted, literal, port)) {
      return { kind: 'forbidden', reason: 'ip_address', message: `${shown(host)} is an address, and no name` };
    }
    const objection = this.#objection(host, port);
    if (objection !== null) return { kind: 'forbidden', reason: 'address', message: `${shown(host)} ${objection}` };
    return { kind: 'reachable', addresses: [{ address: host, family: literal.family }] };
  }

  async #resolve(name: string, objectionTo: (address: string) => string | null): Promise<Reach> {
    const found = await this.#addressesOf(name);
    if ('code' in found) return { kind: 'unknown', code: found.code, message: `${shown(name)} does not resolve` };
    for (const { address } of found.addresses) {
      const objection = objectionTo(address);
      if (objection === null) continue;
      return { kind: 'forbidden', reason: 'address', message: `${shown(name)} has an address that ${objection}` };
    }
    return { kind: 'reachable', addresses: found.addresses };
  }

  async #addressesOf(
    name: string,
  ): Promise<{ readonly addresses: readonly ResolvedAddress[] } | { readonly code: string }> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(codedError('ETIMEOUT')), this.#ports.resolveMsMax);
    try {
      const found = await Promise.race([this.#ports.resolver.addresses(name), late.promise]);
      // The family is told by the address itself: whoever answers may say anything.
      const addresses = found.flatMap(({ address }) => {
        const parsed = parseIpAddress(address);
        return parsed === null ? [] : [{ address, family: parsed.family }];
      });
      return addresses.length === 0 ? { code: 'ENOTFOUND' } : { addresses };
    } catch (error) {
      return { code: codeOf(error, 'ENOTFOUND') };
    } finally {
      clearTimeout(timer);
    }
  }

  /** What speaks against an address, as a clause; null when nothing does. */
  #objection(text: string, port: number | null): string | null {
    const address = parseIpAddress(text);
    if (address === null) return 'is none';
    if (permitsAddress(this.#ports.permitted, address, port)) return null;
    const kind = kindOfAddress(address);
    if (kind !== 'public') return `is not public (${kind.replaceAll('_', ' ')}); app_private_hosts can permit it`;
    const isOwn = this.#ports.ownAddresses().some((own) => parseIpAddress(own)?.bits === address.bits);
    return isOwn ? "is this machine's own; app_private_hosts can permit it" : null;
  }
}

/** A lookup that knows these addresses and asks nobody: what Node connects to is what was judged. */
export function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_name, options, callback) => {
    const [first] = addresses;
    if (first === undefined) return callback(codedError('ENOTFOUND'), '', 4);
    if (options.all === true) return callback(null, [...addresses]);
    return callback(null, first.address, first.family);
  };
}

/** The `code` of a system error. */
export function codeOf(error: unknown, otherwise: string): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z_]{1,30}$/.test(code) ? code : otherwise;
}

/** Two labels at least, and no number at the end: what ends in a number is an address to some reader. */
function isQualifiedName(name: string): boolean {
  const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
  return name.length <= 253 && new RegExp(`^(?:${label}\\.)+(?![0-9]+$)${label}$`).test(name);
}

function shown(text: string): string {
  return text.length > NAME_SHOWN_MAX ? `${text.slice(0, NAME_SHOWN_MAX)}…` : text;
}

function codedError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

const NAME_SHOWN_MAX = 100;
