import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { registerBench } from './bench-routes.ts';
import { registerKit } from './kit-routes.ts';
import { WORKBENCH_LIMITS } from './limits.ts';
import { isForTheWorld, refusalOf } from './local-door.ts';
import { registerPages } from './page-files.ts';
import type { Workbench } from './workbench.ts';

/** The door to the workbench: pages, their API, and the vendor's addresses, for this machine alone. */
export type WorkbenchDoor = {
  /** Where it listens, such as `http://localhost:10001/`. */
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Builds the door without opening it: for tests that inject requests.
 *
 * @param failed a request that ended in a fault of ours
 */
export function buildDoor(bench: Workbench, failed: (cause: unknown) => void): FastifyInstance {
  const app = fastify({ bodyLimit: WORKBENCH_LIMITS.bodyBytesMax, forceCloseConnections: true });
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
    const sentence = isForTheWorld(request.url) ? null : refusalOf(request);
    if (sentence === null) return next();
    reply.code(403).send({ sentence });
  });
  takeBodies(app);
  app.setErrorHandler((error: { statusCode?: number; message: string }, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) failed(error);
    reply.code(status).send({
      requestID: randomBytes(8).toString('hex'),
      status,
      message: status >= 500 ? 'The workbench itself failed; the terminal says more.' : error.message,
      sentence: error.message,
      errorSource: 'PLATFORM',
    });
  });
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send({ sentence: `There is nothing at ${request.method} ${request.url.slice(0, 120)}.` });
  });
  registerPages(app);
  registerBench(app, bench);
  registerKit(app, bench);
  return app;
}

/**
 * Opens it on the loopback address.
 *
 * @throws Error of the system when the port is taken or may not be used
 */
export async function openDoor(
  bench: Workbench,
  at: { readonly port: number },
  failed: (cause: unknown) => void,
): Promise<WorkbenchDoor> {
  const app = buildDoor(bench, failed);
  await app.listen({ host: '127.0.0.1', port: at.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : at.port;
  return {
    url: `http://localhost:${port}/`,
    async close() {
      bench.pages.close();
      await app.close();
    },
  };
}

/** An empty body is no fault of a request that needs none; forms and XML come from outside. */
function takeBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => {
    if (body === '') return done(null, null);
    try {
      done(null, JSON.parse(body as string));
    } catch (cause) {
      const message = `The body is not JSON: ${cause instanceof Error ? cause.message : cause}.`;
      done(Object.assign(new Error(message), { statusCode: 400 }));
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );
  app.addContentTypeParser(['application/xml', 'text/xml', 'text/plain'], { parseAs: 'string' }, (_, body, done) =>
    done(null, body),
  );
}
