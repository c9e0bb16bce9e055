import { InvalidArgumentError } from 'commander';
import type { Instant } from '../time/instant.ts';
import { dayMs, parseInstant } from '../time/instant.ts';
import { dayNumberOf, isLocalDate, type LocalDate } from '../time/local-date.ts';

/** How the values of options are read. What they throw becomes "wrong usage", with the option named. */

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** A positive number, also a broken one. */
export function positiveNumber(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value > 0 && value <= max)) throw new InvalidArgumentError(`Give a number above 0, at most ${max}.`);
    return value;
  };
}

export function localDate(text: string): LocalDate {
  if (!isLocalDate(text)) throw new InvalidArgumentError('Give a day that exists, such as 2026-03-04.');
  return text;
}

/** An instant with its offset, or a day, which means its first moment in UTC. */
export function instantOrDay(text: string): Instant {
  const instant = isLocalDate(text) ? dayNumberOf(text) * dayMs : parseInstant(text);
  if (instant === null) {
    throw new InvalidArgumentError('Give a day (2026-03-04, in UTC) or an instant with its offset (…T09:00:00Z).');
  }
  return instant;
}

export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** A list with commas, which may also be given in several options. */
export function listed(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((one) => one.trim())];
}

/** An address of the web, without a slash at its end. */
export function webAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new InvalidArgumentError('Give an address such as https://example.com.');
  }
  return url.href.replace(/\/+$/, '');
}
