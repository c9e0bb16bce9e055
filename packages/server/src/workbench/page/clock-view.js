// @ts-check
import { send } from './ask.js';
import { byId, h, replaceContents, whenChanged } from './elements.js';
import { countdown, DEADLINES, span } from './in-words.js';

/** The engine’s clock: it shows the time, and steps to what would otherwise be waited for. */
export function createClockView() {
  const memory = { now: 0, at: 0, isStepping: false };
  const time = h('time', { 'aria-label': 'Time of the engine' }, '…');
  const draw = whenChanged(({ offset, next, isStepping }) => {
    const step = (/** @type {number} */ ms, /** @type {string} */ label) =>
      h(
        'button',
        {
          type: 'button',
          'data-key': label,
          disabled: isStepping,
          onclick: () => send('/bench/clock', { kind: 'by', ms }),
        },
        label,
      );
    replaceContents(byId('clock'), [
      time,
      offset > 0
        ? h(
            'span.ahead',
            { title: 'The engine’s clock was stepped forward; the app’s own Date stays with the machine.' },
            `UTC, ${span(offset)} ahead`,
          )
        : h('span.zone', null, 'UTC'),
      step(60_000, '+1 min'),
      step(300_000, '+5 min'),
      h(
        'button',
        {
          type: 'button',
          'data-key': 'next',
          disabled: isStepping || next === null,
          title: `Steps the clock to the next deadline of the team or schedule of the app: every timer on the way runs, in order${next === null ? '' : `\nNext: ${whatIsNext(next)}`}`,
          onclick: () => send('/bench/clock', { kind: 'next_deadline' }),
        },
        isStepping ? 'Stepping…' : 'Next deadline',
        !isStepping && next !== null && h('span.soft.whose', null, `: ${whatIsNext(next)} `),
        !isStepping && next !== null && h('span.soft.until', { 'data-until': next.at }, ''),
      ),
    ]);
  });
  const tick = () => {
    if (memory.now === 0) return;
    const now = memory.now + (performance.now() - memory.at);
    time.textContent = new Date(now).toISOString().slice(11, 19);
    for (const one of document.querySelectorAll('[data-until]')) {
      const left = Date.parse(/** @type {HTMLElement} */ (one).dataset.until ?? '') - now;
      const text = `in ${countdown(left)}`;
      if (one.textContent !== text) one.textContent = text;
    }
  };
  setInterval(tick, 250);
  return {
    /** @param {any} clock */
    draw({ now, offset_ms, next, is_stepping }) {
      memory.now = Date.parse(now);
      memory.at = performance.now();
      draw({ offset: offset_ms, next, isStepping: is_stepping });
    },
    tick,
  };
}

/** @param {any} next */
function whatIsNext({ kind, whose }) {
  return `${kind === 'schedule' ? 'schedule' : `${DEADLINES[kind] ?? kind} of`} ${whose}`;
}
