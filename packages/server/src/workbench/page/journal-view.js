// @ts-check
import { byId, h, replaceContents } from './elements.js';
import { entryElement } from './entry-view.js';

/** Entries drawn at once; older ones are a click away. */
const DRAWN_MAX = 150;

/**
 * The story of the app, newest first. Each entry is drawn on its own when it changes, so that nothing else moves.
 *
 * @param {{ titleOf: (entry: any) => string, edit: (entry: any) => void }} parts
 */
export function createJournalView({ titleOf, edit }) {
  const list = byId('journal-entries');
  const filter = /** @type {HTMLInputElement} */ (byId('journal-filter'));
  const state = {
    /** @type {Map<number, any>} */
    items: new Map(),
    /** @type {Map<number, HTMLElement>} */
    elements: new Map(),
    /** @type {Set<number>} */
    open: new Set(),
    hiddenUpTo: 0,
    hasOpened: false,
  };

  const isShown = (/** @type {any} */ item) => {
    if (item.number <= state.hiddenUpTo) return false;
    const words = filter.value.trim().toLowerCase();
    return words === '' || JSON.stringify(item).toLowerCase().includes(words) || titleText(item).includes(words);
  };
  const titleText = (/** @type {any} */ item) => (item.payload === undefined ? '' : titleOf(item).toLowerCase());

  const element = (/** @type {any} */ item, isNew = false) => {
    if (item.payload === undefined) return h('li.loose', null, `${item.at.slice(11, 19)}  ${item.text}`);
    return entryElement(item, {
      isOpen: state.open.has(item.number),
      isNew,
      titleOf,
      edit,
      toggle() {
        if (!state.open.delete(item.number)) state.open.add(item.number);
        redraw(item.number);
      },
    });
  };

  const redraw = (/** @type {number} */ number, isNew = false) => {
    const item = state.items.get(number);
    const before = state.elements.get(number);
    if (item === undefined || before === undefined) return;
    const next = element(item, isNew);
    const focused = document.activeElement;
    const key = focused instanceof HTMLElement && before.contains(focused) ? focused.dataset.key : undefined;
    before.replaceWith(next);
    state.elements.set(number, next);
    if (key !== undefined) /** @type {HTMLElement | null} */ (next.querySelector(`[data-key="${key}"]`))?.focus();
  };

  const redrawAll = () => {
    const shown = [...state.items.values()].filter(isShown).sort((one, other) => other.number - one.number);
    state.elements.clear();
    const nodes = shown.slice(0, DRAWN_MAX).map((item) => {
      const one = element(item);
      state.elements.set(item.number, one);
      return one;
    });
    replaceContents(list, nodes);
    sayEmpty();
  };
  const sayEmpty = () => {
    byId('journal-empty').hidden = state.elements.size > 0;
  };

  filter.addEventListener('input', redrawAll);
  byId('journal-clear').addEventListener('click', () => {
    state.hiddenUpTo = Math.max(0, ...state.items.keys());
    redrawAll();
  });

  return {
    /** Everything that the server has. @param {{ entries: any[], lines: any[] }} journal */
    begin({ entries, lines }) {
      state.items = new Map([...entries, ...lines].map((item) => [item.number, item]));
      if (Math.max(0, ...state.items.keys()) < state.hiddenUpTo) state.hiddenUpTo = 0;
      redrawAll();
    },
    /** An entry or a line that is new or went on. @param {any} item */
    take(item) {
      const isNew = !state.items.has(item.number);
      state.items.set(item.number, item);
      if (!isNew) return redraw(item.number);
      if (!isShown(item)) return;
      const one = element(item, true);
      state.elements.set(item.number, one);
      list.prepend(one);
      const rest = list.childElementCount - DRAWN_MAX;
      if (rest > 0) list.lastElementChild?.remove();
      sayEmpty();
    },
    /** What stands there while nothing happened. @param {Node[]} nodes */
    sayWhenEmpty(nodes) {
      byId('journal-empty').replaceChildren(...nodes);
    },
    /** Moves the focus by so many entries. @param {number} by */
    move(by) {
      const lines = [...list.querySelectorAll('.entry > .line')];
      const at = lines.indexOf(
        /** @type {Element} */ (document.activeElement?.closest('.entry')?.querySelector('.line')),
      );
      const next = /** @type {HTMLElement | undefined} */ (lines[Math.min(lines.length - 1, Math.max(0, at + by))]);
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    },
    /** The entry that has the focus, else the newest. */
    current() {
      const number = /** @type {HTMLElement | null} */ (document.activeElement?.closest('.entry'))?.dataset.number;
      if (number !== undefined) return state.items.get(Number(number)) ?? null;
      const first = /** @type {HTMLElement | null} */ (list.querySelector('.entry'));
      return first === null ? null : (state.items.get(Number(first.dataset.number)) ?? null);
    },
  };
}
