/** Calendars and plans from the command line: in a folder that nobody serves, and in one that a server works on. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/rollcall.js', import.meta.url));
const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), ROLLCALL_ADMIN_KEY: 'an-admin-key-for-the-tests-only' };
const home = mkdtempSync(join(tmpdir(), 'rollcall-calendar-'));
after(() => rmSync(home, { recursive: true, force: true }));

function rollcall(
  ...words: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...words], { env, cwd: home }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

async function serve() {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0'], { env, cwd: home });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  while (!/^listening on \S+$/m.test(stdout)) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const url = /^listening on (\S+)$/m.exec(stdout)?.[1] ?? '';
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { url, stop };
}

const file = (rule: string, start = '20260302T090000') =>
  [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    `DTSTART;TZID=Europe/Berlin:${start}`,
    'DURATION:PT8H',
    rule,
    'END:VEVENT',
    'BEGIN:VTODO',
    'END:VTODO',
    'END:VCALENDAR',
  ].join('\r\n');

test('imports, exports and asks calendars, and imports plans, with a server and without', async () => {
  const hours = join(home, 'hours.ics');
  writeFileSync(hours, file('RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'));
  const bad = join(home, 'bad.ics');
  writeFileSync(bad, file('RRULE:FREQ=MONTHLY'));
  const shifts = join(home, 'shifts.csv');
  writeFileSync(
    shifts,
    'email,start,end,activity\none@example.com,2026-03-04T09:00:00Z,2026-03-04T10:00:00Z,Standup\n',
  );

  const server = await serve();
  const made = await rollcall('calendar', 'import', hours, '--name', 'Berlin');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /left out, line 7: A VTODO says nothing/);
  assert.match(made.stderr, /Berlin has hours from 2026-03-02 \(Europe\/Berlin\)/);
  const changed = await rollcall(
    'calendar',
    'import',
    hours,
    '--name',
    'BERLIN',
    '--effective-from',
    '2026-06-01',
    '--json',
  );
  assert.equal(changed.code, 0, changed.stderr);
  assert.equal(JSON.parse(changed.stdout).calendar_id, made.stdout.trim());
  assert.equal(JSON.parse(changed.stdout).versions.length, 2);
  const refused = await rollcall('calendar', 'import', bad, '--name', 'Bad');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /line 5: .*FREQ=MONTHLY cannot be said/);
  const nobody = await rollcall('plan', 'import', shifts);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /line 2: There is no agent "one@example.com"/);
  const agent = await fetch(`${server.url}/api/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.ROLLCALL_ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'one@example.com' }),
  });
  assert.equal(agent.status, 201);
  const planned = await rollcall('plan', 'import', shifts);
  assert.deepEqual([planned.code, planned.stdout], [0, '1 shifts of 1 agents are planned.\n'], planned.stderr);
  assert.match(planned.stderr, /neither work nor a custom status: Standup/);
  await server.stop();

  const exported = await rollcall('calendar', 'export', 'berlin');
  assert.equal(exported.code, 0, exported.stderr);
  writeFileSync(join(home, 'again.ics'), exported.stdout);
  assert.equal((await rollcall('calendar', 'import', join(home, 'again.ics'), '--name', 'Copy')).code, 0);
  for (const name of ['Berlin', 'copy', made.stdout.trim()]) {
    const within = await rollcall('calendar', 'within', name, '--at', '2026-03-04T09:00:00Z', '--json');
    assert.deepEqual(JSON.parse(within.stdout), {
      at: '2026-03-04T09:00:00.000Z',
      within: true,
      next: { at: '2026-03-04T16:00:00.000Z', kind: 'close' },
    });
  }
  const talked = await rollcall('calendar', 'within', 'berlin', '--at', '2026-03-07');
  assert.match(talked.stdout, /lies outside of the hours of Berlin, and they open at 2026-03-09T08:00:00.000Z/);
  assert.equal((await rollcall('plan', 'import', shifts, '--json')).code, 0);
  const needsServer = await rollcall('calendar', 'import', hours, '--name', 'Berlin', '--effective-from', '2026-07-01');
  assert.match(needsServer.stderr, /Start the server/);
  assert.match((await rollcall('calendar', 'export', 'none')).stderr, /There are: Berlin, Copy/);
  assert.match((await rollcall('plan', 'import', join(home, 'none.csv'))).stderr, /cannot be read/);
  assert.equal((await rollcall('log', 'verify')).code, 0);
});
