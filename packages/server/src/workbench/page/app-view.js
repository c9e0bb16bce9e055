// @ts-check
import { attempt, send } from './ask.js';
import { byId, h, replaceContents, toast, whenChanged } from './elements.js';

/** The app itself: what it is, its parameters, its life, and the addresses here. */
export function createAppView() {
  const pane = byId('app');
  // It outlives the drawings: a refusal stays until it is heeded or not.
  const refusal = h('div.refusal', { hidden: true, role: 'alert' });
  const uninstall = async (/** @type {boolean} */ isForced) => {
    if (!isForced && !confirm('Uninstall the app? Its $db and schedules are erased.')) return;
    const { sentence, code } = await attempt('/bench/uninstall', { force: isForced });
    refusal.hidden = code !== 'app_refused';
    if (sentence === null) return toast('Uninstalled. Install it again below Life.');
    if (code !== 'app_refused') return toast(sentence);
    const anyway = () => uninstall(true);
    refusal.replaceChildren(
      h('p', null, sentence),
      h('button.danger', { type: 'button', onclick: anyway }, 'Uninstall anyway'),
    );
  };
  return whenChanged((/** @type {any} */ { app, inspector, retries }) => {
    const isInstalled = app.id !== null;
    replaceContents(pane, [
      h('h3', null, 'This app'),
      facts([
        ['Folder', h('code', null, app.folder)],
        ['Platform', app.platform_version ?? 'unknown: the manifest does not say'],
        ['Fence', FENCES[app.fence] ?? app.fence],
        ['Timestamps', app.timestamp_unit ?? '–'],
        ['Failed events', retries ? 'are sent again, as in production' : 'are not sent again: replay them here'],
        [
          'Debugger',
          inspector === null
            ? 'none; start with --inspect'
            : h('span', null, `${inspector}: open chrome://inspect, or attach your editor`),
        ],
      ]),
      h('h3', null, 'Callbacks'),
      app.events.length === 0 ? h('p.hint-line', null, 'None.') : callbacks(app.events),
      h('h3', null, 'Parameters'),
      parameters(app),
      ...(app.oauth.length === 0 ? [] : [h('h3', null, 'Authorization'), authorization(app)]),
      h('h3', null, 'Life'),
      h(
        'div.row',
        null,
        h('button', { type: 'button', 'data-key': 'reload', onclick: () => send('/bench/reload') }, 'Reload'),
        !isInstalled &&
          h('button.main', { type: 'button', 'data-key': 'install', onclick: () => send('/bench/install') }, 'Install'),
        isInstalled &&
          h('button.danger', { type: 'button', 'data-key': 'uninstall', onclick: () => uninstall(false) }, 'Uninstall'),
      ),
      refusal,
      h(
        'p.hint-line',
        null,
        'Installing fires onAppInstall, uninstalling onAppUninstall; the app may refuse either. Uninstalling erases $db and schedules.',
      ),
      h('h3', null, 'Addresses'),
      addresses(),
      h('h3', null, 'Keys'),
      h(
        'p.hint-line',
        null,
        kbd('j'),
        ' ',
        kbd('k'),
        ' next and previous entry, ',
        kbd('r'),
        ' replay it, ',
        kbd('e'),
        ' edit and resend, ',
        kbd('/'),
        ' filter, ',
        kbd('n'),
        ' next deadline',
      ),
    ]);
  });
}

/** @type {Readonly<Record<string, string>>} */
const FENCES = {
  trusted: 'trusted: your own app runs in a process of its own, with no wall around it',
  plain: 'plain: under the permissions of its own runtime',
  hardened: 'hardened: it cannot leave its process',
};

/** @param {[string, Node | string][]} rows */
function facts(rows) {
  return h('dl.facts', null, ...rows.flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

/** @param {any[]} events */
function callbacks(events) {
  return h(
    'table',
    null,
    h('thead', null, h('tr', null, h('th', null, 'Event'), h('th', null, 'Callback'))),
    h(
      'tbody',
      null,
      ...events.map(({ module, event, handler }) =>
        h(
          'tr',
          null,
          h('td', null, h('code', null, event), h('div.hint-line', null, module)),
          h('td', null, h('code', null, handler)),
        ),
      ),
    ),
  );
}

/** @param {any} app */
function parameters(app) {
  const entries = Object.entries(app.iparams);
  const link = h('a', { href: '/custom_configs' }, app.id === null ? 'Fill in and install' : 'Change');
  if (app.parameters === null) return h('p.hint-line', null, 'Not known while the app does not load.');
  return h(
    'div',
    null,
    entries.length === 0
      ? h('p.hint-line', null, 'It has none that are set.')
      : facts(
          entries.map(([name, value]) => [
            name,
            h('code', null, typeof value === 'string' ? value : JSON.stringify(value)),
          ]),
        ),
    h('p', null, link),
  );
}

/** @param {any} app */
function authorization({ oauth, id }) {
  const begin = async (/** @type {string} */ integration) => {
    const answer = await send('/bench/oauth', { integration });
    if (answer !== null) location.href = answer.url;
  };
  return h(
    'div.row',
    null,
    ...oauth.map((/** @type {string} */ name) =>
      h(
        'button',
        { type: 'button', disabled: id === null, 'data-key': `oauth ${name}`, onclick: () => begin(name) },
        `Authorize ${name}`,
      ),
    ),
  );
}

function addresses() {
  const link = (/** @type {string} */ path, /** @type {string} */ about) =>
    h('li', null, h('a', { href: path }, path), h('span.soft', null, ` ${about}`));
  return h(
    'ul',
    null,
    link('/web/test', 'simulate, as in the vendor’s kit'),
    link('/custom_configs', 'parameters'),
    link('/system_settings', 'account'),
    link('/web/eventsList', 'the callbacks, as JSON'),
  );
}

/** @param {string} key */
function kbd(key) {
  return h('kbd', null, key);
}
