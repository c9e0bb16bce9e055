import type { AppFiles } from './app-files.ts';
import { clientAddress, customPageFile, pageAssetsFolder, pageSettings } from './custom-page.ts';
import type { Finding } from './finding.ts';
import { joinPath } from './module-graph.ts';
import { findingAt, type SourceText, sourceText } from './source-text.ts';

const pageScript = 'config/assets/iparams.js';
const pageFunctions = ['getConfigs', 'postConfigs'];

/**
 * What there is to say about an app's own installation page. Its functions may stand in the page itself, in
 * config/assets/iparams.js, or in any other script of config/assets: where one stands does not matter.
 */
export function checkCustomPage(files: AppFiles): readonly Finding[] {
  const source = sourceText(customPageFile, files.get(customPageFile) ?? '');
  const code = codeOf(files, source.text);
  return [
    ...missingFiles(files, source),
    ...missingFunctions(files, source, code),
    ...missingClient(source),
    ...missingApply(files, source, code),
  ];
}

/**
 * The page and the scripts beside it, in which names are looked for, no more: scripts are not cut out of HTML. Null where
 * some cannot be read as text, such as JSX.
 */
function codeOf(files: AppFiles, html: string): string | null {
  const assets = [...files].filter(([path]) => path.startsWith(pageAssetsFolder));
  if (assets.some(([path]) => /\.(jsx|tsx|vue)$/i.test(path))) return null;
  return [html, ...assets.filter(([path]) => /\.(m?js|ts)$/i.test(path)).map(([, text]) => text)].join('\n');
}

function missingFunctions(files: AppFiles, source: SourceText, code: string | null): readonly Finding[] {
  if (code === null) return [];
  const missing = pageFunctions.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
  if (missing.length === 0) return [];
  const hasScript = files.has(pageScript);
  return [
    findingAt(source, 0, {
      severity: 'warning',
      code: 'page-functions-missing',
      message: `Mandatory method(s) missing in iparams.html: ${missing.join(', ')}.`,
      expected: 'function getConfigs(configs) {…} and function postConfigs() { return {…}; }',
      fix: `${hasScript ? 'add to' : 'create'} ${pageScript}: getConfigs(configs) fills the page from the stored values, postConfigs() returns the values; without them the parameters can only be set by the API`,
    }),
  ];
}

function missingFiles(files: AppFiles, source: SourceText): readonly Finding[] {
  return [...source.text.matchAll(loadingTag)].flatMap((tag) => {
    const address = tag[1] ?? '';
    if (/^(?:[a-z][\w+.-]*:|\/\/|#|\{\{)/i.test(address)) return [];
    const path = joinPath('config/', address.replace(/[?#].*$/, ''));
    const isAsset = path?.startsWith(pageAssetsFolder) === true;
    if (isAsset && files.has(path)) return [];
    return [
      findingAt(source, tag.index, {
        severity: 'warning',
        code: 'page-file-missing',
        message: isAsset ? `${path} does not exist` : `${address} is not below ${pageAssetsFolder}`,
        fix: isAsset ? `create ${path}, or remove the tag` : `put the file below ${pageAssetsFolder}`,
      }),
    ];
  });
}

// Bounded, since the page may be large and no HTML at all.
const loadingTag = /<(?:script|link|img)\b[^<>]{0,2000}?\s(?:src|href)\s{0,9}=\s{0,9}["']?([^"'\s<>]{1,1000})/gi;

function missingClient(source: SourceText): readonly Finding[] {
  if (source.text.search(clientAddress) !== -1) return [];
  return [
    findingAt(source, 0, {
      severity: 'warning',
      code: 'page-client-missing',
      message: "iparams.html does not load the platform's client",
      fix: 'add <script src="{{{appclient}}}"></script>',
    }),
  ];
}

function missingApply(files: AppFiles, source: SourceText, code: string | null): readonly Finding[] {
  if (code === null || !pageSettings(files).hidesButtons || /\.iparams\s*\.\s*apply\b/.test(code)) return [];
  return [
    findingAt(source, 0, {
      severity: 'warning',
      code: 'page-apply-missing',
      message: 'Mandatory method call(s) missing in iparams.html/iparams.js for custom settings: client.iparams.apply',
      fix: 'call client.iparams.apply() from a button of the page, or take hideStandardButtons out of manifest.json',
    }),
  ];
}
