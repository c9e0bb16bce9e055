import type { FastifyInstance } from 'fastify';
import { API_PREFIX } from '../register-routes.ts';
import type { Description } from '../route.ts';
import { apiPage } from './api-page.ts';
import { openApiDocument } from './document.ts';
import { errorsPage } from './errors-page.ts';
import { PAGE_POLICY } from './html.ts';

/** Serves the documentation of the routes: for programs, for people, and what the errors mean. It needs no key. */
export function registerDocumentation(app: FastifyInstance, routes: readonly Description[], version: string): void {
  const document = JSON.stringify(openApiDocument(routes, version));
  app.get(`${API_PREFIX}/openapi.json`, (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  );
  // Who opens the server's bare address in a browser wants to know what is here.
  app.get('/', (_request, reply) => reply.redirect('/api'));
  for (const [path, text] of [
    ['/api', apiPage(routes, version)],
    ['/docs/errors', errorsPage()],
  ] as const) {
    app.get(path, (_request, reply) =>
      reply
        .headers({
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': PAGE_POLICY,
          'referrer-policy': 'no-referrer',
        })
        .send(text),
    );
  }
}
