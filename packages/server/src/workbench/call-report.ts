import { formatInstant } from '../time/instant.ts';
import type { Entry, EntryError } from './journal.ts';

/** One call of the app for the terminal: a line with what and how long, what it printed, and where it failed. */
export function callLines(entry: Entry, folder: string): readonly string[] {
  const { at, name, handler, lines, linesLeftOut, outcome } = entry;
  const title = [
    formatInstant(at).slice(11, 19),
    name === handler ? `${handler}()` : `${name} → ${handler}()`,
    subjectOf(entry),
    endOf(outcome),
  ];
  return [
    title.filter((part) => part !== '').join('  '),
    ...lines.map(({ level, text }) => `    ${level.padEnd(5)} ${harmless(text).replaceAll('\n', '\n          ')}`),
    ...(linesLeftOut === 0 ? [] : [`          … ${linesLeftOut} more lines`]),
    ...(outcome?.kind === 'failed' ? errorLines(outcome.error, folder) : []),
    ...(outcome?.kind === 'answered' || outcome?.kind === 'refused' ? answerLine(outcome) : []),
  ];
}

/** `demo.wren@example.com AVAILABLE → Lunch`, where the event is the one that says so. */
function subjectOf({ name, payload }: Entry): string {
  if (name !== 'onAgentActivityCreate') return '';
  const data = payload.data as { readonly agent_activity?: Readonly<Record<string, unknown>> } | undefined;
  const activity = data?.agent_activity;
  if (activity === undefined || activity === null) return '';
  const axis = activity.availability_event_type === 'GeneralAvailability' ? 'presence ' : '';
  return harmless(`${activity.email} ${axis}${activity.prev_status} → ${activity.status}`);
}

function endOf(outcome: Entry['outcome']): string {
  if (outcome === null) return '';
  if (outcome.kind === 'interrupted') return 'interrupted';
  const duration = `${outcome.durationMs < 10 ? outcome.durationMs.toFixed(1) : Math.round(outcome.durationMs)} ms`;
  if (outcome.kind === 'failed')
    return `${outcome.error.code === 'timed_out' ? 'TIMED OUT' : 'FAILED'} after ${duration}`;
  return outcome.kind === 'refused' ? `refused after ${duration}` : duration;
}

function errorLines({ message, file, line, column, frame }: EntryError, folder: string): readonly string[] {
  const place = file === undefined ? [] : [`    at ${folder}/${file}:${line ?? 1}:${column ?? 1}`];
  const gutter = String(frame?.rows.at(-1)?.number ?? '').length;
  const rows = (frame?.rows ?? []).flatMap(({ number, text }) => {
    const row = `    ${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${harmless(text.replaceAll('\t', ' '))}`;
    if (number !== line) return [row];
    return [row, `      ${' '.repeat(gutter)} | ${' '.repeat(Math.max(0, (frame?.column ?? 1) - 1))}^`];
  });
  return [`    ${harmless(message)}`, ...place, ...rows];
}

function answerLine(outcome: { readonly kind: string; readonly answer: unknown }): readonly string[] {
  const text = harmless(JSON.stringify(outcome.answer) ?? 'null');
  const shown = text.length > ANSWER_SHOWN_MAX ? `${text.slice(0, ANSWER_SHOWN_MAX)}…` : text;
  return outcome.answer === null || outcome.answer === undefined ? [] : [`    renderData ${shown}`];
}

const ANSWER_SHOWN_MAX = 400;

/** No control characters but line breaks: what an app prints must not steer the terminal. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD');
}
