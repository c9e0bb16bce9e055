/** `rollcall report` as people run it, on a folder that a server works on, on one that none does, and by address. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { openOfflineReports } from '../src/cli/offline-reports.ts';
import { folderSource } from '../src/cli/report/folder-source.ts';
import { ADMIN_KEY, callServer, type ServerProcess, startServerProcess, stopServerProcess } from './server-process.ts';

const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rollcall-report-'));
const DAY = ['--from', '2026-03-04', '--to', '2026-03-05'];
let server: ServerProcess;

before(async () => {
  server = await startServerProcess(folder);
  const call = async (method: 'POST' | 'PATCH' | 'PUT', path: string, body: object) =>
    JSON.parse(await callServer(server, { method, path, body })) as { readonly id: string };
  const week = { wednesday: [['09:00', '17:00']] };
  const { id } = await call('POST', '/calendars', { name: 'Wednesdays', time_zone: 'America/New_York', week });
  await call('PATCH', '/account', { time_zone: 'America/New_York', calendar_id: id });
  const group = await call('POST', '/groups', { name: 'Billing' });
  const created_at = '2026-02-01T00:00:00Z';
  await call('POST', '/agents', { email: 'ada@example.com', created_at, groups: [group.id] });
  await call('POST', '/agents', { email: 'bob@example.com', created_at });
});
after(() => {
  server.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

function report(...words: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const all = ['--disable-warning=ExperimentalWarning', PROGRAM, 'report', ...words];
    const env = { PATH: process.env.PATH ?? '', HOME: tmpdir() };
    execFile(process.execPath, all, { env, cwd: tmpdir() }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

const here = (...words: readonly string[]) => report('--data', folder, ...words);
const there = (...words: readonly string[]) => report('--url', server.url, '--key', ADMIN_KEY, ...words);

const PLACES = [
  ['here', here],
  ['there', there],
] as const;

test('prints a table for people, and what it is of on stderr', async () => {
  const { code, stdout, stderr } = await here(...DAY, '--group-by', 'agent,day');
  assert.equal(code, 0, stderr);
  assert.equal(
    stdout,
    [
      'agent            day         scheduled  unavailable  availability   offline  available  unknown',
      'ada@example.com  2026-03-04    8:00:00      8:00:00         0.0 %   8:00:00    0:00:00  0:00:00',
      'bob@example.com  2026-03-04    8:00:00      8:00:00         0.0 %   8:00:00    0:00:00  0:00:00',
      '2 agents                      16:00:00     16:00:00         0.0 %  16:00:00    0:00:00  0:00:00',
      '',
    ].join('\n'),
  );
  assert.match(stderr, /days of America\/New_York, .* calendars: Wednesdays; tzdata 20/);
});

test('answers the same from a server far away', async () => {
  for (const words of [
    [...DAY],
    [...DAY, '--format', 'csv', '--group-by', 'day'],
    ['--explain', 'ada@example.com', '2026-03-04'],
  ]) {
    const [near, far] = await Promise.all([here(...words), there(...words)]);
    assert.deepEqual([near.code, far.code], [0, 0], far.stderr);
    assert.equal(near.stdout, far.stdout);
  }
});

test('finds agents by address or id and groups by name or id, in any number', async () => {
  for (const ask of [here, there]) {
    const both = await ask(...DAY, '--agent', 'ADA@example.com,bob@example.com', '--json');
    const report = JSON.parse(both.stdout) as { items: { agent_id: string }[]; totals: { agents: number }; next: null };
    assert.deepEqual([report.items.length, report.totals.agents, report.next], [2, 2, null]);
    const one = await ask(...DAY, '--agent', report.items[1]?.agent_id ?? '', '--group', 'billing', '--json');
    assert.deepEqual((JSON.parse(one.stdout) as { items: unknown[] }).items, []);
    for (const words of [
      ['--agent', 'nobody@example.com'],
      ['--group', 'Nowhere'],
    ]) {
      const { code, stdout, stderr } = await ask(...DAY, ...words);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /There is no (agent|group) (nobody@example.com|Nowhere)/);
    }
  }
});

test('writes files', async () => {
  for (const format of ['csv', 'xlsx', 'parquet', 'json', 'table']) {
    for (const [place, ask] of format === 'xlsx' ? PLACES : PLACES.slice(0, 1)) {
      const file = join(folder, `${place}.${format}`);
      const { code, stdout, stderr } = await ask(...DAY, '--format', format, '--output', file);
      assert.deepEqual([code, stdout], [0, ''], stderr);
      assert.match(stderr, /written\n$/);
      const bytes = readFileSync(file);
      if (format === 'xlsx') assert.equal(bytes.subarray(0, 2).toString(), 'PK');
      else if (format !== 'parquet') assert.match(bytes.toString(), /ada@example\.com/);
      else {
        const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
        assert.deepEqual(
          rows.map((row) => [row.agent_email, row.offline_ms]),
          [
            ['ada@example.com', 28_800_000n],
            ['bob@example.com', 28_800_000n],
          ],
        );
      }
    }
  }
  const { code, stderr } = await here(...DAY, '--format', 'csv', '--output', join(folder, 'no', 'such', 'folder'));
  assert.equal(code, 1);
  assert.match(stderr, /cannot be written: ENOENT/);
});

test('names every fault of what was typed, with the option it is in', async () => {
  const none = await here();
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /--from is missing[\s\S]*--to is missing/);
  for (const ask of [here, there]) {
    const bad = await ask(
      '--from',
      'yesterday',
      '--to',
      '2026-03-05',
      '--time-zone',
      'Nowhere',
      '--group-by',
      'day,day,colour',
    );
    assert.deepEqual([bad.code, bad.stdout], [2, '']);
    for (const option of ['--from', '--time-zone', '--group-by'])
      assert.ok(bad.stderr.includes(`${option} `), bad.stderr);
  }
  assert.equal((await here(...DAY, '--format', 'xlsx')).code, 2);
  assert.equal((await here('--explain', 'ada@example.com', 'someday')).code, 2);
  assert.equal((await report(...DAY, '--url', server.url)).code, 2);
  const wrongKey = await report(...DAY, '--url', server.url, '--key', 'a-key-that-is-not-known');
  assert.deepEqual([wrongKey.code, wrongKey.stdout], [1, '']);
  assert.match(wrongKey.stderr, /not known/);
});

test('explains a day with what began and ended each part of it, and its sums', async () => {
  const { stdout, code, stderr } = await here('--explain', 'ada@example.com', '2026-03-04');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ada@example\.com on 2026-03-04, America\/New_York\n/);
  assert.match(stdout, /00:00:00 – 00:00:00 {2}24:00:00 {2}offline, 8:00:00 of it in business hours/);
  assert.match(stdout, /ended: it goes on/);
  assert.match(stdout, /scheduled 8:00:00 = available 0:00:00 \+ unavailable 8:00:00 \+ unknown 0:00:00/);
  assert.match(stdout, /unavailable 8:00:00 = offline 8:00:00/);
  const json = JSON.parse((await here('--explain', 'ada@example.com', '2026-03-04', '--json')).stdout);
  assert.deepEqual([json.timeline.items.length, json.totals.unavailable_ms], [1, 28_800_000]);
});

test('counts up to the last sign of life where no server works, and says so', async () => {
  await stopServerProcess(server);
  const stoppedAt = Date.now();
  const said: string[] = [];
  const tell = (sentence: string) => void said.push(sentence);
  const offline = await openOfflineReports(folder, tell);
  const source = await folderSource(offline, { now: stoppedAt + 3_600_000, account: null, tell });
  const { basis } = await source.activity({ from: '2026-03-04', to: '2099-01-01', group_by: ['agent'] });
  await source.close();
  assert.ok(Date.parse(basis.now) <= stoppedAt);
  assert.deepEqual(said, [`No server works on this folder: counted up to ${basis.now}, when one last did.`]);
  const empty = await report('--data', join(folder, 'empty'), ...DAY);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /There is no Rollcall store/);
});
