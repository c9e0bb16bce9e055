import type { AppFiles } from '../marketplace/app-files.ts';
import type { Finding, FindingSeverity } from '../marketplace/finding.ts';
import { codeFrame } from './code-frame.ts';

/** Findings for people: the place first, so that editors and terminals make a link of it, then the code itself. */
export function findingLines(finding: Finding, folder: string, files: AppFiles | null): readonly string[] {
  const { severity, code, message, file, line, column, expected, fix } = finding;
  const place = file === '' ? folder : `${joined(folder, file)}:${line}:${column}`;
  const text = files?.get(file) ?? '';
  const frame = file === '' || text === '' ? [] : codeFrame(text, { line, column });
  return [
    `${place} ${severity} ${code}`,
    ...indented(message),
    ...frame.map((row) => `    ${row}`),
    ...(expected === undefined ? [] : indented(`expected: ${expected}`)),
    ...(fix === undefined ? [] : indented(`fix: ${fix}`)),
  ];
}

/** More of one kind in one file than this are told by their lines alone. */
const ALIKE_SHOWN_MAX = 2;

/**
 * Findings for people, in order. Of warnings and remarks of one kind in one file the first are shown and the others
 * only placed, so that a page of them does not hide the one that matters. Errors are all shown.
 */
export function findingGroups(
  findings: readonly Finding[],
  folder: string,
  files: AppFiles | null,
): readonly (readonly string[])[] {
  const alike = Map.groupBy(findings, ({ severity, code, file }) => `${severity} ${code} ${file}`);
  return [...alike.values()].flatMap((group) => {
    const isShort = group.length <= ALIKE_SHOWN_MAX + 1 || group[0]?.severity === 'error';
    const shown = isShort ? group : group.slice(0, ALIKE_SHOWN_MAX);
    const lines = shown.map((finding) => [...findingLines(finding, folder, files)]);
    const others = group.slice(shown.length);
    if (others.length > 0) lines.at(-1)?.push(moreLike(others));
    return lines;
  });
}

function moreLike(others: readonly Finding[]): string {
  return `  and ${others.length} more like it: lines ${others.map(({ line }) => line).join(', ')}`;
}

/** `2 errors, 1 warning`; null when there is nothing to count. */
export function countFindings(findings: readonly Finding[]): string | null {
  const counts = SEVERITIES.map(({ severity, one, many }) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
  }).filter((text) => text !== null);
  return counts.length === 0 ? null : counts.join(', ');
}

const SEVERITIES: readonly { readonly severity: FindingSeverity; readonly one: string; readonly many: string }[] = [
  { severity: 'error', one: 'error', many: 'errors' },
  { severity: 'warning', one: 'warning', many: 'warnings' },
  { severity: 'information', one: 'remark', many: 'remarks' },
];

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `  ${line}`);
}

function joined(folder: string, file: string): string {
  return folder === '.' ? file : `${folder.replace(/\/+$/, '')}/${file}`;
}
