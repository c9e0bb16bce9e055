import type { AppFiles } from '../app-files.ts';
import type { Finding } from '../finding.ts';
import type { PlatformVersion } from '../platform-catalog.ts';

/** An app of platform 2.x as one of 3.0. */
export interface MigratedApp {
  readonly kind: 'migrated';
  readonly from: PlatformVersion;
  readonly files: AppFiles;
  /** Paths of the files that are new or not as they were. */
  readonly changed: readonly string[];
  /** What was done, a sentence each. */
  readonly done: readonly string[];
  /** What a person must still do, each with its place in the app as it was. */
  readonly todo: readonly Finding[];
}

/** A migrated app, or why there is nothing to migrate. */
export type Migration =
  | MigratedApp
  | { readonly kind: 'current' }
  /** What keeps the app from being understood must be put right first. */
  | { readonly kind: 'unreadable'; readonly findings: readonly Finding[] };

/** One part of a migration: texts to replace, what was done, and what is left to a person. */
export interface MigrationStep {
  readonly texts: ReadonlyMap<string, string>;
  readonly done: readonly string[];
  readonly todo: readonly Finding[];
}
