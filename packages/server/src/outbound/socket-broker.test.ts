import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BrokerEnd } from '../apps/socket-broker.ts';
import { parsePermittedHost } from '../marketplace/permitted-host.ts';
import { AddressGuard } from './address-guard.ts';
import { FakeResolver } from './fake-resolver.ts';
import { defaultOutboundLimits } from './limits.ts';
import { UnixSocketBroker } from './socket-broker.ts';

let folder: string;
let server: Server;
let port: number;
let onConnection: (socket: Socket) => void;
const brokers: UnixSocketBroker[] = [];
const sockets = new Set<Socket>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-test-'));
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

after(async () => {
  await Promise.all(brokers.map((broker) => broker.close()));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const permittedPort = () => [`127.0.0.1:${port}`, 'db.internal:7', '127.0.0.9:9'];

async function open(limits = {}): Promise<{ broker: UnixSocketBroker; end: BrokerEnd; resolver: FakeResolver }> {
  const resolver = new FakeResolver({
    'db.example.com': [['127.0.0.1']],
    'private.example.com': [['10.0.0.1']],
    'public.example.com': [['8.8.8.8', '2606:4700::1111']],
    'db.internal': [['10.9.9.9']],
  });
  const permitted = permittedPort().flatMap((text) => parsePermittedHost(text) ?? []);
  const guard = new AddressGuard({ resolver, permitted, ownAddresses: () => [], resolveMsMax: 1000 });
  const options = { guard, resolver, temporaryFolder: folder, limits: { ...defaultOutboundLimits, ...limits } };
  const broker = new UnixSocketBroker(options);
  brokers.push(broker);
  return { broker, end: await broker.open(), resolver };
}

function dial(path: string, line: string | Buffer, options = {}): Socket {
  const socket = new Socket({ allowHalfOpen: true, ...options }).connect(path);
  socket.on('error', () => {});
  socket.write(line);
  sockets.add(socket);
  return socket;
}

const connectLine = (host: string, toPort = port) => `${JSON.stringify({ connect: { host, port: toPort } })}\n`;
const resolveLine = (name: string, type: string) => `${JSON.stringify({ resolve: { name, type } })}\n`;

/** Everything that comes until the other side ends, or cuts off; its own side stays open. */
function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the other side never ended')), 10_000);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    for (const end of ['end', 'close']) {
      socket.on(end, () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks));
      });
    }
  });
}

async function ask(
  path: string,
  line: string | Buffer,
): Promise<{ error?: { code: string; message: string }; [key: string]: unknown }> {
  const text = (await readAll(dial(path, line))).toString();
  return text === '' ? {} : JSON.parse(text);
}

test('puts the socket into a folder that nobody else may enter, at a path that is short', async () => {
  const { end } = await open();
  assert.ok(Buffer.byteLength(end.path) <= 100);
  assert.equal(statSync(join(end.path, '..')).mode & 0o777, 0o700);
  assert.equal(statSync(join(end.path, '..', '..')).mode & 0o777, 0o700);
});

test('gives each a socket of its own, however many apps wake at once', async () => {
  const { broker } = await open();
  const ends = await Promise.all(Array.from({ length: 20 }, () => broker.open()));
  assert.equal(new Set(ends.map(({ path }) => path)).size, 20);
  for (const { path } of ends) assert.ok(existsSync(path), path);
});

test('carries bytes as they are, both ways, also those sent with the first line', async () => {
  onConnection = (socket) => socket.pipe(socket);
  const { end } = await open();
  const sent = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
  const socket = dial(end.path, Buffer.concat([Buffer.from(connectLine('db.example.com')), sent]));
  socket.end(Buffer.from('\n{"connect":1}\n'));
  const all = await readAll(socket);
  const at = all.indexOf(10);
  assert.deepEqual(JSON.parse(all.toString('utf8', 0, at)), { connected: { address: '127.0.0.1', port, family: 4 } });
  assert.deepEqual(all.subarray(at + 1), Buffer.concat([sent, Buffer.from('\n{"connect":1}\n')]));
});

test('lets each side close for itself', async () => {
  // Speaks only when the other side has ended.
  onConnection = (socket) => socket.on('end', () => socket.end('last words')).resume();
  const { end } = await open();
  const socket = dial(end.path, connectLine('db.example.com'));
  socket.end('x');
  assert.match((await readAll(socket)).toString(), /last words$/);
  // Ends first, and still listens.
  const heard = new Promise<string>((resolve) => {
    onConnection = async (far) => {
      far.end('bye');
      resolve((await readAll(far)).toString());
    };
  });
  const other = dial(end.path, connectLine('db.example.com'));
  await readAll(other);
  other.end('x'.repeat(3_000_000));
  assert.equal((await heard).length, 3_000_000);
});

test('holds back a side that is faster than the other', async () => {
  const arrived = Promise.withResolvers<Socket>();
  onConnection = (socket) => arrived.resolve(socket.pause());
  const { end } = await open();
  const socket = dial(end.path, connectLine('db.example.com'));
  await arrived.promise;
  const before = process.memoryUsage().arrayBuffers;
  const chunk = Buffer.alloc(64 * 1024);
  const startedAt = performance.now();
  // Until nothing more is taken for a while: the kernel's buffers are full, and the broker holds little.
  for (let idle = 0, taken = 0; idle < 10 && taken < 256; ) {
    if (socket.writableLength > chunk.length) {
      idle += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    } else {
      idle = 0;
      taken += 1;
      socket.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  assert.ok(performance.now() - startedAt < 10_000);
  assert.ok(socket.writableLength > chunk.length, 'the sender is held back');
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * 1024 * 1024);
  (await arrived.promise).destroy();
  socket.destroy();
});

test('refuses private addresses, and says how the operator can permit them', async () => {
  const { end } = await open();
  for (const host of ['127.0.0.1', '::1', 'private.example.com', 'localhost', '169.254.169.254', '0x7f.1', '127.1']) {
    const { error } = await ask(end.path, connectLine(host, 1));
    assert.equal(error?.code, 'EACCES', host);
  }
  const { error } = await ask(end.path, connectLine('private.example.com', 1));
  assert.match(error?.message ?? '', /app_private_hosts/);
  assert.equal((await ask(end.path, connectLine('nowhere.example.com'))).error?.code, 'ENOTFOUND');
  assert.equal((await ask(end.path, connectLine('127.0.0.9', 9))).error?.code, 'ECONNREFUSED');
});

test('resolves names, but tells no private address', async () => {
  const { end } = await open();
  const addresses = [
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ];
  assert.deepEqual(await ask(end.path, resolveLine('public.example.com', 'ADDRESS')), { records: addresses });
  assert.deepEqual(await ask(end.path, resolveLine('public.example.com', 'A')), { records: ['8.8.8.8'] });
  assert.deepEqual(await ask(end.path, resolveLine('public.example.com', 'AAAA')), { records: ['2606:4700::1111'] });
  assert.deepEqual(await ask(end.path, resolveLine('db.internal', 'A')), { records: ['10.9.9.9'] });
  assert.deepEqual(await ask(end.path, resolveLine('public.example.com', 'TXT')), {
    records: ['8.8.8.8', '2606:4700::1111'],
  });
  assert.equal((await ask(end.path, resolveLine('private.example.com', 'A'))).error?.code, 'EACCES');
  assert.equal((await ask(end.path, resolveLine('nowhere.example.com', 'SRV'))).error?.code, 'ENOTFOUND');
});

test('answers garbage, or hangs up, and goes on serving', async () => {
  const { end } = await open({ lineMsMax: 200 });
  const long = `{"connect":{"host":"${'a'.repeat(2000)}","port":1}}\n`;
  const lines = ['\n', '{}\n', 'null\n', '[]\n', '{"connect":null}\n', long, 'x'.repeat(5000), '\0\n', '"__proto__"\n'];
  const strange = [
    '{"connect":{"host":1,"port":1}}\n',
    '{"connect":{"host":"a.b","port":1.5}}\n',
    '{"connect":{"host":"a.b"}}\n',
  ];
  const more = [
    '{"connect":{"host":"","port":1}}\n',
    '{"resolve":{"name":"a.b","type":"ANY"}}\n',
    '{"__proto__":{"connect":{}}}\n',
  ];
  for (const line of [...lines, ...strange, ...more]) {
    assert.equal((await ask(end.path, line)).error?.code, 'EINVAL', line.slice(0, 40));
  }
  const padded = `${connectLine('db.example.com').trimEnd()}${' '.repeat(1024)}\n`;
  assert.equal((await ask(end.path, padded)).error?.code, 'EINVAL');
  for (const bytes of [Buffer.from([0xff, 0xfe, 0x0a]), Buffer.alloc(70_000, 0x7b)]) await ask(end.path, bytes);
  const startedAt = performance.now();
  await ask(end.path, 'never a newline');
  assert.ok(performance.now() - startedAt < 2000);
  dial(end.path, '').destroy();
  dial(end.path, connectLine('db.example.com')).destroy();
  onConnection = (socket) => socket.end('still here');
  const socket = dial(end.path, connectLine('db.example.com'));
  socket.end();
  assert.match((await readAll(socket)).toString(), /still here/);
});

test('gives each app so many connections, and takes them back when they end', async () => {
  onConnection = (socket) => socket.on('end', () => socket.end()).resume();
  // A connection of the app and the one that it led to are two.
  const { end } = await open({ socketsPerAppMax: 4 });
  const held = [1, 2].map(() => dial(end.path, connectLine('db.example.com')));
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
  assert.equal((await ask(end.path, connectLine('db.example.com'))).error?.code, 'EMFILE');
  for (const socket of held) socket.destroy();
  for (let turn = 0; turn < 100; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const socket = dial(end.path, connectLine('db.example.com'));
    socket.end();
    if (/connected/.test((await readAll(socket)).toString())) return;
  }
  assert.fail('the places were not given back');
});

test('ends every connection and leaves nothing behind when it closes', async () => {
  const far = Promise.withResolvers<Socket>();
  onConnection = (socket) => far.resolve(socket);
  const { broker, end } = await open();
  const socket = dial(end.path, connectLine('db.example.com'));
  const closed = readAll(socket);
  const farClosed = readAll(await far.promise);
  await end.close();
  await Promise.all([closed, farClosed]);
  assert.ok(!existsSync(join(end.path, '..')));
  const again = await broker.open();
  assert.ok(existsSync(again.path));
  await broker.close();
  assert.ok(!existsSync(join(again.path, '..', '..')));
});

test('removes the folders of servers that are dead, and of no other', async () => {
  const dead = join(folder, 'rollcall-sockets-999999999-abcdef');
  const alive = join(folder, `rollcall-sockets-${process.pid}-abcdef`);
  const answering = join(folder, 'rollcall-sockets-999999998-abcdef');
  const other = join(folder, 'somebody-999999999');
  for (const path of [dead, alive, answering, other]) await mkdir(join(path, '1'), { recursive: true, mode: 0o700 });
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(join(answering, '1', 's'), resolve));
  await open();
  const left = await readdir(folder);
  assert.ok(!left.includes('rollcall-sockets-999999999-abcdef'));
  for (const path of [alive, answering, other]) assert.ok(existsSync(path), path);
  await new Promise((resolve) => listener.close(resolve));
});
