// @ts-check
import { send } from './ask.js';
import { copyButton, h } from './elements.js';
import { clockTime, duration } from './in-words.js';
import { jsonView } from './json-view.js';

/** Lines that show while an entry is folded. */
const PREVIEW_LINES = 6;

/** @typedef {{ isOpen: boolean, isNew: boolean, titleOf: (entry: any) => string, edit: (entry: any) => void, toggle: () => void }} Parts */

/**
 * One call of the app. Folded it says what happened and what the app printed; unfolded also with what, and what it asked.
 * @param {any} entry @param {Parts} parts
 */
export function entryElement(entry, parts) {
  const { isOpen, isNew } = parts;
  const id = `entry-${entry.number}`;
  return h(
    'li.entry',
    { class: `entry ${styleOf(entry.outcome)}${isNew ? ' just' : ''}`, 'data-number': entry.number },
    h(
      'button.line',
      {
        type: 'button',
        'aria-expanded': String(isOpen),
        'aria-controls': id,
        'data-key': 'line',
        onclick: parts.toggle,
      },
      h('span.mark', { 'aria-hidden': 'true' }),
      h('span.title', null, h('b', null, parts.titleOf(entry)), ...tags(entry)),
      h('span.right', null, h('b', null, outcomeInWords(entry.outcome)), clockTime(entry.at)),
      h('span'),
      h(
        'span.meta',
        null,
        ...(entry.name === entry.handler ? [] : [h('code', null, entry.name), ' → ']),
        h('code', null, `${entry.handler}()`),
      ),
    ),
    linesOf(entry, isOpen),
    faultOf(entry.outcome, isOpen),
    answerOf(entry.outcome, isOpen),
    h('div', { id }, isOpen && bodyOf(entry, parts)),
  );
}

/** @param {any} outcome */
function styleOf(outcome) {
  if (outcome === null) return 'open-call';
  if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return 'failed';
  return outcome.kind === 'refused' ? 'refused' : 'done';
}

/** @param {any} outcome */
function outcomeInWords(outcome) {
  if (outcome === null) return 'running';
  switch (outcome.kind) {
    case 'done':
    case 'answered':
      return duration(outcome.duration_ms);
    case 'refused':
      return `refused, ${duration(outcome.duration_ms)}`;
    case 'failed':
      return `${outcome.error.code === 'timed_out' ? 'timed out' : 'failed'}, ${duration(outcome.duration_ms)}`;
    default:
      return 'interrupted';
  }
}

/** @param {any} entry */
function tags({ origin, attempt, module, kind }) {
  const words = [];
  if (origin.kind === 'fired') words.push('by hand');
  if (origin.kind === 'simulated') words.push('simulated');
  if (origin.kind === 'resent') words.push(`${origin.is_edited ? 'edited, ' : ''}again`);
  if (attempt > 1) words.push(`attempt ${attempt}`);
  if (kind !== 'product_event' && module !== null && kind !== 'set_up_event') words.push(kind.replaceAll('_', ' '));
  return words.map((word) => h('span.tag', null, word));
}

/** @param {any} entry @param {boolean} isOpen */
function linesOf({ lines, lines_left_out }, isOpen) {
  if (lines.length === 0) return null;
  const shown = isOpen ? lines : lines.slice(-PREVIEW_LINES);
  const hidden = lines.length - shown.length;
  return h(
    'ul.console',
    { 'aria-label': 'Console' },
    hidden > 0 && h('li.rest', null, `${hidden} earlier ${hidden === 1 ? 'line' : 'lines'}`),
    ...shown.map((/** @type {any} */ line) =>
      h(`li.${line.level}`, null, h('span.level', null, line.level), h('span', null, line.text)),
    ),
    lines_left_out > 0 && h('li.rest', null, `${lines_left_out} more lines were not kept`),
  );
}

/** @param {any} outcome @param {boolean} isOpen */
function faultOf(outcome, isOpen) {
  if (outcome?.kind === 'interrupted') {
    return h(
      'div.fault',
      null,
      h('p', null, 'The app’s process ended during another call, and took this one with it.'),
    );
  }
  if (outcome?.kind !== 'failed') return null;
  const { message, code, file, line, column, frame, stack } = outcome.error;
  return h(
    'div.fault',
    null,
    h('p', null, message, ' ', h('span.place.soft', null, code)),
    file !== undefined && h('p.place', null, h('code', null, `${file}:${line ?? 1}:${column ?? 1}`)),
    frame !== null && frame !== undefined && frameElement(frame),
    isOpen && stack !== undefined && h('div.stack', null, stack),
  );
}

/** Lines of the app’s own file around a place. @param {any} frame */
export function frameElement({ line, column, rows }) {
  return h(
    'div.frame',
    { tabindex: '0', role: 'group', 'aria-label': `Lines around line ${line}` },
    h(
      'ol',
      null,
      ...rows.map((/** @type {any} */ row) =>
        h(
          row.number === line ? 'li.here' : 'li',
          null,
          h('span.n', null, String(row.number)),
          h('span.t', null, ...marked(row, line, column)),
        ),
      ),
    ),
  );
}

/** @param {any} row @param {number} line @param {number} column */
function marked({ number, text }, line, column) {
  if (number !== line) return [text];
  const start = Math.min(column - 1, text.length);
  const word = /^[\w$.]+|^./.exec(text.slice(start))?.[0] ?? ' ';
  return [text.slice(0, start), h('mark', null, word), text.slice(start + word.length)];
}

/** @param {any} outcome @param {boolean} isOpen */
function answerOf(outcome, isOpen) {
  if (outcome?.kind !== 'answered' && outcome?.kind !== 'refused') return null;
  if (outcome.kind === 'answered' && (outcome.answer === null || outcome.answer === undefined) && !isOpen) return null;
  const label = outcome.kind === 'answered' ? 'renderData(null, …) answered' : 'renderData(error) refused';
  return h('div.body', null, h('h3', null, label), jsonView(outcome.answer));
}

/** @param {any} entry @param {Parts} parts */
function bodyOf(entry, { edit }) {
  const text = () => JSON.stringify(entry.payload, null, 2);
  return h(
    'div.body',
    null,
    entry.operations.length > 0 && [h('h3', null, 'Asked of the platform'), operations(entry.operations)],
    h(
      'div.with-deeds',
      null,
      h('h3', null, 'Payload'),
      copyButton(text, 'the payload'),
      h('button.plain', { type: 'button', 'data-key': 'edit', onclick: () => edit(entry) }, 'Edit and resend'),
      h('button.plain', { type: 'button', 'data-key': 'replay', onclick: () => replay(entry) }, 'Replay'),
    ),
    jsonView(entry.payload, { depth: 3 }),
  );
}

/** The same call again, with the same payload. @param {any} entry */
export function replay(entry) {
  return send(`/bench/entries/${entry.number}/resend`);
}

/** @param {any[]} list */
function operations(list) {
  return h(
    'ul.ops',
    null,
    ...list.map(({ name, args, state, result, duration_ms }) =>
      h(
        'li',
        null,
        h('span', null, `$${name}(${args.slice(1, -1)})`),
        h('span.soft', null, state === 'open' ? 'waiting' : duration(duration_ms)),
        result !== null && h(`span.result${state === 'refused' ? '.refused' : ''}`, null, `→ ${result}`),
      ),
    ),
  );
}
