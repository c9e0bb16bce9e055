import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findViolations } from './arrow-rules.ts';
import type { House, Target } from './read-house.ts';

const src = 'packages/server/src';
const file = (path: string): Target => ({ kind: 'file', path });
const room = (path: string): Target => file(`${src}/${path}`);
const node: Target = { kind: 'node', name: 'node:fs' };
const npm = (name: string, declaredIn: 'dependencies' | 'devDependencies' | null = 'dependencies'): Target => ({
  kind: 'package',
  name,
  declaredIn,
});

/** A house of these arrows, in which the launcher starts every file, so that none is dead. */
function houseOf(...arrows: readonly (readonly [from: string, to: Target])[]): House {
  const starter = 'packages/server/bin/rollcall.js';
  const ends = arrows.flatMap(([from, to]) => (to.kind === 'file' ? [from, to.path] : [from]));
  const files = [...new Set(ends)].sort();
  const started = files.map((path) => ({ from: starter, line: 1, to: file(path), isTypeOnly: false }));
  const own = arrows.map(([from, to], index) => ({ from, line: index + 1, to, isTypeOnly: false }));
  return { files: [starter, ...files], arrows: [...started, ...own] };
}

/** What the rules say of one arrow. The launcher's own arrows, which only keep files alive, are left out. */
function rulesBrokenBy(from: string, to: Target): string[] {
  return findViolations(houseOf([from, to])).flatMap(({ rule, where }) => (where.includes('/bin/') ? [] : [rule]));
}

const forbidden: readonly (readonly [from: string, to: Target, rule: string])[] = [
  [`${src}/availability/decide.ts`, room('report/span.ts'), 'rooms-meet-only-at-the-log'],
  [`${src}/report/span.ts`, room('delivery/attempt.ts'), 'rooms-meet-only-at-the-log'],
  [`${src}/delivery/attempt.ts`, room('availability/decide.ts'), 'rooms-meet-only-at-the-log'],
  [`${src}/time/instant.ts`, room('activity/fact.ts'), 'time-knows-no-room'],
  [`${src}/activity/fact.ts`, room('directory/agent.ts'), 'log-knows-no-room'],
  [`${src}/availability/decide.ts`, room('marketplace/manifest.ts'), 'pure-imports-nothing-outside'],
  [`${src}/availability/decide.ts`, room('store/sqlite/open.ts'), 'pure-imports-nothing-outside'],
  [`${src}/availability/decide.ts`, node, 'pure-imports-nothing-outside'],
  [`${src}/availability/decide.ts`, npm('acorn'), 'pure-imports-nothing-outside'],
  [`${src}/availability/decide.ts`, file(`${src}/main.ts`), 'pure-imports-nothing-outside'],
  [`${src}/engine/engine.ts`, room('dispatch/dispatcher.ts'), 'drivers-speak-through-ports'],
  [`${src}/engine/engine.ts`, room('store/sqlite/open.ts'), 'drivers-speak-through-ports'],
  [`${src}/engine/engine.ts`, npm('pino'), 'drivers-speak-through-ports'],
  [`${src}/http/agents.ts`, room('store/sqlite/open.ts'), 'adapters-do-not-know-each-other'],
  [`${src}/sandbox/runner.ts`, room('webhook/post.ts'), 'adapters-do-not-know-each-other'],
  [`${src}/availability/decide.test.ts`, room('store/sqlite/open.ts'), 'only-main-plugs-adapters-in'],
  [`${src}/start.ts`, room('store/sqlite/open.ts'), 'only-main-plugs-adapters-in'],
  [`${src}/store/sqlite/open.ts`, room('dispatch/dispatcher.ts'), 'adapters-know-their-rooms'],
  [`${src}/store/sqlite/open.ts`, npm('fastify'), 'a-package-has-its-room'],
  [`${src}/main.ts`, npm('fastify'), 'a-package-has-its-room'],
  ['packages/contract/src/payload.ts', npm('fastify'), 'a-package-has-its-room'],
  ['packages/contract/src/payload.ts', node, 'contract-stands-alone'],
  ['packages/contract/src/payload.ts', room('time/instant.ts'), 'contract-stands-alone'],
  [`${src}/http/agents.ts`, file('packages/contract/src/payload.ts'), 'contract-is-used-by-its-name'],
  [`${src}/store/open.ts`, room('store/open.test.ts'), 'the-product-knows-no-test'],
  [`${src}/main.ts`, file('scripts/check.ts'), 'the-product-knows-no-test'],
  [`${src}/http/server.ts`, file('packages/server/simulation/team.ts'), 'the-product-knows-no-test'],
  [`${src}/cli/simulate.ts`, file('packages/server/simulation/team.test.ts'), 'the-product-knows-no-test'],
  [`${src}/http/server.ts`, npm('fastify', 'devDependencies'), 'packages-are-declared'],
  ['scripts/check.ts', npm('chalk', null), 'packages-are-declared'],
  [`${src}/main.ts`, { kind: 'missing', specifier: './nowhere.ts' }, 'imports-are-found'],
  [`${src}/lobby/desk.ts`, room('time/instant.ts'), 'every-room-is-in-the-plan'],
];

for (const [from, to, rule] of forbidden) {
  const name = to.kind === 'file' ? to.path : to.kind === 'missing' ? to.specifier : to.name;
  test(`finds that ${from} may not import ${name}`, () => assert.deepEqual(rulesBrokenBy(from, to), [rule]));
}

const allowed: readonly (readonly [from: string, to: Target])[] = [
  [`${src}/availability/decide.ts`, room('availability/evolve.ts')],
  [`${src}/availability/decide.ts`, room('activity/fact.ts')],
  [`${src}/availability/decide.ts`, file('packages/contract/src/index.ts')],
  [`${src}/availability/decide.test.ts`, node],
  [`${src}/availability/decide.test.ts`, npm('fast-check', 'devDependencies')],
  [`${src}/marketplace/manifest.ts`, npm('jsonc-parser')],
  [`${src}/dispatch/dispatcher.ts`, room('engine/engine.ts')],
  [`${src}/store/sqlite/open.ts`, node],
  [`${src}/store/sqlite/open.test.ts`, room('store/suite.ts')],
  [`${src}/engine/engine.store.test.ts`, room('store/sqlite/open.ts')],
  [`${src}/http/server.ts`, npm('fastify')],
  [`${src}/main.ts`, room('store/sqlite/open.ts')],
  [`${src}/cli/serve.ts`, room('http/server.ts')],
  [`${src}/cli/simulate.ts`, file('packages/server/simulation/team.ts')],
  ['packages/server/simulation/world.ts', room('engine/engine.ts')],
  ['packages/server/test/kill.test.ts', room('cli/main.ts')],
];

for (const [from, to] of allowed) {
  const name = to.kind === 'file' ? to.path : to.kind === 'missing' ? to.specifier : to.name;
  test(`lets ${from} import ${name}`, () => assert.deepEqual(rulesBrokenBy(from, to), []));
}

test('finds every cycle once, along its shortest way', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => `${src}/time/${name}.ts`) as [string, string, string, string];
  const house = houseOf([a, file(b)], [b, file(a)], [b, file(c)], [c, file(d)], [d, file(c)]);
  assert.deepEqual(
    findViolations(house).map(({ rule, where, what }) => `${rule} ${where}: ${what}`),
    [`no-cycles ${a}: ${b} → ${a}`, `no-cycles ${c}: ${d} → ${c}`],
  );
});

test('finds a file that nothing started reaches, with all that only it imports', () => {
  const house = houseOf([`${src}/time/dead.ts`, room('time/dead-too.ts')]);
  const arrows = house.arrows.filter(({ from }) => !from.includes('/bin/'));
  assert.deepEqual(
    findViolations({ ...house, arrows }).map(({ rule, where }) => `${rule} ${where}`),
    [`${src}/time/dead-too.ts`, `${src}/time/dead.ts`].map((path) => `every-file-is-reached-from-main ${path}`),
  );
});
