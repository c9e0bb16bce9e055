import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerCode } from './server-code.ts';

function read(server: string, others: Readonly<Record<string, string>> = {}, packages: readonly string[] = []) {
  return readServerCode(new Map([['server/server.js', server], ...Object.entries(others)]), packages);
}

function firstFinding(server: string) {
  const finding = read(server).findings[0];
  return finding === undefined ? null : `${finding.line}:${finding.column} ${finding.message}`;
}

function exportsOf(server: string) {
  const shape = read(server).server?.shape;
  return shape === undefined ? null : `${[...shape.members.keys()].join(' ')}${shape.isClosed ? '' : ' …'}`;
}

test('names the missing parenthesis of a log call, where it belongs and where its partner is', () => {
  const printed = [
    'exports= {',
    'onAgentActivityCreateCallback: function(payload){',
    'console.log("Agent activity: "+ JSON.stringify(payload);',
    '}',
    '}',
  ].join('\n');
  const [finding] = read(printed).findings;
  assert.deepEqual(
    { ...finding },
    {
      severity: 'error',
      code: 'bracket-missing',
      message:
        'syntax error: a closing parenthesis ")" is missing before ";": the "(" opened at line 3, column 12 is not closed',
      expected: '")"',
      fix: 'add ")" at line 3, column 56',
      file: 'server/server.js',
      line: 3,
      column: 56,
    },
  );
});

test('names a bracket that is missing at the end of its line there, not on the next', () => {
  assert.equal(
    firstFinding('exports = {\n  a: function () {\n    f(1, 2\n  }\n};'),
    '3:11 syntax error: a closing parenthesis ")" is missing before "}": the "(" opened at line 3, column 6 is not closed',
  );
  assert.match(
    firstFinding('const list = [1, 2;\nexports = { list };') ?? '',
    /^1:19 .*closing bracket "\]".*line 1, column 14/,
  );
});

test('finds the block that a missing brace left open by its indentation', () => {
  const code = 'exports = {\n  a: function (p) {\n    if (p) {\n      p();\n  },\n  b: function () {}\n};\n';
  assert.match(firstFinding(code) ?? '', /a closing brace "}" is missing .*"{" opened at line 3, column 12/);
});

test('names a bracket too many, an unfinished text and any other slip', () => {
  assert.match(firstFinding('exports = {}};') ?? '', /^1:13 syntax error: this "}" closes nothing/);
  assert.match(firstFinding("exports = { a: 'b };") ?? '', /^1:16 syntax error: unterminated string/);
  assert.equal(firstFinding('exports = { a: 1 b: 2 };'), '1:18 syntax error: unexpected "b"');
  assert.match(firstFinding('exports = { a: f(1 };') ?? '', /closing parenthesis/);
  assert.match(firstFinding('import x from "y";') ?? '', /"import" and "export" do not exist/);
  assert.match(firstFinding('for (let i = 0; i < 3; i++ { }') ?? '', /closing parenthesis/);
});

test('takes a loop head, a template and a regular expression as they are', () => {
  assert.equal(
    firstFinding(
      'for (let i = 0; i < 3; i++) {}\nexports = { a: `;($' + '{[1].map((n) => `$' + '{n}`)}`, b: /[(;]/ };',
    ),
    null,
  );
});

test('sees the members of every way to export', () => {
  assert.equal(exportsOf('exports = { a() {}, b: function () {}, "c": async () => {}, ["d"]: 1 };'), 'a b c d');
  assert.equal(exportsOf('function a() {}\nconst b = () => 1;\nexports = { a, b };\nfunction late() {}'), 'a b');
  assert.equal(exportsOf('exports.a = function () {};\nexports["b"] = 1;'), 'a b');
  assert.equal(exportsOf('const api = { a() {} };\nexports = api;'), 'a');
  assert.equal(exportsOf('const api = { a() {} };\nexports = { ...api, b() {} };'), 'a b');
  assert.equal(exportsOf('var exports = { a() {} };'), 'a');
  assert.equal(exportsOf('exports = { a() { return exports.b(); }, b() {} };'), 'a b');
});

test('claims nothing about exports that only running can tell', () => {
  for (const code of [
    'exports = { ...require("./x"), a() {} };',
    'exports = { [name]: 1 };',
    'class Handler {}\nexports = Handler;',
    'exports = build();',
    'Object.assign(exports, { a() {} });',
    'if (x) { exports.a = 1; }',
    'let api = { a() {} };\nexports = api;',
  ]) {
    assert.equal(read(code).server?.shape.isClosed, false, code);
  }
});

test('tells functions from what is none', () => {
  const members = read('const n = 1;\nfunction f() {}\nexports = { n, f, list: [], call: f(), arrow: () => 1 };').server
    ?.shape.members;
  assert.deepEqual(
    [...(members?.values() ?? [])].map(({ name, callable, isArrow }) => `${name} ${callable} ${isArrow}`),
    ['n no false', 'f yes false', 'list no false', 'call unknown false', 'arrow yes true'],
  );
});

test('refuses module.exports and a second declaration of exports', () => {
  assert.match(firstFinding('module.exports = { a() {} };') ?? '', /^1:1 "module" does not exist/);
  assert.match(firstFinding('module.exports.a = 1;') ?? '', /^1:1 "module" does not exist/);
  assert.match(firstFinding('const exports = {};') ?? '', /^1:7 "exports" is already there/);
});

test('reads the events that code declares', () => {
  const { server } = read(
    "exports = { events: [{ event: 'onAppInstall', callback: 'install' }, { event: 'onX' }], install() {} };",
  );
  assert.deepEqual(
    server?.codeEvents?.events.map(({ event, callback }) => [event, callback]),
    [['onAppInstall', 'install']],
  );
  assert.deepEqual(
    server?.codeEvents?.findings.map(({ message }) => message),
    ['Invalid event configuration in server.js'],
  );
});

test('names a required file that is not there, from whatever file', () => {
  const others = { 'server/lib/a.js': "exports = require('../missing');", 'server/lib/data.json': '{}' };
  const { findings } = read(
    "const a = require('./lib/a');\nconst d = require('./lib/data.json');\nexports = { a, d };",
    others,
  );
  assert.deepEqual(
    findings.map(({ severity, file, message }) => `${severity} ${file} ${message}`),
    ['error server/lib/a.js Cannot find module "../missing"'],
  );
  assert.equal(read("try { require('./optional'); } catch {}\nexports = {};").findings[0]?.severity, 'warning');
  assert.equal(read("require('../outside');\nexports = {};", { 'outside.js': '' }).findings[0]?.severity, 'error');
});

test('holds faults of files that nothing requires as warnings', () => {
  const { findings, server } = read('exports = {};', {
    'server/test/x.js': 'describe(',
    'server/node_modules/p/i.js': '(',
  });
  assert.deepEqual(
    findings.map(({ severity, file }) => `${severity} ${file}`),
    ['warning server/test/x.js'],
  );
  assert.notEqual(server, null);
});

test('refuses core modules of Node and names packages that the manifest does not', () => {
  const code =
    "const fs = require('fs');\nconst b = require('buffer');\nconst _ = require('lodash/map');\nexports = { fs, b, _ };";
  assert.deepEqual(
    read(code, {}, ['buffer']).findings.map(({ severity, code: rule, line }) => `${severity} ${rule} ${line}`),
    ['error core-module 1', 'warning dependency-undeclared 3'],
  );
});

function rules(server: string, others: Readonly<Record<string, string>> = {}) {
  return read(server, others).findings.map(({ severity, code, file, line, message }) => {
    return `${severity} ${code} ${file.replace('server/', '')}:${line} ${message}`;
  });
}

test('says what the linter of the platform says', () => {
  const branches = 'if (p.a) f(); if (p.b && p.c) f(); for (const x of p.d ?? []) f(x || 1, x ? 2 : 3);';
  const code = [
    'const unused = 1;',
    'var old = 2;',
    'function f() { return old; }',
    'function g() {}',
    `exports = { a: async function (p) { f(p); }, b: function (p) { ${branches} }, async c(p) { await f(p); } };`,
  ].join('\n');
  assert.deepEqual(rules(code), [
    "warning lint-no-await server.js:5 Async method 'a' has no 'await' expression",
    "warning lint-complexity server.js:5 Method 'b' has a complexity of 8. Maximum allowed is 7.",
    'warning lint-var server.js:2 Unexpected var, use let or const instead.',
    "warning lint-unused server.js:1 'unused' is defined but never used",
    "warning lint-unused server.js:4 'g' is defined but never used",
  ]);
});

test('takes as used what is used anywhere, and leaves parameters and empty functions alone', () => {
  const code = [
    "const { a, b: [c], ...rest } = require('./x');",
    'class Box { static make(unused) { return new Box(); } }',
    'const late = () => used;',
    'const used = 1;',
    'async function nothing() {}',
    'try { nothing(); } catch (ignored) { late(); }',
    'exports = { f(p, q) { return [a, c, rest, Box, { used }]; } };',
  ].join('\n');
  assert.deepEqual(rules(code, { 'server/x.js': 'exports = {};' }), []);
});

test('names variables that nothing declares, and the one that was meant', () => {
  const code = [
    'total = 0;',
    'exports = { a(p) { cosole.log(p, total, shared); if (typeof window === "undefined") { fetch(p); } } };',
    "require('./x');",
  ].join('\n');
  const found = rules(code, { 'server/x.js': 'shared = 1;' });
  assert.deepEqual(found, [
    "warning global-unknown server.js:2 'cosole' is not defined: code that uses it throws a ReferenceError",
    "warning global-unknown server.js:2 'fetch' is not defined: code that uses it throws a ReferenceError",
  ]);
  assert.equal(read('exports = { a() { eval("x"); return y; } };').findings.length, 0);
});

test('says what of the process is not there, and what the platform does not have', () => {
  assert.deepEqual(rules('exports = { a() { setTimeout(() => process.cwd(), 1); process.exit(process.env.ENV); } };'), [
    'warning process-use server.js:1 apps have no process: process.exit is undefined',
    'warning process-use server.js:1 apps have no environment: process.env.ENV is undefined',
    "information global-lenient server.js:1 setTimeout: there is such a thing here, and not in the vendor's sandbox",
  ]);
});

test('names a circle of requires once', () => {
  const found = rules("exports = { a: require('./x').a };", {
    'server/x.js': "const y = require('./y');\nexports = { a: y };",
    'server/y.js': "const x = require('./x');\nexports = { x };",
  });
  assert.deepEqual(found, [
    'information require-circle y.js:1 these files require each other: server/x.js → server/y.js → server/x.js; one of them sees the other unfinished',
  ]);
});

test('refuses code that is nested beyond all reason, and does not fall over it', () => {
  for (const code of [
    `x = ${'['.repeat(3000)}1${']'.repeat(3000)};`,
    `x = ${'('.repeat(100_000)}`,
    `x = ${'1 + '.repeat(5000)}1;`,
  ]) {
    assert.deepEqual(
      read(code).findings.map(({ code: rule, message }) => [rule, message]),
      [['script-syntax', 'the code is nested too deeply to be understood']],
    );
  }
});

test('survives every prefix of a script', () => {
  const code =
    'const a = [`x$' +
    '{1}`, /r[/]/g, "s"];\nexports = { f: async function (p) { for (const x of p) { await g(x); } } };\n';
  for (let length = 0; length <= code.length; length += 1) {
    for (const { line, column, message } of read(code.slice(0, length)).findings) {
      assert.ok(line >= 1 && column >= 1 && message.length > 0);
    }
  }
});

test('takes what patterns and loops assign for globals, and is milder where a catch gets the error', () => {
  const code = [
    'exports = { a(xs, o) {',
    '  for (item of xs) console.log(item);',
    '  for (key in o) console.log(key);',
    '  [aa, bb] = xs; ({ cc, dd: [ee = 1, ...ff] } = o);',
    '  console.log(aa, bb, cc, ee, ff);',
    '  try { probe(); } catch { return missing; }',
    '  try { bare(); } finally { console.log(1); }',
    '} };',
  ].join('\n');
  assert.deepEqual(rules(code), [
    "information global-unknown server.js:6 'probe' is not defined: code that uses it throws a ReferenceError, which is caught",
    "warning global-unknown server.js:6 'missing' is not defined: code that uses it throws a ReferenceError",
    "warning global-unknown server.js:7 'bare' is not defined: code that uses it throws a ReferenceError",
  ]);
});
