import type { JsonValue } from './json-value.ts';

/** The types of installation parameters. */
export const iparamTypes = [
  'text',
  'paragraph',
  'dropdown',
  'email',
  'number',
  'phone_number',
  'date',
  'url',
  'radio',
  'checkbox',
  'multiselect',
  'domain',
  'api_key',
] as const;

export type IparamType = (typeof iparamTypes)[number];

/** One installation parameter of an app. */
export interface IparamDefinition {
  readonly name: string;
  readonly type: IparamType;
  readonly displayName: string;
  readonly description: string | null;
  readonly required: boolean;
  readonly visible: boolean;
  /** Masked wherever people look; the app's callbacks get it in clear. */
  readonly secure: boolean;
  /** Undefined when the app gives none. */
  readonly defaultValue: JsonValue | undefined;
  /** What may be chosen (dropdown, radio, multiselect). */
  readonly options: readonly string[];
  readonly pattern: { readonly source: string; readonly message: string | null } | null;
}
