/**
 * `server/server.js` of the hostile app. It is text, since it is written in the platform's own module scheme and runs in
 * an app's context; the attacks that need no context are a package beside it.
 */
export const hostileServer = `const attacker = require('attacker');

// Out of the context that app code runs in, by what was handed into it: the first step of every app that means harm.
// From there on, only the fence is in the way.
const escapes = {
  'realm-timer': () => setTimeout.constructor('return process')(),
  'realm-console': () => console.log.constructor('return process')(),
  'realm-platform': () => $db.get.constructor('return process')(),
  'realm-buffer': () => Buffer.constructor('return process')(),
  'realm-require': () => require.constructor('return process')(),
  'realm-package': () => attacker.run.constructor('return process')(),
  'realm-payload': (payload) => payload.constructor.constructor('return process')(),
  'realm-this': () => this.constructor.constructor('return process')(),
  'realm-error': () => {
    try {
      Buffer.alloc(-1);
    } catch (error) {
      return error.constructor.constructor('return process')();
    }
    throw new Error('nothing was thrown');
  },
  'realm-stack': () => {
    let found = null;
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (_error, frames) => {
      for (const frame of frames) {
        try {
          const process = frame.getFunction()?.constructor('return process')();
          if (typeof process?.getBuiltinModule === 'function') found ??= process;
        } catch {
          // A function of strict code is not shown.
        }
      }
      return '';
    };
    void new Error('x').stack;
    Error.prepareStackTrace = before;
    if (found === null) throw new Error('no frame shows its function');
    return found;
  },
};

const readings = Object.fromEntries(
  Object.entries(escapes).map(([name, leave]) => [
    name,
    async (at) => {
      const outside = await leave(at);
      if (typeof outside?.getBuiltinModule !== 'function') throw new Error('not outside');
      return outside.getBuiltinModule('fs').readFileSync(at.secretText, 'utf8');
    },
  ]),
);

exports = {
  attack: (payload) => {
    const tools = { $db, name: payload.name, $request: typeof $request === 'undefined' ? undefined : $request };
    return attacker.run(payload.name, payload.at, tools, readings);
  },
  ready: () => {},
};
`;
