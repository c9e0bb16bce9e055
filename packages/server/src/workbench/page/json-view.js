// @ts-check
import { h } from './elements.js';

/** Objects nested deeper are folded at first. */
const OPEN_DEPTH = 2;
const SHOWN_MAX = 200;

/**
 * A JSON value as a tree that folds.
 * @param {any} value @param {{ depth?: number }} [options] how deep it is unfolded
 */
export function jsonView(value, { depth = OPEN_DEPTH } = {}) {
  return h('div.json', null, node(null, value, depth));
}

/** @param {string | null} key @param {any} value @param {number} depth @returns {HTMLElement} */
function node(key, value, depth) {
  if (value === null || typeof value !== 'object') return h('div.leaf', null, ...named(key), leaf(value));
  const entries = Array.isArray(value) ? value.map((one, index) => [String(index), one]) : Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return h('div.leaf', null, ...named(key), h('span.z', null, `${open}${close}`));
  const details = h(
    'details',
    { open: depth > 0 },
    h('summary', null, ...named(key), open, h('span.hint', null, ` ${hintOf(value, entries.length)} ${close}`)),
  );
  const fill = () => {
    if (details.childElementCount > 1) return;
    const kids = entries.slice(0, SHOWN_MAX).map(([name, one]) => node(String(name), one, depth - 1));
    const rest = entries.length - SHOWN_MAX;
    details.append(
      h('div.kids', null, ...kids, rest > 0 && h('div.leaf.z', null, `… ${rest} more`)),
      h('div.leaf', null, close),
    );
  };
  if (depth > 0) fill();
  else details.addEventListener('toggle', fill, { once: true });
  return details;
}

/** @param {string | null} key */
function named(key) {
  return key === null ? [] : [h('span.k', null, key), ': '];
}

/** @param {any} value */
function leaf(value) {
  if (typeof value === 'string') return h('span.s', null, JSON.stringify(value));
  if (typeof value === 'number') return h('span.n', null, String(value));
  return h('span.z', null, String(value));
}

/** @param {any} value @param {number} count */
function hintOf(value, count) {
  if (Array.isArray(value)) return `${count} ${count === 1 ? 'item' : 'items'}`;
  return Object.keys(value).slice(0, 4).join(', ') + (count > 4 ? ', …' : '');
}
