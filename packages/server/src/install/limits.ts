const mebibyte = 1024 * 1024;

/** The bounds of an app's code. The first two are the platform's, without packages; the others count everything. */
export const defaultInstallLimits = {
  ownBytesMax: 5 * mebibyte,
  ownFilesMax: 5000,
  bytesMax: 50 * mebibyte,
  filesMax: 5000,
  pathCharactersMax: 400,
  pathPartsMax: 40,
  /** Of a zip itself. */
  zipBytesMax: 50 * mebibyte,
  /** An entry that inflates to more than so many times its size is a bomb, unless it is small anyway. */
  inflationMax: 250,
  inflationIgnoredBytesMax: 64 * 1024,
  /** Faults that are told of one source: a hostile one has as many as it likes. */
  findingsMax: 50,
  /** Packages that a manifest names. */
  dependenciesMax: 50,
  /** For all runs of npm of one app together. */
  npmMsMax: 180_000,
  npmOutputBytesMax: 64 * 1024,
  /** How often an unknown package is left out and the others are looked up, so that all unknown ones are named. */
  npmRoundsMax: 8,
} as const;

export type InstallLimits = { readonly [name in keyof typeof defaultInstallLimits]: number };

/** Folders of the source that are no part of the app. */
export const foldersLeftOut: ReadonlySet<string> = new Set([
  '.git',
  '.fdk',
  '.rollcall',
  'coverage',
  'dist',
  'log',
  'node_modules',
]);

/** Files of the vendor's kit beside the app: a checksum and a report, of no use here. */
export const filesLeftOut: ReadonlySet<string> = new Set(['digest.md5', '.report.json']);

/** Where an app's packages lie. */
export const packagesFolder = 'server/node_modules';

/** Files and folders that are the app's own, by the path below its folder: everything but packages. */
export function isOwn(path: string): boolean {
  return !path.startsWith(`${packagesFolder}/`);
}
