import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { type KeyValueRefusal, refuse } from './key-value-input.ts';

type PathOutcome = { readonly kind: 'changed'; readonly value: JsonValue } | KeyValueRefusal;

const invalidPath = refuse(400, 'One or more paths in the attributes are invalid or overlapping with each other');

/**
 * A copy of a value with other values at some paths (`a.b[0].c`). What a path leads through must be there; an index
 * beyond a list's end adds to the list. Names are looked up among a value's own alone, so `__proto__` is a name like
 * any other.
 */
export function setPaths(value: JsonValue, changes: JsonObject): PathOutcome {
  const targets = Object.entries(changes).map(([path, item]) => ({ steps: stepsOf(path), item }));
  if (areOverlapping(targets.map(({ steps }) => steps))) return invalidPath;
  let changed: JsonValue | null = value;
  for (const { steps, item } of targets) {
    changed = changeAt(changed, steps, (parent, step) => withChild(parent, step, item));
    if (changed === null) return invalidPath;
  }
  return { kind: 'changed', value: changed };
}

/** A copy of a value without what is at some paths. Indexes mean the list as it was, however many are removed. */
export function removePaths(value: JsonValue, paths: readonly string[]): PathOutcome {
  const targets = paths.map(stepsOf);
  if (areOverlapping(targets)) return invalidPath;
  let changed: JsonValue | null = value;
  for (const steps of targets.toSorted(lastIndexFirst)) {
    changed = changeAt(changed, steps, withoutChild);
    if (changed === null) return invalidPath;
  }
  return { kind: 'changed', value: changed };
}

function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]]/).filter((step) => step !== '');
}

function areOverlapping(paths: readonly (readonly string[])[]): boolean {
  const texts = paths.map((steps) => `${steps.join('.')}.`).toSorted();
  return paths.some((steps) => steps.length === 0) || texts.some((text, index) => texts[index + 1]?.startsWith(text));
}

// Removing an item moves those behind it: of the indexes into one list the last goes first.
function lastIndexFirst(left: readonly string[], right: readonly string[]): number {
  const at = left.findIndex((step, index) => step !== right[index]);
  const [one, other] = [left[at] ?? '', right[at] ?? ''];
  if (isIndex(one) && isIndex(other)) return Number(other) - Number(one);
  return one < other ? -1 : 1;
}

function changeAt(
  value: JsonValue,
  steps: readonly string[],
  change: (parent: JsonValue, step: string) => JsonValue | null,
): JsonValue | null {
  const [step, ...rest] = steps;
  if (step === undefined) return null;
  if (rest.length === 0) return change(value, step);
  const child = childOf(value, step);
  if (child === undefined || child === null) return null;
  const changed = changeAt(child, rest, change);
  return changed === null ? null : withChild(value, step, changed);
}

function childOf(value: JsonValue, step: string): JsonValue | undefined {
  if (Array.isArray(value)) return isIndex(step) ? value[Number(step)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function withChild(value: JsonValue, step: string, child: JsonValue): JsonValue | null {
  if (Array.isArray(value)) return isIndex(step) ? value.toSpliced(Number(step), 1, child) : null;
  if (!isJsonObject(value)) return null;
  return Object.fromEntries([...Object.entries(value), [step, child]]);
}

function withoutChild(value: JsonValue, step: string): JsonValue | null {
  if (Array.isArray(value)) return isIndex(step) ? value.toSpliced(Number(step), 1) : null;
  if (!isJsonObject(value)) return null;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== step));
}

function isIndex(step: string): boolean {
  return /^\d{1,6}$/.test(step);
}
