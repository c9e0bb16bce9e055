// @ts-check
import { get } from './ask.js';
import { byId, h } from './elements.js';
import { jsonEditor } from './json-editor.js';

/** The page of the vendor's kit: choose, edit, simulate. Simulating saves the payload into the app's test data. */
const type = /** @type {HTMLSelectElement} */ (byId('type'));
const module = /** @type {HTMLSelectElement} */ (byId('module'));
const event = /** @type {HTMLSelectElement} */ (byId('event'));
const button = byId('simulate');
const said = byId('said');
const editor = jsonEditor({ label: 'Payload', value: {}, rows: 26, send: () => simulate() });
byId('editor').append(editor.element);

const state = await get('/bench/state');
const actions = state?.app.actions ?? [];
const modules = [...new Set((state?.app.events ?? []).map((/** @type {any} */ one) => one.module))];
fill(type, [...(modules.length > 0 ? ['events'] : []), ...(actions.length > 0 ? ['actions'] : [])]);
type.addEventListener('change', chooseType);
module.addEventListener('change', chooseModule);
event.addEventListener('change', load);
button.addEventListener('click', simulate);
byId('reset').addEventListener('click', reset);
await chooseType();

async function chooseType() {
  const isEvents = type.value === 'events';
  module.disabled = !isEvents;
  fill(module, isEvents ? /** @type {string[]} */ (modules) : []);
  await chooseModule();
}

async function chooseModule() {
  const names =
    type.value === 'events'
      ? state.app.events
          .filter((/** @type {any} */ one) => one.module === module.value)
          .map((/** @type {any} */ one) => one.event)
      : actions.map((/** @type {any} */ one) => one.name);
  fill(event, names);
  button.toggleAttribute('disabled', names.length === 0);
  if (names.length === 0) said.textContent = 'The app has nothing to simulate yet.';
  await load();
}

async function load() {
  showResult('Simulate', '');
  if (event.value === '') return;
  if (type.value !== 'events') return editor.set({});
  const answer = await get(`/bench/payload?${new URLSearchParams({ event: event.value, module: module.value })}`);
  if (answer === null) return;
  editor.set(answer.payload);
  said.textContent = answer.fault ?? (answer.source === null ? 'An invented payload.' : `From ${answer.source}.`);
}

async function simulate() {
  const payload = editor.read();
  if (payload === null || event.value === '') return;
  showResult('Simulating…', '');
  const at = new URLSearchParams({ product: module.value });
  const isEvent = type.value === 'events';
  const saved = isEvent ? await post(`/web/events/${event.value}?${at}`, payload) : { ok: true, answer: {} };
  const address = isEvent
    ? `/event/execute?${new URLSearchParams({ name: event.value, product: module.value })}`
    : `/web/actions/${event.value}`;
  const ended = saved.ok ? await post(address, payload) : saved;
  showResult(ended.ok ? 'Success' : 'Failed', ended.ok ? 'success' : 'failure');
  said.textContent = ended.ok
    ? sentenceOf(saved.answer.file, ended.answer)
    : (ended.answer.message ?? 'The server does not answer.');
}

/** @param {string | undefined} file @param {any} answer */
function sentenceOf(file, answer) {
  const saved = file === undefined ? '' : `Saved to ${file}. `;
  return answer.response === undefined
    ? `${saved}The workbench shows what the callback printed.`
    : `${saved}${JSON.stringify(answer.response)}`;
}

async function reset() {
  if (type.value !== 'events' || event.value === '') return;
  const { ok } = await post(`/web/events/reset/${event.value}?${new URLSearchParams({ product: module.value })}`, {});
  if (ok) await load();
}

/** @param {string} words @param {string} style */
function showResult(words, style) {
  button.textContent = words;
  button.className = style === '' ? 'main' : style;
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, answer: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, answer: {} };
  }
}

/** @param {HTMLSelectElement} select @param {string[]} names */
function fill(select, names) {
  select.replaceChildren(...names.map((name) => h('option', { value: name }, name)));
}
