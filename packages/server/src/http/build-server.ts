import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import type { Caller } from '../directory/api-key.ts';
import { type Answer, refuse } from '../directory/rejection.ts';
import { registerAppDoors } from './app-doors.ts';
import { authenticate } from './authenticate.ts';
import { takeJson } from './body-parser.ts';
import { answerClientError } from './client-error.ts';
import { agentRead } from './codecs/agent-codec.ts';
import { durableReading } from './codecs/reading.ts';
import { limitConnections } from './connection-limits.ts';
import { type AnswerFailure, failureAnswer } from './failure-answer.ts';
import { createGate } from './gate.ts';
import { registerHealth } from './health.ts';
import type { HttpLogger } from './http-logger.ts';
import { CallsOnce } from './idempotency.ts';
import { HTTP_LIMITS, type HttpLimits } from './limits.ts';
import type { LiveDoor } from './live-door.ts';
import { createMetrics } from './metrics.ts';
import { routeObserver } from './observe-route.ts';
import { registerDocumentation } from './openapi/register-documentation.ts';
import { refuseRequest } from './refuse-request.ts';
import { API_PREFIX, refuseOtherMethods, registerRoutes } from './register-routes.ts';
import { allRoutes } from './routes/all-routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { Services } from './services.ts';

export type ServerDeps = Services & {
  readonly logger: HttpLogger;
  readonly live: LiveDoor;
  /** Of the product, for the documentation. */
  readonly version: string;
  /** Whether everything behind the doors has started. */
  readonly isReady: () => boolean;
  readonly limits?: Partial<HttpLimits>;
};

/** The HTTP door. */
export type HttpServer = {
  /** For tests that inject requests, and for whoever hangs more doors on it before it listens. */
  readonly app: FastifyInstance;
  /**
   * Opens the door; the answer is the address, such as `http://127.0.0.1:4000`.
   *
   * @throws Error of the system when the port is taken or may not be used
   */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  /** Refuses what is new with 503, answers what is under way, closes. Ends what takes longer than the grace. */
  stop(): Promise<void>;
};

/** Builds the server of the API: every route, the live doors, health, metrics and the documentation. */
export function buildServer(deps: ServerDeps): HttpServer {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...deps.limits };
  const { engine, logger, live } = deps;
  const answerFailure = failureAnswer(logger);
  const app = fastify(optionsOf(limits, answerFailure));
  const server = app.server as Server;
  const metrics = createMetrics(engine);
  const gate = createGate(engine);
  let isStopping = false;

  limitConnections(server, limits);
  takeJson(app);
  app.decorateRequest('caller', null);
  app.decorateRequest('observer', null);
  app.decorateRequest('startedAtMs', 0);
  app.setErrorHandler(answerFailure);
  app.setNotFoundHandler((request, reply) => {
    refuseRequest(
      request,
      reply,
      refuse('not_found', `There is nothing at ${request.method} ${shortPath(request.url)}.`),
    );
  });
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(SECURITY_HEADERS);
    if (!isStopping || HEALTH_PATHS.has(request.url)) return next();
    reply.header('connection', 'close');
    refuseRequest(request, reply, refuse('shutting_down', 'The server is stopping. Send it again after Retry-After.'));
  });

  registerAppDoors(app, { apps: deps.apps, now: () => engine.clock.now() });
  registerHealth(app, { metrics, isReady: () => deps.isReady() && !isStopping });
  registerDocumentation(app, [...allRoutes, ...live.described], deps.version);
  live.register(app, {
    engine,
    authenticate: (headers) => callerOrNull(authenticate(engine, headers.authorization)),
    encodeAgent: (agent) => agentRead(agent, durableReading(engine)),
    logger,
    isStopping: () => isStopping,
  });
  registerRoutes(app, allRoutes, {
    gate,
    serving: { services: deps, callsOnce: new CallsOnce(engine) },
    observerOf: (method, path) => routeObserver(metrics, logger, method, `${API_PREFIX}${path}`),
  });
  refuseOtherMethods(app, [...allRoutes, ...live.described]);

  return {
    app,
    listen: (at) => app.listen(at),
    stop: async () => {
      isStopping = true;
      // A connection whose answer was under way is idle only after it.
      const idle = setInterval(() => server.closeIdleConnections(), limits.connectionsCheckedWhileStoppingEveryMs);
      const impatience = setTimeout(() => server.closeAllConnections(), limits.stopGraceMs);
      await app.close();
      clearInterval(idle);
      clearTimeout(impatience);
    },
  };
}

function callerOrNull(answer: Answer<Caller>): Caller | null {
  return answer.kind === 'done' ? answer.value : null;
}

const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

function optionsOf(limits: HttpLimits, answerFailure: AnswerFailure): FastifyHttpOptions<Server> {
  const prefix = `req_${randomBytes(6).toString('hex')}_`;
  let count = 0;
  return {
    genReqId: () => `${prefix}${(++count).toString(36)}`,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckedEveryMs,
    },
    bodyLimit: limits.bodyBytesMax,
    forceCloseConnections: 'idle',
    // The hook refuses with a problem instead.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      void answerFailure(error, request, reply);
    },
  };
}

function shortPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
