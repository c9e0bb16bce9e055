import type { IparamDefinition } from './iparam-definition.ts';
import type { JsonValue } from './json-value.ts';

/** Every reason why a value may not be given to a parameter, each a predicate ("must be a number"); none if it may. */
export function checkIparamValue(definition: IparamDefinition, value: JsonValue): readonly string[] {
  const { options } = definition;
  switch (definition.type) {
    case 'number':
      return typeof value === 'number' || isNumeral(value) ? [] : ['must be a number'];
    case 'checkbox':
      return typeof value === 'boolean' ? [] : ['must be true or false'];
    case 'multiselect':
      return checkChoices(options, value);
    case 'dropdown':
    case 'radio':
      return typeof value === 'string' && options.includes(value) ? [] : [`must be one of: ${options.join(', ')}`];
    case 'date':
      return isCalendarDate(value) ? [] : ['must be a date like 2026-03-04'];
    case 'email':
      return checkText(definition, value, { shape: /^[^\s@]+@[^\s@]+$/, name: 'an e-mail address' });
    case 'url':
      return checkText(definition, value, { shape: /^https?:\/\/[^\s/]+\S*$/i, name: 'a web address (https://…)' });
    case 'phone_number':
      return checkText(definition, value, { shape: /^\+?[\d\s().-]{3,}$/, name: 'a telephone number' });
    case 'text':
    case 'paragraph':
    case 'domain':
    case 'api_key':
      return checkText(definition, value, null);
  }
}

function checkText(
  { pattern }: IparamDefinition,
  value: JsonValue,
  form: { readonly shape: RegExp; readonly name: string } | null,
): readonly string[] {
  if (typeof value !== 'string') return ['must be a text'];
  const faults = form === null || form.shape.test(value) ? [] : [`must be ${form.name}`];
  if (pattern === null || matches(pattern.source, value)) return faults;
  return [...faults, pattern.message ?? `must match ${pattern.source}`];
}

// A pattern that is no regular expression is a finding of its own; it refuses no value.
function matches(source: string, value: string): boolean {
  try {
    return new RegExp(source).test(value);
  } catch {
    return true;
  }
}

function checkChoices(options: readonly string[], value: JsonValue): readonly string[] {
  if (!Array.isArray(value)) return ['must be a list of choices'];
  const others = value.filter((choice) => typeof choice !== 'string' || !options.includes(choice));
  return others.length === 0 ? [] : [`must only name: ${options.join(', ')}`];
}

// The vendor's installation page hands numbers over as they were typed.
function isNumeral(value: JsonValue): boolean {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}

const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isCalendarDate(value: JsonValue): boolean {
  const parts = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})(T.*)?$/.exec(value) : null;
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && !isLeap ? 28 : (daysOfMonths[month - 1] ?? 0);
  return day >= 1 && day <= days;
}
