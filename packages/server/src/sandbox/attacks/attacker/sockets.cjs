'use strict';

const net = require('node:net');

const patienceMs = 400;

/** Reaching anybody: the host itself, this machine, the private network; and being reached. */
module.exports = {
  'connect-loopback': (at) => connected({ host: '127.0.0.1', port: at.tcpPort }),
  'connect-name': (at) => connected({ host: 'localhost', port: at.tcpPort }),
  'connect-any-address': (at) => connected({ host: '0.0.0.0', port: at.tcpPort }),
  'connect-other-loopback': (at) => connected({ host: '127.9.8.7', port: at.tcpPort }),
  'connect-short': (at) => connected({ host: '127.1', port: at.tcpPort }),
  'connect-decimal': (at) => connected({ host: '2130706433', port: at.tcpPort }),
  'connect-hexadecimal': (at) => connected({ host: '0x7f000001', port: at.tcpPort }),
  'connect-octal': (at) => connected({ host: '0177.0.0.1', port: at.tcpPort }),
  'connect-version-6': (at) => connected({ host: '::1', port: at.tcpPort }),
  'connect-mapped': (at) => connected({ host: '::ffff:127.0.0.1', port: at.tcpPort }),
  'connect-mapped-hexadecimal': (at) => connected({ host: '::ffff:7f00:1', port: at.tcpPort }),
  'connect-own-lookup': (at) =>
    connected({
      host: 'app.example.com',
      port: at.tcpPort,
      lookup: (_name, options, done) =>
        options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    }),
  'connect-host-name': (at) => connected({ host: at.hostName, port: at.tcpPort }),
  'connect-host-address': (at) => connected({ host: at.hostAddress, port: at.tcpPort }),
  'connect-worker': (at) => {
    const { Worker } = require('node:worker_threads');
    const code = `require('node:net').connect(${at.tcpPort}, '127.0.0.1').on('error', () => {}).unref();`;
    return new Promise((resolve, reject) => new Worker(code, { eval: true }).on('error', reject).on('exit', resolve));
  },
  'connect-binding': (at) => {
    const { TCP, constants, TCPConnectWrap } = process.binding('tcp_wrap');
    const error = new TCP(constants.SOCKET).connect(new TCPConnectWrap(), '127.0.0.1', at.tcpPort);
    if (error !== 0) throw new Error(`refused with ${error}`);
    return later(100);
  },
  'connect-tls': (at) => ended(require('node:tls').connect({ host: '127.0.0.1', port: at.tcpPort })),
  'connect-http': (at) => ended(require('node:http').get(`http://127.0.0.1:${at.tcpPort}/`)),
  'connect-https': (at) => ended(require('node:https').get(`https://127.0.0.1:${at.tcpPort}/`)),
  'connect-http2': (at) => ended(require('node:http2').connect(`http://127.0.0.1:${at.tcpPort}/`)),
  'connect-fetch': (at) => fetch(`http://127.0.0.1:${at.tcpPort}/`, { signal: AbortSignal.timeout(patienceMs) }),
  'connect-fetch-decimal': (at) =>
    fetch(`http://2130706433:${at.tcpPort}/`, { signal: AbortSignal.timeout(patienceMs) }),
  'connect-web-socket': (at) => {
    const socket = new WebSocket(`ws://127.0.0.1:${at.tcpPort}/`);
    socket.onerror = () => {};
    return later(200);
  },
  'connect-udp': (at) => sent('udp4', at.udpPort, '127.0.0.1'),
  'connect-udp-version-6': (at) => sent('udp6', at.udpPort, '::ffff:127.0.0.1'),
  'connect-name-server': async (at) => {
    const { Resolver } = require('node:dns').promises;
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([`127.0.0.1:${at.udpPort}`]);
    return resolver.resolve4('app.example.com');
  },
  'connect-unix': (at) => connected({ path: at.unixPath }),
  'connect-control-socket': (at) => connected({ path: at.controlSocket }),
  'connect-abstract': (at) => connected({ path: `\0${at.abstractName}` }),
  'connect-unix-through-root': (at) => connected({ path: `/proc/self/root${at.unixPath}` }),
  'connect-run': () => {
    const fs = require('node:fs');
    const found = ['/run', '/var/run'].flatMap((folder) => namesIn(fs, folder));
    return connected({ path: found[0] ?? '/run/docker.sock' }).then((name) => ({
      leak: `reached a socket in /run: ${name}`,
    }));
  },
  'listen-loopback': (at) => listening(at, '127.0.0.1'),
  'listen-everywhere': (at) => listening(at, '0.0.0.0'),
  'listen-http': (at) =>
    new Promise((resolve, reject) => {
      const server = require('node:http').createServer().on('error', reject);
      server.listen(at.freePort, '127.0.0.1', () => resolve(later(300)));
    }),
  'listen-udp': (at) =>
    new Promise((resolve, reject) => {
      const socket = require('node:dgram').createSocket('udp4').on('error', reject);
      socket.on('message', () => resolve({ leak: 'was reached by UDP' }));
      socket.bind(at.freePort, '127.0.0.1', () => later(300).then(resolve));
    }),
  'listen-inspector': (at) => {
    require('node:inspector').open(at.freePort, '127.0.0.1');
    return later(300);
  },
  'request-loopback': (at, tools) => tools.$request.get(`https://127.0.0.1:${at.tcpPort}/`, {}),
  'request-name': (at, tools) => tools.$request.get(`https://localhost:${at.tcpPort}/`, {}),
  'request-plain': (at, tools) => tools.$request.get(`http://127.0.0.1:${at.tcpPort}/`, {}),
  'request-decimal': (at, tools) => tools.$request.get(`https://2130706433:${at.tcpPort}/`, {}),
  'request-version-6': (at, tools) => tools.$request.get(`https://[::1]:${at.tcpPort}/`, {}),
  'request-user': (at, tools) => tools.$request.get(`https://example.com@127.0.0.1:${at.tcpPort}/`, {}),
  'request-host-address': (at, tools) => tools.$request.get(`https://${at.hostAddress}:${at.tcpPort}/`, {}),
  'request-cloud-metadata': (_at, tools) =>
    tools.$request.get('https://169.254.169.254/latest/meta-data/', {}).then(() => ({ leak: 'read cloud metadata' })),
  'broker-loopback': (at) => asked(at, { connect: { host: '127.0.0.1', port: at.tcpPort } }),
  'broker-name': (at) => asked(at, { connect: { host: 'localhost', port: at.tcpPort } }),
  'broker-decimal': (at) => asked(at, { connect: { host: '2130706433', port: at.tcpPort } }),
  'broker-mapped': (at) => asked(at, { connect: { host: '::ffff:127.0.0.1', port: at.tcpPort } }),
  'broker-any-address': (at) => asked(at, { connect: { host: '0.0.0.0', port: at.tcpPort } }),
  'broker-host-address': (at) => asked(at, { connect: { host: at.hostAddress, port: at.tcpPort } }),
  'broker-garbage': (at) => asked(at, '{"connect":{"__proto__":{"host":"127.0.0.1"},"port":1e99}}\n\0\xff'),
  'broker-flood': (at) => asked(at, 'x'.repeat(4 * 1024 * 1024)),
  'broker-many': async (at) => {
    const waiting = Array.from({ length: 200 }, () => asked(at, { connect: { host: '127.0.0.1', port: at.tcpPort } }));
    const answers = await Promise.allSettled(waiting);
    if (answers.every(({ status }) => status === 'rejected')) throw answers[0].reason;
    return answers.length;
  },
};

function connected(where) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(where);
    const timer = setTimeout(() => end(new Error('nobody answered')), patienceMs);
    socket.on('error', end);
    socket.on('connect', () => {
      socket.write('GET / HTTP/1.1\r\n\r\n');
      setTimeout(() => end(null), 50);
    });

    function end(error) {
      clearTimeout(timer);
      socket.destroy();
      if (error === null) resolve(String(where.path ?? where.host));
      else reject(error);
    }
  });
}

function ended(emitter) {
  return new Promise((resolve, reject) => {
    emitter.on('error', reject);
    for (const name of ['connect', 'secureConnect', 'response']) emitter.on(name, () => resolve(name));
    setTimeout(() => {
      emitter.destroy?.();
      reject(new Error('nobody answered'));
    }, patienceMs);
  });
}

function sent(kind, port, host) {
  return new Promise((resolve, reject) => {
    const socket = require('node:dgram').createSocket(kind).on('error', reject);
    socket.send('x', port, host, (error) => {
      socket.close();
      if (error) reject(error);
      else resolve('sent');
    });
  });
}

function listening(at, host) {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.end()).on('error', reject);
    // The host tries the port meanwhile.
    server.listen(at.freePort, host, () => later(300).then(resolve));
  });
}

// The way that the runner's own sockets take, taken without it: at the place that the fence gives it, or wherever the
// broker has one for any app.
async function asked(at, message) {
  const refusals = [];
  for (const path of ['/broker', ...at.brokerPaths.split(' ')]) {
    try {
      return await askedAt(path, message);
    } catch (error) {
      refusals.push(error.message);
    }
  }
  throw new Error(refusals.join(', '));
}

function askedAt(path, message) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path });
    let answer = '';
    socket.on('error', reject);
    socket.on('connect', () => socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`));
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('close', () => (answer === '' ? reject(new Error('closed without an answer')) : resolve(answer)));
    setTimeout(() => {
      socket.destroy();
    }, patienceMs);
  });
}

function namesIn(fs, folder) {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isSocket())
      .map(({ name }) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function later(durationMs) {
  return new Promise((resolve) => setTimeout(() => resolve('nothing'), durationMs));
}
