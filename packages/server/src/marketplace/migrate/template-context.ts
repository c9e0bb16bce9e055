import type { AnyNode, CallExpression } from 'acorn';
import { isIdentifier, literalText } from '../syntax-tree.ts';

/** Where in a template a value goes. */
export interface MarkPlace {
  readonly place: 'host' | 'path' | 'query' | 'header';
  /** What a value without a name of its own is called after. */
  readonly hint: string;
}

/** Gives every value that a template needs its mark, and collects what the call must hand over. */
export interface TemplateContext {
  /** The `<%= … %>` that stands for a node. */
  readonly mark: (node: AnyNode, at: MarkPlace) => string;
  /** The mark for a web address of which only the host goes into a template, and what that takes for granted. */
  readonly bareHost: (node: AnyNode) => { readonly mark: string; readonly doubt: string };
  /** The values to hand over: pieces of code by name. */
  readonly values: () => ReadonlyMap<string, string>;
}

/** Begins a context for one call. */
export function contextOf(call: {
  readonly textOf: (node: AnyNode) => string;
  readonly secureIparams: ReadonlySet<string>;
}): TemplateContext {
  const values = new Map<string, string>();
  return {
    mark: (node, at) => {
      // A mark of the older templates stays what it is.
      if (node.start === -1) return literalText(node) ?? '';
      const iparam = iparamRead(node);
      const mayStand = iparam !== null && (at.place === 'header' || !call.secureIparams.has(iparam));
      if (iparam !== null && mayStand) return `<%= iparam.${iparam} %>`;
      const bare = at.place === 'query' ? withoutEncoding(node) : node;
      const source = call.textOf(bare);
      const name = freeName(values, { wanted: nameOf(bare) ?? nameOfHint(at.hint), source });
      values.set(name, source);
      return `<%= context.${name} %>`;
    },
    bareHost: (node) => {
      const code = call.textOf(node);
      const isSimple = ['Identifier', 'MemberExpression', 'CallExpression'].includes(node.type);
      const source = `${isSimple ? code : `(${code})`}.replace(/^https?:\\/\\/|\\/+$/g, '')`;
      const name = freeName(values, { wanted: nameOf(node) ?? 'host', source });
      values.set(name, source);
      return { mark: `<%= context.${name} %>`, doubt: `the host of its template is taken from ${code}` };
    },
    values: () => values,
  };
}

/** `payload.iparams.x` and `iparams.x` read the installation parameter `x`. */
function iparamRead(node: AnyNode): string | null {
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null;
  const owner = node.object as AnyNode;
  const isIparams =
    isIdentifier(owner, 'iparams') ||
    (owner.type === 'MemberExpression' && !owner.computed && isIdentifier(owner.property, 'iparams'));
  return isIparams ? node.property.name : null;
}

// Values of a query are encoded when the request is sent.
function withoutEncoding(node: AnyNode): AnyNode {
  if (node.type !== 'CallExpression' || !isIdentifier(node.callee, 'encodeURIComponent')) return node;
  return (node.arguments[0] as AnyNode | undefined) ?? node;
}

function nameOf(node: AnyNode): string | null {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression':
      return memberName(node.property as AnyNode);
    case 'ChainExpression':
    case 'AwaitExpression':
      return nameOf((node.type === 'ChainExpression' ? node.expression : node.argument) as AnyNode);
    case 'CallExpression':
      return nameOfCall(node);
    default:
      return null;
  }
}

// encodeURIComponent(id) is an id, util.getApiKey(payload) an apiKey, name.trim() a name.
const transparentCalls: readonly string[] = [
  ...['encodeURIComponent', 'encodeURI', 'encode', 'btoa', 'String', 'stringify', 'trim', 'toString', 'toLowerCase'],
  ...['toUpperCase', 'replace'],
];

function nameOfCall(node: CallExpression): string | null {
  const callee = node.callee as AnyNode;
  const name = nameOf(callee);
  if (name === null) return null;
  const [first] = node.arguments;
  if (!transparentCalls.includes(name))
    return name.replace(/^(get|make|build|create)(?=[A-Z])./, (start) => start.slice(-1).toLowerCase());
  const isMethodOfValue =
    callee.type === 'MemberExpression' && ['trim', 'toString', 'toLowerCase', 'toUpperCase', 'replace'].includes(name);
  if (isMethodOfValue) return nameOf(callee.object as AnyNode);
  return first === undefined ? null : nameOf(first as AnyNode);
}

function memberName(property: AnyNode): string | null {
  const name = property.type === 'Identifier' ? property.name : literalText(property);
  return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? name : null;
}

function nameOfHint(hint: string): string {
  const [first = 'value', ...rest] = hint.toLowerCase().split(/[^a-z0-9]+/);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function freeName(values: ReadonlyMap<string, string>, { wanted, source }: { wanted: string; source: string }): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}${number}`;
    if (!values.has(name) || values.get(name) === source) return name;
  }
}
