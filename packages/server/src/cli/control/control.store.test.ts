import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createAgent } from '../../engine/agent-record-commands.ts';
import { Engine } from '../../engine/engine.ts';
import { openSqliteStore } from '../../store/sqlite/open-sqlite-store.ts';
import { verifyLog } from '../../store/verify-log.ts';
import { systemClock } from '../../system/system-clock.ts';
import { sha256Hex, systemRandomness } from '../../system/system-randomness.ts';
import { createZones } from '../../time/zone.ts';
import { askServer } from './ask-server.ts';
import { openControlDoor } from './control-door.ts';
import { type MadeAccount, type MadeKey, type Operation, readOperation } from './operation.ts';
import { performInServer } from './perform-in-server.ts';
import { performOperation } from './perform-operation.ts';
import { readServerFile, removeServerFile, writeServerFile } from './server-file.ts';

const adminKey: Operation = { kind: 'CreateKey', account: null, role: 'admin', agent: null, name: 'test' };

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-control-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function openEngine(folder: string) {
  const store = openSqliteStore({ folder, hash: sha256Hex });
  const random = systemRandomness();
  const zones = createZones('test');
  const ports = { store, clock: systemClock(), random, hash: sha256Hex, zones, report: () => {} };
  const first = { accountId: '17', accountName: 'Test', domain: 'example.com', secret: random.secret() };
  const { engine } = await Engine.start(ports, first);
  const close = async () => {
    await engine.stop();
    await store.close();
  };
  return { engine, close };
}

/** A server as far as the command line sees it: an engine, its door, its file. */
async function serve(folder: string) {
  const { engine, close } = await openEngine(folder);
  const door = await openControlDoor(folder, (operation) => performInServer(engine, operation));
  writeServerFile(folder, { pid: process.pid, url: 'http://127.0.0.1:1', control: door.path, startedAt: 'now' });
  const stop = async () => {
    removeServerFile(folder, process.pid);
    await door.close();
    await close();
  };
  return { engine, door, stop };
}

test('a running server makes the key itself, and knows it at once', async (t) => {
  const folder = temporaryFolder(t);
  const { engine, stop } = await serve(folder);
  const made = (await performOperation(folder, adminKey)) as MadeKey;
  assert.equal(engine.memory.keys.get(sha256Hex(made.key))?.id, made.id);
  assert.equal(made.account_id, '17');
  await stop();
});

test('without a server the folder itself is written to, and a server knows the key later', async (t) => {
  const folder = temporaryFolder(t);
  await (await openEngine(folder)).close();
  const made = (await performOperation(folder, adminKey)) as MadeKey;
  const { engine, close } = await openEngine(folder);
  assert.equal(engine.memory.keys.get(sha256Hex(made.key))?.role, 'admin');
  assert.equal((await verifyLog(engine.store, sha256Hex)).firstBroken, null);
  await close();
});

test('what a killed server left behind is seen to be stale', async (t) => {
  const folder = temporaryFolder(t);
  await (await openEngine(folder)).close();
  const control = join(folder, 'rollcall.sock');
  writeServerFile(folder, { pid: process.pid, url: 'http://127.0.0.1:1', control, startedAt: 'now' });
  assert.equal((await askServer(folder, adminKey)).kind, 'nobody');
  const made = (await performOperation(folder, adminKey)) as MadeKey;
  assert.match(made.key, /^rk_/);
  const { stop } = await serve(folder);
  assert.equal((await askServer(folder, adminKey)).kind, 'answered');
  await stop();
});

test('another account gets a key that opens it and no other', async (t) => {
  const folder = temporaryFolder(t);
  const { engine, stop } = await serve(folder);
  const operation: Operation = { kind: 'CreateAccount', name: 'Second', domain: 'second.example.com' };
  const made = (await performOperation(folder, operation)) as MadeAccount;
  const key = engine.memory.keys.get(sha256Hex(made.admin_key.key));
  assert.equal(engine.memory.accounts.get(key?.account ?? 0)?.record.name, 'Second');
  const further = await performOperation(folder, { ...adminKey, account: made.id });
  assert.equal((further as MadeKey).account_id, made.id);
  await stop();
});

test('a key is bound to an agent by id or by e-mail address, and to nobody else', async (t) => {
  const folder = temporaryFolder(t);
  const { engine, stop } = await serve(folder);
  const caller = { keyId: 'test', account: 1, role: 'admin', agent: 0 } as const;
  const agent = await engine.write((draft) =>
    createAgent(draft, engine.world, { caller, now: engine.clock.now() }, { email: 'demo.wren@example.com' }),
  );
  assert.equal(agent.kind, 'done');
  const { id } = agent.kind === 'done' ? agent.value.profile : { id: '' };
  for (const name of [id, id.toUpperCase(), 'Demo.Wren@example.com']) {
    const made = (await performOperation(folder, { ...adminKey, role: 'agent', agent: name })) as MadeKey;
    assert.equal(made.agent_id, id);
  }
  await assert.rejects(
    performOperation(folder, { ...adminKey, agent: 'demo.nobody@example.com' }),
    /There is no agent/,
  );
  await assert.rejects(performOperation(folder, { ...adminKey, role: 'agent' }), /must be bound/);
  await stop();
});

test('refuses what has no log, no account of the name, or a name that is no name', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(performOperation(folder, adminKey), /There is no Rollcall store/);
  const { stop } = await serve(folder);
  await assert.rejects(performOperation(folder, { ...adminKey, account: '99' }), /There is no account 99/);
  await assert.rejects(performOperation(folder, { ...adminKey, name: ' ' }), /name expected/);
  const nameless: Operation = { kind: 'CreateAccount', name: '', domain: 'https://example.com/x' };
  await assert.rejects(performOperation(folder, nameless), /name expected.*domain expected/);
  await stop();
});

test('a write without a server takes nobody’s session and notes the time that nobody watched', async (t) => {
  const folder = temporaryFolder(t);
  await (await openEngine(folder)).close();
  const before = openSqliteStore({ folder, readOnly: true, hash: sha256Hex });
  const { head } = await before.load();
  await before.close();
  await performOperation(folder, adminKey);
  const after = openSqliteStore({ folder, readOnly: true, hash: sha256Hex });
  const facts = await after.facts({ after: head.position, limit: 100 });
  assert.deepEqual(
    facts.map(({ kind }) => kind),
    ['OutageRecorded', 'ThingRecorded'],
  );
  await after.close();
});

test('only the owner can reach the socket and read the file, also where the path is too long for a socket', async (t) => {
  const deep = join(temporaryFolder(t), 'a-long-name-'.repeat(8), 'data');
  mkdirSync(deep, { recursive: true });
  for (const folder of [temporaryFolder(t), deep]) {
    const { door, stop } = await serve(folder);
    assert.equal(statSync(door.path).mode & 0o077, 0);
    assert.equal(statSync(join(folder, 'server.json')).mode & 0o077, 0);
    assert.equal(readServerFile(folder)?.control, door.path);
    assert.match(((await performOperation(folder, adminKey)) as MadeKey).key, /^rk_/);
    await stop();
    assert.throws(() => statSync(door.path), /ENOENT/);
    assert.equal(readServerFile(folder), null);
  }
});

test('a word that is no operation is answered, and never ends the server', async (t) => {
  const folder = temporaryFolder(t);
  const { door, stop } = await serve(folder);
  for (const words of ['no json\n', '{"kind":"DropEverything"}\n', 'null\n', `${'x'.repeat(100_000)}`]) {
    const answer = await tell(door.path, words);
    assert.ok(answer === '' || /does not know this operation/.test(answer), answer);
  }
  assert.equal((await askServer(folder, adminKey)).kind, 'answered');
  await stop();
});

test('reads back every operation, and nothing else', () => {
  const account: Operation = { kind: 'CreateAccount', name: 'x', domain: 'y' };
  for (const operation of [adminKey, account]) {
    assert.deepEqual(readOperation(JSON.parse(JSON.stringify(operation))), operation);
  }
  for (const other of [
    null,
    7,
    {},
    { ...adminKey, role: 'king' },
    { ...adminKey, agent: 5 },
    { ...account, name: 1 },
  ]) {
    assert.equal(readOperation(other), null);
  }
});

test('a server file that is damaged or from elsewhere counts as none, and is not taken away by others', (t) => {
  const folder = temporaryFolder(t);
  for (const text of ['', '{', '{"pid":"x"}', '[]', '{"pid":1,"url":"","control":"x","started_at":"x"}']) {
    writeFileSync(join(folder, 'server.json'), text);
    assert.equal(readServerFile(folder), null);
  }
  writeServerFile(folder, { pid: 1, url: 'u', control: 'c', startedAt: 's' });
  removeServerFile(folder, 2);
  assert.equal(readServerFile(folder)?.pid, 1);
});

function tell(path: string, words: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path, () => socket.end(words));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}
