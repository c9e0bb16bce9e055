import type { AnyNode, ObjectExpression } from 'acorn';
import type { JsonObject, JsonValue } from '../json-value.ts';
import { attemptBounds, hostFault, retryDelayBounds } from '../requests-file.ts';
import { isIdentifier, literalText } from '../syntax-tree.ts';
import { hasUnclosedExpression } from '../template-expression.ts';
import { type ConstantReader, plainMembers, type TextPiece, textPieces } from './static-text.ts';
import { contextOf, type TemplateContext } from './template-context.ts';

/** A template made of a request call, and what the call must give it. */
export interface DerivedTemplate {
  readonly kind: 'derived';
  /** What its name is made of: `get` and the last word of the path that is written out. */
  readonly suggestedName: string;
  readonly template: JsonObject;
  /** Values by name, as pieces of the code. */
  readonly context: ReadonlyMap<string, string>;
  /** The body as a piece of code; null for none. */
  readonly body: string | null;
  /** What holds only if a value is what it seems to be, as a sentence; null when nothing is left open. */
  readonly doubt: string | null;
  /** Whether the call got its answer parsed, as the option `json` asks for; a template's is always a text. */
  readonly takesParsedAnswer: boolean;
}

/** A template, or why a person must make it. */
export type Derivation = DerivedTemplate | { readonly kind: 'by_hand'; readonly why: string };

/** What a call is derived from. */
export interface RequestCall {
  readonly verb: string;
  readonly url: AnyNode | undefined;
  readonly options: AnyNode | undefined;
  /** The text of a node in its file. */
  readonly textOf: (node: AnyNode) => string;
  readonly constants: ConstantReader;
  /** Name of the integration that `isOAuth` means; null when the app has none. */
  readonly integration: string | null;
  /** Names of the installation parameters that are masked: they may not stand in addresses. */
  readonly secureIparams: ReadonlySet<string>;
}

/**
 * Derives a request template from a call of `$request.get` and its siblings: what is written out goes to the template,
 * what is made while the code runs becomes a value of the context, under the name that it has in the code.
 */
export function deriveTemplate(call: RequestCall): Derivation {
  if (call.url === undefined) return byHand('it has no URL');
  const context = contextOf(call);
  const address = readAddress(textPieces(call.url, call.constants), context);
  if (typeof address === 'string') return byHand(address);
  const options = readOptions(call, context);
  if (typeof options === 'string') return byHand(options);
  const { host, path, query, doubt } = address;
  const { headers, requestOptions, body, takesParsedAnswer } = options;
  const schema = {
    method: call.verb.toUpperCase(),
    host,
    path,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
  };
  const template = { schema, ...(Object.keys(requestOptions).length === 0 ? {} : { options: requestOptions }) };
  const texts = [host, path, ...Object.values(headers), ...Object.values(query)];
  if (texts.some(hasUnclosedExpression)) return byHand('a "<%" in it is not closed');
  return {
    kind: 'derived',
    suggestedName: nameFor(call.verb, path, host),
    template,
    context: context.values(),
    body,
    doubt,
    takesParsedAnswer,
  };
}

function byHand(why: string): Derivation {
  return { kind: 'by_hand', why };
}

interface Address {
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly doubt: string | null;
}

// Gaps stand for what is only known later while the address is taken apart; no address holds such a character itself.
const gap = /\uE000(\d+)\uE000/g;

function readAddress(pieces: readonly TextPiece[], context: TemplateContext): Address | string {
  const nodes: AnyNode[] = [];
  const whole = pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text.replace(/<%=?[^%]*%>/g, (mark) => hold(nodes, mark));
      nodes.push(piece.node);
      return `\uE000${nodes.length - 1}\uE000`;
    })
    .join('');
  // `${payload.iparams.site}/api`: the value brings the scheme, which a host must not have.
  const leading = /^\uE000(\d+)\uE000(?=\/)/.exec(whole);
  const leader = leading === null ? undefined : nodes[Number(leading[1])];
  const site = leader === undefined || leader.start === -1 ? null : context.bareHost(leader);
  const address = site === null ? whole : `https://${whole}`;
  const parts = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i.exec(address);
  if (parts === null) return 'its URL is made while the code runs: no host is written out';
  const fill = (text: string, place: 'host' | 'path' | 'query') =>
    text.replace(gap, (_, index) => context.mark(heldAt(nodes, Number(index)), { place, hint: place }));
  const wrongHost = site === null ? hostReason(parts[1] ?? '') : null;
  if (wrongHost !== null) return wrongHost;
  const host = site?.mark ?? fill(parts[1] ?? '', 'host');
  const path = fill(parts[2] ?? '/', 'path');
  const query = readQuery(parts[3] ?? '', (text) => fill(text, 'query'));
  return query === null
    ? 'the query of its URL is made while the code runs'
    : { host, path, query, doubt: site?.doubt ?? null };
}

// Why a template cannot have a host, gaps of which may be anything; null when it can.
function hostReason(host: string): string | null {
  if (host.includes('@')) return 'its URL names a user before the host, which a template cannot';
  if (host.includes(':')) return 'its URL names a port, which a template cannot';
  const fault = hostFault(host.replace(gap, '<%= context.gap %>'));
  return fault === null ? null : `${fault.message}: a template cannot have the host ${host.replace(gap, '…')}`;
}

// A mark of the older templates is held as a literal, and comes back as it was.
function hold(nodes: AnyNode[], mark: string): string {
  nodes.push({ type: 'Literal', value: mark, start: -1, end: -1 } as AnyNode);
  return `\uE000${nodes.length - 1}\uE000`;
}

function heldAt(nodes: readonly AnyNode[], index: number): AnyNode {
  return nodes[index] ?? ({ type: 'Literal', value: '', start: -1, end: -1 } as AnyNode);
}

function readQuery(text: string, fill: (text: string) => string): Readonly<Record<string, string>> | null {
  const query: Record<string, string> = {};
  for (const pair of text.split('&').filter((each) => each !== '')) {
    const [key = '', ...rest] = pair.split('=');
    if (key === '' || key.includes('\uE000') || Object.hasOwn(query, key)) return null;
    query[decoded(key)] = fill(decoded(rest.join('=')));
  }
  return query;
}

// What is written out is encoded already, and is encoded again when the request is sent.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

interface ReadOptions {
  readonly headers: Record<string, string>;
  readonly requestOptions: Record<string, JsonValue>;
  readonly body: string | null;
  readonly takesParsedAnswer: boolean;
}

function readOptions(call: RequestCall, context: TemplateContext): ReadOptions | string {
  const read = { headers: {} as Record<string, string>, requestOptions: {} as Record<string, JsonValue> };
  if (call.options === undefined) return { ...read, body: null, takesParsedAnswer: false };
  const members = membersOfNode(call, call.options);
  if (members === null) return 'its options are made while the code runs';
  for (const [name, value] of members) {
    if (name === 'body' || name === 'json') continue;
    const wrong = readOption(call, { name, value: call.constants.follow(value), context, ...read });
    if (wrong !== null) return wrong;
  }
  const content = readContent(call, members.get('body'), members.get('json'));
  if (typeof content === 'string') return content;
  const hasType = Object.keys(read.headers).some((key) => key.toLowerCase() === 'content-type');
  if (content.isJson && !hasType) read.headers['Content-Type'] = 'application/json';
  return { ...read, body: content.body, takesParsedAnswer: content.takesParsedAnswer };
}

interface Content {
  readonly body: string | null;
  readonly isJson: boolean;
  readonly takesParsedAnswer: boolean;
}

// `json` is the body itself, or says that `body` goes as JSON; what a template sends must be a text.
function readContent(call: RequestCall, body: AnyNode | undefined, json: AnyNode | undefined): Content | string {
  const option = json === undefined ? null : call.constants.follow(json);
  const isSwitch = option?.type === 'Literal' && typeof option.value === 'boolean';
  const isJson = option !== null && !(isSwitch && option.value === false);
  const rest = { isJson, takesParsedAnswer: isJson };
  if (body !== undefined) {
    const text = bodyText(call, body, isJson);
    return text === null ? 'whether its body is a text is decided while the code runs' : { ...rest, ...text };
  }
  if (json === undefined || isSwitch) return { ...rest, body: null };
  return { ...rest, body: `JSON.stringify(${call.textOf(json)})` };
}

function bodyText(
  call: RequestCall,
  body: AnyNode,
  isJson: boolean,
): { readonly body: string; readonly isJson: boolean } | null {
  const code = call.textOf(body);
  const known = call.constants.follow(body);
  if (known.type === 'ObjectExpression' || known.type === 'ArrayExpression') {
    return { body: `JSON.stringify(${code})`, isJson: true };
  }
  if (!isJson || isText(known)) return { body: code, isJson };
  // Named twice, so it must be nothing that does something.
  if (body.type !== 'Identifier' && body.type !== 'MemberExpression') return null;
  return { body: `typeof ${code} === 'string' ? ${code} : JSON.stringify(${code})`, isJson };
}

function isText(node: AnyNode): boolean {
  if (literalText(node) !== undefined || node.type === 'TemplateLiteral') return true;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object, property } = node.callee;
  return isIdentifier(object, 'JSON') && isIdentifier(property, 'stringify');
}

interface OptionPlace {
  readonly name: string;
  readonly value: AnyNode;
  readonly context: TemplateContext;
  readonly headers: Record<string, string>;
  readonly requestOptions: Record<string, JsonValue>;
}

/** Takes one option over; answers why it cannot be taken, or null. */
function readOption(call: RequestCall, { name, value, context, headers, requestOptions }: OptionPlace): string | null {
  switch (name) {
    case 'headers': {
      const members = membersOfNode(call, value);
      if (members === null) return 'its headers are made while the code runs';
      for (const [header, text] of members) headers[header] = headerText(call, { header, text, context });
      return null;
    }
    case 'isOAuth':
      if (value.type !== 'Literal') return 'whether it asks for OAuth is decided while the code runs';
      if (value.value === true && call.integration === null) return 'it asks for OAuth, and there is no integration';
      if (value.value === true) requestOptions.oauth = call.integration;
      return null;
    case 'maxAttempts':
    case 'retryDelay':
      if (value.type !== 'Literal' || typeof value.value !== 'number') return `its ${name} is made while the code runs`;
      requestOptions[name] = withinBounds(name, value.value);
      return null;
    case 'staticIP':
      return null;
    case 'method':
      return literalText(value)?.toLowerCase() === call.verb ? null : 'its option "method" differs from the verb';
    default:
      return `its option "${name}" is none of a template`;
  }
}

// What a template may say: the platform took other numbers from calls, and refuses them in templates.
function withinBounds(name: 'maxAttempts' | 'retryDelay', value: number): number {
  const { min, max, step } = name === 'maxAttempts' ? attemptBounds : retryDelayBounds;
  return Math.min(max, Math.max(min, Math.ceil(value / step) * step));
}

function membersOfNode(call: RequestCall, node: AnyNode): ReadonlyMap<string, AnyNode> | null {
  const known = call.constants.follow(node);
  return known.type === 'ObjectExpression' ? plainMembers(known as ObjectExpression) : null;
}

function headerText(call: RequestCall, at: { header: string; text: AnyNode; context: TemplateContext }): string {
  return textPieces(at.text, call.constants)
    .map((piece) =>
      piece.kind === 'text' ? piece.text : at.context.mark(piece.node, { place: 'header', hint: at.header }),
    )
    .join('');
}

function nameFor(verb: string, path: string, host: string): string {
  const words = path.split('/').filter((word) => /^[A-Za-z][\w.-]*$/.test(word) && !/^v\d+(\.\d+)?$/i.test(word));
  const last =
    words.at(-1) ?? host.split('.').find((word) => /^[A-Za-z][\w-]*$/.test(word) && word !== 'api' && word !== 'www');
  const noun = (last ?? 'request').replace(/\.\w+$/, '');
  return `${verb}${noun
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`.slice(0, 40);
}
