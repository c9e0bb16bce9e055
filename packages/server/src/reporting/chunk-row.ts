import type { AgentNumber } from '../activity/position.ts';
import type { HistoryChunkRow } from '../engine/change.ts';
import { bytesOfChunk, chunkOfBytes, type HistoryChunk } from '../report/history-chunk.ts';

/** An agent's month as the store keeps it. */
export function rowOfChunk(agent: AgentNumber, chunk: HistoryChunk): HistoryChunkRow {
  const body = bytesOfChunk(chunk);
  return { agent, month: chunk.month, body, checksum: checksumOf(body) };
}

/** The way back, without copying; null when the row is not what was written. */
export function chunkOfRow({ month, body, checksum }: HistoryChunkRow): HistoryChunk | null {
  if (body.byteLength % 4 !== 0 || checksumOf(body) !== checksum) return null;
  return chunkOfBytes(month, body);
}

/**
 * FNV-1a over words instead of bytes: a flipped bit anywhere shows, at a nanosecond a word. It guards against a disk, not
 * against a person, who could write the log's rows as well.
 */
function checksumOf(body: Uint8Array): number {
  const aligned = body.byteOffset % 4 === 0 ? body : body.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ (words[index] as number), 0x01000193);
  return hash >>> 0;
}
