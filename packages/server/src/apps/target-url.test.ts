import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { CallPurpose } from './app-operation.ts';
import { FakeDocuments } from './fake-documents.ts';
import { TargetUrls } from './target-url.ts';

const vault = {
  seal: (text: string) => `sealed ${[...text].reverse().join('')}`,
  open: (sealed: string) => [...sealed.slice('sealed '.length)].reverse().join(''),
};

function world(documents = new FakeDocuments()) {
  const targets = new TargetUrls({
    publicUrl: () => 'https://desk.example.com',
    vault,
    random: { secret: () => `rk_${randomBytes(30).toString('base64url')}`, hash: (text) => hash('sha256', text) },
    commit: (changes) => documents.commit(changes),
  });
  targets.resume(documents.loaded());
  const app = (id: string, isListening = true) => {
    const operations = targets.operations({ id, account: 1, isListening: () => isListening });
    return async (options: unknown = null, purpose: CallPurpose | null = 'product_event') => {
      const answer = await operations['target_url.generate']?.([options as string], { callId: null, purpose });
      return answer?.kind === 'refused' ? answer.error.message : String(answer?.result);
    };
  };
  return { documents, targets, app };
}

const tokenOf = (url: string) => url.slice('https://desk.example.com/event/hook/'.length).split('?')[0] ?? '';

test('gives an app one address that nobody can guess, the same after a restart', async () => {
  const { documents, targets, app } = world();
  const url = await app('app_1')();
  assert.match(url, /^https:\/\/desk\.example\.com\/event\/hook\/rk_[\w-]{40}$/);
  assert.equal(await app('app_1')('team=a&b'), `${url}?options=team%3Da%26b`);
  const together = await Promise.all([app('app_2')(), app('app_2')()]);
  assert.equal(together[0], together[1]);
  assert.notEqual(together[0], url);
  assert.equal(targets.appOf(tokenOf(url)), 'app_1');
  for (const token of ['', 'x', tokenOf(url).slice(0, -1), `${tokenOf(url)}x`, '__proto__']) {
    assert.equal(targets.appOf(token), null);
  }
  const again = world(documents);
  assert.equal(await again.app('app_1')(), url);
  assert.equal(again.targets.appOf(tokenOf(url)), 'app_1');
  assert.ok(
    documents.loaded().every(({ body }) => !body.includes(tokenOf(url))),
    'no token lies on disk in clear',
  );
});

test('refuses where there is nobody to hear, where it may not be asked, and options that are none', async () => {
  const { app } = world();
  const unsupported =
    'Unsupported operation: The generateTargetUrl method cannot be used unless there is a corresponding external event callback';
  assert.equal(await app('app_1', false)(), unsupported);
  assert.match(await app('app_1')(null, 'function_of_installation'), /^Unsupported operation: .* installation page$/);
  for (const purpose of [
    'set_up_event',
    'scheduled_event',
    'external_event',
    'function',
    'action',
    'job',
    null,
  ] as const) {
    assert.match(await app('app_1')(null, purpose), /^https:/);
  }
  assert.match(await app('app_1')({ a: 1 }), /should be of type string/);
  assert.match(await app('app_1')('x'.repeat(101)), /should not exceed 100 characters/);
});

test('an address ends with its app', async () => {
  const { documents, targets, app } = world();
  const url = await app('app_1')();
  await documents.commit(targets.removal('app_1'));
  targets.forget('app_1');
  assert.deepEqual([targets.appOf(tokenOf(url)), documents.keys(), targets.removal('app_1')], [null, [], []]);
});
