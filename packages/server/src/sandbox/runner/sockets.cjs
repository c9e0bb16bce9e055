// @ts-check
'use strict';

const net = require('node:net');
const tls = require('node:tls');
const { isIP } = net;

/**
 * Sockets for the packages of an app. No fence lets a process reach the network: what a package connects to goes through
 * a Unix socket to the host, which resolves, checks and pins the address, and from then on passes the bytes along.
 *
 * The socket that the package holds stays Node's own, on a handle of its own; only the way in is longer. It connects to
 * the broker, says in one line where it wants to go, and reads one line of answer. Until then it is `connecting`, as it
 * would be without a broker: what is written waits, what is read is the answer, and the events come when that is there.
 *
 * A TLS socket cannot be led that way, since it would take the answer for part of a handshake. It is put around a plain
 * socket that can.
 */

const answerLengthMax = 64 * 1024;
const newLine = 0x0a;

/**
 * Leads every `connect` of this process through the broker.
 *
 * @param {string | null} brokerPath null: there is none, and every connect fails
 */
function brokerSockets(brokerPath) {
  const connectDirectly = net.Socket.prototype.connect;
  const connectTls = tls.connect;

  /** @this {any} @param {any[]} args */
  function connect(...args) {
    const [options, callback] = normalized(args);
    // A Unix socket of the package's own choice: the fence has the say.
    if (options.path) return connectDirectly.apply(this, /** @type {any} */ (args));
    const target = targetOf(options);
    if (this.destroyed) freshen(this);
    if (typeof callback === 'function') this.once('connect', callback);
    this.connecting = true;
    // Not at once: whoever puts TLS around it now must find it without a handle, and take it as a stream.
    process.nextTick(() => {
      if (this.destroyed) return;
      if (brokerPath === null) this.destroy(refusal(target, 'this server gives apps no sockets'));
      else lead(this, target, () => keepingState(this, () => connectDirectly.call(this, { path: brokerPath })));
    });
    return this;
  }

  /** @param {any[]} args */
  function secureConnect(...args) {
    const [given, callback] = normalized(args);
    const options = { ...given, ...args.slice(1, 3).find((/** @type {unknown} */ arg) => isOptions(arg)) };
    if (options.socket || options.path) return connectTls(options, callback);
    const socket = new net.Socket({ allowHalfOpen: options.allowHalfOpen === true, signal: options.signal });
    const secured = /** @type {any} */ (connectTls({ ...options, socket }, callback));
    if (options.timeout) secured.setTimeout(options.timeout);
    for (const event of ['lookup', 'ready']) socket.once(event, (...values) => secured.emit(event, ...values));
    socket.once('connect', () => Object.assign(secured, { _peername: peerOf(socket) }));
    socket.connect(options);
    return secured;
  }

  net.Socket.prototype.connect = /** @type {any} */ (connect);
  tls.connect = /** @type {any} */ (secureConnect);
}

/** @param {unknown} value */
function isOptions(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * The arguments of any of the forms of `connect`: inside of Node they come already put in order, as one array.
 * @param {any[]} args
 * @returns {[any, any]}
 */
function normalized(args) {
  return Array.isArray(args[0]) ? args[0] : /** @type {any} */ (net)._normalizeArgs(args);
}

/**
 * @param {{ host?: unknown, port?: unknown }} options
 * @returns {{ host: string, port: number }}
 */
function targetOf({ host, port }) {
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 65_535) {
    const message = `Port should be >= 0 and < 65536. Received ${String(port)}.`;
    throw Object.assign(new RangeError(message), { code: 'ERR_SOCKET_BAD_PORT' });
  }
  return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port: number };
}

/** @param {{ host: string, port: number }} target @param {string} why */
function refusal({ host, port }, why) {
  return socketError({ host, port }, { code: 'EACCES', message: `connect EACCES ${host}:${port}: ${why}` });
}

/** @param {{ host: string, port: number }} target @param {{ code: string, message: string }} error */
function socketError({ host, port }, { code, message }) {
  const isLookup = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  const details = isLookup ? { syscall: 'getaddrinfo', hostname: host } : { syscall: 'connect', address: host, port };
  return Object.assign(new Error(message), { code, errno: code, ...details });
}

/**
 * A socket that was closed may be connected again.
 * @param {any} socket
 */
function freshen(socket) {
  Object.assign(socket, { _handle: null, _peername: undefined, _sockname: undefined });
  socket._undestroy();
}

/**
 * Node freshens a socket when it makes its handle, and would forget what was written or ended since `connect`.
 * @param {any} socket
 * @param {() => void} run
 */
function keepingState(socket, run) {
  socket._undestroy = () => {};
  try {
    run();
  } finally {
    delete socket._undestroy;
  }
}

/** @param {any} socket */
function peerOf(socket) {
  return socket._peername ?? {};
}

/**
 * Takes a socket to its target: holds back the events that say it is connected until the broker has said so.
 *
 * @param {any} socket
 * @param {{ host: string, port: number }} target
 * @param {() => void} connectToBroker
 */
function lead(socket, target, connectToBroker) {
  const { emit } = socket;
  let answer = Buffer.alloc(0);

  socket.emit = (/** @type {string} */ event, /** @type {any[]} */ ...values) => {
    if (event === 'connect') return ask();
    if (event === 'ready') return false;
    if (event === 'error' && values[0]?.syscall === 'connect' && values[0].address !== target.host) {
      return emit.call(socket, 'error', refusal(target, 'the server no longer takes connections of this app'));
    }
    return emit.call(socket, event, ...values);
  };
  socket.push = (/** @type {Buffer | null} */ bytes) => {
    if (bytes === null) fail({ code: 'ECONNRESET', message: 'the server ended the connection before it was made' });
    else collect(bytes);
    return true;
  };
  connectToBroker();

  // The way to the broker stands. What the package has written so far still waits for the event.
  function ask() {
    const line = `${JSON.stringify({ connect: target })}\n`;
    socket._writeGeneric(false, line, 'utf8', (/** @type {Error | null | undefined} */ error) => {
      if (error) socket.destroy(error);
    });
    socket.connecting = true;
    socket._handle.reading = true;
    socket._handle.readStart();
    return true;
  }

  /** @param {Buffer} bytes */
  function collect(bytes) {
    answer = Buffer.concat([answer, bytes]);
    const end = answer.indexOf(newLine);
    if (end >= 0) arrive(parse(answer.toString('utf8', 0, end)), answer.subarray(end + 1));
    else if (answer.length > answerLengthMax) fail({ code: 'EPROTO', message: 'the server sent no answer' });
  }

  /** @param {any} reply @param {Buffer} rest */
  function arrive(reply, rest) {
    if (!reply?.connected) return fail(reply?.error ?? { code: 'EPROTO', message: 'the server sent no answer' });
    const { address, port, family } = reply.connected;
    release();
    socket.connecting = false;
    socket._peername = { address, port, family: `IPv${family}` };
    if (isIP(target.host) === 0) socket.emit('lookup', null, address, family, target.host);
    socket.emit('connect');
    socket.emit('ready');
    if (rest.length > 0 && !socket.destroyed) socket.push(rest);
    if (socket.readable && !socket.isPaused()) socket.read(0);
  }

  /** @param {{ code: string, message: string }} error */
  function fail(error) {
    release();
    socket.destroy(socketError(target, { code: String(error.code), message: String(error.message) }));
  }

  function release() {
    delete socket.emit;
    delete socket.push;
  }
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

module.exports = { brokerSockets };
