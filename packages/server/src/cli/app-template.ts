import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { APP_SCHEMA_NAMES, APP_SCHEMAS, EXAMPLE_ACTIVITY_PAYLOADS } from '@rollcall/contract';
import { productVersion } from './product-version.ts';

/** The apps that one can begin from; the first one is it when nothing is said. */
export const APP_TEMPLATES = ['agent-activity', 'minimal', 'lunch-alert', 'webhook-forwarder'] as const;
export type AppTemplate = (typeof APP_TEMPLATES)[number];

export const TEMPLATE_PLATFORMS = ['3.0', '2.3'] as const;
export type TemplatePlatform = (typeof TEMPLATE_PLATFORMS)[number];

export type NewApp = {
  /** What the app is called: the name of its folder. */
  readonly name: string;
  readonly template: AppTemplate;
  readonly platform: TemplatePlatform;
};

const templatesFolder = fileURLToPath(new URL('../../templates/', import.meta.url));
const kitFolder = fileURLToPath(new URL('../../../testing/', import.meta.url));

/** Every file of a new app, by its path below the app's folder. */
export function newAppFiles({ name, template, platform }: NewApp): ReadonlyMap<string, string> {
  const own = join(templatesFolder, template);
  const shared = (file: string) => readFileSync(join(templatesFolder, 'shared', file), 'utf8');
  const files = new Map<string, string>();
  files.set('manifest.json', readFileSync(join(own, `manifest.${platform}.json`), 'utf8'));
  for (const path of globSync('{config,server,tests}/**/*.*', { cwd: own })) {
    files.set(path.replaceAll('\\', '/'), readFileSync(join(own, path), 'utf8'));
  }
  const readme = `${readFileSync(join(own, 'README.md'), 'utf8')}${shared('README.md')}`;
  files.set('README.md', readme.replaceAll('{{name}}', name));
  files.set(testDataPath(platform), json(EXAMPLE_ACTIVITY_PAYLOADS.goes_to_lunch));
  files.set('rollcall-app.d.ts', readFileSync(appGlobalsFile(), 'utf8'));
  files.set('jsconfig.json', shared('jsconfig.json'));
  files.set('.gitignore', shared('gitignore'));
  files.set('package.json', json(packageOf(name)));
  for (const [path, text] of editorFiles()) files.set(path, text);
  return files;
}

/** Platform 3.0 has a folder of test data for each module, 2.x one for all. */
function testDataPath(platform: TemplatePlatform): string {
  return `server/test_data/${platform === '3.0' ? 'chat_conversation/' : ''}onAgentActivityCreate.json`;
}

/** The types of app code lie beside the contract's own code, in the repository as in the package. */
function appGlobalsFile(): string {
  const entry = createRequire(import.meta.url).resolve('@rollcall/contract');
  return join(dirname(dirname(entry)), 'app-globals.d.ts');
}

/** The kit runs under a Node of its own: what the app's tests are started with, whatever the machine has. */
function packageOf(name: string): object {
  const isHere = existsSync(join(kitFolder, 'package.json'));
  return {
    name:
      name
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]+/g, '-')
        .replace(/^[._-]+/, '') || 'app',
    private: true,
    scripts: { test: 'node --test "tests/**/*.test.mjs"' },
    devDependencies: {
      '@rollcall/testing': isHere ? `file:${kitFolder.replace(/[/\\]$/, '')}` : productVersion(),
      node: KIT_NODE_VERSION,
    },
    // The package of Node fetches the one for this machine when it is installed.
    allowScripts: { node: true },
  };
}

const KIT_NODE_VERSION = '26.10.0';

/** The JSON Schemas of an app's own files, where an editor finds them, and the setting that says which is whose. */
function editorFiles(): readonly (readonly [string, string])[] {
  const settings = APP_SCHEMA_NAMES.map((name) => ({
    fileMatch: [`/${APP_SCHEMAS[name].file}`],
    url: `./.rollcall/schemas/${name}.json`,
  }));
  const copies = APP_SCHEMA_NAMES.map((name) => {
    return [`.rollcall/schemas/${name}.json`, json(APP_SCHEMAS[name].schema)] as const;
  });
  return [...copies, ['.vscode/settings.json', json({ 'json.schemas': settings })]];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
