/** `node scripts/arrows.ts`: says which imports break the rules of the house; exit code 1 when one does. */
import { findViolations } from './arrow-rules.ts';
import { readHouse } from './read-house.ts';
import { repositoryRoot } from './repository-root.ts';

const house = readHouse(repositoryRoot);
const violations = findViolations(house);
for (const [rule, broken] of Map.groupBy(violations, (violation) => violation.rule)) {
  process.stdout.write(`${rule}: ${broken[0]?.why}\n`);
  for (const { where, what } of broken) process.stdout.write(`  ${where} ${what}\n`);
}
process.stdout.write(`${house.files.length} files, ${house.arrows.length} imports, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
