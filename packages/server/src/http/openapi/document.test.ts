import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeFaults } from '@rollcall/contract';
import { liveDoors } from '../live/live-doors.ts';
import { allRoutes } from '../routes/all-routes.ts';
import { apiPage } from './api-page.ts';
import { openApiDocument } from './document.ts';
import { html } from './html.ts';

const described = [...allRoutes, ...liveDoors().described];
const document = openApiDocument(described, '1.2.3');
const text = JSON.stringify(document);

test('refers only to what it holds', () => {
  const { components } = document as unknown as { readonly components: { readonly schemas: Record<string, unknown> } };
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');
  assert.ok(names.length > 50);
  for (const name of names) assert.ok(Object.hasOwn(components.schemas, name), name);
});

test('gives every operation an id of its own, roles, and a problem for each refusal', () => {
  const ids = new Set<string>();
  const { paths } = document as unknown as { readonly paths: Record<string, Record<string, Operation>> };
  for (const { method, path, roles } of described) {
    const operation = paths[path]?.[method.toLowerCase()];
    assert.ok(operation !== undefined, `${method} ${path}`);
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
    assert.deepEqual(operation['x-roles'], roles);
    for (const status of ['400', '401', '403', '500', '503']) assert.ok(status in operation.responses, status);
    for (const name of path.match(/(?<=\{)\w+/g) ?? []) {
      assert.ok(operation.parameters.some((parameter) => parameter.in === 'path' && parameter.name === name));
    }
  }
});

type Operation = {
  readonly operationId: string;
  readonly 'x-roles': readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
};

test('shows an example of every body, and none that would be refused', () => {
  for (const { method, path, body, example } of allRoutes) {
    if (body === undefined) continue;
    assert.ok(example !== undefined, `${method} ${path}`);
    assert.deepEqual(shapeFaults(body, example), [], `${method} ${path}`);
  }
});

test('says nothing that only our own tools understand', () => {
  assert.ok(!text.includes('"instant"'), 'the format of instants is called date-time outside');
  assert.ok(!text.includes('~kind'));
});

test('leads from every route of the page to a section, and from every error to its meaning', () => {
  const page = apiPage(described, '1.2.3');
  const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor ?? '');
  assert.equal(anchors.length, described.length);
  for (const anchor of anchors) assert.ok(page.includes(`id="${anchor}"`), anchor);
});

test('puts text into a page as text', () => {
  assert.equal(html`<p title="${'"'}">${'<script>&'}</p>`.html, '<p title="&quot;">&lt;script&gt;&amp;</p>');
});
