'use strict';

/**
 * The attacker: a package of a hostile app. Packages run as ordinary Node code, so nothing but the fence is between
 * these attempts and the machine. `at` says where everything is that must not be reached; how that is known does not
 * matter here, since an attacker may guess.
 *
 * An attack returns what it got, or throws. A returned `{ leak: '…' }` is a confession: the app's word is taken when it
 * speaks against the fence, and never when it speaks for it.
 */
const attacks = {
  ...require('./reading.cjs'),
  ...require('./writing.cjs'),
  ...require('./environment.cjs'),
  ...require('./processes.cjs'),
  ...require('./sockets.cjs'),
  ...require('./signals.cjs'),
  ...require('./exhaustion.cjs'),
  ...require('./hanging.cjs'),
  ...require('./protocol.cjs'),
};

const evidenceLengthMax = 60_000;

/** Carries out one attack and tells the host what came of it. */
async function run(name, at, tools, ofApp) {
  const all = { ...attacks, ...ofApp };
  // Nothing is told, and so nothing passes for held.
  if (!Object.hasOwn(all, name)) return;
  await tell(tools, await outcomeOf(all[name], at, tools));
}

async function outcomeOf(attack, at, tools) {
  try {
    const got = await attack(at, tools);
    return { kind: 'went', leak: got?.leak ?? null, got: shown(got) };
  } catch (error) {
    return { kind: 'refused', leak: null, got: shown(error) };
  }
}

// The 40 KB that the platform lets `$db` keep would hide what was read behind a refusal: it goes in parts.
async function tell({ $db, name }, outcome) {
  const { got, ...rest } = outcome;
  for (let from = 0; from < got.length; from += 8000)
    await $db.set(`${name}:part`, { part: got.slice(from, from + 8000) });
  await $db.set(`${name}:end`, rest);
}

function shown(value) {
  const text = Buffer.isBuffer(value) ? value.toString('utf8') : textOf(value);
  return text.replaceAll('\0', ' ').slice(0, evidenceLengthMax);
}

function textOf(value) {
  if (typeof value === 'string') return value;
  if (typeof value?.message === 'string') return `${value.name}: ${value.message} ${value.code ?? ''}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

module.exports = { run };
