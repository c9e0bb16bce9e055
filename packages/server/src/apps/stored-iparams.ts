import type { JsonObject } from '../marketplace/json-value.ts';
import { partedIparams } from '../marketplace/secret-iparams.ts';
import type { Vault } from './vault.ts';

/** An app's parameters on disk: secrets only sealed. */
export type StoredIparams = {
  readonly open: JsonObject;
  /** JSON of the secret ones, sealed; null when there are none. */
  readonly sealed: string | null;
};

export function sealIparams(values: JsonObject, secrets: ReadonlySet<string>, vault: Vault): StoredIparams {
  const { open, secret } = partedIparams(values, secrets);
  return { open, sealed: Object.keys(secret).length === 0 ? null : vault.seal(JSON.stringify(secret)) };
}

/** The parameters in clear; null when the secrets cannot be opened: their key is another one, or gone. */
export function openIparams({ open, sealed }: StoredIparams, vault: Vault): JsonObject | null {
  if (sealed === null) return open;
  const secret = vault.open(sealed);
  return secret === null ? null : { ...open, ...(JSON.parse(secret) as JsonObject) };
}

/** Whether something lies open that is a secret: written before secrets were sealed, or called one only now. */
export function needsSealing({ open }: StoredIparams, secrets: ReadonlySet<string>): boolean {
  return Object.keys(open).some((name) => secrets.has(name));
}
