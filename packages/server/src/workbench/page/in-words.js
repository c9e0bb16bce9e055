// @ts-check

/** `AVAILABLE` as people write it; names of custom statuses stay as they are. @param {string | null | undefined} status */
export function statusInWords(status) {
  if (status === 'AVAILABLE') return 'Available';
  if (status === 'UNAVAILABLE') return 'Unavailable';
  return status ?? '–';
}

/** `12:05:08`, in UTC as everything of the engine. @param {string} instant */
export function clockTime(instant) {
  return instant.slice(11, 19);
}

/** `4:12`, `1:02:03`, `0:00` when it has come. @param {number} ms */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `5 min`, `1 h 20 min`, `12 s`. @param {number} ms */
export function span(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12 ms`, `1.20 s`. @param {number | null | undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined) return '';
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** What time alone will do. @type {Readonly<Record<string, string>>} */
export const DEADLINES = {
  idle: 'idle',
  disconnect: 'disconnect',
  boundary: 'business hours',
  until: 'end of the timed status',
  allowance: 'end of the allowance',
};

/** @type {Readonly<Record<string, string>>} */
export const KINDS = {
  product_event: 'Product events',
  set_up_event: 'Set-up events',
  scheduled_event: 'Scheduled events',
  external_event: 'External events',
  function: 'Server methods',
  action: 'Actions',
  job: 'Jobs',
};

/** @type {Readonly<Record<string, string>>} */
export const REASONS = {
  login: 'signed in',
  logout: 'signed out',
  idle_timeout: 'idle',
  activity: 'back from idle',
  disconnect: 'connection lost',
  agent_toggle: 'chosen by the agent',
  supervisor: 'set by a supervisor',
};
