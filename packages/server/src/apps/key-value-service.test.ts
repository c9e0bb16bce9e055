import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, KeyValueEntry } from '../engine/change.ts';
import { KEY_VALUE_BYTES_MAX, KeyValueService } from './key-value-service.ts';

function world() {
  const entries = new Map<string, KeyValueEntry>();
  const disk = { isFull: false };
  const service = new KeyValueService('app', {
    store: {
      keyValue: async (_app, key) => entries.get(key) ?? null,
      keyValueBytes: async () =>
        [...entries.values()].reduce((sum, { key, value }) => sum + key.length + value.length, 0),
    },
    commit: async (changes: readonly Change[]) => {
      await Promise.resolve();
      if (disk.isFull) throw new Error('the disk is full');
      for (const change of changes) {
        if (change.kind === 'PutKeyValue') entries.set(change.entry.key, change.entry);
        if (change.kind === 'RemoveKeyValue') entries.delete(change.key);
      }
    },
    now: () => 1000,
  });
  return { service, entries, disk };
}

type Operation = Parameters<KeyValueService['call']>[0];
const options = { ttlSeconds: null, setIf: null };
const increment = (key: string): Operation => ({
  kind: 'update',
  key,
  update: { action: 'increment', amounts: { n: 1 } },
  options,
});
const set = (key: string, value: { readonly n: number }): Operation => ({ kind: 'set', key, value, options });

test('an answer means that it is stored, and a get finds it', async () => {
  const { service } = world();
  assert.equal((await service.call(set('k', { n: 1 }))).kind, 'done');
  const got = await service.call({ kind: 'get', key: 'k' });
  assert.deepEqual(got, { kind: 'done', result: { n: 1 } });
  const missing = await service.call({ kind: 'get', key: 'other' });
  assert.equal(missing.kind === 'refused' && missing.error.status, 404);
});

test('a store that fails rejects its own operation and lets the next one on the key go on', async () => {
  const { service, disk } = world();
  disk.isFull = true;
  const failing = service.call(set('k', { n: 1 }));
  const next = service.call({ kind: 'get', key: 'k' });
  await assert.rejects(failing, /disk is full/);
  assert.equal((await next).kind, 'refused');
  disk.isFull = false;
  assert.equal((await service.call(set('k', { n: 2 }))).kind, 'done');
});

test('increments of one key that come at once all count', async () => {
  const { service, entries } = world();
  await Promise.all(Array.from({ length: 20 }, () => service.call(increment('k'))));
  assert.equal(entries.get('k')?.value, '{"n":20}');
});

test('refuses to grow beyond what an app may keep, and takes as much again when there is room', async () => {
  const { service, entries } = world();
  const value = JSON.stringify({ n: 1, filler: 'x'.repeat(KEY_VALUE_BYTES_MAX - 20) });
  entries.set('big', { app: 'app', key: 'big', value, expiresAt: null });
  const large: Operation = { kind: 'set', key: 'k', value: { text: 'x'.repeat(100) }, options };
  const refused = await service.call(large);
  assert.equal(refused.kind === 'refused' && refused.error.message, 'The data store of an app should not exceed 64MB');
  assert.equal((await service.call({ kind: 'delete', key: 'big' })).kind, 'done');
  assert.equal((await service.call(large)).kind, 'done');
  // What expired is counted until somebody looks.
  entries.set('big', { app: 'app', key: 'big', value, expiresAt: 1 });
  assert.equal((await service.call({ ...large, key: 'second' })).kind, 'done');
});
