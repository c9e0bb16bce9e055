import type { Manifest } from './app-definition.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import type { InstallationPage } from './iparams.ts';
import { memberOf, membersOf, textOf } from './json-document.ts';
import type { ManifestReading } from './manifest.ts';
import type { OauthReading } from './oauth-config-file.ts';
import { legacyVerbOf, type PlatformCall } from './platform-calls.ts';
import { hiddenRequests } from './request-aliases.ts';
import type { RequestsReading } from './requests-file.ts';
import type { ParsedScript } from './script-lint.ts';
import { findingAt, type SourceText } from './source-text.ts';
import { namesIn, type TemplateName, templateExpressions, templateRoots, unknownRoot } from './template-expression.ts';

/** What the checks between config/requests.json, the manifest, the code and the parameters look at. */
export interface RequestTies {
  readonly manifest: ManifestReading;
  readonly requests: RequestsReading;
  readonly oauth: OauthReading;
  readonly installation: InstallationPage;
  readonly calls: readonly PlatformCall[];
  readonly scripts: readonly ParsedScript[];
}

/** Checks that templates are declared where they are used and filled with what there is. */
export function checkRequestTies(ties: RequestTies): readonly Finding[] {
  return [
    ...declaredButMissing(ties),
    ...presentButUndeclared(ties),
    ...calledTemplates(ties),
    ...legacyCalls(ties),
    ...hiddenCalls(ties),
    ...oauthOfTemplates(ties),
    ...filledNames(ties),
  ];
}

function declaredButMissing({ manifest: { sections, source }, requests: { places } }: RequestTies): readonly Finding[] {
  const names = places.map(({ name }) => name);
  const absent = sections.flatMap(({ requests }) => requests).filter(({ name }) => !names.includes(name));
  return absent.map(({ name, offset }) => {
    const guess = didYouMean(name, names);
    return findingAt(source, offset, {
      severity: 'error',
      code: 'request-undefined',
      message: `Request template '${name}' is not defined in config/requests.json${guess === null ? '' : `. Did you mean '${guess}'?`}`,
      ...(names.length === 0 ? {} : { expected: `one of ${names.join(', ')}` }),
      ...(guess === null ? {} : { fix: `write "${guess}"` }),
    });
  });
}

function presentButUndeclared({ manifest, requests: { source, places } }: RequestTies): readonly Finding[] {
  if (source === null || manifest.manifest === null) return [];
  const { platformVersion, requests } = manifest.manifest;
  const isModular = platformVersion === '3.0';
  const where = isModular ? 'modules.common.requests' : `product.${manifest.manifest.products[0] ?? '…'}.requests`;
  return places
    .filter(({ name }) => !requests.includes(name))
    .map(({ name, offset }) =>
      findingAt(source, offset, {
        severity: 'warning',
        code: 'request-undeclared',
        message: `Request template '${name}' is declared but not associated with any ${isModular ? 'module' : 'product'}`,
        fix: `add "${name}": {} to ${where} in manifest.json`,
      }),
    );
}

function calledTemplates({ requests: { places }, calls }: RequestTies): readonly Finding[] {
  const names = places.map(({ name }) => name);
  return calls.flatMap(({ name, firstText, call, source }) => {
    if (name !== '$request.invokeTemplate' || firstText === null || names.includes(firstText)) return [];
    const guess = didYouMean(firstText, names);
    return [
      findingAt(source, call.arguments[0]?.start ?? call.start, {
        severity: 'warning',
        code: 'request-not-found',
        message: `Request template not found: this call of '${firstText}' is rejected`,
        expected: names.length === 0 ? 'a template of config/requests.json' : `one of ${names.join(', ')}`,
        ...(guess === null ? {} : { fix: `did you mean '${guess}'?` }),
      }),
    ];
  });
}

function legacyCalls({ manifest: { manifest }, oauth, calls }: RequestTies): readonly Finding[] {
  return calls.flatMap((call) => {
    const verb = legacyVerbOf(call);
    if (verb === null || manifest === null) return [];
    if (manifest.platformVersion === '2.3' || manifest.platformVersion === '3.0') return [verbGone(call, verb)];
    return [...notWhitelisted(call, manifest), ...withoutOauth(call, oauth)];
  });
}

// What is handed on may well be asked for templates only: nothing is claimed of it.
function hiddenCalls({ manifest: { manifest }, scripts }: RequestTies): readonly Finding[] {
  const isGone = manifest?.platformVersion === '2.3' || manifest?.platformVersion === '3.0';
  if (!isGone) return [];
  return scripts.flatMap(hiddenRequests).flatMap(({ kind, code, offset, source }) => {
    if (kind === 'handed_on') return [];
    const sentence = 'get and its siblings are no longer supported in Request API';
    return [
      findingAt(source, offset, {
        severity: 'warning',
        code: 'request-verb-gone',
        message: kind === 'verb' ? `${code}: ${sentence}` : `${code}: if this calls one of them, ${sentence}`,
        expected: "$request.invokeTemplate('name', { context: { … } })",
      }),
    ];
  });
}

function verbGone({ call, source }: PlatformCall, verb: string): Finding {
  return findingAt(source, call.start, {
    severity: 'warning',
    code: 'request-verb-gone',
    message: `${verb} is no longer supported in Request API`,
    expected: "$request.invokeTemplate('name', { context: { … } })",
    fix: 'rollcall app migrate derives a template where it can',
  });
}

function notWhitelisted(
  { call, source, firstText }: PlatformCall,
  { whitelistedDomains }: Manifest,
): readonly Finding[] {
  const host = /^https?:\/\/(?:[^/?#<@]*@)?([^/:?#<]+)/i.exec(firstText ?? '')?.[1]?.toLowerCase();
  if (host === undefined || whitelistedDomains.some((domain) => allows(domain, host))) return [];
  return [
    findingAt(source, call.arguments[0]?.start ?? call.start, {
      severity: 'warning',
      code: 'domain-not-whitelisted',
      message: `This domain has not been whitelisted: ${host}`,
      fix: `add "https://${host}" to "whitelisted-domains" in manifest.json`,
    }),
  ];
}

// What is not a plain host or a leading star may allow anything: nothing is claimed of it.
function allows(domain: string, host: string): boolean {
  const pattern = domain
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[/:?#].*$/, '');
  if (/[^a-z0-9.*-]/.test(pattern) || pattern === '') return true;
  if (!pattern.includes('*')) return pattern === host;
  return fitsStars(pattern.split('*'), host);
}

// Part after part, each at its first place: an expression made of many stars would try every place of every part.
function fitsStars(parts: readonly string[], host: string): boolean {
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (host.length < first.length + last.length || !host.startsWith(first) || !host.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = host.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= host.length - last.length;
}

function withoutOauth({ call, source }: PlatformCall, oauth: OauthReading): readonly Finding[] {
  const options = call.arguments[1];
  const text = options === undefined ? '' : source.text.slice(options.start, options.end);
  if (oauth.integrations.length > 0 || !/\bisOAuth\b["']?\s*:\s*true/.test(text)) return [];
  return [
    findingAt(source, call.start, {
      severity: 'warning',
      code: 'oauth-missing',
      message: 'this call asks for OAuth, and there is no config/oauth_config.json',
      fix: 'add config/oauth_config.json',
    }),
  ];
}

function oauthOfTemplates({ requests, oauth }: RequestTies): readonly Finding[] {
  const { source, places, templates } = requests;
  if (source === null) return [];
  const names = oauth.integrations.map(({ name }) => name);
  return places.flatMap(({ name, node, offset }) => {
    const template = templates.find((each) => each.name === name);
    if (template === undefined) return [];
    const integration = template.options.oauth;
    if (integration !== null && names.includes(integration)) return [];
    const option = memberOf(memberOf(node, 'options')?.value, 'oauth');
    if (integration !== null)
      return [noIntegration(source, { integration, names, offset: option?.value.offset ?? offset })];
    return usesToken(source, node) ? [oauthOptionMissing(source, { name, names, offset })] : [];
  });
}

function noIntegration(
  source: SourceText,
  at: { integration: string; names: readonly string[]; offset: number },
): Finding {
  const guess = didYouMean(at.integration, at.names);
  return findingAt(source, at.offset, {
    severity: 'warning',
    code: 'oauth-missing',
    message: `there is no OAuth integration '${at.integration}' in config/oauth_config.json`,
    ...(at.names.length === 0 ? {} : { expected: `one of ${at.names.join(', ')}` }),
    ...(guess === null ? {} : { fix: `did you mean "${guess}"?` }),
  });
}

function usesToken(source: SourceText, node: { readonly offset: number; readonly length: number }): boolean {
  const text = source.text.slice(node.offset, node.offset + node.length);
  return templateExpressions(text).some(({ expression }) =>
    namesIn(expression).some(([root]) => root === 'access_token'),
  );
}

function oauthOptionMissing(
  source: SourceText,
  at: { name: string; names: readonly string[]; offset: number },
): Finding {
  return findingAt(source, at.offset, {
    severity: 'warning',
    code: 'oauth-option-missing',
    message: "OAuth request missing 'options.oauth' configuration",
    expected: `"options": { "oauth": "${at.names[0] ?? 'nameOfTheIntegration'}" } in request template '${at.name}'`,
  });
}

function filledNames({ requests: { source, places }, installation }: RequestTies): readonly Finding[] {
  if (source === null) return [];
  return places.flatMap(({ node }) => {
    const schema = memberOf(node, 'schema')?.value;
    const texts = membersOf(schema).flatMap(({ key: part, value }) =>
      (value.type === 'object' ? membersOf(value).map((member) => member.value) : [value]).map((text) => ({
        part,
        text,
      })),
    );
    return texts.flatMap(({ part, text }) =>
      templateExpressions(textOf(text) ?? '').flatMap(({ expression, offset }) => {
        // One further for the quote; escapes before it would shift it, which a place may bear.
        const place = text.offset + 1 + offset;
        return namesIn(expression).flatMap((name) => checkName(source, { name, part, place, installation }));
      }),
    );
  });
}

interface NamePlace {
  readonly name: TemplateName;
  /** The key of the schema whose text has the name. */
  readonly part: string;
  readonly place: number;
  readonly installation: InstallationPage;
}

function checkName(source: SourceText, { name, part, place, installation }: NamePlace): readonly Finding[] {
  const stranger = unknownRoot(name);
  if (stranger !== null) {
    return [
      findingAt(source, place, {
        severity: 'warning',
        code: 'template-name-unknown',
        message: `'${stranger.root}' means nothing in a template: the request fails when it is filled in`,
        expected: templateRoots.join(', '),
        ...(stranger.guess === null ? {} : { fix: `did you mean "${stranger.guess}"?` }),
      }),
    ];
  }
  const [root, iparam] = name;
  if (root !== 'iparam' || iparam === undefined || installation.kind === 'custom_page') return [];
  const known = installation.definitions.map((definition) => definition.name);
  const isSecret = installation.definitions.some(({ name: one, secure }) => one === iparam && secure);
  if (isSecret && partsOfAddress.includes(part)) return [secretInAddress(source, { iparam, part, place })];
  if (known.includes(iparam)) return [];
  const guess = didYouMean(iparam, known);
  return [
    findingAt(source, place, {
      severity: 'warning',
      code: 'template-iparam-unknown',
      message: `there is no installation parameter '${iparam}' in config/iparams.json`,
      ...(known.length === 0 ? {} : { expected: `one of ${known.join(', ')}` }),
      ...(guess === null ? {} : { fix: `did you mean "iparam.${guess}"?` }),
    }),
  ];
}

const partsOfAddress: readonly string[] = ['host', 'path', 'query'];

// Addresses end up in the logs of whoever is on the way. Existing apps do it, and their requests go out.
function secretInAddress(source: SourceText, at: { iparam: string; part: string; place: number }): Finding {
  return findingAt(source, at.place, {
    severity: 'warning',
    code: 'template-iparam-secret',
    message: `the secure installation parameter '${at.iparam}' stands in the ${at.part}: the platform allows it in headers only`,
    fix: 'send it in a header, or give the request a value of its context',
  });
}
