import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import type { Finding } from '../marketplace/finding.ts';

/** The app's folder, read and checked; null where it cannot be. */
export type AppReading = {
  readonly files: AppFiles | null;
  readonly findings: readonly Finding[];
  readonly app: AppDefinition | null;
};
