import { type Options, type Program, parse, type Token, tokenizer } from 'acorn';
import type { Finding } from './finding.ts';
import { findingAt, positionAt, type SourceText } from './source-text.ts';
import { nodeBeyondDepth } from './syntax-tree.ts';

/** A script as a tree, or the one thing that keeps it from being one. */
export type ScriptReading =
  | { readonly kind: 'parsed'; readonly program: Program }
  | { readonly kind: 'broken'; readonly finding: Finding };

const options: Options = { ecmaVersion: 'latest', sourceType: 'script', allowHashBang: true };

/**
 * Parses a server file as the script it is run as. The parser only says where it stopped understanding; most of the
 * time a bracket was forgotten well before, so the brackets are followed separately and the finding names the one
 * that is missing and where its partner is.
 */
export function readScript(source: SourceText): ScriptReading {
  try {
    const program = parse(source.text, options);
    const tooDeep = nodeBeyondDepth(program, depthMax);
    return tooDeep === null
      ? { kind: 'parsed', program }
      : { kind: 'broken', finding: nestedTooDeep(source, tooDeep.start) };
  } catch (cause) {
    if (isOutOfStack(cause)) return { kind: 'broken', finding: nestedTooDeep(source, 0) };
    return { kind: 'broken', finding: explainFault(source, faultOf(cause)) };
  }
}

// Far more than people write, and far from what a stack can take when the tree is walked.
const depthMax = 2000;

// Where its stack ends, the parser does not say where it was.
function isOutOfStack(cause: unknown): boolean {
  return cause instanceof RangeError || (cause as Error).message.includes('Not enough stack space');
}

function nestedTooDeep(source: SourceText, offset: number): Finding {
  const message = 'the code is nested too deeply to be understood';
  return findingAt(source, offset, { severity: 'error', code: 'script-syntax', message });
}

interface Fault {
  readonly message: string;
  readonly offset: number;
}

function faultOf(cause: unknown): Fault {
  const { message, pos } = cause as { readonly message: string; readonly pos: number };
  return { message: message.replace(/ \(\d+:\d+\)$/, ''), offset: pos };
}

function explainFault(source: SourceText, fault: Fault): Finding {
  if (fault.message.includes('sourceType')) return moduleSyntax(source, fault);
  const tokens = tokensOf(source.text);
  const verdict = followBrackets(source, tokens);
  const isAboutUnexpected = fault.message.startsWith('Unexpected');
  if (isAboutUnexpected && verdict.kind === 'unclosed' && verdict.opener.start < fault.offset) {
    return unclosed(source, { opener: verdict.opener, tokens, fault });
  }
  if (isAboutUnexpected && verdict.kind === 'unopened' && verdict.closer.start <= fault.offset) {
    return unopened(source, verdict.closer);
  }
  const found = spelledAt(source, fault.offset, tokens);
  const message = fault.message === 'Unexpected token' ? `unexpected ${found}` : lowerFirst(fault.message);
  return findingAt(source, fault.offset, {
    severity: 'error',
    code: 'script-syntax',
    message: `syntax error: ${message}`,
  });
}

function moduleSyntax(source: SourceText, { offset }: Fault): Finding {
  return findingAt(source, offset, {
    severity: 'error',
    code: 'script-is-module',
    message: 'syntax error: server files are scripts: "import" and "export" do not exist in them',
    expected: "const name = require('./file') and exports = { … }",
    fix: 'use require and exports',
  });
}

const closerNames: Readonly<Record<string, string>> = {
  ')': 'closing parenthesis ")"',
  ']': 'closing bracket "]"',
  '}': 'closing brace "}"',
};
const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '${': '}' };

function unclosed(
  source: SourceText,
  { opener, tokens, fault }: { opener: Bracket; tokens: readonly Token[]; fault: Fault },
): Finding {
  const closer = closerOf[opener.text] ?? '';
  const opened = positionAt(source, opener.start);
  const place = endOfTokenBefore(tokens, fault.offset);
  const found = spelledAt(source, fault.offset, tokens);
  const { line, column } = positionAt(source, place);
  return findingAt(source, place, {
    severity: 'error',
    code: 'bracket-missing',
    message:
      `syntax error: a ${closerNames[closer] ?? closer} is missing before ${found}: ` +
      `the "${opener.text}" opened at line ${opened.line}, column ${opened.column} is not closed`,
    expected: `"${closer}"`,
    fix: `add "${closer}" at line ${line}, column ${column}`,
  });
}

function unopened(source: SourceText, closer: Bracket): Finding {
  return findingAt(source, closer.start, {
    severity: 'error',
    code: 'bracket-unexpected',
    message: `syntax error: this "${closer.text}" closes nothing`,
    fix: `remove it, or add the bracket that it should close`,
  });
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  try {
    for (const token of tokenizer(text, options)) tokens.push(token);
  } catch {
    // An unfinished string or comment: what came before it is all there is to follow.
  }
  return tokens;
}

interface Bracket {
  readonly text: string;
  readonly start: number;
  readonly isLoopHeader: boolean;
}

type BracketVerdict =
  | { readonly kind: 'balanced' }
  | { readonly kind: 'unclosed'; readonly opener: Bracket }
  | { readonly kind: 'unopened'; readonly closer: Bracket };

// A ";" can stand in parentheses only in the head of a `for`, and in square brackets nowhere: there the closer is missing.
function followBrackets(source: SourceText, tokens: readonly Token[]): BracketVerdict {
  const open: Bracket[] = [];
  let misplaced: Bracket | null = null;
  for (const [index, token] of tokens.entries()) {
    const text = source.text.slice(token.start, token.end);
    const last = open.at(-1);
    if (text in closerOf) {
      open.push({ text, start: token.start, isLoopHeader: isLoopHeader(source, tokens, index) });
    } else if (text === ';') {
      if (last?.text === '[' || (last?.text === '(' && !last.isLoopHeader)) return { kind: 'unclosed', opener: last };
    } else if (text in closerNames && isPunctuation(token)) {
      if (last === undefined) return { kind: 'unopened', closer: { text, start: token.start, isLoopHeader: false } };
      if (closerOf[last.text] !== text) return mismatch(open, { text, start: token.start, isLoopHeader: false });
      if (misplaced === null && isIndentedUnlike(source, last, token)) misplaced = last;
      open.pop();
    }
  }
  const opener = misplaced ?? open.at(-1);
  return open.length === 0 || opener === undefined ? { kind: 'balanced' } : { kind: 'unclosed', opener };
}

function isPunctuation(token: Token): boolean {
  return token.end - token.start === 1;
}

function mismatch(open: readonly Bracket[], closer: Bracket): BracketVerdict {
  const opener = open.at(-1);
  const hasPartner = open.some(({ text }) => closerOf[text] === closer.text);
  return hasPartner && opener !== undefined ? { kind: 'unclosed', opener } : { kind: 'unopened', closer };
}

function isLoopHeader(source: SourceText, tokens: readonly Token[], index: number): boolean {
  const before = [tokens[index - 1], tokens[index - 2]].map((token) =>
    token === undefined ? '' : source.text.slice(token.start, token.end),
  );
  return before[0] === 'for' || (before[0] === 'await' && before[1] === 'for');
}

// When a brace is missing, the next one closes the wrong block; that its line is indented unlike the line that opened
// the block gives it away. Only brackets that start a line are compared.
function isIndentedUnlike(source: SourceText, opener: Bracket, closer: Token): boolean {
  const [opened, closed] = [indentOf(source, opener.start), indentOf(source, closer.start)];
  return opened.line !== closed.line && closed.isFirst && closed.width < opened.width;
}

function indentOf(source: SourceText, offset: number): { line: number; width: number; isFirst: boolean } {
  const { line, column } = positionAt(source, offset);
  const start = offset - column + 1;
  const width = (/^[ \t]*/.exec(source.text.slice(start, start + 200))?.[0] ?? '').length;
  return { line, width, isFirst: width === column - 1 };
}

function endOfTokenBefore(tokens: readonly Token[], offset: number): number {
  return tokens.findLast((token) => token.end <= offset && token.end > token.start)?.end ?? offset;
}

function spelledAt(source: SourceText, offset: number, tokens: readonly Token[]): string {
  const token = tokens.find(({ start, end }) => start === offset && end > start);
  if (token !== undefined) return `"${source.text.slice(token.start, Math.min(token.end, token.start + 40))}"`;
  return source.text.slice(offset).trim() === '' ? 'the end of the file' : `"${source.text[offset] ?? ''}"`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
