/** The rules of the house about who may know whom. What each room may know is data in `floor-plan.ts`. */
import {
  compositionPackages,
  compositionPaths,
  contract,
  isOneOf,
  type Room,
  roomOf,
  rooms,
  roomsFolder,
  roomsOfKind,
  simulationFolder,
  startedPaths,
  testPaths,
  wholeTestPaths,
} from './floor-plan.ts';
import type { Arrow, House } from './read-house.ts';

/** A broken rule: where, what stands there, and why it may not. */
export type Violation = { readonly rule: string; readonly where: string; readonly what: string; readonly why: string };

type ArrowRule = {
  readonly name: string;
  readonly why: string;
  readonly isBrokenBy: (arrow: Arrow) => boolean;
};

const meetingOnlyAtTheLog = ['availability', 'delivery', 'report'];
const pluggedIn = roomsOfKind('adapter', 'door');

const isTest = (path: string) => isOneOf(testPaths, path);
const isComposition = (path: string) => isOneOf(compositionPaths, path);
const isProduct = (path: string) => /^packages\/[^/]+\/(src|bin)\//.test(path) && !isTest(path);
const planOf = (path: string): Room | undefined => rooms[roomOf(path) ?? ''];

/** From the narrowest to the widest: an arrow is reported under the first rule that it breaks. */
const arrowRules: readonly ArrowRule[] = [
  {
    name: 'imports-are-found',
    why: 'what is imported must be there',
    isBrokenBy: ({ to }) => to.kind === 'missing',
  },
  {
    name: 'rooms-meet-only-at-the-log',
    why: 'deciding, delivering and reporting know the facts and never each other: who wants to know reads the log',
    isBrokenBy: (arrow) => {
      const ends = roomsOfArrow(arrow);
      return ends !== null && meetingOnlyAtTheLog.includes(ends.from) && meetingOnlyAtTheLog.includes(ends.to);
    },
  },
  {
    name: 'time-knows-no-room',
    why: 'everything stands on time, so it stands on nothing',
    isBrokenBy: (arrow) => roomsOfArrow(arrow)?.from === 'time',
  },
  {
    name: 'log-knows-no-room',
    why: 'every room meets at the log, so the log knows none of them but time',
    isBrokenBy: (arrow) => {
      const ends = roomsOfArrow(arrow);
      return ends?.from === 'activity' && ends.to !== 'time';
    },
  },
  {
    name: 'pure-imports-nothing-outside',
    why: 'a pure room gets the world as arguments: no package and no part of Node but those in the floor plan',
    isBrokenBy: (arrow) => planOf(arrow.from)?.kind === 'pure' && !isTest(arrow.from) && !isInPlan(arrow),
  },
  {
    name: 'drivers-speak-through-ports',
    why: 'a driver that knew an adapter could not run without it, in a test or the simulation',
    isBrokenBy: (arrow) => planOf(arrow.from)?.kind === 'driver' && !isTest(arrow.from) && !isInPlan(arrow),
  },
  {
    name: 'adapters-do-not-know-each-other',
    why: 'each adapter can be replaced alone: what two of them share belongs in a room',
    isBrokenBy: (arrow) => {
      const ends = roomsOfArrow(arrow);
      return ends !== null && pluggedIn.includes(ends.from) && isPluggedInFrom(arrow);
    },
  },
  {
    name: 'only-main-plugs-adapters-in',
    why: 'adapters, doors and the configuration come as arguments from main.ts',
    isBrokenBy: isPluggedInFrom,
  },
  {
    name: 'adapters-know-their-rooms',
    why: 'the floor plan says which rooms an adapter or a door may know',
    isBrokenBy: (arrow) => {
      const ends = roomsOfArrow(arrow);
      return ends !== null && isProduct(arrow.from) && rooms[ends.from]?.knows.includes(ends.to) === false;
    },
  },
  {
    name: 'a-package-has-its-room',
    why: 'a package that every room could reach for would soon be everywhere, and could never be replaced',
    isBrokenBy: ({ from, to }) => to.kind === 'package' && isProduct(from) && !packagesOf(from).includes(to.name),
  },
  {
    name: 'contract-stands-alone',
    why: 'app developers install the contract by itself, in a browser too',
    isBrokenBy: ({ from, to }) =>
      from.startsWith(`${contract.folder}/`) &&
      isProduct(from) &&
      (to.kind === 'node' || (to.kind === 'file' && !to.path.startsWith(`${contract.folder}/`))),
  },
  {
    name: 'contract-is-used-by-its-name',
    why: 'we use the contract as its users do: what its entry does not export does not exist',
    isBrokenBy: ({ from, to }) =>
      to.kind === 'file' &&
      to.path.startsWith(`${contract.folder}/`) &&
      to.path !== contract.entry &&
      !from.startsWith(`${contract.folder}/`),
  },
  {
    name: 'the-product-knows-no-test',
    why: 'tests, simulation, scripts and benchmarks look at the product; only commands may play the simulation',
    isBrokenBy: ({ from, to }) =>
      to.kind === 'file' &&
      isProduct(from) &&
      !isProduct(to.path) &&
      !(isComposition(from) && to.path.startsWith(`${simulationFolder}/`) && !isTest(to.path)),
  },
  {
    name: 'packages-are-declared',
    why: "a package stands in a package.json of ours, the product's in its dependencies",
    isBrokenBy: ({ from, to, isTypeOnly }) =>
      to.kind === 'package' &&
      (to.declaredIn === null || (to.declaredIn === 'devDependencies' && isProduct(from) && !isTypeOnly)),
  },
];

/** Holds the house against every rule. An empty list is a house in order. */
export function findViolations(house: House): Violation[] {
  return [
    ...house.arrows.flatMap(firstBrokenRule),
    ...findCycles(house),
    ...findUnreached(house),
    ...findUnplanned(house),
  ];
}

function firstBrokenRule(arrow: Arrow): Violation[] {
  const broken = arrowRules.find((rule) => rule.isBrokenBy(arrow));
  if (broken === undefined) return [];
  const what = `imports ${nameOf(arrow)}`;
  return [{ rule: broken.name, where: `${arrow.from}:${arrow.line}`, what, why: broken.why }];
}

function nameOf({ to }: Arrow): string {
  if (to.kind === 'file') return to.path;
  return to.kind === 'missing' ? to.specifier : to.name;
}

/** The rooms at both ends of an arrow of the product, or null when it stays in one room or leaves the rooms. */
function roomsOfArrow({ from, to }: Arrow): { readonly from: string; readonly to: string } | null {
  const [start, end] = [roomOf(from), to.kind === 'file' ? roomOf(to.path) : null];
  return start === null || end === null || start === end || isTest(from) ? null : { from: start, to: end };
}

/** Whether the floor plan lets the room of this arrow's file import what the arrow points at. */
function isInPlan({ from, to }: Arrow): boolean {
  const [room, plan] = [roomOf(from), planOf(from)];
  if (to.kind === 'package') return plan?.packages.includes(to.name) === true;
  if (to.kind !== 'file') return false;
  const end = roomOf(to.path);
  return to.path === contract.entry || (end !== null && (end === room || plan?.knows.includes(end) === true));
}

/** An arrow from outside into a room that only the composition may plug in. A room's own tests are inside. */
function isPluggedInFrom({ from, to }: Arrow): boolean {
  const end = to.kind === 'file' ? roomOf(to.path) : null;
  if (end === null || !pluggedIn.includes(end) || end === roomOf(from)) return false;
  return from.startsWith('packages/') && !isComposition(from) && !isOneOf(wholeTestPaths, from);
}

const isStarted = (path: string) => isOneOf(startedPaths, path);

function packagesOf(path: string): readonly string[] {
  if (path.startsWith(`${contract.folder}/`)) return contract.packages;
  return [...(planOf(path)?.packages ?? []), ...(isComposition(path) ? compositionPackages : [])];
}

/** Two files that need each other are one file, or miss a third one that both need. */
function findCycles({ files, arrows }: House): Violation[] {
  const next = neighbours(arrows);
  const seenInCycle = new Set<string>();
  return files.flatMap((file) => {
    const path = seenInCycle.has(file) ? null : shortestWay(file, file, next);
    if (path === null) return [];
    for (const member of path) seenInCycle.add(member);
    const why = 'files that need each other are one file, or miss a third one that both need';
    return [{ rule: 'no-cycles', where: file, what: path.slice(1).join(' → '), why }];
  });
}

function findUnreached({ files, arrows }: House): Violation[] {
  const next = neighbours(arrows);
  const reached = new Set(files.filter(isStarted));
  for (const file of reached) for (const path of next.get(file) ?? []) reached.add(path);
  const why = 'nothing that is started imports it, so it is dead and only looks alive';
  return files
    .filter((file) => isProduct(file) && !reached.has(file))
    .map((where) => ({ rule: 'every-file-is-reached-from-main', where, what: 'is never reached', why }));
}

function findUnplanned({ files }: House): Violation[] {
  const names = new Set(files.map(roomOf).filter((name) => name !== null && rooms[name] === undefined));
  const why = 'a room says in scripts/floor-plan.ts what it is for and what it may know';
  return [...names].map((name) => ({
    rule: 'every-room-is-in-the-plan',
    where: `${roomsFolder}/${name}/`,
    what: 'is no room of the floor plan',
    why,
  }));
}

function neighbours(arrows: readonly Arrow[]): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) {
    if (to.kind === 'file') next.set(from, [...(next.get(from) ?? []), to.path]);
  }
  return next;
}

/** The files from one to another along the arrows, both named, or null when there is no way. */
function shortestWay(from: string, to: string, next: ReadonlyMap<string, readonly string[]>): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [from];
  for (const file of queue) {
    for (const path of next.get(file) ?? []) {
      if (cameFrom.has(path)) continue;
      cameFrom.set(path, file);
      if (path === to) return wayBack(from, to, cameFrom);
      queue.push(path);
    }
  }
  return null;
}

function wayBack(from: string, to: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [to];
  for (let file = cameFrom.get(to); file !== undefined && file !== from; file = cameFrom.get(file)) way.unshift(file);
  return [from, ...way];
}
