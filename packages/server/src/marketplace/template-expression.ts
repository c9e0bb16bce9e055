import { didYouMean } from './did-you-mean.ts';

/** One `<%= … %>` of a text. */
export interface TemplateExpression {
  /** What stands between the marks, without blanks around it. */
  readonly expression: string;
  /** Where the expression begins in the text. */
  readonly offset: number;
}

/** What may begin a name in a template. */
export const templateRoots = [
  'context',
  'iparam',
  'access_token',
  'oauth_iparams',
  'current_host',
  'app_settings',
  'encode',
] as const;

/** The `<%= … %>` of a text, in order; one that is not closed is not among them. */
export function templateExpressions(text: string): readonly TemplateExpression[] {
  return [...text.matchAll(/<%=?\s*([^%]*?)\s*%>/g)].map((match) => ({
    expression: match[1] ?? '',
    offset: match.index + match[0].indexOf(match[1] ?? ''),
  }));
}

/** True when a mark is opened and not closed. */
export function hasUnclosedExpression(text: string): boolean {
  return text.replace(/<%[^%]*%>/g, '').includes('<%');
}

/** A text with each `<%= … %>` replaced by something that could stand there. */
export function withoutExpressions(text: string, standIn: string): string {
  return text.replace(/<%[^%]*%>/g, standIn);
}

/** A name in a template by its parts: `iparam.api_key` is `['iparam', 'api_key']`. */
export type TemplateName = readonly string[];

/** The names that an expression uses: variables and what is read of them; texts in quotes are left out. */
export function namesIn(expression: string): readonly TemplateName[] {
  const bare = expression.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, ' ');
  return [...bare.matchAll(/(?<![\w.$])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/g)].map(([name]) => name.split('.'));
}

/** What to say about the first part of a name that means nothing in a template; null when it means something. */
export function unknownRoot(name: TemplateName): { readonly root: string; readonly guess: string | null } | null {
  const root = name[0] ?? '';
  if (templateRoots.some((known) => known === root)) return null;
  return { root, guess: didYouMean(root, templateRoots) };
}
