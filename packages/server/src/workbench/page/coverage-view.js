// @ts-check
import { send } from './ask.js';
import { byId, h, replaceContents, whenChanged } from './elements.js';

const ENOUGH = 80;

/** How much of the app’s own files ran so far. */
export function createCoverageView() {
  const pane = byId('coverage');
  const count = byId('coverage-count');
  return whenChanged((/** @type {any} */ { coverage, fence }) => {
    count.hidden = coverage === null;
    if (coverage === null) {
      const why =
        fence === 'trusted'
          ? 'Nothing is counted: app run was started with --skip-coverage.'
          : `Nothing is counted behind the ${fence} fence: what runs there is out of reach of tools. Start app run without --fence.`;
      replaceContents(pane, [h('p.empty', null, why)]);
      return;
    }
    const { total, files } = coverage;
    count.textContent = `${Math.floor(total.lines)} %`;
    replaceContents(pane, [
      h(
        'div.figures',
        null,
        figure('Lines', total.lines),
        figure('Branches', total.branches),
        figure('Functions', total.functions),
      ),
      h(
        'p.hint-line',
        null,
        `What ran since app run began; a function counts anew when it is edited. The vendor recommends ${ENOUGH} % for apps that are to be published.`,
      ),
      files.length === 0 ? h('p.empty', null, 'There is no file below server/.') : table(files),
      h(
        'p.row',
        null,
        h('button', { type: 'button', onclick: () => send('/bench/coverage', {}, 'DELETE') }, 'Count anew'),
      ),
    ]);
  });
}

/** @param {string} label @param {number} percent */
function figure(label, percent) {
  return h(
    'div.figure',
    null,
    h('b', null, `${Math.floor(percent)} %`),
    h('span', null, label),
    h(`progress${percent >= ENOUGH ? '.enough' : ''}`, { max: 100, value: percent, 'aria-label': `${label} that ran` }),
  );
}

/** @param {any[]} files */
function table(files) {
  return h(
    'table',
    null,
    h('thead', null, h('tr', null, h('th', null, 'File'), h('th.num', null, 'Lines'), h('th.num', null, 'Functions'))),
    h(
      'tbody',
      null,
      ...files.map(({ file, lines, functions, missing }) =>
        h(
          'tr',
          null,
          h(
            'td',
            null,
            h('code', null, file),
            missing.length > 0 && h('div.hint-line', null, `not run: ${missing.join(', ')}`),
          ),
          h('td.num', null, `${Math.floor(lines)} %`),
          h('td.num', null, `${Math.floor(functions)} %`),
        ),
      ),
    ),
  );
}
