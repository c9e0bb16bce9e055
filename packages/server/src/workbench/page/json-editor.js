// @ts-check
import { h } from './elements.js';

/**
 * A field for a JSON object that says where it is wrong. Control and Enter send it.
 *
 * @param {{ label: string, value: object, rows?: number, send: (value: any) => void }} options
 */
export function jsonEditor({ label, value, rows = 14, send }) {
  const fault = h('p.hint-line.bad', { role: 'status' });
  const field = /** @type {HTMLTextAreaElement} */ (
    h('textarea', { rows, spellcheck: 'false', autocomplete: 'off', 'aria-label': label })
  );
  const read = () => {
    const outcome = readObject(field.value);
    fault.textContent = outcome.fault ?? '';
    field.setAttribute('aria-invalid', String(outcome.fault !== null));
    return outcome.fault === null ? outcome.value : null;
  };
  field.addEventListener('input', read);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const object = read();
    if (object !== null) send(object);
  });
  const set = (/** @type {object} */ next) => {
    field.value = JSON.stringify(next, null, 2);
    read();
  };
  set(value);
  return { element: h('div', null, field, fault), field, read, set };
}

/** @param {string} text @returns {{ value: any, fault: string | null }} */
function readObject(text) {
  try {
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject ? { value, fault: null } : { value: null, fault: 'A payload is one JSON object: { … }' };
  } catch (error) {
    return { value: null, fault: placed(text, String(/** @type {Error} */ (error).message)) };
  }
}

/** The browser’s own sentence, with line and column where it names a position. @param {string} text @param {string} message */
function placed(text, message) {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined || /line \d+/.test(message)) return message;
  const before = text.slice(0, Number(position)).split('\n');
  return `${message} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
