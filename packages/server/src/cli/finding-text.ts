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
