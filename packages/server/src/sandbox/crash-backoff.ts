/** How long an app waits before it is started again: doubling with every crash in a row, from the least to the most. */
export function crashBackoffMs(
  crashesInARow: number,
  { backoffMsMin, backoffMsMax }: { readonly backoffMsMin: number; readonly backoffMsMax: number },
): number {
  if (crashesInARow === 0) return 0;
  return Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(30, crashesInARow - 1));
}
