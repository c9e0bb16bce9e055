import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * An acknowledged change is on disk only if the kernel was asked to put it there. Killing a process shows nothing of it,
 * so the calls are counted: at least one fsync per acknowledged commit. The same count over a database with
 * `synchronous = NORMAL` must come out too low, or it would count nothing.
 */
const COMMITS = 40;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-fsync-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const canTrace = spawnSync('strace', ['-f', '-e', 'trace=fsync', 'true']).status === 0;
const skip = canTrace ? false : 'strace is not there, or may not trace here';

test('every acknowledged change has its fsync', { skip }, () => {
  const count = countedSyncs('engine', engineProgram(join(folder, 'data')));
  assert.ok(count >= COMMITS, `${count} fsyncs for ${COMMITS} acknowledged changes`);
});

test('the count is too low where commits are not synchronous', { skip }, () => {
  const count = countedSyncs('normal', normalProgram(join(folder, 'normal.db')));
  assert.ok(count < COMMITS, `${count} fsyncs for ${COMMITS} commits`);
});

function countedSyncs(name: string, program: string): number {
  const file = join(folder, `${name}.ts`);
  const trace = join(folder, `${name}.trace`);
  writeFileSync(file, program);
  const words = ['-f', '-e', 'trace=fsync,fdatasync', '-o', trace, process.execPath, '--no-warnings', file];
  const run = spawnSync('strace', words, { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  const calls = readFileSync(trace, 'utf8').split('\n');
  const [from, to] = run.stdout.trim().split(' ').map(Number);
  assert.equal(Number(to) - Number(from), COMMITS, 'every change was one commit of one fact');
  return calls.filter((line) => /\bf(data)?sync\(/.test(line)).length;
}

function engineProgram(data: string): string {
  return `
import { changeIntelliassign } from ${JSON.stringify(source('engine/agent-commands.ts'))};
import { createAgent } from ${JSON.stringify(source('engine/agent-record-commands.ts'))};
import { Engine } from ${JSON.stringify(source('engine/engine.ts'))};
import { openSqliteStore } from ${JSON.stringify(source('store/sqlite/open-sqlite-store.ts'))};
import { systemClock } from ${JSON.stringify(source('system/system-clock.ts'))};
import { sha256Hex, systemRandomness } from ${JSON.stringify(source('system/system-randomness.ts'))};
import { createZones } from ${JSON.stringify(source('time/zone.ts'))};
const store = openSqliteStore({ folder: ${JSON.stringify(data)}, hash: sha256Hex });
const { engine } = await Engine.start(
  { store, clock: systemClock(), random: systemRandomness(), hash: sha256Hex, zones: createZones('test'), report() {} },
  { accountId: '1', accountName: 'Test', domain: 'example.com', secret: 'a secret of the test' },
);
const caller = { keyId: 'test', account: 1, role: 'admin', agent: 0 };
const ask = () => ({ caller, now: Date.now() });
const agent = await engine.write((draft) => createAgent(draft, engine.world, ask(), { email: 'a@example.com' }));
const agentId = agent.value.profile.id;
const from = engine.head;
for (let time = 0; time < ${COMMITS}; time++) {
  const status = time % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
  await engine.write((draft) => changeIntelliassign(draft, engine.world, ask(), { agentId, status }));
}
console.log(from, engine.head);
process.exit(0);
`;
}

function normalProgram(file: string): string {
  return `
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(${JSON.stringify(file)});
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE fact (position INTEGER PRIMARY KEY)');
for (let position = 1; position <= ${COMMITS}; position++) database.exec('INSERT INTO fact VALUES (' + position + ')');
console.log(0, ${COMMITS});
process.exit(0);
`;
}
