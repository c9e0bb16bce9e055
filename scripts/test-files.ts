/** Which files are tests, and which of them cannot run here. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A service that some suites need, named by the environment variable that says where it is. */
type Need = { readonly service: string; readonly variable: string };

/** Suites that were left out, with the reason in words. */
export type LeftOut = { readonly suites: string; readonly why: string };

export type TestFiles = { readonly files: readonly string[]; readonly leftOut: readonly LeftOut[] };

type Environment = Readonly<Record<string, string | undefined>>;

const testGlobs = ['packages/*/{src,simulation,test}/**/*.test.ts', 'scripts/**/*.test.ts'];
const endToEndGlobs = ['packages/*/{src,test}/**/*.e2e.ts'];
const browserNames = ['chromium', 'chromium-browser', 'google-chrome'];

/** A test file asks for the service itself and skips with a reason; here we only tell the person who reads the run. */
const needs: readonly Need[] = [
  { service: 'PostgreSQL', variable: 'ROLLCALL_TEST_POSTGRES_URL' },
  { service: 'NATS', variable: 'ROLLCALL_TEST_NATS_URL' },
];

/**
 * The test files below `root` whose path contains one of `words` (all of them when there are none), sorted, as paths
 * relative to `root`; and what will not run in this environment.
 */
export function findTestFiles(options: {
  readonly root: string;
  readonly words: readonly string[];
  readonly environment: Environment;
}): TestFiles {
  const { root, words, environment } = options;
  const unit = find(root, testGlobs);
  const endToEnd = find(root, endToEndGlobs);
  const hasBrowser = browserNames.some((name) => isOnPath(name, environment));
  const leftOut = needs.flatMap((need) => withoutService(root, need, unit, environment));
  if (endToEnd.length > 0 && !hasBrowser) {
    leftOut.push({ suites: `${endToEnd.length} end-to-end files`, why: 'no Chromium was found' });
  }
  const files = [...unit, ...(hasBrowser ? endToEnd : [])];
  return { files: files.filter((file) => words.length === 0 || words.some((word) => file.includes(word))), leftOut };
}

function find(root: string, globs: readonly string[]): string[] {
  return globSync([...globs], { cwd: root, exclude: (path) => path.includes('node_modules') }).sort();
}

function withoutService(root: string, need: Need, files: readonly string[], environment: Environment): LeftOut[] {
  if (environment[need.variable]) return [];
  const asking = files.filter((file) => readFileSync(join(root, file), 'utf8').includes(need.variable));
  const count = asking.length === 0 ? 'this version has none' : `${asking.length} files ask for it`;
  return [{ suites: `${need.service} suites`, why: `${need.variable} is not set (${count})` }];
}

function isOnPath(name: string, environment: Environment): boolean {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => existsSync(join(folder, name)));
}
