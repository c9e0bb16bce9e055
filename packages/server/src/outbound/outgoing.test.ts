import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fakeCertificate } from './fake-certificate.ts';
import { defaultOutboundLimits } from './limits.ts';
import { openOutgoing } from './outgoing.ts';

const certificate = fakeCertificate(['localhost', '127.0.0.1']);
let server: Server;
let port: number;

before(async () => {
  server = createServer(certificate, (_request, response) => response.end('reached'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

after(() => new Promise((resolve) => server.close(resolve)));

async function get(privateHosts: readonly string[], url: string): Promise<string> {
  const limits = { ...defaultOutboundLimits, resolveMsMax: 500 };
  const outgoing = openOutgoing({ privateHosts, ca: [certificate.cert], limits });
  const request = { method: 'GET', url, headers: {}, body: null, timeoutMs: 5000, responseBytesMax: 1024 } as const;
  const answer = await outgoing.http.send(request);
  await outgoing.close();
  return answer.kind === 'answered' ? answer.body : answer.kind;
}

test('reaches private hosts that the operator permits, by name and by address, and no other', async () => {
  assert.equal(await get([`localhost:${port}`], `https://localhost:${port}/`), 'reached');
  assert.equal(await get(['127.0.0.0/8'], `https://127.0.0.1:${port}/`), 'reached');
  assert.equal(await get(['127.0.0.0/8'], `https://localhost:${port}/`), 'forbidden');
  assert.equal(await get([`localhost:${port + 1}`], `https://localhost:${port}/`), 'forbidden');
  assert.equal(await get([], `https://127.0.0.1:${port}/`), 'forbidden');
});

test('says within its time that a name does not exist, or that nobody could be asked', async () => {
  assert.equal(await get([], 'https://nowhere.invalid/'), 'unreachable');
});

test('opens sockets when they are asked for, and removes them', async () => {
  const outgoing = openOutgoing({ privateHosts: [] });
  const end = await outgoing.sockets.open();
  assert.ok(existsSync(end.path));
  await outgoing.close();
  assert.ok(!existsSync(end.path));
});

test('refuses a host that is none', () => {
  assert.throws(() => openOutgoing({ privateHosts: ['10.0.0.0/99'] }), /10.0.0.0\/99 is no host/);
});
