import type { FastifyRequest } from 'fastify';
import { type Answer, done } from '../directory/rejection.ts';
import type { EncodedAnswer, Engine, Idempotency, OnceAnswer } from '../engine/engine.ts';
import { ENGINE_LIMITS } from '../engine/limits.ts';
import { canonicalJson } from './canonical-json.ts';
import { HTTP_LIMITS } from './limits.ts';
import { refusedInput } from './problem-answer.ts';

/**
 * The idempotency key of a write, null when it names none. Its scope is the API key, so nobody meets another's; what was
 * asked is told by method, path and body, however the body's members are ordered.
 */
export function idempotencyOf(
  request: FastifyRequest,
  asked: { readonly keyId: string; readonly body: unknown; readonly hash: (text: string) => string },
): Answer<Idempotency | null> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return done(null);
  if (typeof key !== 'string' || key.length > HTTP_LIMITS.idempotencyKeyCharactersMax || !/^[!-~]+$/.test(key)) {
    const detail = `the header Idempotency-Key must be 1 to ${HTTP_LIMITS.idempotencyKeyCharactersMax} visible ASCII characters`;
    return refusedInput([{ pointer: '', detail }]);
  }
  const path = request.url.split('?', 1)[0];
  const requestHash = asked.hash(`${request.method} ${path}\n${canonicalJson(asked.body)}`);
  return done({ scope: asked.keyId, key, requestHash });
}

/**
 * Calls that commit for themselves, at most once per idempotency key: the answer is stored after the fact, so a crash
 * between the two leaves the call done and its answer unknown, which a commit of both together would not. Calls of the
 * same key at the same time wait for the first one.
 */
export class CallsOnce {
  readonly #engine: Engine;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** `close` makes of an answer what is stored in its place; a stored one comes back as it is stored. */
  async run(once: Idempotency, call: () => Promise<EncodedAnswer>, close: Close): Promise<OnceAnswer<EncodedAnswer>> {
    const place = `${once.scope}|${once.key}`;
    for (let before = this.#underWay.get(place); before !== undefined; before = this.#underWay.get(place)) {
      await before.catch(() => {});
    }
    const run = this.#runAlone(once, call, close).finally(() => this.#underWay.delete(place));
    this.#underWay.set(place, run);
    return run;
  }

  async #runAlone(
    once: Idempotency,
    call: () => Promise<EncodedAnswer>,
    close: Close,
  ): Promise<OnceAnswer<EncodedAnswer>> {
    const stored = await this.#engine.store.answer(once.scope, once.key);
    if (stored !== null && this.#engine.clock.now() - stored.at < ENGINE_LIMITS.answersKeptMs) {
      return stored.requestHash === once.requestHash ? { kind: 'stored', answer: stored } : { kind: 'conflict' };
    }
    const answer = await call();
    // Neither a failure nor "too often" is an answer: the next try may fare better.
    if (answer.status >= 500 || answer.status === 429) return { kind: 'fresh', value: answer };
    return this.#engine.writeOnce(once, () => answer, close);
  }
}

type Close = (answer: EncodedAnswer) => EncodedAnswer;
