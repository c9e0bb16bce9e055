import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

export type Health = { readonly metrics: Metrics; readonly isReady: () => boolean };

/**
 * What a supervisor of processes asks, outside the API and without a key. `/healthz`: the process answers at all.
 * `/readyz`: it takes work, so 503 while it starts and while it stops. `/metrics`: Prometheus, and no name of anybody.
 */
export function registerHealth(app: FastifyInstance, { metrics, isReady }: Health): void {
  app.get('/healthz', (_request, reply) => reply.send({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    if (isReady()) return reply.send({ status: 'ready' });
    return reply.code(503).header('retry-after', 1).send({ status: 'not_ready' });
  });
  app.get('/metrics', (_request, reply) =>
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  );
}
