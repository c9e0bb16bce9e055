/** What promises of `$request` are rejected with, in the platform's forms and words. */
import type { JsonValue } from '../marketplace/json-value.ts';
import type { OutgoingRequest, RequestFault } from '../marketplace/outgoing-request.ts';
import type { RequestTemplate } from '../marketplace/request-template.ts';
import type { OperationAnswer } from './app-operation.ts';
import type { OutboundAnswer } from './outbound.ts';

export const sentences = {
  timedOut: 'Timeout error while processing the request',
  unreachable: 'Error in establishing connection',
  contentType: 'Unsupported content type',
  templates: 'Error while substituting the templates',
  responseTooLarge: 'The response exceeds the limit of 6 MB',
  bodyTooLarge: 'The request body exceeds the limit of 6 MB',
  noTemplate: 'Request template not found',
  faulty: 'runtime validation failed.',
  verbGone: (verb: string, version: string) =>
    `${verb} is no longer supported in Request API: on platform ${version} declare a template in config/requests.json and in the manifest, and call $request.invokeTemplate`,
  noIntegration: (name: string) => `The app has no OAuth integration "${name}" in config/oauth_config.json`,
} as const;

/** `response` is what apps read; `message` says more, or the same when it is left out. */
export function refusedRequest(refusal: {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly response: string;
  readonly message?: string;
  readonly errors?: readonly RequestFault[];
  readonly attempts?: number;
}): OperationAnswer {
  const { status, headers = {}, response, message = response, errors, attempts = 1 } = refusal;
  const list: { errors?: JsonValue } = errors === undefined ? {} : { errors: errors.map((fault) => ({ ...fault })) };
  return {
    kind: 'refused',
    error: { status, headers, response, ...list, errorSource: 'APP', attempts, message },
  };
}

export function noTemplate(name: string, isInFile: boolean): OperationAnswer {
  const shown = name.slice(0, NAME_SHOWN_MAX);
  const message = isInFile
    ? `Request template '${shown}' is in config/requests.json, but not among the "requests" of manifest.json`
    : `Request template '${shown}' is not defined in config/requests.json`;
  return refusedRequest({ status: 404, response: sentences.noTemplate, message });
}

export function faultyRequest(errors: readonly RequestFault[]): OperationAnswer {
  const first = errors.map(({ message, instancePath }) => `${instancePath} ${message}`).join('; ');
  return refusedRequest({ status: 400, response: sentences.faulty, errors, message: `${sentences.faulty} ${first}` });
}

export function unfilledRequest(instancePath: string, template: RequestTemplate): OperationAnswer {
  const texts = [template.host, template.path, ...Object.values(template.headers)];
  const lacksOauth =
    template.options.oauth === null &&
    [...texts, JSON.stringify(template.query)].some((text) => text.includes('access_token'));
  const hint = lacksOauth ? "; OAuth request missing 'options.oauth' configuration" : '';
  const message = `${sentences.templates}: ${instancePath} of '${template.name}'${hint}`;
  return refusedRequest({ status: 400, response: sentences.templates, message });
}

/** What the address policy says, in the words that the platform has for it. */
export function forbiddenRequest(
  { reason, message }: Extract<OutboundAnswer, { kind: 'forbidden' }>,
  { url, madeBy }: Pick<OutgoingRequest, 'url' | 'madeBy'>,
): OperationAnswer {
  // What follows the host may hold secrets.
  const [place = ''] = /^[^/]*\/\/[^/?#@]{0,100}/.exec(url) ?? [];
  const detail = `${message}${place === '' ? '' : ` (${place})`}`;
  if (reason === 'header') return faultyRequest([{ message, instancePath: '/schema/headers' }]);
  if (madeBy === 'template') {
    return faultyRequest([{ message: `must be FQDN: ${detail}`, instancePath: '/schema/host' }]);
  }
  const response = urlSentences[reason];
  return refusedRequest({ status: 400, response, message: `${response}: ${detail}` });
}

const urlSentences = {
  not_https: 'Invalid URL - Must be HTTPS',
  ip_address: 'Invalid URL - IP is disallowed',
  address: 'Invalid URL - IP is disallowed',
  not_a_name: 'Invalid URL - Must be FQDN',
  malformed: 'Invalid URL - Must be FQDN',
} as const;

const NAME_SHOWN_MAX = 80;
