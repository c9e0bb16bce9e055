/**
 * The filter that the kernel holds every system call of a hardened app against, as the bytes of a classic BPF program
 * (`struct sock_filter`, eight bytes an instruction, little endian), ready for `bwrap --seccomp`.
 *
 * It names what is refused, not what is allowed: a list of what Node needs would be a guess about every Node, C library
 * and kernel there will be, and a wrong guess stops honest apps. What the list cannot know is refused by number:
 * everything newer than it answers ENOSYS, for which C libraries have a way round.
 *
 * `execve` stays: the filter is put on just before Node is started by it, and a filter cannot tell the first from the
 * second, since it sees pointers and not paths. What is left to start is Node itself and what the app brought along,
 * in place of the process and behind the same walls: the filter, the namespaces and the limits outlive it.
 *
 * `tgkill` is refused with its family, so an abort ends in SIGSEGV or SIGTRAP where it would be SIGABRT elsewhere.
 *
 * Sources: https://docs.kernel.org/userspace-api/seccomp_filter.html, the kernel's tables of system calls
 * (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h), read 2026-11-22.
 */

/** The kinds of machine there is a filter for, as Node names them in `process.arch`. */
export type FilterArch = 'x64' | 'arm64';

/** The program for a kind of machine, or null when there is none for it. */
export function seccompFilter(arch: string): Uint8Array | null {
  if (arch === 'x64') return assemble(program('x64'));
  return arch === 'arm64' ? assemble(program('arm64')) : null;
}

// Numbers of the interface of the kernel.

const AUDIT_ARCH = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const X32_BIT = 0x4000_0000;
/** Both tables have the same numbers from here on: what is newer is not known to the lists below. */
const FIRST_UNKNOWN = 451;

const KILL_PROCESS = 0x8000_0000;
const ALLOW = 0x7fff_0000;
const ERRNO = 0x0005_0000;
const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const AF_UNIX = 1;
const CLONE_THREAD = 0x0001_0000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const PR_SET_PDEATHSIG = 1;

type Numbers = { readonly x64: number | null; readonly arm64: number | null };
const both = (x64: number | null, arm64: number | null): Numbers => ({ x64, arm64 });

/** Refused whatever the arguments. Null: the machine has no such call. */
const REFUSED: Readonly<Record<string, Numbers>> = {
  // Other processes: new ones, their memory, their signals, their place in the queue.
  fork: both(57, null),
  vfork: both(58, null),
  execveat: both(322, 281),
  ptrace: both(101, 117),
  process_vm_readv: both(310, 270),
  process_vm_writev: both(311, 271),
  process_madvise: both(440, 440),
  process_mrelease: both(448, 448),
  kcmp: both(312, 272),
  kill: both(62, 129),
  tkill: both(200, 130),
  tgkill: both(234, 131),
  rt_sigqueueinfo: both(129, 138),
  rt_tgsigqueueinfo: both(297, 240),
  pidfd_open: both(434, 434),
  pidfd_send_signal: both(424, 424),
  pidfd_getfd: both(438, 438),
  setpriority: both(141, 140),
  ioprio_set: both(251, 30),
  sched_setparam: both(142, 118),
  sched_setscheduler: both(144, 119),
  sched_setattr: both(314, 274),
  sched_setaffinity: both(203, 122),
  // Who one is, and where: namespaces and mounts.
  setuid: both(105, 146),
  setgid: both(106, 144),
  setreuid: both(113, 145),
  setregid: both(114, 143),
  setgroups: both(116, 159),
  setresuid: both(117, 147),
  setresgid: both(119, 149),
  setfsuid: both(122, 151),
  setfsgid: both(123, 152),
  capset: both(126, 91),
  unshare: both(272, 97),
  setns: both(308, 268),
  mount: both(165, 40),
  umount2: both(166, 39),
  pivot_root: both(155, 41),
  chroot: both(161, 51),
  open_tree: both(428, 428),
  move_mount: both(429, 429),
  fsopen: both(430, 430),
  fsconfig: both(431, 431),
  fsmount: both(432, 432),
  fspick: both(433, 433),
  mount_setattr: both(442, 442),
  name_to_handle_at: both(303, 264),
  open_by_handle_at: both(304, 265),
  fanotify_init: both(300, 262),
  fanotify_mark: both(301, 263),
  quotactl: both(179, 60),
  quotactl_fd: both(443, 443),
  swapon: both(167, 224),
  swapoff: both(168, 225),
  acct: both(163, 89),
  // Programs and memory inside the kernel: where most ways out of a sandbox have been.
  bpf: both(321, 280),
  perf_event_open: both(298, 241),
  userfaultfd: both(323, 282),
  io_uring_setup: both(425, 425),
  io_uring_enter: both(426, 426),
  io_uring_register: both(427, 427),
  io_setup: both(206, 0),
  io_destroy: both(207, 1),
  io_submit: both(209, 2),
  io_cancel: both(210, 3),
  io_getevents: both(208, 4),
  io_pgetevents: both(333, 292),
  seccomp: both(317, 277),
  add_key: both(248, 217),
  request_key: both(249, 218),
  keyctl: both(250, 219),
  init_module: both(175, 105),
  finit_module: both(313, 273),
  create_module: both(174, null),
  delete_module: both(176, 106),
  get_kernel_syms: both(177, null),
  query_module: both(178, null),
  kexec_load: both(246, 104),
  kexec_file_load: both(320, 294),
  lookup_dcookie: both(212, 18),
  nfsservctl: both(180, 42),
  uselib: both(134, null),
  ustat: both(136, null),
  sysfs: both(139, null),
  sysctl: both(156, null),
  modify_ldt: both(154, null),
  personality: both(135, 92),
  vhangup: both(153, 58),
  migrate_pages: both(256, 238),
  move_pages: both(279, 239),
  mbind: both(237, 235),
  set_mempolicy: both(238, 237),
  set_mempolicy_home_node: both(450, 450),
  // Memory that no limit of the process counts.
  memfd_create: both(319, 279),
  memfd_secret: both(447, 447),
  shmget: both(29, 194),
  shmat: both(30, 196),
  shmctl: both(31, 195),
  shmdt: both(67, 197),
  semget: both(64, 190),
  semop: both(65, 193),
  semctl: both(66, 191),
  semtimedop: both(220, 192),
  msgget: both(68, 186),
  msgsnd: both(69, 189),
  msgrcv: both(70, 188),
  msgctl: both(71, 187),
  mq_open: both(240, 180),
  mq_unlink: both(241, 181),
  mq_timedsend: both(242, 182),
  mq_timedreceive: both(243, 183),
  mq_notify: both(244, 184),
  mq_getsetattr: both(245, 185),
  // The machine as a whole.
  reboot: both(169, 142),
  syslog: both(103, 116),
  iopl: both(172, null),
  ioperm: both(173, null),
  settimeofday: both(164, 170),
  clock_settime: both(227, 112),
  clock_adjtime: both(305, 266),
  adjtimex: both(159, 171),
  sethostname: both(170, 161),
  setdomainname: both(171, 162),
};

/** Nobody is to be reached at an app, not by a Unix socket either. */
const REFUSED_SOCKET_CALLS: Readonly<Record<string, Numbers>> = {
  bind: both(49, 200),
  listen: both(50, 201),
  accept: both(43, 202),
  accept4: both(288, 242),
};

const SOCKET = both(41, 198);
const SOCKETPAIR = both(53, 199);
const CLONE = both(56, 220);
const CLONE3 = both(435, 435);
const IOCTL = both(16, 29);
const PRCTL = both(157, 167);

// Offsets in `struct seccomp_data`: number, architecture, instruction pointer, six arguments of eight bytes.
const NUMBER_AT = 0;
const ARCH_AT = 4;
const argumentAt = (index: number): number => 16 + 8 * index;

/** One instruction: operation, how many to jump over when the test holds and when it does not, operand. */
type Instruction = readonly [code: number, ifSo: number, ifNot: number, operand: number];

// BPF_LD | BPF_W | BPF_ABS and its siblings. Source: include/uapi/linux/bpf_common.h.
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const give = (action: number): Instruction => [0x06, 0, 0, action];
const skipIf = (test: 'equal' | 'at_least' | 'any_bit', operand: number, ifSo: number, ifNot: number): Instruction => [
  { equal: 0x15, at_least: 0x35, any_bit: 0x45 }[test],
  ifSo,
  ifNot,
  operand,
];

function program(arch: FilterArch): readonly Instruction[] {
  const refuse = (calls: Readonly<Record<string, Numbers>>, error: number): readonly Instruction[] =>
    Object.values(calls).flatMap((numbers) => when(numbers[arch], [give(ERRNO | error)]));
  const isX64 = arch === 'x64';
  return [
    load(ARCH_AT),
    skipIf('equal', AUDIT_ARCH[arch], 1, 0),
    give(KILL_PROCESS),
    load(NUMBER_AT),
    // The x32 interface: the same calls under other numbers, which the list would let pass.
    ...(isX64 ? [skipIf('at_least', X32_BIT, 0, 1), give(KILL_PROCESS)] : []),
    skipIf('at_least', FIRST_UNKNOWN, 0, 1),
    give(ERRNO | ENOSYS),
    ...refuse(REFUSED, EPERM),
    ...refuse(REFUSED_SOCKET_CALLS, EACCES),
    ...when(CLONE3[arch], [give(ERRNO | ENOSYS)]),
    // A thread of this process, and nothing else: C libraries fall back to `clone` when there is no `clone3`.
    ...when(CLONE[arch], unlessArgument(0, ['any_bit', CLONE_THREAD], ERRNO | EPERM)),
    ...when(SOCKET[arch], unlessArgument(0, ['equal', AF_UNIX], ERRNO | EAFNOSUPPORT)),
    ...when(SOCKETPAIR[arch], unlessArgument(0, ['equal', AF_UNIX], ERRNO | EAFNOSUPPORT)),
    // Typing into a terminal, and what a console's keyboard can be made to do.
    ...when(IOCTL[arch], [
      load(argumentAt(1)),
      skipIf('equal', TIOCSTI, 1, 0),
      skipIf('equal', TIOCLINUX, 0, 1),
      give(ERRNO | EPERM),
      give(ALLOW),
    ]),
    // It dies with its host: that is not the app's to change.
    ...when(PRCTL[arch], [
      load(argumentAt(0)),
      skipIf('equal', PR_SET_PDEATHSIG, 0, 1),
      give(ERRNO | EPERM),
      give(ALLOW),
    ]),
    give(ALLOW),
  ];
}

/** These instructions for one call; they must end in a verdict. */
function when(number: number | null, then: readonly Instruction[]): readonly Instruction[] {
  return number === null ? [] : [skipIf('equal', number, 0, then.length), ...then];
}

// Of an argument only the lower half is looked at: the kernel takes no more of these.
function unlessArgument(
  index: number,
  [test, operand]: readonly ['equal' | 'any_bit', number],
  otherwise: number,
): readonly Instruction[] {
  return [load(argumentAt(index)), skipIf(test, operand, 1, 0), give(otherwise), give(ALLOW)];
}

function assemble(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8 * instructions.length));
  for (const [index, [code, ifSo, ifNot, operand]] of instructions.entries()) {
    bytes.setUint16(8 * index, code, true);
    bytes.setUint8(8 * index + 2, ifSo);
    bytes.setUint8(8 * index + 3, ifNot);
    bytes.setUint32(8 * index + 4, operand, true);
  }
  return new Uint8Array(bytes.buffer);
}
