/** Server-side request forgery: every spelling of a forbidden address, at every place that takes one, and none arrives. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { parsePermittedHost } from '../marketplace/permitted-host.ts';
import { AddressGuard } from './address-guard.ts';
import { fakeCertificate } from './fake-certificate.ts';
import { FakeResolver } from './fake-resolver.ts';
import { HttpOut } from './http-out.ts';
import { UnixSocketBroker } from './socket-broker.ts';

const certificate = fakeCertificate(['flip.example.com']);
let folder: string;
let port: number;
let hits = 0;
const canaries: Server[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssrf-test-'));
  port = await listen(canary(), '127.0.0.1', 0);
  // The same port on IPv6, where there is any.
  await listen(canary(), '::1', port).catch(() => 0);
});

after(async () => {
  await Promise.all(canaries.map((one) => new Promise((resolve) => one.close(resolve))));
  await rm(folder, { recursive: true });
});

function canary(): Server {
  return createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
}

function listen(server: Server, address: string, onPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(onPort, address, () => {
      canaries.push(server);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Hosts that lead, or that some reader takes to lead, to this machine or to a private network. */
const hosts: readonly string[] = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '0', '0.0.0.0', '2130706433', '0x7f000001', '0x7F.1'],
  ...['0x7f.0x0.0x0.0x1', '0177.0.0.1', '0177.0.0.01', '017700000001', '00000177.0.0.1', '127.0.0.1.', '127.0.0.01'],
  ...['4294967295', '255.255.255.255', '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '169.254.169.254'],
  ...['0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '168.63.129.16', '224.0.0.1', '198.18.0.1', '192.0.0.192'],
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]'],
  ...[
    '[fe80::1]',
    '[fe80::1%25eth0]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[::1%lo]',
    '[fec0::1]',
  ],
  ...['localhost', 'LOCALHOST', 'localhost.', 'localhost.localdomain', 'a.localhost', 'ip6-localhost', 'intranet'],
  ...[
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '①②⑦.⓪.⓪.①',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    '127.0.0.1%00.example.com',
    '127.0.0.1\0',
  ],
  ...[
    'public.example.com@127.0.0.1',
    'user:pass@127.0.0.1',
    '127.0.0.1#@public.example.com',
    '127.0.0.1?@public.example.com',
  ],
  ...[
    '127.0.0.1\\@public.example.com',
    'public.example.com\\@127.0.0.1',
    '127.0.0.1/@public.example.com',
    ' 127.0.0.1',
  ],
  ...['127.0.0.1\t', '127.\n0.0.1', '%31%32%37.0.0.1', '127%2e0%2e0%2e1', 'loop.example.com', 'loop6.example.com'],
  ...[
    'mapped.example.com',
    'meta.example.com',
    'mixed.example.com',
    'LOOP.example.com.',
    'zero.example.com',
    'odd.example.com',
  ],
];

function world(permitted: readonly string[] = []) {
  const resolver = new FakeResolver({
    'loop.example.com': [['127.0.0.1']],
    'loop6.example.com': [['::1']],
    'mapped.example.com': [['::ffff:127.0.0.1']],
    'meta.example.com': [['169.254.169.254']],
    'mixed.example.com': [['127.0.0.2', '127.0.0.1']],
    'zero.example.com': [['0.0.0.0']],
    'odd.example.com': [['0x7f.1', '127.1']],
    'localhost.localdomain': [['127.0.0.1']],
    'a.localhost': [['127.0.0.1']],
    // The first answer is for the check, the second for whoever asks again when connecting.
    'flip.example.com': [['127.0.0.2'], ['127.0.0.1']],
    'turned.example.com': [['127.0.0.1'], ['127.0.0.2']],
  });
  const hostsPermitted = permitted.flatMap((text) => parsePermittedHost(text) ?? []);
  const guard = new AddressGuard({ resolver, permitted: hostsPermitted, ownAddresses: () => [], resolveMsMax: 1000 });
  const out = new HttpOut({ guard, ca: [certificate.cert] });
  const broker = new UnixSocketBroker({ guard, resolver, temporaryFolder: folder });
  return { resolver, out, broker };
}

async function get(out: HttpOut, url: string): Promise<string> {
  const limits = { timeoutMs: 3000, responseBytesMax: 1024 };
  const answer = await out.send({ method: 'GET', url, headers: {}, body: null, ...limits });
  return answer.kind === 'answered' ? answer.body : answer.kind;
}

/** What the broker answers to a wish to connect: its first line. */
function dial(path: string, host: string, toPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    socket.write(`${JSON.stringify({ connect: { host, port: toPort } })}\n`);
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

test('lets no spelling of a forbidden address through HTTP or through a socket', async () => {
  assert.ok(hosts.length >= 60, `${hosts.length} spellings`);
  const { out, broker } = world();
  const end = await broker.open();
  for (const host of hosts) {
    for (const url of [
      `https://${host}:${port}/`,
      `https://${host}/`,
      `https:${host}:${port}`,
      `https:\\\\${host}:${port}`,
    ]) {
      const got = await get(out, url);
      assert.ok(got === 'forbidden' || got === 'unreachable', `${url}: ${got}`);
    }
    for (const bare of [host, host.replace(/^\[|\]$/g, '')]) {
      assert.doesNotMatch(await dial(end.path, bare, port), /connected/, bare);
    }
  }
  await Promise.all([out.close(), broker.close()]);
  assert.equal(hits, 0);
});

test('connects to the address that was judged, however often a name flips', async (t: TestContext) => {
  // 127.0.0.2 plays the public address, and 127.0.0.1, where the canary sits on the same port, the private one.
  const decoy = createHttpsServer(certificate, (_request, response) => {
    response.setHeader('connection', 'close').end('decoy');
  });
  const isThere = await listen(decoy as unknown as Server, '127.0.0.2', port).catch(() => 0);
  if (isThere === 0) return t.skip('this machine has no 127.0.0.2');
  const { resolver, out, broker } = world(['127.0.0.2']);
  const end = await broker.open();
  const counts = { decoy: 0, refused: 0 };
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const name = flip % 2 === 0 ? 'flip.example.com' : 'turned.example.com';
    const asked = resolver.questions.length;
    const line = await dial(end.path, name, port);
    if (line.includes('"address":"127.0.0.2"')) counts.decoy += 1;
    else if (line.includes('EACCES')) counts.refused += 1;
    assert.equal(resolver.questions.length - asked, 1, 'a name is resolved once for each connection');
  }
  assert.deepEqual(counts, { decoy: FLIPS / 2, refused: FLIPS / 2 });
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const asked = resolver.questions.length;
    const got = await get(out, `https://flip.example.com:${port}/`);
    assert.ok(got === 'decoy' || got === 'forbidden', got);
    assert.equal(resolver.questions.length - asked, 1, 'a name is resolved once for each connection');
  }
  await Promise.all([out.close(), broker.close()]);
  assert.equal(hits, 0);
});

const FLIPS = 1000;
