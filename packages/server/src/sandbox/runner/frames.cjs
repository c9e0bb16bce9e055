// @ts-check
'use strict';

const fs = require('node:fs');

/**
 * Frames: four bytes of length (big endian), then that many bytes of JSON, at most 1 MiB. What is longer goes as
 * numbered chunks of its JSON text under one id, at most 8 MiB together. Only one value is in pieces at a time.
 */
const frameBytesMax = 1024 * 1024;
const valueBytesMax = 8 * 1024 * 1024;
// A UTF-16 unit of JSON text becomes at most three bytes, or six when it has to be escaped as half of a pair.
const chunkUnits = 160 * 1024;
// The host reads no message of more, and takes a process for hostile that sends one.
const membersMax = 200_000;
const depthMax = 600;

/**
 * Writes are synchronous on purpose: when the host stops reading, the app stops here, and its memory does not fill with
 * lines that nobody wants. It also keeps the order, and lets the last words before an exit get out.
 *
 * @param {number} descriptor
 */
function createFrameWriter(descriptor) {
  const chunks = { lastId: 0 };
  return send;

  /** @param {object} message */
  function send(message) {
    const text = JSON.stringify(message);
    const bytes = Buffer.from(text, 'utf8');
    requireSmallCost(text);
    if (bytes.length <= frameBytesMax) return writeFrame(bytes);
    if (bytes.length > valueBytesMax) throw new RangeError('the value is larger than 8 MiB');
    chunks.lastId += 1;
    for (let index = 0; index * chunkUnits < text.length; index += 1) {
      const part = text.slice(index * chunkUnits, (index + 1) * chunkUnits);
      const isLast = (index + 1) * chunkUnits >= text.length;
      writeFrame(Buffer.from(JSON.stringify({ type: 'chunk', id: chunks.lastId, index, isLast, text: part }), 'utf8'));
    }
  }

  /** @param {Buffer} bytes */
  function writeFrame(bytes) {
    const frame = Buffer.allocUnsafe(4 + bytes.length);
    frame.writeUInt32BE(bytes.length, 0);
    bytes.copy(frame, 4);
    for (let offset = 0; offset < frame.length; ) offset += writeSome(descriptor, frame, offset);
  }
}

/**
 * An app may hand over a value that the host would not read: it learns so here, by an error, and goes on.
 *
 * @param {string} text
 */
function requireSmallCost(text) {
  let members = 0;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === 0x5c) index += 1;
      else if (unit === 0x22) isInString = false;
    } else if (unit === 0x22) isInString = true;
    else if (unit === 0x2c || unit === 0x7b || unit === 0x5b) {
      members += 1;
      if (unit !== 0x2c) depth += 1;
      if (members > membersMax) throw new RangeError(`the value has more than ${membersMax} parts`);
      if (depth > depthMax) throw new RangeError(`the value is more than ${depthMax} deep`);
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
}

/** @param {number} descriptor @param {Buffer} frame @param {number} offset */
function writeSome(descriptor, frame, offset) {
  try {
    return fs.writeSync(descriptor, frame, offset);
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    // Nobody is left to hear anything.
    if (code === 'EPIPE') process.exit(0);
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}

/**
 * Reads the host's frames, whose word is taken for it.
 *
 * @param {NodeJS.ReadableStream} stream
 * @param {{ parse: (text: string) => any, onMessage: (message: any) => void, onEnd: () => void }} reader
 */
function readFrames(stream, { parse, onMessage, onEnd }) {
  const state = { waiting: /** @type {Buffer} */ (Buffer.alloc(0)), text: '' };
  stream.on('data', (/** @type {Buffer} */ bytes) => {
    state.waiting = state.waiting.length === 0 ? bytes : Buffer.concat([state.waiting, bytes]);
    while (state.waiting.length >= 4) {
      const length = state.waiting.readUInt32BE(0);
      if (state.waiting.length < 4 + length) break;
      const message = parse(state.waiting.toString('utf8', 4, 4 + length));
      state.waiting = state.waiting.subarray(4 + length);
      accept(message);
    }
  });
  stream.on('end', onEnd);
  stream.on('error', onEnd);

  /** @param {any} message */
  function accept(message) {
    if (message.type !== 'chunk') return onMessage(message);
    state.text += message.text;
    if (!message.isLast) return;
    const whole = parse(state.text);
    state.text = '';
    onMessage(whole);
  }
}

module.exports = { createFrameWriter, readFrames };
