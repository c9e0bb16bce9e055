import { AsyncLocalStorage } from 'node:async_hooks';
import type { Outbound, OutboundAnswer, OutboundRequest } from '../../server/src/apps/outbound.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../server/src/marketplace/json-value.ts';
import type { SentRequest } from './callback.ts';

/** What a stub answers: everything has a default (`200`, no headers, an empty text). Objects become JSON. */
export type StubAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly response?: JsonValue;
};

/** An answer, or what makes one of the request. An error that is thrown looks to the app like a broken connection. */
export type Reply = StubAnswer | ((request: Omit<SentRequest, 'status'>) => StubAnswer | Promise<StubAnswer>);

/** The app's requests, on their way to the test's stubs instead of to the network. */
export type RequestStubs = {
  stub(name: string, reply: Reply): void;
  /** Does what sends requests, so that those belong to this operation; `isUnanswered`: one of them had no stub. */
  during<T>(
    operation: StubbedOperation,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly isUnanswered: boolean }>;
  readonly outbound: Outbound;
};

/** Which operation of which call asks. */
export type StubbedOperation = { readonly name: string; readonly call: number | null; readonly context: JsonObject };

export function requestStubs(record: (call: number | null, request: SentRequest) => void): RequestStubs {
  const replies = new Map<string, Reply>();
  const current = new AsyncLocalStorage<StubbedOperation & { isUnanswered: boolean }>();
  return {
    stub: (name, reply) => {
      replies.set(name, reply);
    },
    async during(operation, work) {
      const noted = { ...operation, isUnanswered: false };
      const result = await current.run(noted, work);
      return { result, isUnanswered: noted.isUnanswered };
    },
    outbound: {
      async send(sent) {
        const operation = current.getStore() ?? { name: 'unknown', call: null, context: {}, isUnanswered: false };
        const { name, call, context } = operation;
        const { method, url, headers, body } = sent;
        const request = { name, method, url, headers, body, context };
        const reply = replies.get(name);
        operation.isUnanswered = reply === undefined;
        // What is forbidden is not tried again: a stub that lacks will not come to be by waiting.
        const answer: OutboundAnswer =
          reply === undefined
            ? { kind: 'forbidden', reason: 'malformed', message: missingStub(name) }
            : await answerOf(reply, request, sent);
        record(call, { ...request, status: answer.kind === 'answered' ? answer.status : null });
        return answer;
      },
    },
  };
}

/** What the app is told about a request that nobody answers. */
export function missingStub(name: string): string {
  const isVerb = ['get', 'post', 'put', 'patch', 'delete'].includes(name);
  const call = isVerb ? `$request.${name}(…)` : `$request.invokeTemplate('${name}', …)`;
  return `${call} has no stub, and a test sends nothing out: team.stub('${name}', { status: 200, response: {} })`;
}

async function answerOf(
  reply: Reply,
  request: Omit<SentRequest, 'status'>,
  { responseBytesMax }: OutboundRequest,
): Promise<OutboundAnswer> {
  try {
    const { status = 200, headers = {}, response = '' } = typeof reply === 'function' ? await reply(request) : reply;
    const body = typeof response === 'string' ? response : JSON.stringify(response);
    if (Buffer.byteLength(body) > responseBytesMax) return { kind: 'too_large' };
    return { kind: 'answered', status, headers: withType(headers, response), body };
  } catch (cause) {
    return { kind: 'unreachable', message: cause instanceof Error ? cause.message : String(cause) };
  }
}

function withType(headers: Readonly<Record<string, string>>, response: JsonValue): Readonly<Record<string, string>> {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const isJson = typeof response !== 'string' || isJsonObject(parsedOrNull(response));
  return { 'content-type': isJson ? 'application/json' : 'text/plain', ...lower };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
