import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileVault, VaultFailure, vaultKeyFile } from './file-vault.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-vault-'));
  folders.push(folder);
  return folder;
}

test('opens what it sealed, also after a restart, and seals the same text differently each time', () => {
  const folder = newFolder();
  const vault = openFileVault(folder);
  const [one, two] = [vault.seal('päss wörd'), vault.seal('päss wörd')];
  assert.notEqual(one, two);
  assert.deepEqual([vault.open(one), openFileVault(folder).open(two)], ['päss wörd', 'päss wörd']);
  assert.equal(vault.open(vault.seal('')), '');
});

test('makes the key when it first seals, readable by its owner alone, and never when it opens', () => {
  const folder = newFolder();
  const path = join(folder, vaultKeyFile);
  const sealed = openFileVault(newFolder()).seal('x');
  assert.equal(openFileVault(folder).open(sealed), null);
  assert.equal(existsSync(path), false);
  openFileVault(folder).seal('x');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('closes a key that lies open', () => {
  const folder = newFolder();
  const sealed = openFileVault(folder).seal('x');
  chmodSync(join(folder, vaultKeyFile), 0o644);
  assert.equal(openFileVault(folder).open(sealed), 'x');
  assert.equal(statSync(join(folder, vaultKeyFile)).mode & 0o777, 0o600);
});

test('opens nothing that another vault sealed, that was changed, or that is no seal', () => {
  const vault = openFileVault(newFolder());
  const sealed = vault.seal('secret');
  const changed = `${sealed.slice(0, -3)}${sealed.at(-3) === 'A' ? 'B' : 'A'}${sealed.slice(-2)}`;
  const [version, nonce, body] = sealed.split('.');
  const shortTag = `${version}.${nonce}.${(body ?? '').slice(0, 12)}`;
  for (const one of [changed, shortTag, '', 'v1', 'v1..', 'v2.a.b', `${sealed}.x`, 'secret']) {
    assert.equal(vault.open(one), null, one);
  }
  assert.equal(openFileVault(newFolder()).open(sealed), null);
});

test('says the way out when the file holds no key, and makes no second one', () => {
  const folder = newFolder();
  writeFileSync(join(folder, vaultKeyFile), 'short');
  assert.throws(() => openFileVault(folder).seal('x'), VaultFailure);
  assert.throws(() => openFileVault(folder).seal('x'), /Put the file back from a backup/);
});
