import { ERROR_RULES, type ErrorCode } from '@rollcall/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Rejection, refuse } from '../directory/rejection.ts';
import { StoreFailure } from '../engine/store.ts';
import type { HttpLogger } from './http-logger.ts';
import { problemAnswer } from './problem-answer.ts';
import { send } from './serve-route.ts';
import { isForZips } from './zip-body.ts';

export type AnswerFailure = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers what was thrown: the world's failures with 503, the framework's refusals by what they are, bugs with 500. */
export function failureAnswer(logger: HttpLogger): AnswerFailure {
  return (error, request, reply) => {
    const refusal = refusalOf(error, request);
    const { status } = ERROR_RULES[refusal.code];
    if (status === 503) reply.header('retry-after', retryAfterSeconds(error));
    const level = refusal.code === 'internal' ? 'error' : status >= 500 ? 'warn' : 'debug';
    // A file that could not be begun is no file any more.
    reply.removeHeader('content-disposition');
    logger[level]({ err: error, instance: request.id, code: refusal.code }, 'a request failed');
    return send(reply, problemAnswer(refusal, request.id));
  };
}

function refusalOf(error: FastifyError | Error, request: FastifyRequest): Rejection {
  if (error instanceof StoreFailure) {
    return refuse('store_unavailable', `Nothing was written: the store is ${STORE_WORDS[error.code]}. Send it again.`);
  }
  const code = 'code' in error ? FRAMEWORK_CODES.get(error.code) : undefined;
  if (code !== undefined) return refuse(code, wordsOf(code, request));
  // What the framework calls the caller's fault is the caller's fault, also when a later version finds new ones.
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) {
    return refuse('invalid_input', 'The request cannot be read as HTTP: compare its headers and its body.');
  }
  return refuse('internal', 'The server met an error of its own. Nothing of this request was promised.');
}

const STORE_WORDS: Readonly<Record<StoreFailure['code'], string>> = {
  locked: 'in use by another process',
  read_only: 'read-only',
  full: 'full',
  damaged: 'damaged',
  newer_version: 'of a newer version',
  unavailable: 'away',
};

const FRAMEWORK_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'malformed_json'],
  ['FST_ERR_BAD_URL', 'not_found'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'not_found'],
]);

function wordsOf(code: ErrorCode, request: FastifyRequest): string {
  switch (code) {
    case 'body_too_large':
      return `The body has more bytes than this address takes: at most ${request.routeOptions.bodyLimit}.`;
    case 'unsupported_media_type':
      return isForZips(request)
        ? 'Send `Content-Type: application/json`, or a zip as `application/zip`.'
        : ERROR_RULES[code].wayOut;
    case 'malformed_json':
      return 'The body is not as long as Content-Length says.';
    default:
      return ERROR_RULES[code].wayOut;
  }
}

function retryAfterSeconds(error: FastifyError | Error): number {
  if (!(error instanceof StoreFailure)) return 1;
  return { now: 1, later: 5, never: 60 }[error.retry];
}
