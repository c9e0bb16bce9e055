/** A length of time: milliseconds, or text such as `15m`, `1h 30m`, `500ms`, `2d`. */
export type Duration = number | string;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A length of time in milliseconds.
 *
 * @throws TypeError when the text is none, or the number is negative
 */
export function durationMs(duration: Duration): number {
  const lengthMs = typeof duration === 'number' ? duration : parsed(duration);
  if (Number.isFinite(lengthMs) && lengthMs >= 0) return Math.round(lengthMs);
  throw new TypeError(
    `${JSON.stringify(duration)} is no length of time: write 15m, 1h 30m, 500ms, 2d, or milliseconds`,
  );
}

function parsed(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)(?=\s|\d|$)\s*/g)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text.trimStart();
  return isWhole
    ? parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0)
    : Number.NaN;
}
