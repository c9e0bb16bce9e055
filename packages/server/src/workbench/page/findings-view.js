// @ts-check
import { byId, copyButton, h, replaceContents, whenChanged } from './elements.js';
import { frameElement } from './entry-view.js';

/** @type {Readonly<Record<string, string>>} */
const STYLES = { error: 'bad', warning: 'warn', information: '' };

/** Everything that is to be said about the app’s files, each with its place and a fix. */
export function createFindingsView() {
  const pane = byId('findings');
  const count = byId('findings-count');
  return whenChanged((/** @type {any[]} */ findings) => {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    count.hidden = findings.length === 0;
    count.textContent = String(findings.length);
    count.className = `count ${errors > 0 ? 'bad' : findings.some(({ severity }) => severity === 'warning') ? 'warn' : ''}`;
    if (findings.length === 0) {
      replaceContents(pane, [h('p.empty', null, 'Nothing to say: the app’s files are as the platform wants them.')]);
      return;
    }
    replaceContents(pane, findings.map(findingElement));
  });
}

/** @param {any} finding */
function findingElement(finding) {
  const { severity, code, message, file, line, column, expected, fix, frame } = finding;
  const place = file === '' ? 'the folder' : `${file}:${line}:${column}`;
  return h(
    'article.finding',
    null,
    h(
      'div.row',
      null,
      h(`span.pill${STYLES[severity] === '' ? '' : `.${STYLES[severity]}`}`, null, severity),
      h('span.place', null, place),
      h('span.grow'),
      copyButton(() => `${place} ${severity} ${code}\n${message}${fix === null ? '' : `\nfix: ${fix}`}`, 'the finding'),
    ),
    h('p', null, message),
    frame !== null && frameElement(frame),
    expected !== null && h('p.soft', null, `Expected: ${expected}`),
    fix !== null && h('p.fix', null, `Fix: ${fix}`),
    h('p.hint-line', null, code),
  );
}
