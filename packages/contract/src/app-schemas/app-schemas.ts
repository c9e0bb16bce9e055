import { ActionsFile } from './actions-schema.ts';
import { EntitiesFile } from './entities-schema.ts';
import { IparamsFile } from './iparams-schema.ts';
import { ManifestFile } from './manifest-schema.ts';
import { OauthConfigFile } from './oauth-config-schema.ts';
import { RequestsFile } from './requests-schema.ts';
import type { PlainSchema } from './schema-parts.ts';

/** The schema of one file of a Marketplace app. */
export type AppSchema = {
  /** Path of the file below the app folder. */
  readonly file: string;
  /** A JSON Schema of draft 7, which every editor understands. */
  readonly schema: PlainSchema;
};

export const APP_SCHEMA_NAMES = Object.freeze([
  ...(['manifest', 'iparams', 'requests', 'oauth_config', 'actions', 'entities'] as const),
]);

export type AppSchemaName = (typeof APP_SCHEMA_NAMES)[number];

/** JSON Schemas of the files of a Marketplace app, by name: for editors, and for whoever makes such files. */
export const APP_SCHEMAS: Readonly<Record<AppSchemaName, AppSchema>> = Object.freeze({
  manifest: forEditors('manifest', 'manifest.json', ManifestFile),
  iparams: forEditors('iparams', 'config/iparams.json', IparamsFile),
  requests: forEditors('requests', 'config/requests.json', RequestsFile),
  oauth_config: forEditors('oauth_config', 'config/oauth_config.json', OauthConfigFile),
  actions: forEditors('actions', 'actions.json', ActionsFile),
  entities: forEditors('entities', 'config/entities.json', EntitiesFile),
});

function forEditors(name: AppSchemaName, file: string, schema: object): AppSchema {
  const $id = `https://rollcall.localhost/app-schemas/${name}.json`;
  return { file, schema: { $schema: 'http://json-schema.org/draft-07/schema#', $id, title: file, ...schema } };
}
