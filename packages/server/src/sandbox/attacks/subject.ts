import type { OperationAnswer, OperationHandlers } from '../../apps/app-operation.ts';
import { keyValueOperations } from '../../apps/key-value-service.ts';
import { operationTable } from '../../apps/operation-table.ts';
import type { Outbound } from '../../apps/outbound.ts';
import { isJsonObject, type JsonValue } from '../../marketplace/json-value.ts';
import { applyKeyValueOperation, type KeyValueRecord } from '../../marketplace/key-value.ts';
import type { AppProcess } from '../app-process.ts';
import type { CallOutcome } from '../call-outcome.ts';
import type { HostServices } from '../host-services.ts';
import type { SandboxLimits } from '../limits.ts';

/** Starts apps in the fence that is tried. */
export type OpenApp = (spec: {
  readonly folder: string;
  readonly services: HostServices;
  readonly limits: Partial<SandboxLimits>;
}) => AppProcess;

/** What the attacker's own word says of an attempt. */
export type Account = {
  readonly kind: 'went' | 'refused';
  /** What it got away with, by its own word. */
  readonly leak: string | null;
  readonly got: string;
};

/** One hostile app under observation: everything that it says to the host is kept until it is judged. */
export type Subject = {
  readonly process: AppProcess;
  attempt(call: { readonly name: string; readonly at: Readonly<Record<string, JsonValue>> }): Promise<CallOutcome>;
  /** What it has said of the attempt; null when it has not. */
  accountOf(name: string): Account | null;
  /** Everything it has said since the last time that this was asked, in one text. */
  heard(): string;
};

/** How much of what an app says is looked at; floods say the same thing again and again. */
const heardLengthMax = 400_000;
const requestMsMax = 500;

/** `kept`: what `$db` of every app holds, each under the name of its app. */
export function openSubject(parts: {
  readonly name: string;
  readonly folder: string;
  readonly openApp: OpenApp;
  readonly kept: Map<string, KeyValueRecord>;
  /** Null: `$request` does not exist. */
  readonly outbound: Outbound | null;
  readonly limits: Partial<SandboxLimits>;
}): Subject {
  const accounts = new Map<string, string>();
  const ends = new Map<string, Omit<Account, 'got'>>();
  let heard = '';
  const hear = (text: string) => {
    if (heard.length < heardLengthMax) heard += `${text.slice(0, heardLengthMax)}\n`;
  };
  const operations = operationsOf(parts.name, parts.kept, parts.outbound);
  const process = parts.openApp({
    folder: parts.folder,
    limits: parts.limits,
    services: {
      async operation(operation) {
        hear(operation.args.map((value) => JSON.stringify(value)).join(' '));
        if (operation.name === 'db.set') note(operation.args);
        const answer = await operations(operation);
        hear(JSON.stringify(answer));
        return answer;
      },
      log: ({ text }) => hear(text),
      broke: (cause) => hear(String(cause)),
    },
  });
  return {
    process,
    attempt: async ({ name, at }) => {
      const outcome = await process.call({ handler: 'attack', callId: name, payload: { name, at } });
      if (outcome.kind === 'failed') hear(`${outcome.error.message} ${outcome.error.stack ?? ''}`);
      return outcome;
    },
    accountOf(name) {
      const end = ends.get(name);
      return end === undefined ? null : { ...end, got: accounts.get(name) ?? '' };
    },
    heard() {
      const said = heard;
      heard = '';
      return said;
    },
  };

  function note([key, value]: readonly JsonValue[]): void {
    if (typeof key !== 'string' || !isJsonObject(value)) return;
    const name = key.replace(/:(part|end)$/, '');
    if (key.endsWith(':part')) accounts.set(name, (accounts.get(name) ?? '') + String(value.part));
    if (key.endsWith(':end')) {
      const leak = typeof value.leak === 'string' && value.leak !== '' ? value.leak : null;
      ends.set(name, { kind: value.kind === 'went' ? 'went' : 'refused', leak });
    }
  }
}

/** What one app can ask of the server: `$db` in memory, and requests that nothing but the guard of addresses holds. */
export function operationsOf(app: string, kept: Map<string, KeyValueRecord>, outbound: Outbound | null) {
  const handlers = keyValueOperations(async (operation): Promise<OperationAnswer> => {
    const place = JSON.stringify([app, operation.key]);
    const outcome = applyKeyValueOperation(operation, kept.get(place) ?? null, Date.now());
    if (outcome.kind === 'refused') return outcome;
    if (outcome.record === null) kept.delete(place);
    else kept.set(place, outcome.record);
    return { kind: 'done', result: outcome.result };
  });
  return operationTable([handlers, outbound === null ? {} : requestsOf(outbound)], () => 'product_event');
}

function requestsOf(outbound: Outbound): OperationHandlers {
  return {
    async 'request.get'([url]) {
      const request = { method: 'GET', url: String(url), headers: {}, body: null } as const;
      const answer = await outbound.send({ ...request, timeoutMs: requestMsMax, responseBytesMax: 10_000 });
      return answer.kind === 'answered'
        ? { kind: 'done', result: answer.body }
        : { kind: 'refused', error: { status: 400, message: JSON.stringify(answer) } };
    },
  };
}
