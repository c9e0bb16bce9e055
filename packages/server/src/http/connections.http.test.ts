import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { ADMIN_KEY, type HttpWorld, startHttpWorld } from '../../test/http-world.ts';
import type { HttpLimits } from './limits.ts';

/** A listening server with limits of tenths of a second, and how to open connections to it by hand. */
async function listening(limits: Partial<HttpLimits>) {
  const live = { register: () => {}, described: [] };
  const world = await startHttpWorld({ live, limits: { connectionsCheckedEveryMs: 20, ...limits } });
  const address = new URL(await world.server.listen({ host: '127.0.0.1', port: 0 }));
  const open = (first = '') => openConnection(Number(address.port), first);
  return { world, open, address };
}

type Connection = { readonly socket: Socket; readonly closed: Promise<string>; text: () => string };

async function openConnection(port: number, first: string): Promise<Connection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  await new Promise((resolve) => socket.once('connect', resolve));
  if (first !== '') socket.write(first);
  return { socket, closed, text: () => text };
}

const HEAD = `Host: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n`;
const GET = `GET /api/v1/account HTTP/1.1\r\n${HEAD}\r\n`;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function withServer(
  limits: Partial<HttpLimits>,
  run: (hand: { readonly world: HttpWorld; open(first?: string): Promise<Connection> }) => Promise<void>,
): Promise<void> {
  const { world, open } = await listening(limits);
  try {
    await run({ world, open });
  } finally {
    await world.stop();
  }
}

test('ends connections that never say anything, drip a head or drip a body, and serves the others', async () => {
  await withServer({ headersTimeoutMs: 150, requestTimeoutMs: 250 }, async ({ open }) => {
    const silent = await open();
    const head = await open('GET /api/v1/account HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const body = await open(
      `POST /api/v1/agents HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    );
    const dripping = setInterval(() => {
      for (const { socket } of [head, body]) socket.write('x');
    }, 20);
    const honest = await open(GET);
    await until(() => honest.text().includes('"id":"4096"'));
    assert.match(await head.closed, /^HTTP\/1\.1 408 /);
    assert.match(await body.closed, /^HTTP\/1\.1 408 /);
    await silent.closed;
    clearInterval(dripping);
    honest.socket.write(GET);
    await until(() => honest.text().split('"id":"4096"').length === 3);
    honest.socket.destroy();
  });
});

test('ends the oldest of the connections that have said nothing when an address opens too many', async () => {
  await withServer({ silentConnectionsPerAddressMax: 3 }, async ({ open }) => {
    const honest = await open(GET);
    await until(() => honest.text() !== '');
    const silent = [await open(), await open(), await open()];
    const fourth = await open();
    await silent[0]?.closed;
    fourth.socket.write(GET);
    await until(() => fourth.text().startsWith('HTTP/1.1 200'));
    honest.socket.write(GET);
    await until(() => honest.text().split('HTTP/1.1 200').length === 3);
    for (const { socket } of [honest, fourth, ...silent]) socket.destroy();
  });
});

test('takes no more connections of one address than its limit, and takes new ones when some have gone', async () => {
  await withServer({ connectionsPerAddressMax: 2 }, async ({ open }) => {
    const first = await open(GET);
    const second = await open(GET);
    await until(() => first.text() !== '' && second.text() !== '');
    const third = await open(GET);
    assert.equal(await third.closed, '');
    first.socket.destroy();
    await first.closed;
    let again = await open(GET);
    // The server learns of the end a moment after the client.
    while ((await Promise.race([again.closed, until(() => again.text() !== '').then(() => 'served')])) !== 'served') {
      again = await open(GET);
    }
    for (const { socket } of [second, again]) socket.destroy();
  });
});

test('answers what is no HTTP, and what is too much of it, with a status line', async () => {
  await withServer({}, async ({ open }) => {
    const nonsense = await open('hello\r\n\r\n');
    assert.match(await nonsense.closed, /^HTTP\/1\.1 400 /);
    const large = await open(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`);
    assert.match(await large.closed, /^HTTP\/1\.1 431 /);
    const upgrade = await open(
      'GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    assert.match(await upgrade.closed, /^HTTP\/1\.1 404 /);
  });
});

test('answers what is under way when it stops, refuses what comes then, and closes', async () => {
  const { world, open } = await listening({});
  const body = '{"email":"last@example.com"}';
  const head = `POST /api/v1/agents HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const idle = await open(GET);
  const late = await open(head);
  await until(() => idle.text() !== '');
  const stopped = world.server.stop();
  late.socket.write(body);
  assert.match(await late.closed, /^HTTP\/1\.1 201 /);
  await idle.closed;
  await stopped;
  await world.stop();
});

test('refuses a request that comes behind one under way when it stops', async () => {
  const { world, open } = await listening({});
  const first = `POST /api/v1/groups HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 14\r\n\r\n`;
  const busy = await open(first);
  const idle = await open(GET);
  await until(() => idle.text() !== '');
  const stopped = world.server.stop();
  busy.socket.write(`{"name":"las"}${GET}`);
  const text = await busy.closed;
  assert.match(text, /^HTTP\/1\.1 201 /);
  assert.match(text, /HTTP\/1\.1 503 [\s\S]*retry-after: [\s\S]*"code":"shutting_down"/i);
  await stopped;
  await world.stop();
});

test('does not wait for a client longer than its grace when it stops', async () => {
  const { world, open } = await listening({ stopGraceMs: 100 });
  const endless = await open(
    `POST /api/v1/agents HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n`,
  );
  await world.server.stop();
  assert.equal(await endless.closed, '');
  await world.stop();
});
