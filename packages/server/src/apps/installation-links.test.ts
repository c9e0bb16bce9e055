import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstallationLinks } from './installation-links.ts';
import { APP_LIMITS } from './limits.ts';

const caller = { keyId: 'key', account: 1, role: 'admin', agent: 0 } as const;

function links() {
  const clock = { at: 1000, now: () => clock.at };
  let count = 0;
  return { clock, links: new InstallationLinks(clock, () => `token-${++count}`) };
}

test('knows a link for an hour, and until it was used', () => {
  const { clock, links: all } = links();
  const [one, two] = [all.make({ app: 'a', caller }), all.make({ app: 'b', caller })];
  assert.equal(one.expiresAt, 1000 + APP_LIMITS.installationLinkMs);
  assert.equal(all.find(one.token)?.app, 'a');
  all.use(one.token);
  assert.deepEqual([all.find(one.token), all.find('token-9')], [null, null]);
  clock.at = two.expiresAt - 1;
  assert.equal(all.find(two.token)?.app, 'b');
  clock.at = two.expiresAt;
  assert.equal(all.find(two.token), null);
});

test('forgets the links of an app that is gone, and the oldest of too many', () => {
  const { links: all } = links();
  const gone = all.make({ app: 'gone', caller });
  all.forgetApp('gone');
  assert.equal(all.find(gone.token), null);
  const made = Array.from({ length: APP_LIMITS.installationLinksMax + 1 }, () => all.make({ app: 'a', caller }));
  const known = made.filter(({ token }) => all.find(token) !== null).length;
  assert.equal(known, APP_LIMITS.installationLinksMax);
  assert.equal(all.find(made[0]?.token ?? ''), null);
});

test('gives a link to one at a time, and again when it was put back', () => {
  const { clock, links: all } = links();
  const { token, expiresAt } = all.make({ app: 'a', caller });
  assert.equal(all.take(token)?.app, 'a');
  assert.deepEqual([all.take(token), all.find(token)?.app], [null, 'a']);
  all.putBack(token);
  assert.equal(all.take(token)?.app, 'a');
  all.use(token);
  all.putBack(token);
  assert.equal(all.take(token), null);
  const late = all.make({ app: 'a', caller });
  clock.at = expiresAt;
  assert.equal(all.take(late.token), null);
});

test('gives the page of a link a key of its own, which leads to the app and never to the link', () => {
  const { clock, links: all } = links();
  const { token, expiresAt } = all.make({ app: 'a', caller });
  const pageKey = all.pageKeyOf(token) ?? '';
  assert.notEqual(pageKey, token);
  assert.deepEqual([all.findByPage(pageKey)?.app, all.find(pageKey), all.take(pageKey)], ['a', null, null]);
  assert.equal(all.findByPage(token), null);
  all.use(token);
  assert.deepEqual([all.findByPage(pageKey), all.pageKeyOf(token)], [null, null]);
  const late = all.make({ app: 'a', caller });
  const lateKey = all.pageKeyOf(late.token) ?? '';
  clock.at = expiresAt;
  assert.deepEqual([all.findByPage(lateKey), all.pageKeyOf(late.token)], [null, null]);
});
