import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StoreFailure } from '../engine/store.ts';
import { isBefore, SQLITE_LIMITS } from '../store/sqlite/connection.ts';
import { formatInstant } from '../time/instant.ts';
import { readingStore } from './data-folder.ts';
import { headOf } from './read-events.ts';

/** One thing that was looked at. `warn`: it works, and something should be known; `fail`: the server will not do. */
export type Check = { readonly name: string; readonly status: 'ok' | 'warn' | 'fail'; readonly detail: string };

const NODE_MAJOR_MIN = 26;
const FREE_BYTES_WARN = 1024 ** 3;
const FREE_BYTES_FAIL = 64 * 1024 ** 2;
/** The clock of a machine that has lost its battery shows a year long gone. */
const EARLIEST_PLAUSIBLE = Date.UTC(2026, 0, 1);
const FSYNCS = 20;

/** Looks at this machine and at the data folder. Leaves nothing behind. */
export async function runChecks(dataFolder: string): Promise<readonly Check[]> {
  return [nodeCheck(), sqliteCheck(), zoneCheck(), ...folderChecks(dataFolder), await clockCheck(dataFolder)];
}

function nodeCheck(): Check {
  const isEnough = Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN;
  const detail = isEnough ? process.version : `${process.version}; Rollcall needs ${NODE_MAJOR_MIN} or later`;
  return { name: 'node', status: isEnough ? 'ok' : 'fail', detail };
}

function sqliteCheck(): Check {
  const version = process.versions.sqlite ?? '0';
  const oldest = SQLITE_LIMITS.versionMin.join('.');
  return isBefore(version, SQLITE_LIMITS.versionMin)
    ? { name: 'sqlite', status: 'fail', detail: `${version}; before ${oldest} a reset of its log could lose commits` }
    : { name: 'sqlite', status: 'ok', detail: version };
}

function zoneCheck(): Check {
  const version = process.versions.tz;
  return version === undefined
    ? { name: 'time zones', status: 'warn', detail: 'this Node does not say how old its time-zone data is' }
    : { name: 'time zones', status: 'ok', detail: `tzdata ${version}` };
}

// The data folder

function folderChecks(dataFolder: string): readonly Check[] {
  const folder = nearestFolder(resolve(dataFolder));
  const name = 'data folder';
  if (existsSync(dataFolder) && !statSync(dataFolder).isDirectory()) {
    return [{ name, status: 'fail', detail: `${dataFolder} is a file; name a folder with --data` }];
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return [{ name, status: 'fail', detail: `${folder} may not be written by this user` }];
  }
  const isThere = folder === resolve(dataFolder);
  const detail = isThere ? `${dataFolder} may be written` : `${dataFolder} is not there yet, and may be made`;
  return [{ name, status: 'ok', detail }, spaceCheck(folder), ...syncCheck(folder)];
}

/** The folder itself, or the nearest one above it that is there. */
function nearestFolder(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function spaceCheck(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return {
    name: 'disk space',
    status: free < FREE_BYTES_FAIL ? 'fail' : free < FREE_BYTES_WARN ? 'warn' : 'ok',
    detail,
  };
}

/** File systems that are reached over a network: what they acknowledge may not be on any disk. Source: statfs(2). */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
]);
const TMPFS = 0x01021994;

/** How long a commit takes to reach the disk, at the least: that is what every acknowledged change waits for. */
function syncCheck(folder: string): readonly Check[] {
  const kind = statfsSync(folder).type;
  const network = NETWORK_FILE_SYSTEMS.get(kind);
  const name = 'disk sync';
  if (network !== undefined) {
    return [{ name, status: 'warn', detail: `${network}: a network drive may acknowledge what is not on disk` }];
  }
  const times = fsyncTimesMs(join(folder, `.rollcall-doctor-${process.pid}`));
  const median = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
  const detail = `${median.toFixed(2)} ms for an fsync (median of ${times.length})`;
  if (kind === TMPFS) return [{ name, status: 'warn', detail: `${detail}; a disk in memory, gone with the power` }];
  return [{ name, status: 'ok', detail }];
}

function fsyncTimesMs(file: string): readonly number[] {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    return Array.from({ length: FSYNCS }, () => {
      writeSync(descriptor, 'x'.repeat(4096));
      const before = performance.now();
      fsyncSync(descriptor);
      return performance.now() - before;
    });
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}

// The clock

async function clockCheck(dataFolder: string): Promise<Check> {
  const now = Date.now();
  const name = 'clock';
  if (now < EARLIEST_PLAUSIBLE) return { name, status: 'fail', detail: `it shows ${formatInstant(now)}: set it` };
  const newest = await newestRecordedAt(dataFolder);
  if (newest instanceof StoreFailure) return { name: 'store', status: 'fail', detail: newest.message };
  if (newest !== null && newest > now) {
    const detail = `${formatInstant(now)} is before the newest fact of the log, of ${formatInstant(newest)}: the clock went back`;
    return { name, status: 'warn', detail };
  }
  return { name, status: 'ok', detail: formatInstant(now) };
}

async function newestRecordedAt(dataFolder: string): Promise<number | null | StoreFailure> {
  if (statSync(join(dataFolder, 'rollcall.db'), { throwIfNoEntry: false }) === undefined) return null;
  try {
    return await readingStore(dataFolder, async (store) => {
      const fact = await store.factAt(await headOf(store));
      return fact?.recordedAt ?? null;
    });
  } catch (error) {
    if (error instanceof StoreFailure) return error;
    throw error;
  }
}
