/** Sockets of apps' packages, from the package through the fence and the broker to a server, and back. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { parsePermittedHost } from '../src/marketplace/permitted-host.ts';
import { AddressGuard } from '../src/outbound/address-guard.ts';
import { fakeCertificate } from '../src/outbound/fake-certificate.ts';
import { FakeResolver } from '../src/outbound/fake-resolver.ts';
import { UnixSocketBroker } from '../src/outbound/socket-broker.ts';
import { chooseFence, fenceSentences } from '../src/sandbox/choose-fence.ts';
import { fencedApps } from '../src/sandbox/fenced-apps.ts';
import { systemClock } from '../src/system/system-clock.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-app-sockets-')));
chmodSync(folder, 0o755);
const { cert, key } = fakeCertificate(['db.example.com']);
const big = 'x'.repeat(1_000_000);
const answer: RequestListener = (request, response) => {
  let length = 0;
  request.on('data', (bytes: Buffer) => {
    length += bytes.length;
  });
  request.on('end', () => response.end(request.url === '/big' ? big : `${request.method} ${length}`));
};
const servers: readonly Server[] = [
  createHttpServer(answer),
  createHttpsServer({ cert, key }, answer),
  createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket)),
];
await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))));
const [http = 0, https = 0, echo = 0] = servers.map((server) => (server.address() as AddressInfo).port);

const resolver = new FakeResolver({ 'db.example.com': [['127.0.0.1']], 'inside.example.com': [['10.0.0.7']] });
const broker = new UnixSocketBroker({
  resolver,
  guard: new AddressGuard({
    resolver,
    permitted: [parsePermittedHost('db.example.com')].filter((host) => host !== null),
    ownAddresses: () => [],
    resolveMsMax: 1000,
  }),
});
after(async () => {
  for (const server of servers) server.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

// What packages do with sockets; each answers with what it saw.
const kit = `const net = require('net'), tls = require('tls'), http = require('http'), https = require('https'), dns = require('dns');
const errorOf = (emitter) => new Promise((end) => emitter.once('error', (error) => end([error.code, error.syscall].join())));
const bodyOf = (module, options, body) => new Promise((end, fail) => {
  const request = module.request(options, (response) => { let text = ''; response.on('data', (part) => { text += part; }); response.on('end', () => end(text)); });
  request.on('error', fail).end(body);
});
const host = 'db.example.com';
module.exports = async ({ ports, ca }) => ({
  events: await new Promise((end) => {
    const seen = [];
    const socket = net.connect(ports.echo, host, () => seen.push('callback'));
    for (const event of ['lookup', 'connect', 'ready', 'end', 'close']) socket.on(event, () => seen.push(event));
    seen.push(socket instanceof net.Socket, socket.connecting, socket.readyState);
    socket.setNoDelay(true).setKeepAlive(true, 1000).setEncoding('utf8').end('before it is connected');
    let text = '';
    socket.on('data', (part) => { text += part; seen.push(socket.remoteAddress, socket.remoteFamily); });
    socket.on('close', () => end([...seen, text].join()));
  }),
  flood: await new Promise((end) => {
    let length = 0;
    net.connect(ports.echo, host).on('data', (bytes) => { length += bytes.length; }).on('close', () => end(length)).end(Buffer.alloc(3e6, 1));
  }),
  again: await new Promise((end) => {
    const socket = net.connect(ports.echo, host, () => socket.destroy());
    socket.once('close', () => { socket.connect(ports.echo, host, () => { socket.destroy(); end('twice'); }); });
  }),
  http: await bodyOf(http, { host, port: ports.http, method: 'POST' }, 'y'.repeat(500000)),
  big: (await bodyOf(http, { host, port: ports.http, path: '/big' })).length,
  https: await bodyOf(https, { host, port: ports.https, ca }),
  fetch: await (await fetch('http://' + host + ':' + ports.http + '/', { method: 'PUT', body: 'abc' })).text(),
  tls: await new Promise((end, fail) => {
    const socket = tls.connect({ host, port: ports.https, ca }, () => { end([socket.authorized, socket.encrypted, socket.remoteAddress].join()); socket.destroy(); });
    socket.on('error', fail);
  }),
  upgraded: await new Promise((end, fail) => {
    const plain = net.connect(ports.https, host, () => {
      const socket = tls.connect({ socket: plain, ca, servername: host }, () => { end(socket.authorized); socket.destroy(); });
      socket.on('error', fail);
    });
  }),
  distrusted: await errorOf(tls.connect({ host, port: ports.https })),
  refused: await errorOf(net.connect(1, host)),
  forbidden: await errorOf(net.connect(ports.http, '127.0.0.1')),
  inside: await errorOf(net.connect(80, 'inside.example.com')),
  unknown: await errorOf(net.connect(80, 'gone.example.com')),
  tlsForbidden: await errorOf(tls.connect(443, '10.0.0.1')),
  lookup: await new Promise((end) => dns.lookup(host, (error, address, family) => end([address, family].join()))),
  lookupAll: JSON.stringify(await dns.promises.lookup(host, { all: true })),
  lookupUnknown: await dns.promises.lookup('gone.example.com').catch((error) => [error.code, error.syscall, error.hostname].join()),
});
`;

const expected = {
  events: 'true,true,opening,lookup,callback,connect,ready,127.0.0.1,IPv4,end,close,before it is connected',
  flood: 3_000_000,
  again: 'twice',
  http: 'POST 500000',
  big: 1_000_000,
  https: 'GET 0',
  fetch: 'PUT 3',
  tls: 'true,true,127.0.0.1',
  upgraded: true,
  distrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT,',
  refused: 'ECONNREFUSED,connect',
  forbidden: 'EACCES,connect',
  inside: 'EACCES,connect',
  unknown: 'ENOTFOUND,getaddrinfo',
  tlsForbidden: 'EACCES,connect',
  lookup: '127.0.0.1,4',
  lookupAll: '[{"address":"127.0.0.1","family":4}]',
  lookupUnknown: 'ENOTFOUND,getaddrinfo,gone.example.com',
};

const files = {
  'server/server.js':
    "const kit = require('kit');\nexports = { async run(payload) { console.log(JSON.stringify(await kit(payload))); } };",
  'server/node_modules/kit/package.json': '{"name":"kit","version":"1.0.0","main":"kit.js"}',
  'server/node_modules/kit/kit.js': kit,
};
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

for (const wanted of ['hardened', 'plain', 'trusted'] as const) {
  test(`${wanted}: packages open sockets, speak TLS and HTTP, and look up names by way of the server`, async (t) => {
    const fence = await chooseFence({ wanted, nodePath: process.execPath });
    if (fence.kind === 'none') return t.skip(fenceSentences(fence).join('; '));
    const lines: string[] = [];
    const services = {
      operation: async () => ({ kind: 'done', result: null }) as const,
      log: ({ text }: { readonly text: string }) => void lines.push(text),
      broke: (cause: unknown) => void lines.push(String(cause)),
    };
    const runner = fencedApps(fence, { clock: systemClock(), broker }).open({ folder, services });
    t.after(() => runner.stop());
    const payload = { ports: { http, https, echo }, ca: cert };
    const outcome = await runner.call({ callId: 'a', handler: 'run', payload });
    assert.equal(outcome.kind, 'delivered', JSON.stringify([outcome, lines]));
    assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), expected);
  });
}
