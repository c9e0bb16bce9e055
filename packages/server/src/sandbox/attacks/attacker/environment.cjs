'use strict';

const fs = require('node:fs');
const os = require('node:os');

/** What the host knows and apps need not: its environment, its arguments, its other processes, its network. */
module.exports = {
  'see-environment': () => JSON.stringify(process.env),
  'see-own-environment-file': () => fs.readFileSync('/proc/self/environ'),
  'see-parent-environment': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'see-host-environment': (at) => fs.readFileSync(`/proc/${at.hostPid}/environ`),
  'see-host-arguments': (at) => fs.readFileSync(`/proc/${at.hostPid}/cmdline`),
  'see-all-arguments': () => ofEveryProcess('cmdline'),
  'see-all-environments': () => ofEveryProcess('environ'),
  'see-report': () => {
    const report = process.report.getReport();
    return JSON.stringify({ environment: report.environmentVariables, header: report.header.commandLine });
  },
  'see-worker-environment': () => {
    const { SHARE_ENV, Worker } = require('node:worker_threads');
    const code = "require('node:worker_threads').parentPort.postMessage(JSON.stringify(process.env))";
    return new Promise((resolve, reject) =>
      new Worker(code, { eval: true, env: SHARE_ENV }).on('message', resolve).on('error', reject),
    );
  },
  'see-network': (at) => {
    const addresses = Object.values(os.networkInterfaces()).flatMap((each) => each.map(({ address }) => address));
    const isKnown = at.hostAddress !== '127.0.0.1' && addresses.includes(at.hostAddress);
    return isKnown ? { leak: 'knows the address of the machine' } : addresses;
  },
  'see-network-table': (at) => {
    const port = at.tcpPort.toString(16).toUpperCase().padStart(4, '0');
    const tables = ['tcp', 'tcp6'].map((name) => fs.readFileSync(`/proc/net/${name}`, 'utf8')).join('');
    return tables.includes(`:${port} `) ? { leak: 'knows the open ports of the machine' } : 'nothing of the host';
  },
  'see-host-name': (at) => (os.hostname() === at.hostName ? { leak: 'knows the name of the machine' } : 'another name'),
  'see-host-working-folder': (at) => {
    const folder = fs.readlinkSync(`/proc/${at.hostPid}/cwd`);
    return folder === at.hostFolder ? { leak: `the host works in ${folder}` } : folder;
  },
};

function ofEveryProcess(file) {
  const texts = fs.readdirSync('/proc').map((name) => {
    if (!/^\d+$/.test(name)) return '';
    try {
      return fs.readFileSync(`/proc/${name}/${file}`, 'utf8').replaceAll('\0', ' ').slice(-3000);
    } catch {
      return '';
    }
  });
  return texts.filter((text) => /canary/i.test(text)).join('\n');
}
