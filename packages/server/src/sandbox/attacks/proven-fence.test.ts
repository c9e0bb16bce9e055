import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AttackResult } from './attack.ts';
import { runBattery } from './battery.ts';
import { objectionTo, proveFence } from './proven-fence.ts';

const held: AttackResult = { name: 'read-absolute', kind: 'reading', verdict: 'held', detail: 'ENOENT', durationMs: 1 };
const leaked: AttackResult = { ...held, verdict: 'leaked', detail: 'a secret came out' };
const done = { kind: 'done', neighbour: { calls: 9, failed: 0, slowestMs: 1 } };
const names = ['read-absolute'];

test('asks the battery once, and keeps a good answer for as long as nothing has changed', async (t) => {
  const { folder, program, runs } = programThatSays(t, [{ kind: 'result', result: held }, done]);
  const ask = () => proveFence({ fence: 'straw', hostProgram: program, names, dataFolder: folder });
  const first = await ask();
  assert.deepEqual([first.objection, first.isKept, runs()], [null, false, 1]);
  const second = await ask();
  assert.deepEqual([second.objection, second.isKept, runs()], [null, true, 1]);
  const file = join(folder, 'fence-straw.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"conditions":"\w{4}/, '"conditions":"0000'));
  assert.deepEqual([(await ask()).isKept, runs()], [false, 2]);
  writeFileSync(file, '{"conditions":');
  assert.deepEqual([(await ask()).isKept, runs()], [false, 3]);
});

test('keeps no answer that lets something through, and says what and what helps', async (t) => {
  const { folder, program, runs } = programThatSays(t, [{ kind: 'result', result: leaked }, done]);
  const ask = () => proveFence({ fence: 'plain', hostProgram: program, names, dataFolder: folder });
  const { objection } = await ask();
  assert.match(objection ?? '', /the plain fence does not hold .*read-absolute: a secret came out.*install bubblewrap/);
  assert.equal(existsSync(join(folder, 'fence-plain.json')), false);
  await ask();
  assert.equal(runs(), 2);
});

test('takes for a leak what was not told: no end, no result, garbage, a lost call of the neighbour', async (t) => {
  const result = { kind: 'result', result: held };
  const lost = { kind: 'done', neighbour: { calls: 9, failed: 1, slowestMs: 1 } };
  for (const lines of [[result], [done], ['garbage', 'null', '{"kind":"king"}', done], [result, lost]]) {
    const { program } = programThatSays(t, lines);
    const report = await runBattery({ fence: 'straw', hostProgram: program, names });
    assert.equal(report.isHeld, false, JSON.stringify(lines));
    assert.notEqual(objectionTo(report), null);
  }
});

function programThatSays(t: TestContext, lines: readonly unknown[]) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-proof-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'program.cjs');
  const count = join(folder, 'runs');
  const said = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(
    program,
    `require('node:fs').appendFileSync(${JSON.stringify(count)}, 'x'); console.log(${JSON.stringify(said.join('\n'))});`,
  );
  return { folder, program, runs: () => readFileSync(count, 'utf8').length };
}
