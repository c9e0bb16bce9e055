import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seccompFilter } from './seccomp-filter.ts';

const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;
const I386 = 0x40000003;

const KILL = 'kill';
const ALLOW = 'allow';

type Call = { readonly arch: number; readonly number: number; readonly args?: readonly number[] };

// What the kernel does with the program: an interpreter of the five instructions that it is made of.
function verdictOf(program: Uint8Array, { arch, number, args = [] }: Call): string {
  const view = new DataView(program.buffer);
  const data = new Map([
    [0, number],
    [4, arch],
    ...args.map((value, index): [number, number] => [16 + 8 * index, value]),
  ]);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = view.getUint16(8 * at, true);
    const operand = view.getUint32(8 * at + 4, true);
    const jump = (isSo: boolean) => view.getUint8(8 * at + (isSo ? 2 : 3));
    if (code === 0x20) accumulator = (data.get(operand) ?? 0) >>> 0;
    else if (code === 0x15) at += jump(accumulator === operand);
    else if (code === 0x35) at += jump(accumulator >= operand);
    else if (code === 0x45) at += jump((accumulator & operand) !== 0);
    else if (code === 0x06) return nameOf(operand);
    else assert.fail(`instruction ${code.toString(16)}`);
  }
  return assert.fail('the program runs out of its end');
}

function nameOf(action: number): string {
  if (action === 0x80000000) return KILL;
  if (action === 0x7fff0000) return ALLOW;
  assert.equal(action & 0xffff0000, 0x00050000);
  return `errno ${action & 0xffff}`;
}

const EPERM = 'errno 1';
const EACCES = 'errno 13';
const ENOSYS = 'errno 38';
const EAFNOSUPPORT = 'errno 97';
const THREAD_FLAGS = 0x3d0f00;
const FORK_FLAGS = 0x1200011;

// number on x86_64, number on aarch64, arguments, verdict
const table: readonly (readonly [string, number | null, number | null, readonly number[], string])[] = [
  ['read', 0, 63, [], ALLOW],
  ['mmap', 9, 222, [], ALLOW],
  ['futex', 202, 98, [], ALLOW],
  ['execve, by which Node is started', 59, 221, [], ALLOW],
  ['execveat', 322, 281, [], EPERM],
  ['fork', 57, null, [], EPERM],
  ['vfork', 58, null, [], EPERM],
  ['clone of a thread', 56, 220, [THREAD_FLAGS], ALLOW],
  ['clone of a process', 56, 220, [FORK_FLAGS], EPERM],
  ['clone3', 435, 435, [], ENOSYS],
  ['ptrace', 101, 117, [], EPERM],
  ['process_vm_readv', 310, 270, [], EPERM],
  ['kill', 62, 129, [], EPERM],
  ['tgkill', 234, 131, [], EPERM],
  ['pidfd_send_signal', 424, 424, [], EPERM],
  ['setpriority', 141, 140, [], EPERM],
  ['mount', 165, 40, [], EPERM],
  ['move_mount', 429, 429, [], EPERM],
  ['unshare', 272, 97, [], EPERM],
  ['setns', 308, 268, [], EPERM],
  ['bpf', 321, 280, [], EPERM],
  ['io_uring_setup', 425, 425, [], EPERM],
  ['keyctl', 250, 219, [], EPERM],
  ['shmget', 29, 194, [], EPERM],
  ['socket of the Unix family', 41, 198, [1, 1, 0], ALLOW],
  ['socket of the Internet family', 41, 198, [2, 1, 0], EAFNOSUPPORT],
  ['socket of the netlink family', 41, 198, [16, 3, 0], EAFNOSUPPORT],
  ['socketpair of the Internet family', 53, 199, [2, 1, 0], EAFNOSUPPORT],
  ['bind', 49, 200, [], EACCES],
  ['listen', 50, 201, [], EACCES],
  ['ioctl FIONBIO', 16, 29, [0, 0x5421], ALLOW],
  ['ioctl TIOCSTI', 16, 29, [0, 0x5412], EPERM],
  ['prctl PR_SET_NAME', 157, 167, [15], ALLOW],
  ['prctl PR_SET_PDEATHSIG', 157, 167, [1], EPERM],
  ['a call newer than the list', 462, 462, [], ENOSYS],
];

for (const [name, x64, arm64, args, expected] of table) {
  test(`answers ${name} with ${expected}`, () => {
    for (const [machine, arch, number] of [['x64', X64, x64] as const, ['arm64', ARM64, arm64] as const]) {
      const program = seccompFilter(machine);
      assert.ok(program !== null);
      if (number !== null) assert.equal(verdictOf(program, { arch, number, args }), expected, machine);
    }
  });
}

test('kills a process that calls by another interface of the kernel', () => {
  const program = seccompFilter('x64');
  assert.ok(program !== null);
  assert.equal(verdictOf(program, { arch: I386, number: 11 }), KILL);
  assert.equal(verdictOf(program, { arch: ARM64, number: 221 }), KILL);
  assert.equal(verdictOf(program, { arch: X64, number: 0x40000000 + 57 }), KILL);
});

test('has no program for a machine that it does not know', () => {
  assert.equal(seccompFilter('riscv64'), null);
});
