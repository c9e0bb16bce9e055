import { type Context, createContext, Script } from 'node:vm';
import { MATCHER_LIMITS, type TextMatcher } from '../marketplace/text-matcher.ts';

/** Time for one field, and for all of a form. */
const PATTERN_MS_MAX = 50;
const FORM_MS_MAX = 100;

/** For so long an expression that ran out of time is not tried again: who sends a form again and again holds up nobody. */
const SLOW_FOR_MS = 10_000;
const SLOW_MAX = 1000;

/**
 * Matchers that give up: each call of the result is one form. The engine's own timer interrupts the expression, which
 * runs on the caller's thread in a context that has nothing but the two texts.
 */
export function boundedPatterns(): () => TextMatcher {
  const slow = new Map<string, number>();
  let context: Context | null = null;
  const contextOf = (): Context => {
    context ??= createContext(Object.create(null));
    return context;
  };
  return () => {
    let leftMs: number = FORM_MS_MAX;
    return (pattern, text) => {
      if (!isWithinLimits(pattern, text) || leftMs < 1 || isSlow(slow, pattern)) return 'too_slow';
      const startedAt = performance.now();
      const outcome = attempt(contextOf(), { pattern, text, withinMs: Math.min(PATTERN_MS_MAX, Math.floor(leftMs)) });
      leftMs -= performance.now() - startedAt;
      if (outcome === 'too_slow') remember(slow, pattern);
      return outcome;
    };
  };
}

function isWithinLimits(pattern: string, text: string): boolean {
  return pattern.length <= MATCHER_LIMITS.patternCharactersMax && text.length <= MATCHER_LIMITS.textCharactersMax;
}

type Attempt = { readonly pattern: string; readonly text: string; readonly withinMs: number };

// Texts go in as texts: nothing of them is ever read as code.
const script = new Script('new RegExp(pattern).test(text)');

function attempt(context: Context, { pattern, text, withinMs }: Attempt): ReturnType<TextMatcher> {
  context.pattern = pattern;
  context.text = text;
  try {
    return script.runInContext(context, { timeout: withinMs }) === true ? 'matches' : 'differs';
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'too_slow' : 'matches';
  }
}

function isSlow(slow: Map<string, number>, pattern: string): boolean {
  const until = slow.get(pattern);
  if (until === undefined) return false;
  if (until > performance.now()) return true;
  slow.delete(pattern);
  return false;
}

function remember(slow: Map<string, number>, pattern: string): void {
  for (const oldest of slow.keys()) {
    if (slow.size < SLOW_MAX) break;
    slow.delete(oldest);
  }
  slow.set(pattern, performance.now() + SLOW_FOR_MS);
}
