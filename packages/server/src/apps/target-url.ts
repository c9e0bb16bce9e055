import type { Change, StoredRecord } from '../engine/change.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import { refused } from '../marketplace/platform-refusal.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import type { OperationAnswer, OperationContext, OperationHandlers } from './app-operation.ts';
import { Turns } from './turns.ts';
import type { Vault } from './vault.ts';

export type TargetUrlPorts = {
  /** The address under which the world reaches this server, without a slash at its end. */
  readonly publicUrl: () => string;
  readonly vault: Vault;
  readonly random: { secret(): string; hash(secret: string): string };
  commit(changes: readonly Change[]): Promise<void>;
};

/** An app that may be called from outside. */
export type TargetOwner = DocumentOwner & {
  /** Whether it has a handler for `onExternalEvent`, as its files are now. */
  isListening(): boolean;
};

const optionsLengthMax = 100;

/** The path below the public address; the token follows it. */
export const TARGET_PATH = '/event/hook/';

/**
 * The addresses that `generateTargetUrl` gives out: one per installation, for as long as it is installed. Its token is
 * the only thing that a caller has to know, so that it is 240 bits of randomness, sealed on disk, and found by its hash.
 */
export class TargetUrls {
  readonly #ports: TargetUrlPorts;
  readonly #tokens = new Map<string, string>();
  readonly #appsByHash = new Map<string, string>();
  readonly #turns = new Turns();

  constructor(ports: TargetUrlPorts) {
    this.#ports = ports;
  }

  resume(records: readonly StoredRecord[]): void {
    for (const { owner, body } of documentsOf<{ readonly sealed: string }>(records, 'app_target')) {
      const token = this.#ports.vault.open(body.sealed);
      // Sealed under a key that is gone: the app is given a new address the next time it asks.
      if (token !== null) this.#keep(owner.id, token);
    }
  }

  /**
   * The app of a token, or null. Looking up the hash tells nobody by its time how much of a token was right; the token
   * itself is then compared in full, without an early end.
   */
  appOf(token: string): string | null {
    const app = this.#appsByHash.get(this.#ports.random.hash(token));
    if (app === undefined) return null;
    return isSameText(this.#tokens.get(app) ?? '', token) ? app : null;
  }

  removal(app: string): readonly Change[] {
    return this.#tokens.has(app) ? [removeDocument(app, 'app_target', 'token')] : [];
  }

  forget(app: string): void {
    const token = this.#tokens.get(app);
    this.#tokens.delete(app);
    if (token !== undefined) this.#appsByHash.delete(this.#ports.random.hash(token));
  }

  operations(owner: TargetOwner): OperationHandlers {
    return { 'target_url.generate': (args, context) => this.#generate(owner, args, context) };
  }

  async #generate(
    owner: TargetOwner,
    [options]: readonly JsonValue[],
    { purpose }: OperationContext,
  ): Promise<OperationAnswer> {
    // There is no installation yet that could be called. Everywhere else apps ask for it, and from their settings too.
    if (purpose === 'function_of_installation') return refused(400, notHere);
    if (!owner.isListening()) return refused(400, notListening);
    if (options !== undefined && options !== null && typeof options !== 'string') {
      return refused(400, 'The options of generateTargetUrl should be of type string');
    }
    if (typeof options === 'string' && options.length > optionsLengthMax) {
      return refused(400, `The options of generateTargetUrl should not exceed ${optionsLengthMax} characters`);
    }
    const token = await this.#turns.take(owner.id, () => this.#tokenOf(owner));
    const query = typeof options === 'string' && options !== '' ? `?options=${encodeURIComponent(options)}` : '';
    return { kind: 'done', result: `${this.#ports.publicUrl()}${TARGET_PATH}${token}${query}` };
  }

  async #tokenOf(owner: DocumentOwner): Promise<string> {
    const known = this.#tokens.get(owner.id);
    if (known !== undefined) return known;
    const token = this.#ports.random.secret();
    await this.#ports.commit([putDocument(owner, 'app_target', 'token', { sealed: this.#ports.vault.seal(token) })]);
    this.#keep(owner.id, token);
    return token;
  }

  #keep(app: string, token: string): void {
    this.#tokens.set(app, token);
    this.#appsByHash.set(this.#ports.random.hash(token), app);
  }
}

const notListening =
  'Unsupported operation: The generateTargetUrl method cannot be used unless there is a corresponding external event callback';
const notHere = 'Unsupported operation: The generateTargetUrl method cannot be used on the installation page';

function isSameText(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}
