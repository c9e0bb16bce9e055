import { createTwoFilesPatch } from 'diff';
import type { AppFiles } from '../marketplace/app-files.ts';

/**
 * What became of an app's files, as a unified diff that `git apply` and `patch -p1` understand. New and removed files
 * are against `/dev/null`. Empty when nothing changed.
 */
export function fileDiffs(before: AppFiles, after: AppFiles): string {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => fileDiff(path, before.get(path), after.get(path)))
    .join('');
}

function fileDiff(path: string, before: string | undefined, after: string | undefined): string {
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${path}`;
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 });
  return patch.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*?)\t?$/gm, '$1 $2');
}

const red = '\u001b[31m';
const green = '\u001b[32m';
const cyan = '\u001b[36m';
const bold = '\u001b[1m';
const plain = '\u001b[0m';

/** A unified diff with the colours that people know from git. */
export function colouredDiff(diff: string): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('---') || line.startsWith('+++')) return `${bold}${line}${plain}`;
      if (line.startsWith('@@')) return `${cyan}${line}${plain}`;
      if (line.startsWith('-')) return `${red}${line}${plain}`;
      return line.startsWith('+') ? `${green}${line}${plain}` : line;
    })
    .join('\n');
}
