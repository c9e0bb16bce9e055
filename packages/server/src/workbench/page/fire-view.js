// @ts-check
import { get, send } from './ask.js';
import { byId, h, whenChanged } from './elements.js';
import { duration, KINDS } from './in-words.js';
import { jsonEditor } from './json-editor.js';

/** Calls anything that the app has, with a payload that can be edited. */
export function createFireView() {
  const pane = byId('call');
  const choice = /** @type {HTMLSelectElement} */ (h('select', { id: 'call-choice' }));
  const source = h('p.hint-line');
  const outcome = h('p.hint-line', { role: 'status' });
  const state = {
    /** @type {any[]} */
    targets: [],
    /** The entry whose payload is edited. @type {number | null} */
    entry: null,
  };
  const editor = jsonEditor({ label: 'Payload', value: {}, rows: 20, send: () => call() });
  const button = h('button.main', { type: 'button', onclick: () => call() }, 'Call');
  const reset = h('button.plain', { type: 'button', onclick: () => begin() }, 'Start over');
  const target = () => state.targets[Number(choice.value)] ?? null;

  async function begin() {
    state.entry = null;
    outcome.textContent = '';
    const chosen = target();
    if (chosen === null) return;
    if (chosen.kind !== 'event') {
      source.textContent =
        chosen.kind === 'job' ? 'What the job is given.' : 'What the function is given; iparams are added.';
      editor.set(exampleOf(chosen.parameters));
      return;
    }
    const at = new URLSearchParams({ event: chosen.name, module: chosen.module ?? '' });
    const answer = await get(`/bench/payload?${at}`);
    if (answer === null || target() !== chosen) return;
    editor.set(answer.payload);
    source.textContent = answer.fault ?? (answer.source === null ? 'An invented payload.' : `From ${answer.source}.`);
  }

  async function call() {
    const chosen = target();
    const payload = editor.read();
    if (chosen === null || payload === null) return;
    button.setAttribute('disabled', '');
    outcome.textContent = 'Calling…';
    const answer =
      state.entry === null
        ? await send('/bench/calls', { kind: chosen.kind, module: chosen.module, name: chosen.name, payload })
        : await send(`/bench/entries/${state.entry}/resend`, { payload });
    button.removeAttribute('disabled');
    outcome.classList.toggle('bad', answer === null || answer.kind === 'failed');
    if (answer === null) outcome.textContent = 'It was not called.';
    else if (answer.kind === 'failed') outcome.textContent = `Failed: ${answer.message}`;
    else outcome.textContent = `Done in ${duration(answer.duration_ms)}. The journal has all of it.`;
  }

  choice.addEventListener('change', begin);
  const none = h(
    'p.empty',
    null,
    'The app has no callback yet. As soon as its manifest names one, it can be called here.',
  );
  const form = h(
    'div',
    null,
    h('div.field', null, h('label', { for: 'call-choice' }, 'What to call'), choice),
    h('div.field', null, h('span.label', null, 'Payload'), source, editor.element),
    h(
      'div.row',
      null,
      button,
      reset,
      h('span.grow'),
      h('span.soft', null, h('kbd', null, 'Ctrl'), ' ', h('kbd', null, 'Enter')),
    ),
    outcome,
  );
  pane.append(none, form);

  const drawChoice = whenChanged((/** @type {any} */ app) => {
    const before = target();
    state.targets = targetsOf(app);
    none.hidden = state.targets.length > 0;
    form.hidden = state.targets.length === 0;
    const kept = state.targets.findIndex(
      (one) => one.kind === before?.kind && one.name === before?.name && one.module === before?.module,
    );
    choice.replaceChildren(...groups(state.targets));
    choice.value = String(Math.max(0, kept));
    if (kept < 0) void begin();
  });

  return {
    draw: drawChoice,
    /** Takes over an entry, to be edited and sent again. @param {any} entry */
    edit(entry) {
      const at = state.targets.findIndex(
        (one) =>
          one.name === entry.name && (entry.module === null || one.module === entry.module || one.kind !== 'event'),
      );
      if (at >= 0) choice.value = String(at);
      state.entry = entry.number;
      editor.set(entry.payload);
      source.textContent = `The payload of ${entry.name} at ${entry.at.slice(11, 19)}.`;
      outcome.textContent = '';
      editor.field.focus();
    },
  };
}

/** @param {any} app */
function targetsOf({ events, functions, actions, jobs }) {
  return [
    ...events.map((/** @type {any} */ one) => ({
      kind: 'event',
      group: one.kind,
      module: one.module,
      name: one.event,
    })),
    ...functions.map((/** @type {any} */ one) => ({
      kind: 'function',
      group: 'function',
      module: one.module,
      name: one.name,
    })),
    ...actions.map((/** @type {any} */ one) => ({
      kind: 'action',
      group: 'action',
      module: null,
      name: one.name,
      parameters: one.parameters,
    })),
    ...jobs.map((/** @type {any} */ name) => ({ kind: 'job', group: 'job', module: 'common', name })),
  ];
}

/** @param {any[]} targets */
function groups(targets) {
  return Object.entries(KINDS).flatMap(([group, label]) => {
    const own = targets.map((one, index) => ({ ...one, index })).filter((one) => one.group === group);
    if (own.length === 0) return [];
    const options = own.map(({ name, module, index }) =>
      h('option', { value: String(index) }, module === null ? name : `${name} (${module})`),
    );
    return [h('optgroup', { label }, ...options)];
  });
}

/** An object that fits a JSON Schema’s properties, to be filled in. @param {any} schema @returns {Record<string, any>} */
function exampleOf(schema) {
  const properties = Object.entries(schema?.properties ?? {});
  return Object.fromEntries(properties.map(([name, one]) => [name, emptyOf(/** @type {any} */ (one))]));
}

/** @param {any} schema @returns {any} */
function emptyOf(schema) {
  if (schema?.default !== undefined) return schema.default;
  if (Array.isArray(schema?.enum)) return schema.enum[0];
  switch (schema?.type) {
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return exampleOf(schema);
    default:
      return '';
  }
}
