import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { OutboundAnswer, OutboundRequest } from '../apps/outbound.ts';
import { parsePermittedHost } from '../marketplace/permitted-host.ts';
import { AddressGuard } from './address-guard.ts';
import { fakeCertificate } from './fake-certificate.ts';
import { FakeResolver } from './fake-resolver.ts';
import { HttpOut } from './http-out.ts';

const megabyte = 1024 * 1024;
const certificate = fakeCertificate(['api.example.com', '*.example.com', '127.0.0.1']);
let server: Server;
let port: number;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const outs: HttpOut[] = [];

before(async () => {
  server = createServer({ ...certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

after(async () => {
  await Promise.all(outs.map((out) => out.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(permitted = [`127.0.0.1:${port}`], ca: readonly string[] = [certificate.cert]): HttpOut {
  const guard = new AddressGuard({
    resolver: new FakeResolver({ 'api.example.com': [['127.0.0.1']], 'two.example.com': [['8.8.8.8', '10.0.0.1']] }),
    permitted: permitted.flatMap((text) => parsePermittedHost(text) ?? []),
    ownAddresses: () => [],
    resolveMsMax: 1000,
  });
  const out = new HttpOut({ guard, ca });
  outs.push(out);
  return out;
}

async function send(out: HttpOut, request: Partial<OutboundRequest> = {}): Promise<OutboundAnswer> {
  return out.send({
    method: 'GET',
    url: `https://api.example.com:${port}/`,
    headers: {},
    body: null,
    timeoutMs: 5000,
    responseBytesMax: megabyte,
    ...request,
  });
}

test('sends method, path, headers and body, and gives back what is answered', async () => {
  answer = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    response.setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('X-Two', 'x').writeHead(201);
    response.end(
      JSON.stringify({ method, url, host: headers.host, key: headers['x-key'], body: `${Buffer.concat(chunks)}` }),
    );
  };
  const sent = { method: 'POST', headers: { 'X-Key': 'k' }, body: '{"é":1}' } as const;
  const got = await send(open(), { ...sent, url: `https://api.example.com:${port}/a b?c=d%20e` });
  assert.equal(got.kind, 'answered');
  assert.equal(got.status, 201);
  assert.equal(got.headers['set-cookie'], 'a=1, b=2');
  const host = `api.example.com:${port}`;
  assert.deepEqual(JSON.parse(got.body), { method: 'POST', url: '/a%20b?c=d%20e', host, key: 'k', body: '{"é":1}' });
});

test('makes the headers that frame a message itself, whatever the app sets', async () => {
  answer = (request, response) => response.end(JSON.stringify(request.rawHeaders.map((text) => text.toLowerCase())));
  const headers = {
    Host: 'neighbour.example.com',
    'Content-Length': '3',
    'transfer-encoding': 'chunked',
    Connection: 'upgrade',
    UPGRADE: 'h2c',
    Expect: '100-continue',
    'Proxy-Authorization': 'x',
    TE: 'trailers',
  };
  const got = await send(open(), { method: 'POST', headers, body: 'GET /two HTTP/1.1\r\nHost: x\r\n\r\n' });
  assert.equal(got.kind, 'answered');
  const raw = JSON.parse(got.body) as string[];
  for (const [name, value] of Object.entries(headers)) {
    const at = raw.indexOf(name.toLowerCase());
    if (at !== -1) assert.notEqual(raw[at + 1], value.toLowerCase(), name);
  }
  assert.equal(raw.filter((name) => name === 'content-length').length, 1);
  assert.equal(raw[raw.indexOf('host') + 1], `api.example.com:${port}`);
});

test('refuses headers that would break out of their line', async () => {
  answer = (_request, response) => response.end('reached');
  for (const headers of [
    { 'X-A': 'a\r\nHost: b' },
    { 'X\r\nHost': 'b' },
    { '': 'a' },
    { 'X-A': 'a\0' },
    { 'X-A': '€' },
  ]) {
    const got = await send(open(), { headers });
    assert.equal(got.kind === 'forbidden' && got.reason, 'header', JSON.stringify(headers));
  }
});

test('follows no redirect: it is an answer like another', async () => {
  let calls = 0;
  answer = (_request, response) => {
    calls += 1;
    response.writeHead(302, { location: `https://127.0.0.1:${port}/secret` }).end();
  };
  const got = await send(open());
  assert.equal(got.kind === 'answered' && got.status, 302);
  assert.equal(calls, 1);
});

test('reads an answer of six megabytes, and not a byte more', async () => {
  const text = 'x'.repeat(6 * megabyte);
  answer = (_request, response) => response.end(text);
  const whole = await send(open(), { responseBytesMax: 6 * megabyte });
  assert.equal(whole.kind === 'answered' && whole.body.length, text.length);
  const short = await send(open(), { responseBytesMax: 6 * megabyte - 1 });
  assert.equal(short.kind, 'too_large');
});

test('decompresses, and says no more that the answer was compressed', async () => {
  const forms = { gzip: gzipSync('gzip é'), br: brotliCompressSync('br é'), identity: Buffer.from('identity é') };
  for (const [coding, bytes] of Object.entries(forms)) {
    answer = (_request, response) => response.setHeader('content-encoding', coding).end(bytes);
    const got = await send(open());
    assert.equal(got.kind === 'answered' && got.body, `${coding} é`);
    assert.equal(got.kind === 'answered' && got.headers['content-encoding'], undefined);
  }
  answer = (_request, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end();
  assert.equal((await send(open())).kind, 'answered');
});

test('reads the charset that the answer names', async () => {
  answer = (_request, response) => {
    response.setHeader('content-type', 'text/plain; charset=ISO-8859-1').end(Buffer.from([0xe9]));
  };
  const got = await send(open());
  assert.equal(got.kind === 'answered' && got.body, 'é');
});

test('stops a compression bomb at the limit, without the memory for it', async () => {
  const bomb = gzipSync(Buffer.alloc(256 * megabyte), { level: 9 });
  assert.ok(bomb.length < megabyte);
  answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb);
  const before = process.memoryUsage().arrayBuffers;
  const got = await send(open());
  assert.equal(got.kind, 'too_large');
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * megabyte);
  answer = (_request, response) => response.setHeader('content-encoding', 'gzip, gzip').end(gzipSync(bomb));
  assert.equal((await send(open())).kind, 'unreachable');
  answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end('no archive');
  assert.equal((await send(open())).kind, 'unreachable');
});

test('ends an answer that drips, and one that never begins, at the time limit', async () => {
  answer = (request, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    request.on('close', () => clearInterval(timer));
  };
  const startedAt = performance.now();
  assert.equal((await send(open(), { timeoutMs: 300 })).kind, 'timed_out');
  answer = () => {};
  assert.equal((await send(open(), { timeoutMs: 300 })).kind, 'timed_out');
  assert.ok(performance.now() - startedAt < 2500);
});

test('gives up on a name server that does not answer, within the limit of the request', async () => {
  const resolver = { addresses: () => new Promise<never>(() => {}), records: async () => [] };
  const guard = new AddressGuard({ resolver, permitted: [], ownAddresses: () => [], resolveMsMax: 200 });
  const out = new HttpOut({ guard });
  outs.push(out);
  assert.equal((await send(out, { timeoutMs: 100 })).kind, 'timed_out');
  assert.equal((await send(out, { timeoutMs: 5000 })).kind, 'unreachable');
});

test('believes no certificate that nobody vouches for, or that is for another name', async () => {
  answer = (_request, response) => response.end('reached');
  const untrusted = await send(open(undefined, []));
  assert.equal(untrusted.kind, 'unreachable');
  assert.match(untrusted.kind === 'unreachable' ? untrusted.message : '', /certificate/);
  const resolver = new FakeResolver({ 'other.example.org': [['127.0.0.1']] });
  const permitted = [parsePermittedHost('127.0.0.1')].flatMap((host) => host ?? []);
  const out = new HttpOut({
    guard: new AddressGuard({ resolver, permitted, ownAddresses: () => [], resolveMsMax: 1000 }),
    ca: [certificate.cert],
  });
  outs.push(out);
  const other = await send(out, { url: `https://other.example.org:${port}/` });
  assert.match(other.kind === 'unreachable' ? other.message : '', /altnames/);
});

test("shows an app's own certificate for its own request only", async () => {
  const own = fakeCertificate(['client.example.com']);
  answer = (request, response) => {
    const { raw } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
    response.end(raw === undefined ? 'nobody' : 'somebody');
  };
  const out = open(undefined, []);
  const security = { ca: certificate.cert, cert: own.cert, key: own.key, pfx: null, passphrase: null };
  const known = await send(out, { security });
  assert.equal(known.kind === 'answered' && known.body, 'somebody', JSON.stringify(known));
  assert.equal((await send(out)).kind, 'unreachable');
  const broken = await send(out, { security: { ...security, key: 'no key' } });
  assert.equal(broken.kind, 'unreachable');
});

test('survives servers that speak no HTTP, or break off', async (t) => {
  const sayings = [
    'garbage\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    '',
  ];
  let saying = '';
  const odd = createTlsServer(certificate, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(saying));
  });
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => odd.close(resolve)));
  const oddPort = (odd.address() as AddressInfo).port;
  const out = open(['127.0.0.1']);
  for (saying of sayings) {
    const got = await send(out, { url: `https://api.example.com:${oddPort}/` });
    assert.equal(got.kind, 'unreachable', saying.slice(0, 60));
  }
  // No length: the end of the connection is the end of the answer.
  saying = 'HTTP/1.0 200 OK\r\n\r\nto the end';
  const got = await send(out, { url: `https://api.example.com:${oddPort}/` });
  assert.equal(got.kind === 'answered' && got.body, 'to the end');
});

test('reuses a connection', async () => {
  answer = (request, response) => response.end(String(request.socket.remotePort));
  const out = open();
  const ports = new Set<string>();
  for (let turn = 0; turn < 10; turn += 1) {
    const got = await send(out);
    ports.add(got.kind === 'answered' ? got.body : got.kind);
  }
  assert.ok(ports.size <= 2, `${ports.size} connections`);
});

test('refuses a name that has one address too many, and addresses where names belong', async () => {
  const out = open();
  const reasons = async (url: string) => {
    const got = await send(out, { url });
    return got.kind === 'forbidden' ? got.reason : got.kind;
  };
  assert.equal(await reasons('https://two.example.com/'), 'address');
  assert.equal(await reasons('https://8.8.8.8/'), 'ip_address');
  assert.equal(await reasons('https://[2606:4700::1111]/'), 'ip_address');
  assert.equal(await reasons('https://intranet/'), 'not_a_name');
  assert.equal(await reasons('http://api.example.com/'), 'not_https');
  assert.equal(await reasons('https://user:pass@api.example.com/'), 'malformed');
  assert.equal(await reasons('https://'), 'malformed');
  assert.equal(await reasons('https://nowhere.example.com/'), 'unreachable');
});

test("refuses this machine's own public address", async () => {
  const guard = new AddressGuard({
    resolver: new FakeResolver({ 'own.example.com': [['93.184.216.34']] }),
    permitted: [],
    ownAddresses: () => ['93.184.216.34', 'fe80::1%eth0'],
    resolveMsMax: 1000,
  });
  const reach = await guard.reach('own.example.com', 443, true);
  assert.equal(reach.kind, 'forbidden');
  assert.match(reach.message, /own/);
});
