import type { IparamDefinition } from './iparam-definition.ts';
import type { JsonValue } from './json-value.ts';
import { MATCHER_LIMITS, type TextMatcher } from './text-matcher.ts';

/**
 * Every reason why a value may not be given to a parameter, each a predicate ("must be a number"); none if it may.
 * Without a matcher, patterns are not tried: where an app is only looked at, its expressions do not run.
 */
export function checkIparamValue(
  definition: IparamDefinition,
  value: JsonValue,
  matches: TextMatcher | null,
): readonly string[] {
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
      return checkText(definition, value, { matches, shape: /^[^\s@]+@[^\s@]+$/, name: 'an e-mail address' });
    case 'url':
      return checkText(definition, value, {
        matches,
        shape: /^https?:\/\/[^\s/]\S*$/i,
        name: 'a web address (https://…)',
      });
    case 'phone_number':
      return checkText(definition, value, { matches, shape: /^\+?[\d\s().-]{3,}$/, name: 'a telephone number' });
    case 'domain':
      return checkText(definition, value, { matches, shape: domainShape, name: 'a domain such as acme.example.com' });
    case 'text':
    case 'paragraph':
    case 'api_key':
      return checkText(definition, value, { matches, shape: null, name: 'a text' });
  }
}

// People paste the address of their desk as often as its name.
const domainShape = /^(https?:\/\/)?[^\s/@:?#.]+(\.[^\s/@:?#.]+)+(:\d{1,5})?\/?$/i;

type Form = { readonly matches: TextMatcher | null; readonly shape: RegExp | null; readonly name: string };

function checkText({ pattern }: IparamDefinition, value: JsonValue, form: Form): readonly string[] {
  if (typeof value !== 'string') return ['must be a text'];
  const { matches, shape, name } = form;
  const faults = shape === null || shape.test(value) ? [] : [`must be ${name}`];
  if (pattern === null || matches === null) return faults;
  if (value.length > MATCHER_LIMITS.textCharactersMax) {
    return [
      ...faults,
      `must have at most ${MATCHER_LIMITS.textCharactersMax} characters to be compared with its pattern`,
    ];
  }
  switch (matches(pattern.source, value)) {
    case 'matches':
      return faults;
    case 'differs':
      return [...faults, pattern.message ?? `must match ${pattern.source}`];
    case 'too_slow':
      return [...faults, 'cannot be checked: comparing it with the pattern of this parameter takes too long'];
  }
}

function checkChoices(options: readonly string[], value: JsonValue): readonly string[] {
  if (!Array.isArray(value)) return ['must be a list of choices'];
  if (new Set(value).size < value.length) return ['must name each choice once'];
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
