import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../engine/change.ts';
import { AppLog } from './app-log.ts';

const line = (text: string) => ({ app: 'app', level: 'info', text, eventId: null });
const still = { now: () => 5, after: () => () => {} };

function textsOf(commits: readonly (readonly Change[])[]): readonly (readonly string[])[] {
  return commits.map((changes) =>
    changes.map((change) => (change.kind === 'AddAppLog' ? change.line.text : change.kind)),
  );
}

test('what waits is handed to the writer in the same turn, so that it is on disk before what is asked next', async () => {
  const asked: (readonly Change[])[] = [];
  const log = new AppLog(still, async (changes) => void asked.push(changes));
  log.add(line('one'));
  log.add(line('two'));
  const written = log.flush();
  assert.deepEqual(textsOf(asked), [['one', 'two']]);
  await written;
  await log.flush();
  assert.equal(asked.length, 1, 'nothing is written twice');
});

test('lines beyond what can be kept are counted, and the log says so', async () => {
  const asked: (readonly Change[])[] = [];
  const log = new AppLog(still, async (changes) => void asked.push(changes));
  for (let index = 0; index < 2005; index++) log.add(line(String(index)));
  await log.flush();
  const texts = textsOf(asked)[0] ?? [];
  assert.equal(texts.length, 2001);
  assert.match(texts.at(-1) ?? '', /5 lines left out/);
});

test('lines that could not be written are counted as left out once others can', async () => {
  let isFull = true;
  const asked: (readonly Change[])[] = [];
  const log = new AppLog(still, async (changes) => {
    if (isFull) throw new Error('the disk is full');
    asked.push(changes);
  });
  log.add(line('lost'));
  await log.flush();
  isFull = false;
  log.add(line('kept'));
  await log.flush();
  assert.deepEqual(textsOf(asked), [['kept', '… 1 lines left out: more than can be kept']]);
});
