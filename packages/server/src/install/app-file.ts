import type { Finding } from '../marketplace/finding.ts';
import { filesLeftOut, foldersLeftOut, type InstallLimits, isOwn, packagesFolder } from './limits.ts';

/** A file of an app as it was found, not read yet. */
export type AppFile = {
  /** Below the app folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
};

/** A fault that keeps an app from being installed, pointing at a file or folder of it. */
export function installError(code: string, file: string, message: string, fix?: string): Finding {
  const shown = shownPath(file);
  return { severity: 'error', code, message, file: shown, line: 1, column: 1, ...(fix === undefined ? {} : { fix }) };
}

/** A name may have been chosen to play tricks on whoever reads it in a terminal. */
function shownPath(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const visible = path.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return visible.length > PATH_SHOWN_MAX ? `${visible.slice(0, PATH_SHOWN_MAX)}…` : visible;
}

const PATH_SHOWN_MAX = 200;

/** Whether this path below the app folder is no part of the app. */
export function isLeftOut(path: string): boolean {
  const [first = '', ...rest] = path.split('/');
  if (rest.length === 0 && filesLeftOut.has(first)) return true;
  if (foldersLeftOut.has(first)) return true;
  if (isBelow(path, packagesFolder)) return path.includes('/node_modules/.bin');
  return path.split('/').some((part) => part === 'node_modules' || part === '.git');
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Marks that show a name in another order than it has. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
/** They are devices there whatever follows the first dot. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;

/** What is wrong with a path that is to become a file here: it has to mean the same on every machine. */
export function pathFaults(path: string, limits: InstallLimits): readonly string[] {
  const parts = path.split('/');
  const faults: string[] = [];
  if (path.includes('\\')) faults.push('has a backslash in its name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) faults.push('has a control character in its name');
  if (BIDI.test(path)) faults.push('has a character in its name that turns the direction of writing');
  // Packages of others are named as they are, and run on Linux; the app's own files travel to every developer's machine.
  if (isOwn(path) && parts.some((part) => DEVICE.test(part))) faults.push('has the name of a device of Windows');
  if (parts.some((part) => !/^\.*$/.test(part) && /[. ]$/.test(part)))
    faults.push('has a name that ends in a dot or a blank');
  if (path.startsWith('/')) faults.push('has an absolute path');
  if (/^[A-Za-z]:/.test(path)) faults.push('has a path with a drive');
  if (parts.includes('..')) faults.push('leads out of the app folder');
  if (parts.slice(0, -1).includes('') || parts.includes('.')) faults.push('has an empty part in its path');
  if (path.length > limits.pathCharactersMax)
    faults.push(`has a path of more than ${limits.pathCharactersMax} characters`);
  if (parts.length > limits.pathPartsMax) faults.push(`lies more than ${limits.pathPartsMax} folders deep`);
  return faults;
}

/** What the files are too much of, or what no app may bring along. */
export function contentFindings(files: readonly AppFile[], limits: InstallLimits): readonly Finding[] {
  const own = files.filter(({ path }) => isOwn(path));
  return [
    ...nativeCode(files),
    ...tooMuch(own, {
      bytesMax: limits.ownBytesMax,
      filesMax: limits.ownFilesMax,
      bytesMessage: 'Package size exceeds the 5MB limit.',
      of: 'outside its packages',
    }),
    ...tooMuch(files, {
      bytesMax: limits.bytesMax,
      filesMax: limits.filesMax,
      bytesMessage: `the app with its packages is larger than ${limits.bytesMax / 1024 / 1024} MB`,
      of: 'with its packages',
    }),
  ];
}

function nativeCode(files: readonly AppFile[]): readonly Finding[] {
  return files
    .filter(({ path }) => path.toLowerCase().endsWith('.node'))
    .map(({ path }) =>
      installError('native-code', path, 'machine code (.node) cannot be kept behind a fence, so no app may bring any'),
    );
}

type Bounds = {
  readonly bytesMax: number;
  readonly filesMax: number;
  readonly bytesMessage: string;
  readonly of: string;
};

function tooMuch(files: readonly AppFile[], { bytesMax, filesMax, bytesMessage, of }: Bounds): readonly Finding[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const largest = files.reduce<AppFile | null>((most, file) => (file.bytes > (most?.bytes ?? -1) ? file : most), null);
  return [
    ...(bytes > bytesMax ? [installError('too-large', largest?.path ?? '', bytesMessage)] : []),
    ...(files.length > filesMax
      ? [installError('too-many-files', files[filesMax]?.path ?? '', `the app has more than ${filesMax} files ${of}`)]
      : []),
  ];
}
