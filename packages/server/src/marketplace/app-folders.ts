import type { AppFiles } from './app-files.ts';
import type { Finding } from './finding.ts';
import { memberOf, membersOf, readJsonDocument, textOf } from './json-document.ts';
import type { ManifestReading } from './manifest.ts';
import { joinPath } from './module-graph.ts';
import { findingAt } from './source-text.ts';

// What the vendor's validator takes in config/, besides assets/ and translations.
const configFiles: readonly string[] = [
  ...['iparams.json', 'iparams.html', 'iparam_test_data.json', 'requests.json', 'oauth_config.json'],
  ...['entities.json', 'app_settings.json', 'actions.json'],
];

/** Checks the folders of an app: that they are there, what lies in config/, and the pages that the manifest names. */
export function checkFolders(files: AppFiles, manifest: ManifestReading): readonly Finding[] {
  if (manifest.manifest === null) return [];
  const paths = [...files.keys()];
  return [...missingFolders(paths, manifest), ...strangersInConfig(paths), ...missingPages(paths, manifest)];
}

function missingFolders(paths: readonly string[], manifest: ManifestReading): readonly Finding[] {
  const isMissing = (folder: string) => !paths.some((path) => path.startsWith(`${folder}/`));
  const hasPages = locationsOf(manifest).length > 0;
  const missing = ['app', 'config'].filter((folder) => isMissing(folder) && (folder === 'config' || hasPages));
  if (missing.length === 0) return [];
  const message = `Mandatory folder(s) missing: ${missing.join(', ')}`;
  return [findingAt(manifest.source, 0, { severity: 'warning', code: 'folder-mandatory', message })];
}

// Hidden files are the machine's, not the author's.
function strangersInConfig(paths: readonly string[]): readonly Finding[] {
  const strangers = paths
    .filter((path) => /^config\/[^/.][^/]*$/.test(path))
    .map((path) => path.slice('config/'.length))
    .filter((name) => !configFiles.includes(name));
  const first = strangers[0];
  if (first === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'config-stranger',
      message: `Config directory has invalid file(s) - ${strangers.join(', ')}`,
      expected: configFiles.join(', '),
      fix: 'move or remove them: they do nothing',
      file: `config/${first}`,
      line: 1,
      column: 1,
    },
  ];
}

interface LocationPlace {
  readonly name: string;
  readonly key: 'url' | 'icon';
  readonly path: string;
  readonly offset: number;
}

function missingPages(paths: readonly string[], manifest: ManifestReading): readonly Finding[] {
  if (!paths.some((path) => path.startsWith('app/'))) return [];
  return locationsOf(manifest).flatMap(({ name, key, path, offset }) => {
    const file = joinPath('app/', path.replace(/[?#].*$/, '')) ?? path;
    if (/^[a-z]+:/i.test(path) || paths.includes(file)) return [];
    const message = `${file}, the ${key === 'url' ? 'page' : 'icon'} of location "${name}", does not exist`;
    return [findingAt(manifest.source, offset, { severity: 'warning', code: 'location-missing', message })];
  });
}

function locationsOf({ source }: ManifestReading): readonly LocationPlace[] {
  const { root } = readJsonDocument(source);
  const sections = ['product', 'modules'].flatMap((key) => membersOf(memberOf(root ?? undefined, key)?.value));
  return sections.flatMap(({ value }) =>
    membersOf(memberOf(value, 'location')?.value).flatMap(({ key: name, value: location }) =>
      (['url', 'icon'] as const).flatMap((key) => {
        const node = memberOf(location, key)?.value;
        const path = textOf(node);
        return node === undefined || path === undefined || path === ''
          ? []
          : [{ name, key, path, offset: node.offset }];
      }),
    ),
  );
}
