import type { Answer } from '../directory/rejection.ts';
import { currentHost } from '../marketplace/app-payload.ts';
import { customPageFile, pageSettings, valuesForPage } from '../marketplace/custom-page.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { PageCall, PageReply } from '../marketplace/page-call.ts';
import { maskedIparams } from '../marketplace/secret-iparams.ts';
import type { OperationHandlers } from './app-operation.ts';
import type { AppRunners } from './app-runner.ts';
import type { AppReply, CustomPage } from './apps.ts';
import { callAppFunction } from './call-app.ts';
import type { InstalledApp } from './installed-app.ts';
import { operationTable } from './operation-table.ts';
import type { RateLimit } from './rate-limit.ts';

export type CustomPagePorts = {
  readonly runners: Pick<AppRunners, 'readFolder' | 'readFile'>;
  readonly random: { uuid(): string };
  rateOf(app: InstalledApp): RateLimit;
  operationsOf(app: InstalledApp): readonly OperationHandlers[];
};

/** What an app's own installation page gets: its files, what its functions are given, and answers to its calls. */
export class CustomPages {
  readonly #ports: CustomPagePorts;

  constructor(ports: CustomPagePorts) {
    this.#ports = ports;
  }

  /** Null for an app without such a page. */
  async pageOf(app: InstalledApp): Promise<Omit<CustomPage, 'name' | 'pageKey'> | null> {
    const { definition } = app;
    if (definition?.installation.kind !== 'custom_page') return null;
    const { files } = await this.#ports.runners.readFolder(app.work.folder);
    if (files?.has(customPageFile) !== true) return null;
    const { domain } = app.occasion().account;
    return {
      isInstall: app.record.phase === 'needs_parameters',
      ...pageSettings(files),
      values: valuesForPage(maskedIparams(app.iparams, app.secrets)),
      host: { domain, currentHost: currentHost(domain, definition.modules) },
    };
  }

  async fileOf(app: InstalledApp, path: string): Promise<Uint8Array | null> {
    if (app.definition?.installation.kind !== 'custom_page') return null;
    return this.#ports.runners.readFile(app.work.folder, path);
  }

  async call(app: InstalledApp, call: PageCall, { isInstall }: { readonly isInstall: boolean }): Promise<PageReply> {
    const { random, rateOf, operationsOf } = this.#ports;
    if (call.kind === 'request') {
      // In nobody's call and in nobody's name: what a token of an agent is needed for is not to be had from here.
      const ask = operationTable(operationsOf(app), () => null);
      return ask({ name: call.operation, args: call.args, callId: null });
    }
    const { name, args } = call;
    const made = { kind: 'function', name, args, isInstall, agent: null } as const;
    return replyOf(await callAppFunction(app, made, { random, rate: rateOf(app) }), random.uuid());
  }
}

function replyOf(answer: Answer<AppReply>, requestId: string): PageReply {
  if (answer.kind === 'rejected') {
    return failed(answer.code === 'too_many_requests' ? 429 : 400, answer.detail);
  }
  const reply = answer.value;
  switch (reply.outcome) {
    case 'answered':
      return { kind: 'done', result: { requestID: requestId, response: reply.data } };
    case 'refused':
      return { kind: 'refused', error: { ...reply.error, requestID: requestId } };
    case 'timed_out':
      return failed(504, 'Request Timed Out!');
    case 'failed':
    case 'exited':
      return failed(500, `Error while executing App server script! - ${reply.message}`);
  }
}

function failed(status: number, message: string): PageReply {
  const error: JsonObject = { status, message, errorSource: 'APP' };
  return { kind: 'refused', error };
}
