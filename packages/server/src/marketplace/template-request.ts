import { type OutgoingRequest, type RequestFault, withQuery } from './outgoing-request.ts';
import type { RequestSecurity, RequestTemplate } from './request-template.ts';
import { fillTemplate, fillTemplates, type TemplateScope } from './template-text.ts';

/** A template filled in, or why it cannot be sent. */
export type TemplateRequest =
  | { readonly kind: 'request'; readonly request: OutgoingRequest }
  /** An expression cannot be filled in. */
  | { readonly kind: 'unfilled'; readonly instancePath: string }
  /** What came of it is no request. */
  | { readonly kind: 'faulty'; readonly faults: readonly RequestFault[] };

/**
 * Fills a request template in. How values go into their places:
 *
 * - host: as they are, but a scheme before it and a slash behind it are taken off, since `current_host.endpoint_urls` has
 *   both. Anything else than a name and a port is refused: a value must not turn `<%= context.x %>.example.com` into
 *   another host (`evil.example#`).
 * - path: as they are, since apps give whole paths (`<%= context.path %>`) and values that they encoded themselves; only
 *   `#`, which would cut the path off, is encoded.
 * - query: percent-encoded, since apps give plain values (`priority:3 AND status:2`).
 * - headers: as they are, without line ends.
 */
export function fillRequestTemplate(
  template: RequestTemplate,
  scope: TemplateScope,
  body: string | null,
): TemplateRequest {
  const host = fillTemplate(template.host, scope);
  const path = fillTemplate(template.path, scope);
  const headers = fillRecord(template.headers, scope);
  const query = fillTemplates(template.query, scope);
  const security = fillRecord({ ...template.options.security }, scope);
  if (host === null) return { kind: 'unfilled', instancePath: '/schema/host' };
  if (path === null) return { kind: 'unfilled', instancePath: '/schema/path' };
  if (headers.kind === 'unfilled') return { kind: 'unfilled', instancePath: `/schema/headers/${headers.name}` };
  if (query === null) return { kind: 'unfilled', instancePath: '/schema/query' };
  if (security.kind === 'unfilled') return { kind: 'unfilled', instancePath: `/options/security/${security.name}` };
  const bareHost = host
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '');
  const faults = [...hostFaults(bareHost), ...headerFaults(headers.texts)];
  if (faults.length > 0) return { kind: 'faulty', faults };
  const rooted = path.startsWith('/') ? path : `/${path}`;
  const { maxAttempts, retryDelayMs, oauth } = template.options;
  const request: OutgoingRequest = {
    madeBy: 'template',
    method: template.method,
    url: `https://${bareHost}${withQuery(rooted.replaceAll('#', '%23'), query as RequestTemplate['query'])}`,
    headers: headers.texts,
    body,
    maxAttempts,
    retryDelayMs,
    oauth,
    security: Object.keys(security.texts).length === 0 ? null : (security.texts as RequestSecurity),
  };
  return { kind: 'request', request };
}

type FilledRecord =
  | { readonly kind: 'filled'; readonly texts: Readonly<Record<string, string>> }
  | { readonly kind: 'unfilled'; readonly name: string };

function fillRecord(record: Readonly<Record<string, string>>, scope: TemplateScope): FilledRecord {
  const filled = Object.entries(record).map(([name, text]) => [name, fillTemplate(text, scope)] as const);
  const failed = filled.find(([, text]) => text === null);
  if (failed !== undefined) return { kind: 'unfilled', name: failed[0] };
  return { kind: 'filled', texts: Object.fromEntries(filled.map(([name, text]) => [name, text ?? ''])) };
}

/** Whether the name is qualified and where it leads is for whoever resolves it. */
function hostFaults(host: string): readonly RequestFault[] {
  const instancePath = '/schema/host';
  if (host === '') return [{ message: 'must not be empty', instancePath }];
  if (host.includes('/')) return [{ message: 'must not have path', instancePath }];
  const isHost = /^(?:[\p{L}\p{N}._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/iu.test(host);
  return isHost ? [] : [{ message: 'must be FQDN', instancePath }];
}

function headerFaults(headers: Readonly<Record<string, string>>): readonly RequestFault[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const instancePath = `/schema/headers/${name}`;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name.trim())) return [{ message: 'must be a header name', instancePath }];
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value.trim())) return [];
    return [{ message: 'must be a header value: one line, letters of ISO 8859-1', instancePath }];
  });
}
