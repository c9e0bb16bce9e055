import { processLimits } from './limits.ts';

/** Arguments of `prlimit` for an app's process: no core dump, no byte written to a file, bounded memory and descriptors. */
export function kernelLimits(): readonly string[] {
  const { dataBytesMax, openFilesMax } = processLimits;
  return [`--data=${dataBytesMax}`, '--core=0', `--nofile=${openFilesMax}`, '--fsize=0'];
}
