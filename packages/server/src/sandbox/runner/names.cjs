// @ts-check
'use strict';

const dns = require('node:dns');
const net = require('node:net');

/**
 * Names for the packages of an app: `node:dns` asks the broker, since a process behind a fence reaches no name server.
 * What the broker does not answer fails with ENOTIMP, as with a server that has no such records.
 */

/** @typedef {(error: Error | null, ...results: any[]) => void} Callback */

const recordTypes = {
  A: 'resolve4',
  AAAA: 'resolve6',
  SRV: 'resolveSrv',
  TXT: 'resolveTxt',
  CNAME: 'resolveCname',
  MX: 'resolveMx',
};
const unanswered = [
  'resolveAny',
  'resolveCaa',
  'resolveNaptr',
  'resolveNs',
  'resolvePtr',
  'resolveSoa',
  'resolveTlsa',
  'reverse',
  'lookupService',
];
const answerLengthMax = 1024 * 1024;
/** The broker does not say for how long an answer holds: long enough not to ask for each connection. */
const ttlSeconds = 30;

/**
 * @param {string | null} brokerPath null: there is none, and no name is resolved
 */
function brokerNames(brokerPath) {
  const lookup = createLookup((name) => ask(brokerPath, name, 'ADDRESS'));
  const methods = /** @type {Record<string, (...args: any[]) => Promise<any>>} */ ({ lookup });
  for (const [type, method] of Object.entries(recordTypes)) {
    methods[method] = async (/** @type {string} */ name, /** @type {any} */ options) =>
      withTtl(await ask(brokerPath, name, type), options);
  }
  for (const method of unanswered) {
    methods[method] = (/** @type {string} */ name) => Promise.reject(failure('ENOTIMP', { name, type: method }));
  }
  methods.resolve = (name, type = 'A') => {
    const method = methods[recordTypes[/** @type {keyof typeof recordTypes} */ (type)] ?? ''];
    return method === undefined ? Promise.reject(failure('ENOTIMP', { name, type })) : method(name);
  };

  const promised = [dns.promises, require('node:dns/promises'), dns.promises.Resolver.prototype];
  for (const holder of promised) Object.assign(holder, methods);
  for (const holder of [dns, dns.Resolver.prototype]) {
    /** @type {any} */ for (const [name, method] of Object.entries(methods)) holder[name] = withCallback(name, method);
  }
}

/** @param {string} name @param {(...args: any[]) => Promise<any>} method */
function withCallback(name, method) {
  return (/** @type {any[]} */ ...args) => {
    const callback = /** @type {Callback} */ (args.pop());
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function');
    method(...args).then(
      (result) => {
        const isPair = name === 'lookup' && !Array.isArray(result);
        // Out of the promise: what the callback throws is the caller's own affair.
        process.nextTick(() => (isPair ? callback(null, result.address, result.family) : callback(null, result)));
      },
      (error) => process.nextTick(() => callback(error)),
    );
  };
}

/** @param {(name: string) => Promise<{ address: string, family: 4 | 6 }[]>} addressesOf */
function createLookup(addressesOf) {
  return async (/** @type {string} */ name, /** @type {any} */ given) => {
    const { all = false, family: wanted = 0 } = typeof given === 'number' ? { family: given } : (given ?? {});
    const family = { IPv4: 4, IPv6: 6 }[String(wanted)] ?? wanted;
    const known = net.isIP(name);
    if (!name) return all ? [] : { address: null, family: family === 6 ? 6 : 4 };
    const found = known === 0 ? await addressesOf(name) : [{ address: name, family: known }];
    const fitting = found.filter((one) => family === 0 || known !== 0 || one.family === family);
    const [first] = fitting;
    if (first === undefined) throw failure('ENOTFOUND', { name, type: 'ADDRESS' });
    return all ? fitting : first;
  };
}

/** @param {any} records @param {any} options */
function withTtl(records, options) {
  if (options?.ttl !== true) return records;
  return records.map((/** @type {string} */ address) => ({ address, ttl: ttlSeconds }));
}

/**
 * @param {string | null} brokerPath
 * @param {string} name
 * @param {string} type
 * @returns {Promise<any>}
 */
function ask(brokerPath, name, type) {
  if (brokerPath === null) return Promise.reject(failure('EACCES', { name, type }));
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: brokerPath });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ resolve: { name, type } })}\n`));
    socket.on('data', (part) => {
      text += part;
      if (text.includes('\n') || text.length > answerLengthMax) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      const { records, error } = parse(text);
      if (Array.isArray(records)) resolve(records);
      else reject(failure(error?.code ?? 'ESERVFAIL', { name, type }));
    });
  });
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** @param {string} code @param {{ name: string, type: string }} query */
function failure(code, { name, type }) {
  const syscall = type === 'ADDRESS' ? 'getaddrinfo' : `query${type[0]}${type.slice(1).toLowerCase()}`;
  return Object.assign(new Error(`${syscall} ${code} ${name}`), { code, errno: code, syscall, hostname: name });
}

module.exports = { brokerNames };
