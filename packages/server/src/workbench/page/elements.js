// @ts-check

/**
 * Makes an element. Text is always text: nothing of an app is ever read as HTML.
 *
 * @param {string} name such as `button` or `p.soft.small`
 * @param {Record<string, any> | null} [attributes] `on…` are listeners, `data-…` and `aria-…` as they are called
 * @param {...(Node | string | null | undefined | false | (Node | string | null | undefined | false)[])} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = null, ...children) {
  const [tag = 'div', ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'value') /** @type {any} */ (element).value = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no ${id}.`);
  return element;
}

/**
 * Puts other contents into a container, and leaves the focus and what is unfolded where they were: elements are the same
 * when their `data-key` is.
 *
 * @param {HTMLElement} container @param {Node[]} nodes
 */
export function replaceContents(container, nodes) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && container.contains(focused) ? focused.dataset.key : undefined;
  const unfolded = new Set(
    [...container.querySelectorAll('details[open][data-key]')].map(
      (one) => /** @type {HTMLElement} */ (one).dataset.key,
    ),
  );
  container.replaceChildren(...nodes);
  for (const details of container.querySelectorAll('details[data-key]')) {
    if (unfolded.has(/** @type {HTMLElement} */ (details).dataset.key)) details.setAttribute('open', '');
  }
  if (key === undefined) return;
  for (const one of container.querySelectorAll('[data-key]')) {
    if (/** @type {HTMLElement} */ (one).dataset.key === key) {
      /** @type {HTMLElement} */ (one).focus({ preventScroll: true });
      return;
    }
  }
}

/** Calls only when what it is called with has changed. @param {(value: any) => void} draw */
export function whenChanged(draw) {
  const memory = { text: '' };
  return (/** @type {any} */ value) => {
    const text = JSON.stringify(value);
    if (text === memory.text) return;
    memory.text = text;
    draw(value);
  };
}

/** Says something that went wrong, or that was done. @param {string} sentence */
export function toast(sentence) {
  const element = byId('toast');
  element.textContent = sentence;
  element.hidden = false;
  clearTimeout(Number(element.dataset.timer));
  element.dataset.timer = String(
    setTimeout(() => {
      element.hidden = true;
    }, 6000),
  );
}

/** A button that copies a text. @param {() => string} text @param {string} label */
export function copyButton(text, label) {
  const button = h('button.plain', { type: 'button', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
  return button;
}
