/** How much a finding weighs: an error keeps the app from loading, a warning does not, information is only that. */
export type FindingSeverity = 'error' | 'warning' | 'information';

/** A piece of a file to be replaced. Offsets count UTF-16 units from 0; an empty text removes the piece. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One thing to say about one place in an app's files. Lines and columns count from 1. */
export interface Finding {
  readonly severity: FindingSeverity;
  /** Stable kebab-case name of the rule, for machines; the message may be reworded, the code may not. */
  readonly code: string;
  readonly message: string;
  /** Path below the app folder, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected?: string;
  /** What to write instead, as a sentence or as the text itself. */
  readonly fix?: string;
  /** The fix as edits of the file, where there is exactly one way and it changes nothing that works. */
  readonly edits?: readonly TextEdit[];
}

/** True when at least one finding keeps the app from loading. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** The findings in reading order: by file, then line, then column. */
export function inReadingOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (left, right) => compareText(left.file, right.file) || left.line - right.line || left.column - right.column,
  );
}

/** The findings by weight, errors first, and in reading order within each weight. */
export function byWeight(findings: readonly Finding[]): readonly Finding[] {
  const inOrder = inReadingOrder(findings);
  return weights.flatMap((severity) => inOrder.filter((finding) => finding.severity === severity));
}

const weights: readonly FindingSeverity[] = ['error', 'warning', 'information'];

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
