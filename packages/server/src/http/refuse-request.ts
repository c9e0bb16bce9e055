import { ERROR_RULES } from '@rollcall/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Rejection } from '../directory/rejection.ts';
import { problemAnswer } from './problem-answer.ts';
import { send } from './serve-route.ts';

/** Ends a request with a problem and the headers that its status asks for. */
export function refuseRequest(request: FastifyRequest, reply: FastifyReply, rejection: Rejection): void {
  const { status } = ERROR_RULES[rejection.code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="rollcall"');
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  void send(reply, problemAnswer(rejection, request.id));
}

const RETRY_AFTER_SECONDS = 2;
