'use strict';

const os = require('node:os');

/** Disturbing other processes: the host, a neighbour, or whatever has that number. */
module.exports = {
  'signal-debug-parent': () => process._debugProcess(process.ppid),
  'signal-debug-host': (at) => process._debugProcess(at.hostPid),
  'signal-debug-victim': (at) => process._debugProcess(at.victimPid),
  'signal-host-inspector': (at) => process.kill(at.hostPid, 'SIGUSR1'),
  'signal-host-user': (at) => process.kill(at.hostPid, 'SIGUSR2'),
  'signal-parent-user': () => process.kill(process.ppid, 'SIGUSR2'),
  'signal-victim-end': (at) => process.kill(at.victimPid, 'SIGKILL'),
  'signal-victim-stop': (at) => process.kill(at.victimPid, 'SIGSTOP'),
  'signal-victim-group': (at) => process.kill(-at.victimPid, 'SIGKILL'),
  'signal-binding': (at) => {
    const methods = process._kill ?? process.binding('process_methods')?._kill;
    const error = methods(at.victimPid, 9);
    if (error !== 0) throw new Error(`refused with ${error}`);
  },
  'signal-worker': (at) => {
    const { Worker } = require('node:worker_threads');
    const code = `process.kill(${at.victimPid}, 'SIGKILL')`;
    return new Promise((resolve, reject) => new Worker(code, { eval: true }).on('error', reject).on('exit', resolve));
  },
  'signal-as-written': (at) => {
    const { writeFileSync } = require('node:fs');
    writeFileSync(`/proc/${at.victimPid}/oom_score_adj`, '900');
  },
  'priority-victim': (at) => os.setPriority(at.victimPid, 15),
  'priority-host': (at) => os.setPriority(at.hostPid, 1),
  'priority-own': () => {
    const before = os.getPriority();
    os.setPriority(0, -15);
    return os.getPriority() < before
      ? { leak: `raised its own priority from ${before} to ${os.getPriority()}` }
      : 'same';
  },
};
