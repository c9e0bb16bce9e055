import type { Program } from 'acorn';
import { didYouMean } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import { measureFunctions } from './function-complexity.ts';
import { languageGlobals, lenientGlobals, platformGlobals } from './global-names.ts';
import { hidesNames, readNames, type ScriptNames } from './script-names.ts';
import { findingAt, type SourceText } from './source-text.ts';
import { isIdentifier, walkTree } from './syntax-tree.ts';

/** A script that could be parsed. */
export interface ParsedScript {
  readonly source: SourceText;
  readonly program: Program;
}

const complexityMax = 7;

/**
 * What the vendor's linter says about a script, and which names mean nothing when it runs. All of it runs here:
 * nothing is more than a warning.
 *
 * @param sharedNames names that other scripts of the app make global
 */
export function lintScript(script: ParsedScript, sharedNames: ReadonlySet<string>): readonly Finding[] {
  const names = readNames(script.program);
  const isHiding = hidesNames(script.program);
  return [
    ...functionFindings(script),
    ...varFindings(script),
    ...(isHiding ? [] : unusedFindings(script.source, names)),
    ...(isHiding ? [] : unknownNames(script.source, names, sharedNames)),
    ...processUses(script),
    ...lenientUses(script.source, names),
  ];
}

/** The names that a script makes global by assigning to what nobody declared. */
export function namesMadeGlobal({ program }: ParsedScript): readonly string[] {
  const { declared, assigned } = readNames(program);
  const own = new Set(declared.map(({ name }) => name));
  return [...assigned].filter((name) => !own.has(name));
}

function functionFindings({ source, program }: ParsedScript): readonly Finding[] {
  return measureFunctions(program).flatMap(({ title, offset, isAsync, isEmpty, hasAwait, complexity }) => {
    const findings: Finding[] = [];
    if (isAsync && !hasAwait && !isEmpty) {
      const message = `${title} has no 'await' expression`;
      findings.push(
        findingAt(source, offset, { severity: 'warning', code: 'lint-no-await', message, fix: 'remove "async"' }),
      );
    }
    if (complexity > complexityMax) {
      const message = `${title} has a complexity of ${complexity}. Maximum allowed is ${complexityMax}.`;
      const fix = 'move parts of it to functions of their own';
      findings.push(findingAt(source, offset, { severity: 'warning', code: 'lint-complexity', message, fix }));
    }
    return findings;
  });
}

function varFindings({ source, program }: ParsedScript): readonly Finding[] {
  const findings: Finding[] = [];
  walkTree(program, (node) => {
    if (node.type !== 'VariableDeclaration' || node.kind !== 'var') return;
    if (node.declarations.some(({ id }) => isIdentifier(id, 'exports'))) return;
    const message = 'Unexpected var, use let or const instead.';
    findings.push(findingAt(source, node.start, { severity: 'warning', code: 'lint-var', message }));
  });
  return findings;
}

// Parameters are left out: a callback may well not need all that it is given.
function unusedFindings(source: SourceText, { declared, used, probed }: ScriptNames): readonly Finding[] {
  return declared
    .filter(({ name, how }) => how !== 'parameter' && name !== 'exports' && !used.has(name) && !probed.has(name))
    .map(({ name, offset }) =>
      findingAt(source, offset, {
        severity: 'warning',
        code: 'lint-unused',
        message: `'${name}' is defined but never used`,
        fix: 'remove it',
      }),
    );
}

function unknownNames(
  source: SourceText,
  { declared, used, guarded, assigned, probed }: ScriptNames,
  sharedNames: ReadonlySet<string>,
): readonly Finding[] {
  const own = new Set(declared.map(({ name }) => name));
  const isKnown = (name: string) =>
    [own, assigned, probed, sharedNames, platformGlobals, lenientGlobals, languageGlobals].some((set) => set.has(name));
  return [...used]
    .filter(([name]) => !isKnown(name))
    .slice(0, unknownNamesMax)
    .map(([name, offset]) => {
      const candidates = [...own, ...platformGlobals];
      return unknownName(source, { name, offset, isGuarded: guarded.has(name), candidates });
    });
}

// Who uses more has forgotten a file, not a name: the rest would be the same again.
const unknownNamesMax = 50;

function unknownName(
  source: SourceText,
  at: { name: string; offset: number; isGuarded: boolean; candidates: readonly string[] },
): Finding {
  const { name, offset, isGuarded, candidates } = at;
  const guess = didYouMean(name, candidates);
  const why = name === 'module' ? '"module" does not exist on the platform' : `'${name}' is not defined`;
  return findingAt(source, offset, {
    // Who catches it may be asking whether it is there.
    severity: isGuarded ? 'information' : 'warning',
    code: 'global-unknown',
    message: `${why}: code that uses it throws a ReferenceError${isGuarded ? ', which is caught' : ''}`,
    ...(guess === null ? {} : { fix: `did you mean "${guess}"?` }),
  });
}

// There is an object of that name with an empty environment, so that code that only looks does not fall over.
function processUses({ source, program }: ParsedScript): readonly Finding[] {
  const findings: Finding[] = [];
  walkTree(program, (node, ancestors) => {
    if (node.type !== 'MemberExpression' || !isIdentifier(node.object, 'process') || node.computed) return;
    const member = node.property.type === 'Identifier' ? node.property.name : '';
    if (member === 'cwd') return;
    const isEnvironment = member === 'env';
    const parent = ancestors.at(-1);
    const key =
      parent?.type === 'MemberExpression' && parent.property.type === 'Identifier' ? parent.property.name : null;
    findings.push(
      findingAt(source, node.start, {
        severity: 'warning',
        code: 'process-use',
        message: isEnvironment
          ? `apps have no environment: process.env${key === null ? '' : `.${key}`} is ${key === null ? 'empty' : 'undefined'}`
          : `apps have no process: process.${member} is undefined`,
        ...(isEnvironment ? { fix: 'make it an installation parameter in config/iparams.json' } : {}),
      }),
    );
  });
  return findings;
}

// One remark for all of a file.
function lenientUses(source: SourceText, { used, declared }: ScriptNames): readonly Finding[] {
  const own = new Set(declared.map(({ name }) => name));
  const uses = [...used].filter(([name]) => lenientGlobals.has(name) && !own.has(name));
  const first = uses[0];
  if (first === undefined) return [];
  return [
    findingAt(source, first[1], {
      severity: 'information',
      code: 'global-lenient',
      message: `${uses.map(([name]) => name).join(', ')}: there is such a thing here, and not in the vendor's sandbox`,
    }),
  ];
}
