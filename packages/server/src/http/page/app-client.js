/*
 * What an app's own installation page gets in place of the platform's client: `app.initialized()` and the client that it
 * leads to. It runs in the frame, with nothing but a port to the page around it.
 */
(() => {
  if (window.app?.initialized !== undefined) return;
  const functionsWaitMs = 10_000;
  const functionsLookEveryMs = 50;
  const calls = new Map();
  let nextCall = 1;
  let port = null;
  let begin = () => {};
  const began = new Promise((resolve) => {
    begin = resolve;
  });

  function send(message) {
    port?.postMessage(JSON.stringify(message));
  }

  function call(ask, args) {
    return began.then(
      () =>
        new Promise((resolve, reject) => {
          const id = nextCall++;
          calls.set(id, { resolve, reject });
          send({ kind: 'call', id, ask, args });
        }),
    );
  }

  function refusal(status, message) {
    return Promise.reject({ status, message, errorSource: 'APP' });
  }

  function clientOf({ values, host, isInstall }) {
    const known = { currentHost: host.currentHost, domainName: host.domain };
    const noStorage = () => refusal(400, 'Storage is not to be had from an installation page');
    const verb = (name) => (url, options) => call(`request.${name}`, [url, options ?? {}]);
    return Object.freeze({
      data: Object.freeze({
        get: (name) =>
          Object.hasOwn(known, name)
            ? Promise.resolve({ [name]: known[name] })
            : refusal(404, `${name} is not to be had from an installation page`),
      }),
      iparams: Object.freeze({
        get: (name) => {
          if (name === undefined) return Promise.resolve({ ...values });
          return Promise.resolve(Object.hasOwn(values, name) ? { [name]: values[name] } : {});
        },
        apply: () => {
          send({ kind: 'apply' });
          return Promise.resolve();
        },
      }),
      request: Object.freeze({
        invoke: (name, args) => call('request.invoke', [name, args ?? {}]),
        invokeTemplate: (name, options) => call('request.invokeTemplate', [name, options ?? {}]),
        get: verb('get'),
        post: verb('post'),
        put: verb('put'),
        patch: verb('patch'),
        delete: verb('delete'),
      }),
      db: Object.freeze({ get: noStorage, set: noStorage, update: noStorage, delete: noStorage }),
      interface: Object.freeze({
        trigger: (name, options) => {
          if (name !== 'showNotify') return refusal(400, `${name} is not to be had from an installation page`);
          const text = options?.message;
          send({ kind: 'notify', type: String(options?.type ?? ''), text: typeof text === 'string' ? text : '' });
          return Promise.resolve();
        },
      }),
      instance: Object.freeze({
        context: () => Promise.resolve({ location: 'custom_iparam', isInstall }),
        resize: () => Promise.resolve(),
      }),
      events: Object.freeze({ on: () => {} }),
    });
  }

  // The page's functions may be declared, assigned to window, or made by a framework a while after the page is there.
  function functionNamed(name) {
    try {
      const found = window[name] ?? lexical[name]();
      return typeof found === 'function' ? found : null;
    } catch {
      return null;
    }
  }

  const lexical = {
    getConfigs: () => new Function('return typeof getConfigs === "function" ? getConfigs : null')(),
    postConfigs: () => new Function('return typeof postConfigs === "function" ? postConfigs : null')(),
    validate: () => new Function('return typeof validate === "function" ? validate : null')(),
  };

  async function awaited(name) {
    for (let waited = 0; waited < functionsWaitMs; waited += functionsLookEveryMs) {
      const found = functionNamed(name);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, functionsLookEveryMs));
    }
    return null;
  }

  async function fill(values) {
    if (document.readyState === 'loading') {
      await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
    }
    // Whatever the page does first with its client it has done by then.
    await new Promise((resolve) => setTimeout(resolve));
    const getConfigs = await awaited('getConfigs');
    if (getConfigs !== null) await getConfigs.call(window, values);
  }

  async function collect() {
    try {
      const validate = functionNamed('validate');
      if (validate !== null && !(await validate.call(window))) return send({ kind: 'collected', outcome: 'invalid' });
      const postConfigs = functionNamed('postConfigs');
      if (postConfigs === null) throw new Error('It has no function postConfigs.');
      send({ kind: 'collected', outcome: 'values', values: await postConfigs.call(window) });
    } catch (cause) {
      send({ kind: 'collected', outcome: 'failed', message: String(cause?.message ?? cause) });
    }
  }

  function hear(message) {
    switch (message.kind) {
      case 'start':
        begin(clientOf(message));
        // Stored values are there when the page was filled in before: the platform fills it then, and only then.
        if (Object.keys(message.values).length > 0) {
          fill(message.values).catch((cause) => console.error('getConfigs failed', cause));
        }
        return;
      case 'collect':
        collect();
        return;
      case 'answer': {
        const waiting = calls.get(message.id);
        calls.delete(message.id);
        if (message.error === undefined) waiting?.resolve(message.result);
        else waiting?.reject(message.error);
      }
    }
  }

  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.data !== 'rollcall:welcome' || port !== null) return;
    port = event.ports[0] ?? null;
    if (port !== null) port.onmessage = ({ data }) => hear(JSON.parse(data));
  });
  window.app = Object.freeze({ initialized: () => began });
  window.parent.postMessage('rollcall:hello', '*');
})();
