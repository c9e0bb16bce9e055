/**
 * Tries a regular expression that an app brought along, within limits: an expression can be written so that it takes years.
 * One matcher serves one form; its time is for all fields of the form together. What is no regular expression matches
 * everything: that is a finding of the app's, and no fault of who fills the form in.
 */
export type TextMatcher = (pattern: string, text: string) => 'matches' | 'differs' | 'too_slow';

/** Bounds of what is handed to a matcher. */
export const MATCHER_LIMITS = { patternCharactersMax: 1000, textCharactersMax: 10_000 } as const;
