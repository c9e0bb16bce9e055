import { Type } from 'typebox';
import { anything, maybe, members, named, oneOf, words } from './schema-parts.ts';

/** The types of installation parameters. */
export const IPARAM_TYPES = Object.freeze([
  ...(['text', 'paragraph', 'dropdown', 'email', 'number', 'phone_number', 'date', 'url', 'radio'] as const),
  ...(['checkbox', 'multiselect', 'domain', 'api_key'] as const),
]);

const withOptions = ['dropdown', 'radio', 'multiselect'];
const ofProduct = ['domain', 'api_key'];

const fields = {
  display_name: words('What the installation page calls it.'),
  type: oneOf('What it takes.', IPARAM_TYPES),
  description: maybe(words('Help below the field.')),
  required: maybe(Type.Boolean({ description: 'Whether the app cannot be installed without it.', default: false })),
  visible: maybe(Type.Boolean({ description: 'Whether it is shown at first.', default: true })),
  default_value: maybe(
    Type.Unknown({ description: 'What it is until somebody says otherwise. A dropdown needs one of its options.' }),
  ),
  options: maybe(
    Type.Unsafe<object>({
      type: ['array', 'object'],
      description: 'What may be chosen: of a dropdown, radio or multiselect.',
    }),
  ),
  regex: maybe(
    named(
      'A pattern that the value must match, under a name; under "<name>-error" what to say when it does not.',
      words('A regular expression, or what to say.'),
    ),
  ),
  secure: maybe(
    Type.Boolean({ description: 'Masked wherever people look; callbacks get it in clear.', default: false }),
  ),
  'data-bind': maybe(
    Type.Unsafe<string | boolean>({
      type: ['string', 'boolean'],
      description: 'A field of the product that it is filled from, or whether it is.',
    }),
  ),
  type_attributes: maybe(anything('For domain and api_key: the product, { "product": "freshdesk" }.')),
  events: maybe(
    Type.Array(anything('An event of the field and the function called for it.'), {
      description: 'What a change of the value calls: [{ "change": "nameOfTheFunction" }].',
    }),
  ),
  modules: maybe(Type.Array(words('The name of a module.'), { description: 'Platform 3.0: the modules it is for.' })),
};

const when = (types: readonly string[], needed: readonly string[]) => ({
  if: { properties: { type: { enum: types } }, required: ['type'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: needed },
});

/** One installation parameter. */
export const IparamField = Type.Unsafe<object>({
  ...members('An installation parameter.', fields),
  allOf: [when(withOptions, ['options']), when(['dropdown'], ['default_value']), when(ofProduct, ['type_attributes'])],
});

/** config/iparams.json. */
export const IparamsFile = named('The installation parameters of an app, by name.', IparamField);
