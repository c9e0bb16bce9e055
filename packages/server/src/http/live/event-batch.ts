import type { Axis } from '@rollcall/contract';
import { activityPayload, type RecordedStatusChange } from '../../activity/payload.ts';
import type { AgentNumber, Position } from '../../activity/position.ts';
import type { Snapshots } from '../../activity/snapshots.ts';

/** One event as the stream carries it. */
export type EventFrame = {
  readonly position: Position;
  readonly agent: AgentNumber;
  readonly axis: Axis;
  readonly text: string;
};

/** What a reader sees of its account's events; null means all. */
export type View = { readonly agent: AgentNumber | null; readonly axis: Axis | null };

/**
 * The events of one account between two positions: `from` exclusive, `to` inclusive. The bytes are made once for each
 * axis and shared by all of its readers: that, and one write per reader however many events there are, is what makes a
 * thousand readers cheap.
 */
export type EventBatch = {
  readonly from: Position;
  readonly to: Position;
  readonly frames: readonly EventFrame[];
  /** Characters of all frames. */
  readonly length: number;
  readonly bytesOfAxes: Map<Axis | null, Buffer>;
};

export function eventBatch(from: Position, to: Position, frames: readonly EventFrame[]): EventBatch {
  let length = 0;
  for (const frame of frames) length += frame.text.length;
  return { from, to, frames, length, bytesOfAxes: new Map() };
}

/** Renders an event. The records it refers to must be at hand. */
export function eventFrame(fact: RecordedStatusChange, snapshots: Snapshots): EventFrame {
  const { position, agent, axis } = fact;
  // JSON has no raw line break, so the payload is one line of data.
  const data = JSON.stringify(activityPayload(fact, snapshots));
  return { position, agent, axis, text: `id: ${position}\nevent: onAgentActivityCreate\ndata: ${data}\n\n` };
}

/** The bytes of a batch for a view; empty when it shows none of the events. Views of one agent have few readers. */
export function bytesOf(batch: EventBatch, view: View): Buffer {
  if (view.agent !== null) return bytesAfter(batch, view, batch.from);
  const known = batch.bytesOfAxes.get(view.axis);
  if (known !== undefined) return known;
  const bytes = bytesAfter(batch, view, batch.from);
  batch.bytesOfAxes.set(view.axis, bytes);
  return bytes;
}

/** The same without what a reader has already seen. */
export function bytesAfter(batch: Pick<EventBatch, 'frames'>, view: View, seen: Position): Buffer {
  let text = '';
  for (const frame of batch.frames) if (frame.position > seen && isInView(frame, view)) text += frame.text;
  return Buffer.from(text);
}

function isInView(frame: EventFrame, { agent, axis }: View): boolean {
  return (agent === null || frame.agent === agent) && (axis === null || frame.axis === axis);
}
