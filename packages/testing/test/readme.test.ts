import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../../scripts/repository-root.ts';

const readme = readFileSync(join(repositoryRoot, 'packages/testing/README.md'), 'utf8');

test('prints the tests of a template word for word, which are run with every template', () => {
  const path = 'packages/server/templates/lunch-alert/tests/app.test.mjs';
  const [example = ''] = readFileSync(join(repositoryRoot, path), 'utf8').split("test('tries again");
  assert.match(example, /startTeam[\s\S]*test\([\s\S]*test\(/);
  assert.ok(readme.includes(`\`\`\`js\n${example.trimEnd()}\n\`\`\`\n`), example);
});

test('names every option and every member of a team, and none that is not there', () => {
  const source = readFileSync(join(repositoryRoot, 'packages/testing/src/team.ts'), 'utf8');
  const options = membersOf(source, 'TeamOptions');
  const team = membersOf(source, 'Team');
  assert.ok(options.length > 10 && team.length > 15);
  const missing = [...options, ...team].filter(
    (name) => !readme.includes(`\`${name}`) && !readme.includes(`, ${name}`),
  );
  assert.deepEqual(missing, []);
  const rows = [...readme.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].map(([, cell = '']) => cell);
  const named = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name = '']) => name));
  assert.deepEqual(
    named.filter((name) => !options.includes(name) && !team.includes(name)),
    [],
  );
});

function membersOf(source: string, type: string): readonly string[] {
  const body = source.split(`export type ${type} = {\n`)[1]?.split('\n};')[0] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:<]/gm)].map(([, name = '']) => name);
}
