import { randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { hostileServer } from './hostile-app.ts';

/**
 * The invented surroundings of the attackers: secrets to be stolen, files to be spoilt. Every secret is a random word
 * of its own, so that whoever hears it knows where it was read; no path holds one, since refusals name paths.
 */
export type Scene = {
  readonly root: string;
  /** Secrets that no attack of any kind may come to know: of the neighbour, of the data folder, of the host. */
  readonly sharedSecrets: readonly string[];
  readonly neighbourFolder: string;
  readonly neighbourSecret: string;
  readonly dataFolder: string;
  /** A file that changes all the time. */
  readonly busyFile: string;
  /** Makes a folder with a hostile app in it. */
  makeAttacker(name: string): string;
  /** Makes what one attack is after. */
  makeTarget(attack: string): Target;
  remove(): void;
};

/** What one attack is after, and how its folder looked before. */
export type Target = {
  readonly secret: string;
  readonly folder: string;
  /** What the attack is told. */
  readonly at: Readonly<Record<string, string | number>>;
  /** What has changed in the folder since, in words; null when nothing has. */
  changed(): string | null;
};

const attackerFolder = fileURLToPath(new URL('./attacker', import.meta.url));

/** Builds the scene in a temporary folder. `hostSecrets`: what the host's environment and arguments hold. */
export function buildScene(hostSecrets: readonly string[]): Scene {
  const root = mkdtempSync(join(tmpdir(), 'rollcall-attacks-'));
  const dataSecret = newSecret();
  const neighbourSecret = newSecret();
  const listedSecret = newSecret();
  const dataFolder = makeDataFolder(join(root, 'data'), dataSecret);
  const neighbourFolder = makeNeighbour(join(root, 'apps', 'neighbour'), neighbourSecret);
  // Who can list the apps' folder finds this name in it.
  mkdirSync(join(root, 'apps', listedSecret));
  mkdirSync(join(root, 'busy'));
  const busyFile = join(root, 'busy', 'beat');
  const heldOpen = openSync(join(dataFolder, 'secret.key'), 'r');
  return {
    root,
    sharedSecrets: [dataSecret, neighbourSecret, listedSecret, ...hostSecrets],
    neighbourFolder,
    neighbourSecret,
    dataFolder,
    busyFile,
    makeAttacker: (name) => makeAttacker(join(root, 'apps', name)),
    makeTarget: (attack) => makeTarget(join(root, 'outside', attack), { dataFolder, neighbourFolder, busyFile }),
    remove() {
      closeSync(heldOpen);
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export function newSecret(): string {
  return `canary-${randomBytes(9).toString('hex')}`;
}

/** Every file below a folder with its size, mode and time: two of them differ when anything was changed. */
export function pictureOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .map((name) => {
      const info = lstatSync(join(folder, name), { throwIfNoEntry: false });
      return info === undefined ? name : `${name} ${info.mode} ${info.size} ${Math.trunc(info.mtimeMs)}`;
    })
    .join('\n');
}

/** The names that a picture has and another has not, or has otherwise. */
export function difference(before: string, after: string): string | null {
  if (before === after) return null;
  const known = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  const changed = [...now].filter((line) => !known.has(line)).concat([...known].filter((line) => !now.has(line)));
  return [...new Set(changed.map((line) => line.split(' ')[0] ?? ''))].slice(0, 3).join(', ');
}

function makeDataFolder(folder: string, secret: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'secret.key'), secret, { mode: 0o600 });
  makeDatabase(join(folder, 'rollcall.db'), secret);
  return folder;
}

function makeDatabase(file: string, secret: string): void {
  const database = new DatabaseSync(file);
  // Nobody needs it after a loss of power.
  database.exec('PRAGMA synchronous = OFF; CREATE TABLE kept (secret TEXT)');
  database.prepare('INSERT INTO kept VALUES (?)').run(secret);
  database.close();
}

function makeNeighbour(folder: string, secret: string): string {
  mkdirSync(join(folder, 'server'), { recursive: true });
  writeFileSync(
    join(folder, 'server', 'server.js'),
    `// ${secret}\nexports = { answer: function (payload) { return $db.set('answer', { number: payload.number }); } };\n`,
  );
  return folder;
}

function makeAttacker(folder: string): string {
  const packages = join(folder, 'server', 'node_modules');
  mkdirSync(packages, { recursive: true });
  cpSync(attackerFolder, join(packages, 'attacker'), { recursive: true });
  writeFileSync(
    join(packages, 'attacker', 'package.json'),
    '{"name":"attacker","version":"1.0.0","main":"run-attack.cjs"}',
  );
  writeFileSync(join(folder, 'server', 'server.js'), hostileServer);
  return folder;
}

type Surroundings = Pick<Scene, 'busyFile' | 'dataFolder' | 'neighbourFolder'>;

function makeTarget(folder: string, surroundings: Surroundings): Target {
  const secret = newSecret();
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
  file('secret.txt', secret);
  file('secret.json', JSON.stringify({ secret }));
  file('secret.cjs', `console.log('${secret}'); module.exports = '${secret}'; throw new Error('${secret}');`);
  file('secret.env', `CANARY=${secret}\n`);
  file(secret, '');
  symlinkSync(join(folder, secret), join(folder, 'link'));
  if (folder.includes('sqlite')) makeDatabase(join(folder, 'secret.db'), secret);
  const before = pictureOf(folder);
  return {
    secret,
    folder,
    at: {
      folder,
      ...surroundings,
      secretText: join(folder, 'secret.txt'),
      secretJson: join(folder, 'secret.json'),
      secretModule: join(folder, 'secret.cjs'),
      secretEnv: join(folder, 'secret.env'),
      database: join(folder, 'secret.db'),
      link: join(folder, 'link'),
      hostPid: process.pid,
      hostFolder: process.cwd(),
      hostName: hostname(),
      hostAddress: hostAddress() ?? '127.0.0.1',
    },
    changed: () => difference(before, pictureOf(folder)),
  };
}

/** An address of this machine that others can reach. */
export function hostAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? null;
}
