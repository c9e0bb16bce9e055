import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIRST_CHECKSUM } from '../activity/checksum.ts';
import type { Change } from './change.ts';
import { Draft, type LogHead } from './draft.ts';
import { Memory } from './memory.ts';
import { Presence } from './presence.ts';
import { Writer } from './writer.ts';

/** A writer over a commit that the test holds in its hand. */
function world(commit: (changes: readonly Change[]) => undefined | Promise<void>, groupMax = 1000) {
  const memory = new Memory();
  const presence = new Presence();
  let head: LogHead = { position: 0, checksum: FIRST_CHECKSUM };
  const writer = new Writer(
    {
      startDraft: () => new Draft({ memory, presence, head, sessionCount: 0, hash: (text) => text.padEnd(64, '0') }),
      finishDraft: () => {},
      commit,
      committed: (newHead) => {
        head = newHead;
      },
      nextTurn: (run) => void setImmediate(run),
    },
    { groupMax },
  );
  return { writer, memory, head: () => head };
}

const note = (value: number) => (draft: Draft) => {
  draft.put({ kind: 'PutCounter', name: 'session', value });
  draft.memory.accountNumbers.put(`account ${value}`, value);
  return draft.memory.accountNumbers.drafted(`account ${value - 1}`);
};

test('commits everything that is asked in one turn together, each decided on what came before it', async () => {
  const commits: (readonly Change[])[] = [];
  const { writer } = world((changes) => void commits.push(changes));
  const answers = await Promise.all([writer.submit(note(1)), writer.submit(note(2)), writer.submit(note(3))]);
  assert.deepEqual(answers, [undefined, 1, 2]);
  assert.equal(commits.length, 1);
  assert.equal(commits[0]?.length, 3);
});

test('shows readers nothing and answers nobody before the commit is over', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { writer, memory } = world(() => promise);
  let isAnswered = false;
  const answer = writer.submit(note(1)).then(() => {
    isAnswered = true;
  });
  const refusal = writer.submit((draft) => (draft.memory.accountNumbers.drafted('account 1') === 1 ? 'taken' : 'free'));
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(memory.accountNumbers.get('account 1'), undefined);
  assert.equal(isAnswered, false, 'a no-op that rests on a predecessor waits for it too');
  resolve();
  await answer;
  assert.equal(await refusal, 'taken');
  assert.equal(memory.accountNumbers.get('account 1'), 1);
});

test('a failed commit fails every caller of the group and leaves the memory as it was', async () => {
  let isBroken = true;
  const { writer, memory, head } = world(() => {
    if (isBroken) throw new Error('the disk is full');
    return undefined;
  });
  const results = await Promise.allSettled([writer.submit(note(1)), writer.submit(note(2))]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected'],
  );
  assert.equal(memory.accountNumbers.drafted('account 1'), undefined);
  assert.equal(head().position, 0);
  isBroken = false;
  await writer.submit(note(1));
  assert.equal(memory.accountNumbers.get('account 1'), 1);
});

test('a command with a bug in it fails alone, and its half-written draft is gone', async () => {
  const { writer, memory } = world(() => undefined);
  const broken = writer.submit((draft) => {
    note(9)(draft);
    throw new TypeError('a bug');
  });
  const results = await Promise.allSettled([writer.submit(note(1)), broken, writer.submit(note(2))]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(memory.accountNumbers.get('account 9'), undefined);
  assert.equal(memory.accountNumbers.get('account 2'), 2);
});

test('holds to the size of a group and keeps the order over groups', async () => {
  const sizes: number[] = [];
  const { writer } = world((changes) => void sizes.push(changes.length), 2);
  const answers = await Promise.all([1, 2, 3, 4, 5].map((value) => writer.submit(note(value))));
  assert.deepEqual(answers, [undefined, 1, 2, 3, 4]);
  assert.deepEqual(sizes, [2, 2, 1]);
});

test('settles only when nothing waits', async () => {
  const { writer, memory } = world(() => undefined);
  void writer.submit(note(1));
  void writer.submit(note(2));
  await writer.settled();
  assert.equal(memory.accountNumbers.get('account 2'), 2);
  await writer.settled();
});
