// @ts-check
import { get, send } from './ask.js';
import { byId, h, replaceContents, whenChanged } from './elements.js';
import { jsonView } from './json-view.js';

/** What the app keeps in the platform: $db, schedules, jobs. */
export function createStorageView() {
  const pane = byId('storage');
  const memory = { timer: 0 };
  const draw = whenChanged((/** @type {any} */ storage) => replaceContents(pane, sections(storage)));
  const load = async () => {
    const storage = await get('/bench/storage');
    if (storage !== null) draw(storage);
  };
  replaceContents(pane, [h('p.hint-line', null, 'Loading…')]);
  return {
    /** Something happened that may have changed it. */
    look() {
      clearTimeout(memory.timer);
      memory.timer = setTimeout(load, 120);
    },
  };
}

/** @param {any} storage */
function sections({ key_values, schedules, jobs }) {
  return [
    h('h3', null, 'Key-value store ($db)'),
    key_values.length === 0
      ? h('p.empty', null, 'Nothing is stored. What the app writes with $db.set stands here.')
      : null,
    ...key_values.map((/** @type {any} */ one) =>
      h(
        'div.kv',
        null,
        h(
          'div.row',
          null,
          h('b', null, one.key),
          one.expires_at !== null && h('span.soft', null, 'expires ', h('span', { 'data-until': one.expires_at }, '')),
        ),
        jsonView(one.value, { depth: 1 }),
      ),
    ),
    h('h3', null, 'Schedules'),
    schedules.length === 0
      ? h('p.empty', null, 'No schedule is set. What the app makes with $schedule.create stands here.')
      : null,
    ...schedules.map((/** @type {any} */ one) =>
      h(
        'div.kv',
        null,
        h(
          'div.row',
          null,
          h('b', null, one.name),
          one.next_at !== null && h('span.soft', null, 'next ', h('span', { 'data-until': one.next_at }, '')),
          one.next_at !== null &&
            h(
              'button.plain',
              {
                type: 'button',
                title: 'Steps the clock to its instant',
                onclick: () => send('/bench/clock', { kind: 'to', at: one.next_at }),
              },
              'Step to it',
            ),
        ),
        one.repeat !== null && h('p.hint-line', null, `repeats: ${JSON.stringify(one.repeat)}`),
        jsonView(one.data, { depth: 1 }),
      ),
    ),
    h('h3', null, 'Jobs'),
    jobs.length === 0 ? h('p.empty', null, 'No job has run.') : null,
    ...jobs.map((/** @type {any} */ one) =>
      h(
        'div.kv',
        null,
        h('div.row', null, h('b', null, one.name), h('span.pill', null, one.status)),
        h(
          'p.hint-line',
          null,
          [one.tag, one.status_message].filter((part) => part !== null && part !== '').join(' – '),
        ),
      ),
    ),
  ].filter((node) => node !== null);
}
