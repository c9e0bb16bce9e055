import type { Dependency } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';

/** Where an app comes from. */
export type AppSource =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'zip'; readonly bytes: Uint8Array };

/**
 * The port of apps' code on disk. An app runs from a folder of the server's own, named after the hash of everything in
 * it: what was checked when it was installed is what runs, whatever becomes of the folder or the zip it came from.
 */
export type CodeStore = {
  /** Takes a copy of the app's files, by the rules of installing; nothing is at its place yet. */
  stage(source: AppSource): Promise<Staging>;
  /** The fingerprint that `stage` would give the folder; null when it would refuse it. */
  fingerprintOf(folder: string): Promise<string | null>;
  /** Absolute path of the folder of a digest, whether or not it is there. */
  folderOf(digest: string): string;
  remove(digest: string): Promise<void>;
  /** Removes everything but these, and what a crash left half done. Only while nothing is being staged. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>;
};

export type Staging =
  | { readonly kind: 'staged'; readonly code: StagedCode }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/** A copy of an app's files that is not at its place yet. It ends with `settle` or `discard`. */
export type StagedCode = {
  readonly folder: string;
  /** Of the app's files as they came, before packages were added: tells whether a source has changed. */
  readonly fingerprint: string;
  /** What to call the app by: the name of the folder, or of the one folder in the zip; null when there is none. */
  readonly name: string | null;
  /** Installs the packages that are not there. An error among the findings: nothing was installed. */
  addPackages(dependencies: readonly Dependency[]): Promise<readonly Finding[]>;
  /** Puts it at its place, read-only and on disk for good; what is there already with the same digest is kept. */
  settle(): Promise<Settling>;
  /** Removes it. After `settle` that does nothing. */
  discard(): Promise<void>;
};

export type Settling =
  | { readonly kind: 'settled'; readonly digest: string; readonly folder: string }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };
