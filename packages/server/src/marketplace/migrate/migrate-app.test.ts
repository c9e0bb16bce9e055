import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasErrors } from '../finding.ts';
import { validateApp } from '../validate-app.ts';
import { migrateApp } from './migrate-app.ts';
import type { MigratedApp } from './migration.ts';

function migrated(files: Readonly<Record<string, string | object>>): MigratedApp {
  const texts = Object.entries({ 'config/iparams.json': '{}', ...files }).map(([path, content]): [string, string] => [
    path,
    typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
  ]);
  const migration = migrateApp(new Map(texts));
  if (migration.kind !== 'migrated') throw new Error(JSON.stringify(migration));
  const { findings } = validateApp(migration.files);
  assert.ok(!hasErrors(findings), JSON.stringify(findings));
  return migration;
}

function json(app: MigratedApp, path: string): unknown {
  return JSON.parse(app.files.get(path) ?? 'null');
}

const freshchat = (product: object, more: object = {}) => ({
  'platform-version': '2.3',
  product: { freshchat: product },
  ...more,
});

test('moves events, functions, requests and pages to their modules, and names the tools', () => {
  const app = migrated({
    'manifest.json': {
      'platform-version': '2.3',
      product: {
        freshchat: {
          location: {
            full_page_app: { url: 'index.html', icon: 'icon.svg' },
            conversation_user_info: { url: 'a.html', icon: 'b.svg' },
          },
          events: {
            onAgentActivityCreate: { handler: 'a' },
            onUserCreate: { handler: 'a' },
            onAppInstall: { handler: 'b' },
          },
          functions: { lookUp: { timeout: 10 } },
        },
        freshdesk: { events: { onAgentUpdate: { handler: 'a' }, onTicketCreate: { handler: 'a' } } },
      },
      'whitelisted-domains': ['https://example.com'],
      dependencies: { lodash: '4.17.21' },
    },
    'server/server.js': 'exports = { a() {}, b() { renderData(); }, lookUp() { renderData(); } };',
  });
  assert.deepEqual(json(app, 'manifest.json'), {
    'platform-version': '3.0',
    modules: {
      common: {
        location: { full_page_app: { url: 'index.html', icon: 'icon.svg' } },
        events: { onAppInstall: { handler: 'b' } },
        functions: { lookUp: { timeout: 10 } },
      },
      chat_conversation: {
        location: { conversation_user_info: { url: 'a.html', icon: 'b.svg' } },
        events: { onAgentActivityCreate: { handler: 'a' } },
      },
      chat_user: { events: { onUserCreate: { handler: 'a' } } },
      support_ticket: { events: { onTicketCreate: { handler: 'a' } } },
      support_agent: { events: { onAgentUpdate: { handler: 'a' } } },
    },
    dependencies: { lodash: '4.17.21' },
    engines: { node: '24.11.1', fdk: '10.1.2' },
  });
  assert.deepEqual(json(app, '.fdk/configs.json'), { global_apps: { enabled: 'true' } });
  assert.deepEqual(app.changed, ['.fdk/configs.json', 'manifest.json']);
  assert.deepEqual(app.todo, []);
});

test('keeps the form of the author: indentation, line breaks, and what it does not touch', () => {
  const manifest =
    '{\r\n\t"platform-version": "2.3",\r\n\t"product": { "freshchat": {} },\r\n\t"engines": { "node": "18.14.2", "fdk": "9.1.0" }\r\n}\r\n';
  const app = migrated({ 'manifest.json': manifest });
  assert.equal(
    app.files.get('manifest.json'),
    '{\r\n\t"platform-version": "3.0",\r\n\t"modules": {\r\n\t\t"chat_conversation": {}\r\n\t},\r\n\t"engines": { "node": "18.14.2", "fdk": "9.1.0" }\r\n}\r\n',
  );
});

test('moves events that server.js declares to the manifest', () => {
  const server = [
    "const x = require('./x');",
    'exports = {',
    "  events: [{ event: 'onMessageCreate', callback: 'onMessage' }],",
    '',
    '  // Tells somebody.',
    '  onMessage: function (payload) {',
    '    x(payload);',
    '  },',
    '};',
    '',
  ].join('\n');
  const app = migrated({
    'manifest.json': { 'platform-version': '2.0', product: { freshchat: {} } },
    'server/server.js': server,
    'server/x.js': 'exports = function () {};',
  });
  assert.deepEqual((json(app, 'manifest.json') as { modules: object }).modules, {
    chat_conversation: { events: { onMessageCreate: { handler: 'onMessage' } } },
  });
  assert.equal(
    app.files.get('server/server.js'),
    server.replace("events: [{ event: 'onMessageCreate', callback: 'onMessage' }],\n\n  ", ''),
  );
});

function requestsOf(body: string, more: Readonly<Record<string, string | object>> = {}) {
  const server = `exports = {\n  onMessage: async function (payload) {\n${body}\n  },\n};\n`;
  const app = migrated({
    'manifest.json': freshchat({ events: { onMessageCreate: { handler: 'onMessage' } } }),
    'config/iparams.json': {
      key: { display_name: 'Key', type: 'text', secure: true },
      sub: { display_name: 'Subdomain', type: 'text' },
    },
    'server/server.js': server,
    ...more,
  });
  const code = app.files.get('server/server.js') ?? '';
  return {
    templates: json(app, 'config/requests.json') as Readonly<Record<string, unknown>> | null,
    code: code.split('\n').slice(2, -3).join('\n'),
    declared: Object.keys(
      (json(app, 'manifest.json') as { modules: { common?: { requests?: object } } }).modules.common?.requests ?? {},
    ),
    todo: app.todo.map(({ code: rule, line, message }) => `${rule} ${line}: ${message}`),
  };
}

test('makes a template of a request whose parts are written out', () => {
  const { templates, code, declared, todo } = requestsOf(
    "    await $request.get('https://api.example.com/v2/users?page=1&q=a%20b', { headers: { Accept: 'application/json' }, maxAttempts: 3 });",
  );
  assert.deepEqual(templates, {
    getUsers: {
      schema: {
        method: 'GET',
        host: 'api.example.com',
        path: '/v2/users',
        headers: { Accept: 'application/json' },
        query: { page: '1', q: 'a b' },
      },
      options: { maxAttempts: 3 },
    },
  });
  assert.equal(code, "    await $request.invokeTemplate('getUsers', {});");
  assert.deepEqual([declared, todo], [['getUsers'], []]);
});

test('hands over what is only known while the code runs, and leaves parameters to the template', () => {
  const { templates, code } = requestsOf(
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
      '    const url = `https://${payload.iparams.sub}.example.com/users/${payload.data.user.id}/notes?by=${encodeURIComponent(payload.data.actor.id)}&key=${payload.iparams.key}`;',
      "    const options = { headers: { Authorization: 'Basic ' + payload.iparams.key, 'X-Trace': trace() }, json: { text: 'x' } };",
      '    await $request.post(url, options);',
    ].join('\n'),
  );
  assert.deepEqual(templates, {
    postNotes: {
      schema: {
        method: 'POST',
        host: '<%= iparam.sub %>.example.com',
        path: '/users/<%= context.id %>/notes',
        headers: {
          Authorization: 'Basic <%= iparam.key %>',
          'X-Trace': '<%= context.trace %>',
          'Content-Type': 'application/json',
        },
        query: { by: '<%= context.id2 %>', key: '<%= context.key %>' },
      },
    },
  });
  assert.equal(
    code,
    [
      "    await $request.invokeTemplate('postNotes', {",
      '      context: { id: payload.data.user.id, id2: payload.data.actor.id, key: payload.iparams.key, trace: trace() },',
      "      body: JSON.stringify({ text: 'x' }),",
      '    });',
    ].join('\n'),
  );
});

test('keeps the marks of older templates, and one template for equal calls', () => {
  const call =
    "await $request.put('https://<%= iparam.sub %>.example.com/x', { headers: { A: '<%= encode(iparam.key) %>' }, body: text });";
  const { templates, code } = requestsOf(`    ${call}\n    ${call}`);
  assert.deepEqual(templates, {
    putX: {
      schema: {
        method: 'PUT',
        host: '<%= iparam.sub %>.example.com',
        path: '/x',
        headers: { A: '<%= encode(iparam.key) %>' },
      },
    },
  });
  const made = "    await $request.invokeTemplate('putX', { body: text });";
  assert.equal(code, `${made}\n${made}`);
});

test('leaves to a person, with the place, what cannot be derived', () => {
  const { templates, code, todo } = requestsOf(
    [
      '    await $request.get(payload.iparams.sub);',
      '    await $request.get("https://example.com", payload.options);',
      '    await $request.get("https://example.com?" + payload.query);',
      '    await $request.post("https://example.com", { form: { a: 1 } });',
      '    let url = "https://example.com/a";',
      '    if (payload.b) url = "https://example.com/b";',
      '    await $request.get(url);',
    ].join('\n'),
  );
  assert.equal(templates, null);
  assert.match(code, /\$request\.get\(url\);$/);
  assert.deepEqual(todo, [
    'migrate-request 3: no template can be derived from this $request.get: its URL is made while the code runs: no host is written out',
    'migrate-request 4: no template can be derived from this $request.get: its options are made while the code runs',
    'migrate-request 5: no template can be derived from this $request.get: the query of its URL is made while the code runs',
    'migrate-request 6: no template can be derived from this $request.post: its option "form" is none of a template',
    'migrate-request 9: no template can be derived from this $request.get: its URL is made while the code runs: no host is written out',
  ]);
});

test('takes the host from a value that brings its scheme, and says what that takes for granted', () => {
  const { templates, code, todo } = requestsOf(
    '    await $request.get(payload.iparams.sub + "/api/users?page=" + payload.page);',
  );
  assert.deepEqual(templates, {
    getUsers: {
      schema: { method: 'GET', host: '<%= context.sub %>', path: '/api/users', query: { page: '<%= context.page %>' } },
    },
  });
  assert.equal(
    code,
    [
      '    await $request.invokeTemplate("getUsers", {',
      "      context: { sub: payload.iparams.sub.replace(/^https?:\\/\\/|\\/+$/g, ''), page: payload.page },",
      '    });',
    ].join('\n'),
  );
  assert.match(todo.join(), /^migrate-host 3: the host of its template is taken from payload\.iparams\.sub: /);
});

test('keeps a constant that something else uses, and follows none that is shadowed or changed', () => {
  const used = requestsOf(
    "    const url = 'https://example.com/a';\n    console.log(url);\n    await $request.get(url);",
  );
  assert.equal(
    used.code,
    "    const url = 'https://example.com/a';\n    console.log(url);\n    await $request.invokeTemplate('getA', {});",
  );
  const changed = requestsOf(
    "    const options = { headers: {} };\n    options.headers.A = payload.a;\n    await $request.get('https://example.com', options);",
  );
  assert.equal(changed.templates, null);
  const shadowed = requestsOf(
    "    const url = 'https://example.com/a';\n    await Promise.all(payload.urls.map((url) => $request.get(url)));\n    console.log(url);",
  );
  assert.equal(shadowed.templates, null);
});

const flat = {
  client_id: 'id',
  client_secret: 'secret',
  authorize_url: 'https://github.com/login/oauth/authorize',
  token_url: 'https://github.com/login/oauth/access_token',
  token_type: 'account',
  options: { scope: 'repo' },
};

test('wraps OAuth under the name of the provider, and lets requests name it', () => {
  const app = migrated({
    'manifest.json': freshchat({ events: { onMessageCreate: { handler: 'a' } }, requests: { old: {} } }),
    'config/oauth_config.json': flat,
    'config/requests.json': {
      old: { schema: { method: 'GET', host: 'api.github.com', path: '/user' }, options: { isOAuth: true } },
    },
    'server/server.js':
      "exports = { async a() { await $request.get('https://api.github.com/repos', { isOAuth: true, headers: { Authorization: 'token <%= access_token %>' } }); } };",
  });
  assert.deepEqual(json(app, 'config/oauth_config.json'), {
    integrations: { github: { ...flat, display_name: 'Github' } },
  });
  assert.deepEqual(json(app, 'config/requests.json'), {
    old: { schema: { method: 'GET', host: 'api.github.com', path: '/user' }, options: { oauth: 'github' } },
    getRepos: {
      schema: {
        method: 'GET',
        host: 'api.github.com',
        path: '/repos',
        headers: { Authorization: 'token <%= access_token %>' },
      },
      options: { oauth: 'github' },
    },
  });
  assert.deepEqual(
    validateApp(app.files).findings.filter(({ severity }) => severity !== 'information'),
    [],
  );
});

test('lets pages load the new client, and lists what reads the old payload or asks from the front end', () => {
  const app = migrated({
    'manifest.json': freshchat({ events: { onMessageCreate: { handler: 'a' } } }),
    'app/index.html':
      '<html>\n<script src="https://static.example.com/fdk/2.0/assets/fresh_client.js" defer></script>\n</html>',
    'app/app.js': 'client.request.get("https://example.com");',
    'server/server.js': 'exports = {\n  a(payload) {\n    console.log(payload.domain, payload.account_id);\n  },\n};',
  });
  assert.match(app.files.get('app/index.html') ?? '', /<script src="\{\{\{appclient\}\}\}" defer><\/script>/);
  assert.deepEqual(
    app.todo.map(({ file, line, code, fix }) => `${file}:${line} ${code} ${fix?.slice(0, 30)}`),
    [
      'app/app.js:1 migrate-front-end-request write a template in config/req',
      'server/server.js:3 migrate-payload read payload.currentHost.endpo',
      'server/server.js:3 migrate-payload do without it, or make it an i',
    ],
  );
});

test('keeps the settings of the kit that are there', () => {
  const app = migrated({
    'manifest.json': freshchat({}),
    '.fdk/configs.json': '{\n    "request": { "timeout": 15000 }\n}\n',
  });
  assert.deepEqual(json(app, '.fdk/configs.json'), { request: { timeout: 15000 }, global_apps: { enabled: 'true' } });
});

test('has nothing to do for an app of 3.0, and refuses one that it cannot understand', () => {
  const files = (manifest: object) =>
    new Map([
      ['manifest.json', JSON.stringify(manifest)],
      ['config/iparams.json', '{}'],
    ]);
  assert.equal(
    migrateApp(files({ 'platform-version': '3.0', modules: { chat_conversation: {} }, engines: {} })).kind,
    'current',
  );
  const broken = migrateApp(files({ 'platform-version': '2.3', product: { freshchaat: {} } }));
  assert.equal(broken.kind, 'unreadable');
});

test('names products that have no modules, and what stands twice', () => {
  const app = migrateApp(
    new Map([
      [
        'manifest.json',
        JSON.stringify({
          'platform-version': '2.3',
          product: {
            freshteam: { events: { onEmployeeCreate: { handler: 'a' } } },
            freshchat: { events: { onAppInstall: { handler: 'a' } } },
            freshdesk: { events: { onAppInstall: { handler: 'b' }, onTeaTime: { handler: 'a' } } },
          },
        }),
      ],
      ['config/iparams.json', '{}'],
      ['server/server.js', 'exports = { a() { renderData(); }, b() {} };'],
    ]),
  );
  assert.ok(app.kind === 'migrated');
  assert.deepEqual(
    app.todo.map(({ code }) => code),
    ['migrate-product', 'migrate-doubled', 'migrate-module'],
  );
});

test('leaves a call whose host no template can have to a person, and makes templates of the others', () => {
  const { templates, todo } = requestsOf(
    [
      '    await $request.get("https://user:secret@api.example.com/a");',
      '    await $request.get("https://api.example.com:8443/b");',
      '    await $request.get("https://localhost/c");',
      '    await $request.get("https://api.example.com/d/<%= e");',
      '    await $request.get("https://" + payload.user + ":x@api.example.com/f");',
      '    await $request.get("https://api.example.com/g");',
    ].join('\n'),
  );
  assert.deepEqual(templates, { getG: { schema: { method: 'GET', host: 'api.example.com', path: '/g' } } });
  const none = 'no template can be derived from this $request.get:';
  assert.deepEqual(todo, [
    `migrate-request 3: ${none} its URL names a user before the host, which a template cannot`,
    `migrate-request 4: ${none} its URL names a port, which a template cannot`,
    `migrate-request 5: ${none} schema/host must be FQDN: a template cannot have the host localhost`,
    `migrate-request 6: ${none} a "<%" in it is not closed`,
    `migrate-request 7: ${none} its URL names a user before the host, which a template cannot`,
  ]);
});

test('names calls of $request that go by another name', () => {
  const { templates, todo } = requestsOf(
    [
      '    const req = $request;',
      '    await req.get("https://example.com");',
      '    await req.invokeTemplate("a", {});',
      '    const { post, invokeTemplate } = $request;',
      '    await $request[payload.verb]("https://example.com");',
      '    const put = $request.put;',
      '    wrap($request);',
      '    if (typeof $request === "object") await $request.invokeTemplate("a", {});',
    ].join('\n'),
  );
  assert.equal(templates, null);
  assert.deepEqual(
    todo.map((line) => line.slice('migrate-request '.length)),
    [
      '4: req.get: no template can be derived from a verb of $request that goes by another name',
      '6: { post, invokeTemplate } = $request: no template can be derived from a verb of $request that goes by another name',
      '7: $request[payload.verb]: whether a verb of $request is called by this is decided while the code runs',
      '8: $request.put: no template can be derived from a verb of $request that goes by another name',
      '9: $request: whether a verb of $request is called by this is decided while the code runs',
    ],
  );
});

test('makes a text of a body that is an object, and of one that may be', () => {
  const { templates, code, todo } = requestsOf(
    [
      "    await $request.post('https://example.com/a', { json: true, body: { a: 1 } });",
      "    await $request.post('https://example.com/b', { body: [payload.a] });",
      "    await $request.post('https://example.com/c', { json: true, body: payload.text });",
      "    await $request.post('https://example.com/d', { json: true, body: JSON.stringify(payload) });",
      "    await $request.post('https://example.com/e', { json: false, body: payload.text });",
      "    await $request.post('https://example.com/f', { json: true, body: make() });",
    ].join('\n'),
  );
  assert.deepEqual(code.split('\n'), [
    "    await $request.invokeTemplate('postA', { body: JSON.stringify({ a: 1 }) });",
    "    await $request.invokeTemplate('postB', { body: JSON.stringify([payload.a]) });",
    "    await $request.invokeTemplate('postC', {",
    "      body: typeof payload.text === 'string' ? payload.text : JSON.stringify(payload.text),",
    '    });',
    "    await $request.invokeTemplate('postD', { body: JSON.stringify(payload) });",
    "    await $request.invokeTemplate('postE', { body: payload.text });",
    "    await $request.post('https://example.com/f', { json: true, body: make() });",
  ]);
  const types = Object.values(templates ?? {}).map((each) => (each as { schema: { headers?: object } }).schema.headers);
  const isJson = { 'Content-Type': 'application/json' };
  assert.deepEqual(types, [isJson, isJson, isJson, isJson, undefined]);
  assert.deepEqual(todo, [
    'migrate-request 8: no template can be derived from this $request.post: whether its body is a text is decided while the code runs',
  ]);
});

test('writes numbers that a template may have', () => {
  const { templates, todo } = requestsOf(
    "    await $request.get('https://example.com/a', { retryDelay: 250, maxAttempts: 9 });",
  );
  assert.deepEqual(templates, {
    getA: {
      schema: { method: 'GET', host: 'example.com', path: '/a' },
      options: { retryDelay: 300, maxAttempts: 5 },
    },
  });
  assert.deepEqual(todo, []);
});

test('says where an answer was parsed that a template gives as a text', () => {
  const url = "'https://example.com/a', { json: true }";
  const isNamed = (code: string) => requestsOf(`    ${code.replace('URL', url)}`).todo;
  const sentence =
    'migrate-json-answer 3: with the option "json" the answer was parsed; that of $request.invokeTemplate is always a text';
  for (const taken of [
    'const data = await $request.get(URL); console.log(data.response.member);',
    'const { response } = await $request.get(URL); console.log(response.member);',
    '$request.get(URL).then(function (data) { keep(data.response); });',
    '$request.get(URL).then(keep);',
    'return $request.get(URL);',
  ]) {
    assert.deepEqual(isNamed(taken), [sentence], taken);
  }
  for (const plain of [
    'await $request.get(URL);',
    'const data = await $request.get(URL); console.log(data.status, data.response);',
    'const data = await $request.get(URL); return JSON.parse(data.response).member;',
    '$request.get(URL).then((data) => { console.info(JSON.stringify(data)); });',
  ]) {
    assert.deepEqual(isNamed(plain), [], plain);
  }
});
