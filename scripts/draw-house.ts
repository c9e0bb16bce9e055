/** Draws the house as a Mermaid flowchart: the rooms of the floor plan, and the arrows that the imports really make. */
import {
  compositionPaths,
  contract,
  isOneOf,
  type RoomKind,
  roomOf,
  rooms,
  roomsOfKind,
  simulationFolder,
  testPaths,
} from './floor-plan.ts';
import type { House } from './read-house.ts';

type Floor = { readonly title: string; readonly kinds: readonly RoomKind[] };

const floors: readonly Floor[] = [
  { title: 'Doors: where people and programs come in', kinds: ['door'] },
  { title: 'Adapters: each plugs one part of the world into a port', kinds: ['adapter'] },
  { title: 'Drivers: run the pure rooms, speak through ports', kinds: ['driver'] },
  { title: 'Pure rooms: decide, and nothing else', kinds: ['pure'] },
];

/**
 * The drawing of the house as Mermaid text, the same for the same imports. A solid arrow imports something that runs, a
 * dotted one only types. Tests are left out, and rooms that hold no file yet.
 */
export function drawHouse(house: House): string {
  const product = house.files.filter((path) => nodeOf(path) !== null && !isOneOf(testPaths, path));
  const present = new Set(product.map(nodeOf));
  const lines = floors.flatMap((floor, index) => drawFloor(floor, index, present));
  return [
    '%% Drawn from the real imports by `npm run check -- --write`; do not edit.',
    '%% A solid arrow imports something that runs, a dotted one only types.',
    'flowchart TD',
    ...(present.has('main') ? ['  main["main: plugs everything together"]'] : []),
    ...lines,
    ...(present.has('simulation') ? ['  simulation["simulation: an invented, seeded world"]'] : []),
    ...(present.has('contract') ? ['  contract["contract: the wire"]'] : []),
    ...drawArrows(house),
    '',
  ].join('\n');
}

function drawFloor(floor: Floor, index: number, present: ReadonlySet<string | null>): string[] {
  const names = roomsOfKind(...floor.kinds).filter((name) => present.has(name));
  if (names.length === 0) return [];
  const boxes = names.map((name) => `    ${name}["${name}: ${rooms[name]?.about}"]`);
  return [`  subgraph floor${index} ["${floor.title}"]`, ...boxes, '  end'];
}

function drawArrows(house: House): string[] {
  const runs = new Map<string, boolean>();
  for (const { from, to, isTypeOnly } of house.arrows) {
    const [start, end] = [nodeOf(from), to.kind === 'file' ? nodeOf(to.path) : null];
    if (start === null || end === null || start === end || isOneOf(testPaths, from)) continue;
    const key = `${start} ${end}`;
    runs.set(key, (runs.get(key) ?? false) || !isTypeOnly);
  }
  const ordered = [...runs].sort(([a], [b]) => (a < b ? -1 : 1));
  return ordered.map(([ends, isRun]) => `  ${ends.replace(' ', isRun ? ' --> ' : ' -.-> ')}`);
}

/** The box a file is drawn in, or null when it is not drawn. */
function nodeOf(path: string): string | null {
  if (path.startsWith(`${contract.folder}/src/`)) return 'contract';
  if (path.startsWith(`${simulationFolder}/`)) return 'simulation';
  const room = roomOf(path);
  if (room !== null) return room;
  return isOneOf(compositionPaths, path) && !path.includes('/bin/') ? 'main' : null;
}
