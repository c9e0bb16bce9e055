import { ERROR_RULES } from '@rollcall/contract';
import { API_PREFIX } from '../register-routes.ts';
import type { Description } from '../route.ts';
import { codesOf, INTRODUCTION, isWrite } from './document.ts';
import { type Html, html, page, prose } from './html.ts';

/** The API as a page for people: what the OpenAPI document says, readable without any tool. */
export function apiPage(routes: readonly Description[], version: string): string {
  const chapters = [...Map.groupBy(routes, ({ chapter }) => chapter)];
  return page(
    'Rollcall API',
    html`<div class="layout">
<nav aria-label="Routes">
<a href="${API_PREFIX}/openapi.json">openapi.json</a>
${chapters.map(([chapter, of]) => html`<h2>${chapter}</h2><ul>${of.map(entry)}</ul>`)}
</nav>
<main>
<h1>Rollcall API</h1>
<p class="soft">Version ${version}, below <code>${API_PREFIX}</code></p>
${INTRODUCTION.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
${chapters.map(([chapter, of]) => html`<h2 class="chapter">${chapter}</h2>${of.map(section)}`)}
</main>
</div>`,
  );
}

function anchorOf({ method, path }: Description): string {
  return `${method.toLowerCase()}${path.replaceAll(/[/{}]+/g, '-')}`;
}

function entry(route: Description): Html {
  return html`<li><a href="#${anchorOf(route)}"><span class="path">${route.method} ${route.path}</span></a></li>`;
}

function section(route: Description): Html {
  return html`<section class="route" id="${anchorOf(route)}">
<h3><span class="method ${route.method}">${route.method}</span> <span class="path">${route.path}</span></h3>
<p>${prose(route.summary)}${route.about === undefined ? '' : html` ${prose(route.about)}`}</p>
<p class="soft">For keys of role ${route.roles.join(', ')}.</p>
${part('In the path', route.params)}
${part('In the query', route.query)}
${part('Body', route.body)}
${example(route)}
${answer(route)}
${errors(route)}
</section>`;
}

function part(title: string, schema: object | undefined): Html {
  const fields = schema === undefined ? NOTHING : fieldsOf(schema);
  return fields.html === '' ? NOTHING : html`<h4>${title}</h4>${fields}`;
}

const NOTHING: Html = { html: '' };

function answer({ answer: answered }: Description): Html {
  if (answered.status === 204) return html`<p class="soft">Answers 204, without a body.</p>`;
  const { description = '' } = answered.schema as Schema;
  return html`<details><summary>Answers ${answered.status}: ${description}</summary>${fieldsOf(answered.schema)}</details>`;
}

function errors(route: Description): Html {
  const rows = [...codesOf(route)].flatMap(([status, codes]) =>
    codes.map(
      (code) =>
        html`<dt>${status} <a href="/docs/errors#${code}"><code>${code}</code></a></dt><dd>${ERROR_RULES[code].title}</dd>`,
    ),
  );
  return html`<details><summary>Errors</summary><dl>${rows}</dl></details>`;
}

function example(route: Description): Html {
  if (!isWrite(route)) return NOTHING;
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => `$${name.toUpperCase()}`);
  const lines = [
    `curl -X ${route.method} "$ROLLCALL${API_PREFIX}${path}" \\`,
    `  -H "Authorization: Bearer $KEY"`,
    ...(route.example === undefined
      ? []
      : [
          `  -H 'Content-Type: application/json' \\`,
          `  -d '${JSON.stringify(route.example).replaceAll("'", "'\\''")}'`,
        ]),
  ];
  if (route.example !== undefined) lines[1] = `${lines[1]} \\`;
  return html`<pre><code>${lines.join('\n')}</code></pre>`;
}

type Schema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
};

/** The fields of an object, one level in another; the list of items that a page is stands for its items. */
function fieldsOf(schema: Schema): Html {
  const { properties, required = [], items, anyOf = [] } = schema;
  if (items !== undefined) return fieldsOf(items);
  if (properties === undefined) return html`${anyOf.map(fieldsOf)}`;
  const rows = Object.entries(properties).map(
    ([
      name,
      field,
    ]) => html`<dt><code>${name}</code> <span class="soft">${typeInWords(field)}${required.includes(name) ? '' : ', optional'}</span></dt>
<dd>${prose(field.description ?? '')}${fieldsOf(field)}</dd>`,
  );
  return rows.length === 0 ? NOTHING : html`<dl>${rows}</dl>`;
}

function typeInWords({ type, enum: words, const: only, format, items }: Schema): string {
  const types = [type ?? 'any'].flat();
  const orNull = types.includes('null') ? ' or null' : '';
  if (only !== undefined) return `${JSON.stringify(only)}`;
  if (words !== undefined) return `${words.filter((word) => word !== null).join(' | ')}${orNull}`;
  const plain = types.find((one) => one !== 'null') ?? 'null';
  if (plain === 'array') return `list of ${items === undefined ? 'anything' : typeInWords(items)}${orNull}`;
  return `${format ?? plain}${orNull}`;
}
