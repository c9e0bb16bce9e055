import type { AppFiles } from './app-files.ts';
import type { Finding, TextEdit } from './finding.ts';

/** An app's files after what is certain was fixed. */
export interface FixedApp {
  readonly files: AppFiles;
  /** Paths of the files that are not as they were. */
  readonly changed: readonly string[];
  readonly applied: readonly Finding[];
}

// A fix may uncover what a broken file hid; each round ends with fewer findings, so this is never reached by design.
const roundsMax = 10;

/**
 * Applies the edits that findings bring with them, and looks again until nothing certain is left. A round after which
 * there are more errors than before is taken back: a fix must never make an app worse.
 *
 * @param check the findings of an app with these files
 */
export function fixApp(files: AppFiles, check: (files: AppFiles) => readonly Finding[]): FixedApp {
  let current = files;
  let findings = check(files);
  const applied: Finding[] = [];
  for (let round = 0; round < roundsMax; round += 1) {
    const step = applyEdits(current, findings);
    if (step.applied.length === 0) break;
    const after = check(step.files);
    if (countErrors(after) > countErrors(findings)) break;
    applied.push(...step.applied);
    current = step.files;
    findings = after;
  }
  return {
    files: current,
    changed: [...current.keys()].filter((path) => current.get(path) !== files.get(path)),
    applied,
  };
}

function countErrors(findings: readonly Finding[]): number {
  return findings.filter(({ severity }) => severity === 'error').length;
}

// Edits of one round do not overlap; who comes too late waits for the next one.
function applyEdits(
  files: AppFiles,
  findings: readonly Finding[],
): { readonly files: AppFiles; readonly applied: readonly Finding[] } {
  const accepted = new Map<string, TextEdit[]>();
  const applied = findings.filter(({ file, edits = [] }) => {
    const taken = accepted.get(file) ?? [];
    if (edits.length === 0 || !files.has(file) || edits.some((edit) => overlapsAny(edit, taken))) return false;
    accepted.set(file, [...taken, ...edits]);
    return true;
  });
  const texts = new Map(files);
  for (const [file, edits] of accepted) texts.set(file, editText(files.get(file) ?? '', edits));
  return { files: texts, applied };
}

function overlapsAny(edit: TextEdit, others: readonly TextEdit[]): boolean {
  return others.some((other) => edit.start <= other.end && other.start <= edit.end);
}

/** A text with edits applied that do not overlap; offsets are those of the text as given. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  const fromTheEnd = edits.toSorted((left, right) => right.start - left.start || right.end - left.end);
  return fromTheEnd.reduce(
    (edited, { start, end, text: put }) => edited.slice(0, start) + put + edited.slice(end),
    text,
  );
}
