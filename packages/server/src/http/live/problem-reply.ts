import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type Rejection, refuse } from '../../directory/rejection.ts';
import { PROBLEM_TYPE, problemAnswer } from '../problem-answer.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';

/** A refusal on its way out, before anything was opened. */
export type ProblemReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A rejection as `application/problem+json`, with the headers that its status asks for. `instance` names it in the log. */
export function problemReply(rejection: Rejection, instance: string): ProblemReply {
  const { status, body } = problemAnswer(rejection, instance);
  return { status, headers: { ...PROBLEM, ...headersOf(status) }, body: body ?? '' };
}

/** The address takes nothing but a WebSocket: 426, and which version of it. */
export function upgradeRequired(instance: string): ProblemReply {
  const headers = { ...PROBLEM, upgrade: 'websocket', 'sec-websocket-version': '13' };
  const { status, body } = problemReply(refuse('upgrade_required', 'Open a WebSocket, version 13, here.'), instance);
  return { status, headers, body };
}

/** Answers a request. */
export function sendProblem(reply: FastifyReply, problem: ProblemReply): void {
  reply.code(problem.status).headers(problem.headers).send(problem.body);
}

/** Answers on a connection that left HTTP's hands to be upgraded, and ends it. */
export function endWithProblem(socket: Duplex, { status, headers, body }: ProblemReply): void {
  if (!socket.writable) return;
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}

export function unauthorized(): Rejection {
  return refuse('unauthorized', 'Send `Authorization: Bearer KEY` with a key that is known and was not revoked.');
}

export function shuttingDown(): Rejection {
  return refuse('shutting_down', 'The server is stopping: come back in a moment.');
}

const PROBLEM = { ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE };

function headersOf(status: number): Readonly<Record<string, string>> {
  switch (status) {
    case 401:
      return { 'www-authenticate': 'Bearer realm="rollcall"' };
    case 429:
      return { 'retry-after': '10' };
    case 503:
      return { 'retry-after': '2' };
    default:
      return {};
  }
}
