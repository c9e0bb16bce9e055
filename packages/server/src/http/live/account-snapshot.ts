import type { Position } from '../../activity/position.ts';
import type { Agent } from '../../engine/memory.ts';

/**
 * Agents as they are at one position. The list is taken in one turn, so it is of one moment; it is rendered part by part,
 * by whoever needs the part first, because an account can hold more agents than one turn should render. The parts are
 * shared by all who asked at the same position.
 */
export type AccountSnapshot = {
  readonly position: Position;
  readonly agents: readonly Agent[];
  /** Rendered so far. */
  readonly parts: Buffer[];
};

export function takeSnapshot(position: Position, agents: readonly Agent[]): AccountSnapshot {
  return { position, agents, parts: [] };
}

export type Rendering = { readonly partAgentsMax: number; encodeAgent(agent: Agent): object };

/** The piece of the stream with this index, from 0; null after the last one. All of them together are one message. */
export function snapshotPart(snapshot: AccountSnapshot, index: number, rendering: Rendering): Buffer | null {
  const known = snapshot.parts[index];
  if (known !== undefined) return known;
  const text = partText(snapshot, index, rendering);
  if (text === null) return null;
  const part = Buffer.from(text);
  snapshot.parts[index] = part;
  return part;
}

function partText(snapshot: AccountSnapshot, index: number, { partAgentsMax, encodeAgent }: Rendering): string | null {
  const { agents, position } = snapshot;
  const from = index * partAgentsMax;
  if (index > 0 && from >= agents.length) return null;
  const rendered = agents.slice(from, from + partAgentsMax).map((agent) => JSON.stringify(encodeAgent(agent)));
  const isLast = from + partAgentsMax >= agents.length;
  const start = index === 0 ? `event: snapshot\nid: ${position}\ndata: {"position":${position},"agents":[` : ',';
  return `${start}${rendered.join(',')}${isLast ? ']}\n\n' : ''}`;
}
