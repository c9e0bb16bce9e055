// @ts-check
import { titleOf } from './about.js';
import { createAppView } from './app-view.js';
import { send } from './ask.js';
import { createClockView } from './clock-view.js';
import { createCoverageView } from './coverage-view.js';
import { byId, h, replaceContents, whenChanged } from './elements.js';
import { replay } from './entry-view.js';
import { createFindingsView } from './findings-view.js';
import { createFireView } from './fire-view.js';
import { createJournalView } from './journal-view.js';
import { createStorageView } from './storage-view.js';
import { createTeamView } from './team-view.js';

/** @type {{ now: any, isConnected: boolean }} */
const state = { now: null, isConnected: false };

const fire = createFireView();
const journal = createJournalView({ titleOf: (entry) => titleOf(entry, state.now?.agents ?? []), edit });
const views = {
  team: createTeamView(),
  clock: createClockView(),
  findings: createFindingsView(),
  coverage: createCoverageView(),
  storage: createStorageView(),
  app: createAppView(),
};

// What the server says

const stream = new EventSource('/bench/stream');
stream.addEventListener('state', (event) => draw(JSON.parse(event.data)));
stream.addEventListener('journal', (event) => {
  journal.begin(JSON.parse(event.data));
  views.storage.look();
});
stream.addEventListener('entry', (event) => {
  const entry = JSON.parse(event.data);
  journal.take(entry);
  if (entry.outcome !== null) views.storage.look();
});
stream.addEventListener('line', (event) => journal.take(JSON.parse(event.data)));
stream.addEventListener('open', () => connected(true));
stream.addEventListener('error', () => connected(false));

/** @param {any} next */
function draw(next) {
  state.now = next;
  const { app, agents, custom_statuses, findings, clock, coverage, inspector, retries } = next;
  document.title = `${app.name} – Rollcall workbench`;
  byId('app-name').textContent = app.name;
  byId('app-name').title = app.folder;
  drawPills({ app, inspector, isConnected: state.isConnected });
  views.team({ agents, statuses: custom_statuses });
  views.clock.draw(clock);
  views.findings(findings);
  views.coverage({ coverage, fence: app.fence });
  views.app({ app, inspector, retries });
  fire.draw({ events: app.events, functions: app.functions, actions: app.actions, jobs: app.jobs });
  drawNotices({ app, findings });
  drawEmpty({ app });
  views.clock.tick();
}

/** @param {boolean} isConnected */
function connected(isConnected) {
  state.isConnected = isConnected;
  if (state.now !== null) draw(state.now);
  else if (!isConnected) byId('app-name').textContent = 'The server does not answer';
}

// Above everything

const drawPills = whenChanged(({ app, inspector, isConnected }) => {
  const life = lifeInWords(app.life);
  replaceContents(byId('app-pills'), [
    isConnected ? pill(life.style, life.words) : pill('bad', 'not connected'),
    ...(app.platform_version === null ? [] : [pill('', `platform ${app.platform_version}`)]),
    pill('', `${app.fence} fence`),
    ...(inspector === null ? [] : [pill('', `debugger ${inspector}`)]),
  ]);
});

/** @param {any} life */
function lifeInWords(life) {
  switch (life.kind) {
    case 'live':
      return { style: 'good', words: 'live' };
    case 'broken':
      return { style: 'bad', words: 'does not load' };
    case 'not_installed':
      return { style: 'warn', words: 'not installed' };
    case 'uninstalled':
      return { style: 'warn', words: 'uninstalled' };
    default:
      return { style: '', words: 'starting' };
  }
}

/** @param {string} style @param {string} words */
function pill(style, words) {
  return h(
    style === '' ? 'span.pill' : `span.pill.${style}`,
    { title: words },
    style !== '' && h('span.dot', { 'aria-hidden': 'true' }),
    words,
  );
}

const drawNotices = whenChanged(({ app, findings }) => replaceContents(byId('notices'), notices(app, findings)));

/** @param {any} app @param {any[]} findings */
function notices(app, findings) {
  const { life, packages } = app;
  const said = [];
  if (life.kind === 'broken') {
    const first = findings.find(({ severity }) => severity === 'error');
    said.push(
      h(
        'div.notice.bad',
        null,
        h('b', null, 'The app does not load.'),
        first !== undefined &&
          h('span', null, first.message, ' ', h('code', null, `${first.file}:${first.line}:${first.column}`)),
        h(
          'span',
          null,
          life.runs
            ? 'The code from before goes on running; saving a fix takes it up.'
            : 'Saving a fix takes it up: nothing need be started anew.',
        ),
        h('button.plain', { type: 'button', onclick: () => show('findings') }, 'All findings'),
      ),
    );
  }
  if (life.kind === 'not_installed') {
    const faults = life.faults.filter((/** @type {any} */ one) => one.detail !== life.why);
    said.push(
      h(
        'div.notice.warn',
        null,
        h('b', null, 'The app is not installed.'),
        h('span', null, life.why),
        ...faults
          .slice(0, 3)
          .map((/** @type {any} */ one) =>
            h('span', null, `${one.pointer.replace(/^\/iparams\//, '')}: ${one.detail}`),
          ),
        h('a', { href: '/custom_configs' }, 'Parameters'),
        h('button.plain', { type: 'button', onclick: () => send('/bench/install') }, 'Try again'),
        h(
          'button.plain',
          {
            type: 'button',
            title: 'Does not heed its refusal, so that its other callbacks can be tried',
            onclick: () => send('/bench/install', { force: true }),
          },
          'Install anyway',
        ),
      ),
    );
  }
  if (life.kind === 'uninstalled') {
    said.push(
      h(
        'div.notice.warn',
        null,
        h('b', null, 'The app is uninstalled.'),
        h('button.plain', { type: 'button', onclick: () => send('/bench/install') }, 'Install'),
      ),
    );
  }
  if (life.kind === 'live' && app.missing_parameters.length > 0) {
    said.push(
      h(
        'div.notice.warn',
        null,
        h(
          'span',
          null,
          'It runs without parameters that it requires: ',
          h('code', null, app.missing_parameters.join(', ')),
          '.',
        ),
        h('a', { href: '/custom_configs' }, 'Fill them in'),
      ),
    );
  }
  if (packages.kind === 'installing') {
    said.push(
      h(
        'div.notice.info',
        null,
        h('b', null, `Installing ${packages.names.join(', ')}`),
        h('span.soft', null, packages.line),
      ),
    );
  }
  if (packages.kind === 'failed') {
    said.push(
      h(
        'div.notice.bad',
        null,
        h('b', null, `${packages.names.join(', ')} could not be installed.`),
        h('span', null, packages.sentence),
      ),
    );
  }
  return said;
}

const PRODUCT_EVENTS = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'];

const drawEmpty = whenChanged((/** @type {any} */ { app }) => {
  const hears = app.events.some((/** @type {any} */ { event }) => PRODUCT_EVENTS.includes(event));
  const words = hears
    ? 'Click a status of somebody in the team. The callback of the app is called at once, and everything about it stands here: what it printed, how long it took, and where it failed.'
    : 'This app has no callback for a change of an agent’s status, so a click in the team calls nothing. Its other callbacks are called under Call.';
  journal.sayWhenEmpty([
    h(
      'p',
      null,
      app.life.kind === 'broken' && !app.life.runs
        ? 'The app does not load yet. What is wrong stands under Findings; once it is mended, its callbacks are called from here.'
        : words,
    ),
  ]);
});

// Parts of the page

const main = byId('bench');
const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[role=tab]')]);

/** @param {string} pane */
function show(pane) {
  main.dataset.pane = pane;
  if (pane !== 'team' && pane !== 'journal') main.dataset.side = pane;
  markTabs();
}

const wide = matchMedia('(min-width: 1080px)');
function markTabs() {
  const chosen = wide.matches ? main.dataset.side : main.dataset.pane;
  for (const tab of tabs) {
    const isChosen = tab.dataset.pane === chosen;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
  }
}
wide.addEventListener('change', markTabs);
for (const tab of tabs) tab.addEventListener('click', () => show(tab.dataset.pane ?? 'journal'));
document.querySelector('.tabs')?.addEventListener('keydown', (event) => {
  const { key } = /** @type {KeyboardEvent} */ (event);
  const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  const shown = tabs.filter((tab) => tab.offsetParent !== null);
  const next =
    shown[(shown.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + by + shown.length) % shown.length];
  next?.focus();
  next?.click();
});
markTabs();

/** Takes an entry over into the editor. @param {any} entry */
function edit(entry) {
  show('call');
  fire.edit(entry);
}

// Keys

document.addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === 'Escape')
    for (const open of document.querySelectorAll('details.more[open]')) open.removeAttribute('open');
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
  const entry = journal.current();
  switch (event.key) {
    case 'j':
      return journal.move(1);
    case 'k':
      return journal.move(-1);
    case 'r':
      if (entry !== null) void replay(entry);
      return;
    case 'e':
      event.preventDefault();
      if (entry !== null) edit(entry);
      return;
    case 'n':
      return void send('/bench/clock', { kind: 'next_deadline' });
    case '/':
      event.preventDefault();
      show('journal');
      byId('journal-filter').focus();
  }
});
document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('details.more[open]')) {
    const isInside = open.contains(/** @type {Node} */ (event.target));
    if (!isInside || /** @type {HTMLElement} */ (event.target).closest('.menu') !== null) open.removeAttribute('open');
  }
});
