import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { createJsonMeter } from './json-meter.ts';
import { frameBytesMax, messageLimits, smallMessageMembersMax, valueBytesMax } from './limits.ts';

/**
 * Frames between the server and an app's process: four bytes of length (big endian), then that many bytes of JSON, at
 * most 1 MiB. What is longer goes as numbered chunks of its JSON text under one id, at most 8 MiB together; ids count
 * 1, 2, 3 … and only one value is in pieces at a time.
 *
 * What is parsed is counted first: see `json-meter.ts`.
 *
 * Node's own channel between processes is not used: there bad JSON, a message without end or a word of its protocol
 * bring the parent down. Here the sender is an enemy: nothing is kept beyond the limits, nothing is looked up that is
 * not a message's own, and the first thing that is not of the protocol ends the reading for good.
 */

/** What arrived, and why reading ended, if it did. */
export interface DecodedFrames {
  readonly messages: readonly JsonObject[];
  /** How many values were parsed for them. */
  readonly members: number;
  readonly fault: string | null;
}

/** Reads what one process sends. After a fault it reads nothing more. */
export interface FrameDecoder {
  push(bytes: Buffer): DecodedFrames;
}

const headerBytes = 4;
// A UTF-16 unit of JSON text becomes at most three bytes, or six when it has to be escaped as half of a pair.
const chunkUnits = 160 * 1024;

/** The frames of one message, or null when it is over the limit. */
export function encodeFrames(message: JsonObject, chunkId: number): readonly Buffer[] | null {
  const text = JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > valueBytesMax) return null;
  if (bytes <= frameBytesMax) return [frameOf(text)];
  const frames: Buffer[] = [];
  for (let index = 0; index * chunkUnits < text.length; index += 1) {
    const part = text.slice(index * chunkUnits, (index + 1) * chunkUnits);
    const isLast = (index + 1) * chunkUnits >= text.length;
    frames.push(frameOf(JSON.stringify({ type: 'chunk', id: chunkId, index, isLast, text: part })));
  }
  return frames;
}

function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, headerBytes);
  return frame;
}

/** A decoder for one process. */
export function createFrameDecoder(): FrameDecoder {
  const pieces = createAssembly();
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let needed = headerBytes;
  let fault: string | null = null;

  return { push };

  function push(bytes: Buffer): DecodedFrames {
    if (fault !== null) return { messages: [], members: 0, fault };
    const before = pieces.members;
    waiting.push(bytes);
    waitingBytes += bytes.length;
    const messages: JsonObject[] = [];
    while (fault === null && waitingBytes >= needed) fault = takeFrame(messages);
    return { messages, members: pieces.members - before, fault };
  }

  // Sets `needed` to what the next look needs, so that a frame that drips in is not copied again for each drop.
  function takeFrame(messages: JsonObject[]): string | null {
    const joined = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting, waitingBytes);
    waiting = [joined];
    const length = joined.readUInt32BE(0);
    if (length === 0 || length > frameBytesMax) return `a frame of ${length} bytes`;
    needed = headerBytes + length;
    if (joined.length < needed) return null;
    const body = joined.subarray(headerBytes, needed);
    waiting = [joined.subarray(needed)];
    waitingBytes = joined.length - needed;
    needed = headerBytes;
    return acceptFrame(pieces, decodeUtf8(utf8, body), messages);
  }
}

function acceptFrame(pieces: Assembly, body: string | null, messages: JsonObject[]): string | null {
  const outcome = pieces.accept(body);
  if (outcome.kind === 'fault') return outcome.fault;
  if (outcome.kind === 'whole') messages.push(outcome.message);
  return null;
}

function decodeUtf8(utf8: TextDecoder, bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function parseObject(text: string | null): JsonObject | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

type AssemblyOutcome =
  | { readonly kind: 'whole'; readonly message: JsonObject }
  | { readonly kind: 'part' }
  | { readonly kind: 'fault'; readonly fault: string };

interface Assembly {
  accept(text: string | null): AssemblyOutcome;
  /** Values that were counted so far, in all that came. */
  readonly members: number;
}

/** A frame costs something too, whatever is in it. */
const membersPerFrame = 8;

/** They come often and say little: what is larger is there to keep the host busy. */
const smallTypes: ReadonlySet<unknown> = new Set(['log', 'settled', 'pong', 'exiting']);

// Puts chunks together. While a value is in pieces nothing else may come: an app cannot begin many and end none.
function createAssembly(): Assembly {
  let id = 0;
  let parts: string[] = [];
  let bytes = 0;
  let members = 0;
  // One of each for all frames: a flood of small ones is not to leave a flood of garbage.
  const cost = createJsonMeter(messageLimits);
  const meter = createJsonMeter(messageLimits);

  return {
    accept,
    get members() {
      return members;
    },
  };

  function accept(body: string | null): AssemblyOutcome {
    cost.reset();
    const excess = body === null ? null : cost.read(body);
    members += membersPerFrame + cost.members;
    if (excess !== null) return fault(excess);
    const message = parseObject(body);
    if (message === null) return fault('a frame that is not a JSON object');
    const type = Object.hasOwn(message, 'type') ? message.type : undefined;
    if (type === 'chunk') return acceptChunk(message);
    if (parts.length > 0) return fault('a message between chunks');
    if (smallTypes.has(type) && cost.members > smallMessageMembersMax) return fault(`a "${type}" of too many values`);
    return { kind: 'whole', message };
  }

  function acceptChunk(message: JsonObject): AssemblyOutcome {
    const { text, isLast } = message;
    if (message.id !== id + 1 || message.index !== parts.length) return fault('a chunk out of order');
    if (typeof text !== 'string' || text === '' || typeof isLast !== 'boolean') return fault('a chunk without text');
    bytes += Buffer.byteLength(text);
    if (bytes > valueBytesMax) return fault('chunks of more than 8 MiB');
    const before = meter.members;
    const excess = meter.read(text);
    members += meter.members - before;
    if (excess !== null) return fault(excess);
    parts.push(text);
    return isLast ? finish() : { kind: 'part' };
  }

  function finish(): AssemblyOutcome {
    const whole = parseObject(parts.join(''));
    id += 1;
    parts = [];
    bytes = 0;
    meter.reset();
    if (whole === null || whole.type === 'chunk') return fault('chunks that are no JSON object');
    if (Object.hasOwn(whole, 'type') && smallTypes.has(whole.type)) return fault(`a "${whole.type}" in chunks`);
    return { kind: 'whole', message: whole };
  }

  function fault(sentence: string): AssemblyOutcome {
    return { kind: 'fault', fault: sentence };
  }
}
