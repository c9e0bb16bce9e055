import { readdirSync, readFileSync } from 'node:fs';

// Source: O_CLOEXEC of include/uapi/asm-generic/fcntl.h, in the octal of /proc/<pid>/fdinfo.
const CLOSE_ON_EXEC = 0o2000000;
const FIRST_STRAY = 3;

/**
 * The descriptors that every process started from here would inherit: whoever started this server left them open, in
 * a shell or a service manager. Node opens none of its own like that. An app must not find them. Empty where there is no /proc.
 */
export function strayDescriptors(): readonly number[] {
  return descriptors().filter((descriptor) => descriptor >= FIRST_STRAY && isInherited(descriptor));
}

function descriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fdinfo').map(Number);
  } catch {
    return [];
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '';
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}
