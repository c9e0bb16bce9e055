import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the key's file in the data folder. Without it, what was sealed cannot be read: keep it with the backups. */
export const vaultKeyFile = 'secret.key';

/** What plugs into the port of secrets. */
export type FileVault = { seal(text: string): string; open(sealed: string): string | null };

/** The file of the key is there and holds no key. */
export class VaultFailure extends Error {
  override readonly name = 'VaultFailure';
  readonly code = 'vault_key_unreadable';
  readonly retry = 'never';
}

/**
 * Keeps secrets with AES-256-GCM under a key in a file of its own, so that a copy of the database alone tells none of
 * them. The file (32 random bytes, base64, readable by its owner alone) is made when the first secret is sealed, and
 * never when one is opened: a key that is missing must show as missing, and not be replaced by one that opens nothing.
 *
 * @throws VaultFailure from `seal` when the file is there and holds no key: a second key would make two kinds of secrets
 */
export function openFileVault(dataFolder: string): FileVault {
  const path = join(dataFolder, vaultKeyFile);
  let key: Buffer | null = null;
  const keyForOpening = () => {
    key ??= readKey(path);
    return key;
  };
  const keyForSealing = () => {
    key ??= readKey(path) ?? makeKey(dataFolder, path);
    return key;
  };
  return {
    seal: (text) => seal(keyForSealing(), text),
    open(sealed) {
      const known = keyForOpening();
      return known === null ? null : unseal(known, sealed);
    },
  };
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
}

function unseal(key: Buffer, sealed: string): string | null {
  const [version, nonceText, bodyText, ...rest] = sealed.split('.');
  if (version !== VERSION || nonceText === undefined || bodyText === undefined || rest.length > 0) return null;
  const nonce = Buffer.from(nonceText, 'base64url');
  const body = Buffer.from(bodyText, 'base64url');
  if (nonce.length !== NONCE_BYTES || body.length < TAG_BYTES) return null;
  const cut = body.length - TAG_BYTES;
  // The length is named, or a shorter tag, which is easier to forge, would be taken too.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(cut));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, cut)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** Null when there is none. */
function readKey(path: string): Buffer | null {
  const mode = modeOf(path);
  if (mode === null) return null;
  // A copy that came out of an archive may be open to everybody.
  if ((mode & 0o077) !== 0) chmodSync(path, 0o600);
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new VaultFailure(
    `${path} holds no key. Put the file back from a backup; or move it away, start again, and give every app its secret parameters anew.`,
  );
}

function modeOf(path: string): number | null {
  try {
    return statSync(path).mode;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

function makeKey(folder: string, path: string): Buffer {
  mkdirSync(folder, { recursive: true });
  const key = randomBytes(KEY_BYTES);
  // Exclusive: two processes that make one at once must not end with two.
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${key.toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // Without the folder's own sync a power cut could leave secrets on disk and their key not.
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return key;
}
