import { type RecordType, recordTypes } from './resolver.ts';

/** What an app's process asks of the broker, in its one line. */
export type BrokerRequest =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number }
  | { readonly kind: 'resolve'; readonly name: string; readonly type: RecordType | 'ADDRESS' };

/** Reads the line. Null when it is no request: it comes from an app's process and may be anything. */
export function readBrokerRequest(line: string): BrokerRequest | null {
  const value = fieldsOf(parsed(line));
  if (value === null) return null;
  const connect = fieldsOf(own(value, 'connect'));
  if (connect !== null) {
    const host = own(connect, 'host');
    const port = own(connect, 'port');
    if (!isName(host) || typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
    return { kind: 'connect', host, port };
  }
  const resolve = fieldsOf(own(value, 'resolve'));
  if (resolve === null) return null;
  const name = own(resolve, 'name');
  const type = [...recordTypes, 'ADDRESS' as const].find((known) => known === own(resolve, 'type'));
  return isName(name) && type !== undefined ? { kind: 'resolve', name, type } : null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 255;
}
