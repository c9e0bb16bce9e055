import { ERROR_CODES, ERROR_RULES } from '@rollcall/contract';
import { html, page, prose } from './html.ts';

/** Every error code with its status and its way out: where the `type` of a problem points. */
export function errorsPage(): string {
  const rows = ERROR_CODES.map((code) => {
    const { status, title, wayOut } = ERROR_RULES[code];
    return html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}.</td><td>${prose(wayOut)}</td></tr>`;
  });
  return page(
    'Rollcall errors',
    html`<main>
<h1>Errors</h1>
<p>Every error of the <a href="/api">API</a> is a problem (RFC 9457) with one of these codes. They never change their meaning.</p>
<div class="wide"><table>
<thead><tr><th>Code</th><th>Status</th><th>What it means</th><th>What to do</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
</main>`,
  );
}
