import type { AppFiles } from './app-files.ts';
import type { Finding, FindingSeverity, TextEdit } from './finding.ts';
import { findingRules } from './finding-rules.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { positionAt, type SourceText, sourceText } from './source-text.ts';

/** What a SARIF log says about where it comes from. */
export interface SarifOrigin {
  readonly version: string;
  /** The app folder as a URI that ends with a slash. */
  readonly folderUri: string;
}

/**
 * Findings as a SARIF 2.1.0 log with one run: rules with help, regions, and as `fixes` the edits that are certain.
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
 */
export function sarifLog(findings: readonly Finding[], files: AppFiles, origin: SarifOrigin): JsonObject {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const sources = new Map<string, SourceText>();
  const sourceOf = (file: string) => {
    const known = sources.get(file) ?? sourceText(file, files.get(file) ?? '');
    sources.set(file, known);
    return known;
  };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'rollcall app validate',
            version: origin.version,
            rules: codes.map((code) => rule(code, findings)),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { APP: { uri: origin.folderUri } },
        results: findings.map((finding) => result(finding, { codes, source: sourceOf(finding.file) })),
      },
    ],
  };
}

const levels: Readonly<Record<FindingSeverity, string>> = { error: 'error', warning: 'warning', information: 'note' };

function rule(code: string, findings: readonly Finding[]): JsonObject {
  const known = findingRules[code] ?? { title: code, help: '' };
  const severity = findings.find((finding) => finding.code === code)?.severity ?? 'warning';
  return {
    id: code,
    shortDescription: { text: known.title },
    fullDescription: { text: `${known.title}. ${known.help}`.trim() },
    help: { text: `${known.title}. ${known.help}`.trim() },
    defaultConfiguration: { level: levels[severity] },
  };
}

interface ResultPlace {
  readonly codes: readonly string[];
  readonly source: SourceText;
}

function result(finding: Finding, { codes, source }: ResultPlace): JsonObject {
  const { code, severity, message, expected, fix, line, column, file } = finding;
  const more = [
    expected === undefined ? [] : [`Expected: ${expected}`],
    fix === undefined ? [] : [`Fix: ${fix}`],
  ].flat();
  const region = { startLine: line, startColumn: column };
  const artifact = { artifactLocation: { uri: uriOf(file), uriBaseId: 'APP' } };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: [message, ...more].join('\n') },
    locations: [
      {
        physicalLocation: file === '' ? { artifactLocation: { uriBaseId: 'APP', uri: '.' } } : { ...artifact, region },
      },
    ],
    ...(finding.edits === undefined || finding.edits.length === 0 ? {} : { fixes: [sarifFix(finding, source)] }),
  };
}

function sarifFix({ file, fix, edits = [] }: Finding, source: SourceText): JsonObject {
  return {
    description: { text: fix ?? 'fix it' },
    artifactChanges: [
      {
        artifactLocation: { uri: uriOf(file), uriBaseId: 'APP' },
        replacements: edits.map((edit) => replacement(edit, source)),
      },
    ],
  };
}

function replacement({ start, end, text }: TextEdit, source: SourceText): JsonValue {
  const [from, to] = [positionAt(source, start), positionAt(source, end)];
  return {
    deletedRegion: { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column },
    ...(text === '' ? {} : { insertedContent: { text } }),
  };
}

// Paths of an app may hold blanks and worse; a URI may not.
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
