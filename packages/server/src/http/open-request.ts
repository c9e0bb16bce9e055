import type { FastifyRequest } from 'fastify';

/** The secret in the path; empty where there is none. */
export function tokenOf({ params }: FastifyRequest): string {
  return (params as { readonly token?: string }).token ?? '';
}

/** A body as text. */
export function textOf(body: unknown): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}

/** Of what came several times, the first. */
export function singleValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const single = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(single.filter(([, value]) => typeof value === 'string'));
}
