'use strict';

const childProcess = require('node:child_process');

// A child that only waits: long enough to be seen from outside.
const waiting = ['-e', 'setTimeout(() => {}, 600)'];
const node = process.execPath;

/** Starting processes: by every name that Node has for it. */
module.exports = {
  'start-spawn': () => started(childProcess.spawn(node, waiting)),
  'start-detached': () => started(childProcess.spawn(node, waiting, { detached: true, stdio: 'ignore' })),
  'start-shell': () => started(childProcess.spawn('/bin/sh', ['-c', 'sleep 0.6'])),
  'start-shell-option': () => started(childProcess.spawn('sleep 0.6', { shell: true })),
  'start-exec': () => started(childProcess.exec('sleep 0.6')),
  'start-exec-file': () => started(childProcess.execFile(node, waiting)),
  'start-fork': () => started(childProcess.fork(__filename, { execArgv: waiting })),
  'start-spawn-sync': () => startedSync(childProcess.spawnSync(node, ['-e', 'console.log(1)'])),
  'start-exec-sync': () => ({ leak: `ran a command: ${childProcess.execSync('echo 1')}` }),
  'start-exec-file-sync': () => ({ leak: `ran a program: ${childProcess.execFileSync(node, ['-e', '1'])}` }),
  'start-as-user': () => started(childProcess.spawn(node, waiting, { uid: 0, gid: 0 })),
  'start-with-environment': () =>
    started(childProcess.spawn(node, waiting, { env: { NODE_OPTIONS: '--no-permission', LD_PRELOAD: '' } })),
  'start-again-without-fence': () =>
    started(childProcess.spawn(node, ['--no-permission', '--allow-child-process', ...waiting])),
  'start-binding-sync': () => {
    const options = { file: node, args: [node, '-e', '1'], stdio: [{ type: 'pipe', readable: true, writable: false }] };
    return startedSync(process.binding('spawn_sync').spawn(options));
  },
  'start-binding': () => {
    const { Process } = process.binding('process_wrap');
    const child = new Process();
    const error = child.spawn({ file: node, args: [node, ...waiting], stdio: [{ type: 'ignore' }] });
    if (error !== 0) throw new Error(`refused with ${error}`);
    return { leak: `started process ${child.pid}` };
  },
  'start-cluster': () => {
    const cluster = require('node:cluster');
    cluster.setupPrimary({ exec: __filename, execArgv: waiting });
    return started(cluster.fork().process);
  },
  'start-from-worker': () => {
    const { Worker } = require('node:worker_threads');
    const code = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ${JSON.stringify(waiting)});
      child.on('error', (error) => { throw error; });
      require('node:worker_threads').parentPort.postMessage(child.pid ?? 0);`;
    return new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true });
      worker.on('message', (pid) => pid > 0 && resolve({ leak: `started process ${pid}` }));
      worker.on('error', reject);
    });
  },
  // Standard error is read by the host as lines of the log.
  'start-become-shell': (at) => process.execve('/bin/sh', ['sh', '-c', `cat ${at.secretText} >&2`], {}),
  'start-become-node': (at) => {
    const code = `process.stderr.write(require('node:fs').readFileSync(${JSON.stringify(at.secretText)}))`;
    return process.execve(node, [node, '-e', code], {});
  },
  'start-fork-bomb': () => {
    let count = 0;
    for (; count < 20; count += 1) {
      const child = childProcess.spawn(node, waiting, { stdio: 'ignore' });
      child.on('error', () => {});
      if (child.pid === undefined) break;
    }
    if (count === 0) throw new Error('not one process could be started');
    return { leak: `started ${count} processes` };
  },
  'become-root': () => {
    process.setgroups?.([0]);
    process.setgid(0);
    process.setuid(0);
    return require('node:fs').readFileSync('/etc/shadow');
  },
};

function started(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('spawn', () => {
      child.unref();
      resolve({ leak: `started process ${child.pid}` });
    });
    // A shell that is not there ends at once.
    child.on('exit', (code) => (code === 126 || code === 127 ? reject(new Error(`ended with ${code}`)) : undefined));
  });
}

function startedSync({ pid, error }) {
  if (error !== undefined && error !== 0) throw typeof error === 'object' ? error : new Error(`refused with ${error}`);
  if (!(pid > 0)) throw new Error('no process was started');
  return { leak: `started process ${pid}` };
}
