/**
 * The floor plan as data: every room, what it is for, and what it may know. `arrow-rules.ts` holds the real imports
 * against it, `draw-house.ts` draws it, and the tidy test takes its pure folders from it.
 *
 * To add a room, add an entry. To let one room know another, add its name, and say in a decision record why: every
 * arrow is one more thing that a reader of that room has to know.
 */

/**
 * - pure: decides, and nothing else: no clock, no randomness, no input or output. Everything comes as an argument.
 * - driver: runs the pure rooms; speaks to the world only through ports, which are types that rooms declare.
 * - adapter: plugs one part of the world into a port.
 * - door: where people and programs come in.
 */
export type RoomKind = 'pure' | 'driver' | 'adapter' | 'door';

export type Room = {
  readonly kind: RoomKind;
  readonly about: string;
  /** The rooms it may import from, types included. */
  readonly knows: readonly string[];
  /** The npm packages it may import from, besides the contract. */
  readonly packages: readonly string[];
};

/** The folder that the rooms are folders of. */
export const roomsFolder = 'packages/server/src';

const pureRooms = ['time', 'activity', 'directory', 'availability', 'delivery', 'report', 'marketplace'] as const;

/** The rooms, by the name of their folder, from the inside to the outside. */
export const rooms: Readonly<Record<string, Room>> = {
  time: { kind: 'pure', about: 'instants, intervals, zones, business hours', knows: [], packages: [] },
  activity: { kind: 'pure', about: 'the log: facts and positions', knows: ['time'], packages: [] },
  directory: { kind: 'pure', about: 'agents, groups, statuses, keys', knows: ['time', 'activity'], packages: [] },
  availability: { kind: 'pure', about: 'decides presence and status', knows: ['time', 'activity'], packages: [] },
  delivery: { kind: 'pure', about: 'what is due to whom, and when', knows: ['time', 'activity'], packages: [] },
  report: { kind: 'pure', about: 'from facts to time in status', knows: ['time', 'activity'], packages: [] },
  marketplace: {
    kind: 'pure',
    about: 'app manifests and what follows from them',
    knows: ['time', 'activity'],
    packages: ['acorn', 'jsonc-parser'],
  },
  engine: { kind: 'driver', about: 'the one writer: commits and deadlines', knows: pureRooms, packages: [] },
  dispatch: { kind: 'driver', about: 'drives deliveries', knows: [...pureRooms, 'engine'], packages: [] },
  apps: {
    kind: 'driver',
    about: 'installed apps and their callbacks',
    knows: [...pureRooms, 'engine', 'dispatch'],
    packages: [],
  },
  reporting: {
    kind: 'driver',
    about: 'keeps histories beside the log, answers reports from them',
    knows: [...pureRooms, 'engine'],
    packages: [],
  },
  store: { kind: 'adapter', about: 'the log on disk', knows: [...pureRooms, 'engine'], packages: [] },
  system: {
    kind: 'adapter',
    about: "the machine's clock and randomness",
    knows: [...pureRooms, 'engine'],
    packages: [],
  },
  signal: { kind: 'adapter', about: 'says: look after position N', knows: [...pureRooms, 'engine'], packages: [] },
  webhook: { kind: 'adapter', about: 'signed HTTP out', knows: [...pureRooms, 'dispatch'], packages: [] },
  sandbox: {
    kind: 'adapter',
    about: 'app callbacks, a process each',
    knows: [...pureRooms, 'dispatch', 'apps'],
    packages: [],
  },
  outbound: {
    kind: 'adapter',
    about: 'HTTP and sockets out, to public addresses',
    knows: [...pureRooms, 'engine', 'dispatch', 'apps'],
    packages: ['undici'],
  },
  install: {
    kind: 'adapter',
    about: "apps' code on disk: zips, folders, npm packages",
    knows: [...pureRooms, 'engine', 'apps'],
    packages: ['yauzl', 'yazl'],
  },
  export: {
    kind: 'adapter',
    about: 'tables as files: CSV, Excel, Parquet',
    knows: [...pureRooms, 'reporting'],
    packages: ['hyparquet-writer', 'yazl'],
  },
  config: { kind: 'adapter', about: 'the only reader of the environment', knows: pureRooms, packages: ['smol-toml'] },
  http: {
    kind: 'door',
    about: 'API, streams, presence sockets',
    knows: [...pureRooms, 'engine', 'dispatch', 'apps', 'reporting'],
    packages: ['fastify', 'typebox', 'ws', 'pino'],
  },
  workbench: {
    kind: 'door',
    about: "app run: the developer's page on a live engine",
    knows: [...pureRooms, 'engine', 'dispatch', 'apps', 'http'],
    packages: ['fastify', 'pino', 'v8-to-istanbul', 'istanbul-lib-coverage'],
  },
  cli: {
    kind: 'door',
    about: 'the terminal',
    knows: [
      ...pureRooms,
      'engine',
      'dispatch',
      'apps',
      'reporting',
      'store',
      'system',
      'signal',
      'webhook',
      'sandbox',
      'config',
      'http',
      'outbound',
      'install',
      'workbench',
      'export',
    ],
    packages: ['commander', 'pino', 'diff'],
  },
};

/** Files of Marketplace apps: they run in apps' processes, by the platform's own module scheme, and are no part of the house. */
export const appPaths: readonly RegExp[] = [/^packages\/server\/src\/sandbox\/attacks\/attacker\//];

/** Where everything is plugged together: these files may know every room. */
export const compositionPaths: readonly RegExp[] = [
  // The launcher loads the command line under the right Node.
  /^packages\/server\/bin\/rollcall\.js$/,
  /^packages\/server\/src\/main\.ts$/,
  /^packages\/server\/src\/cli\//,
  // The test kit is a server of its own, in virtual time.
  /^packages\/testing\/src\//,
];

/** The invented world: commands let it play, tests let it break; no room knows it. */
export const simulationFolder = 'packages/server/simulation';

/** What the composition imports from npm besides what its rooms may. */
export const compositionPackages: readonly string[] = ['pino'];

/** The contract: installed alone, by people who want nothing else of us, in a browser too. */
export const contract = {
  name: '@rollcall/contract',
  folder: 'packages/contract',
  entry: 'packages/contract/src/index.ts',
  packages: ['typebox'],
} as const;

/**
 * Files that something other than an import starts. Every other file of the product must be reached from one of them,
 * or nobody would notice that it is dead.
 */
export const startedPaths: readonly RegExp[] = [
  /^packages\/server\/bin\/rollcall\.js$/,
  /^packages\/contract\/src\/index\.ts$/,
  /^packages\/testing\/src\/index\.ts$/,
  // The program that an app's process runs.
  /^packages\/server\/src\/sandbox\/runner\.[cm]?[jt]s$/,
  // Loaded into an app's process before its runner, when its developer asks for coverage.
  /^packages\/server\/src\/sandbox\/runner\/coverage\.cjs$/,
  // The host of the attack battery is a program of its own: some of the attacks are aimed at it.
  /^packages\/server\/src\/cli\/attack-host\.ts$/,
  // What a browser loads.
  /^packages\/server\/src\/(workbench|http)\/page\//,
];

/** Tests, the fakes they play with, and the suites that every engine behind a port must pass. */
export const testPaths: readonly RegExp[] = [
  /\.test\.ts$/,
  /\/fake-[a-z-]+\.ts$/,
  /\.e2e\.ts$/,
  /\/suite\.ts$/,
  /^packages\/[^/]+\/test\//,
];

/** Tests of the whole: they may plug adapters in, as the composition does. */
export const wholeTestPaths: readonly RegExp[] = [
  /\.(store|http)\.test\.ts$/,
  /\.e2e\.ts$/,
  /^packages\/[^/]+\/(test|simulation)\//,
];

/** The names of the rooms of these kinds, in the order of the plan. */
export function roomsOfKind(...kinds: readonly RoomKind[]): string[] {
  return Object.entries(rooms).flatMap(([name, room]) => (kinds.includes(room.kind) ? [name] : []));
}

/** The room that a file lies in, or null when it lies in none: `main.ts`, the contract, tests of the whole, scripts. */
export function roomOf(path: string): string | null {
  const [first, rest] = path.startsWith(`${roomsFolder}/`) ? path.slice(roomsFolder.length + 1).split('/', 2) : [];
  return first === undefined || rest === undefined ? null : first;
}

/** Whether a path matches one of the patterns. */
export function isOneOf(patterns: readonly RegExp[], path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
