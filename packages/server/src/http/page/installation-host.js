/*
 * The program of our page around an app's own installation page. The app's page is a stranger's: it speaks through one
 * port, in texts of bounded length, and only what is understood below is done. The address of this page holds the secret of
 * the link; nothing of it is ever told to the frame.
 */
(() => {
  const LIMITS = {
    messageCharactersMax: 1024 * 1024,
    valuesCharactersMax: 128 * 1024,
    callsAtOnceMax: 10,
    loadsMax: 20,
    loadMs: 20_000,
    collectMs: 60_000,
    noticeCharactersMax: 500,
  };
  const SAYS_NOTHING = 'The app’s page does not say anything: its script may be broken.';
  const told = JSON.parse(document.getElementById('told').textContent);
  const frame = document.getElementById('page');
  const submit = document.getElementById('submit');
  const cancel = document.getElementById('cancel');
  let port = null;
  let loads = 0;
  let calls = 0;
  let collecting = null;
  let isBusy = false;
  let loading = 0;

  function say(sentences, isFault) {
    const notice = document.getElementById('notice');
    notice.replaceChildren(
      ...sentences.map((sentence) => {
        const paragraph = document.createElement('p');
        paragraph.textContent = sentence;
        return paragraph;
      }),
    );
    notice.hidden = sentences.length === 0;
    notice.classList.toggle('said', !isFault);
  }

  function progress(text) {
    document.getElementById('progress').textContent = text;
  }

  function refresh() {
    if (submit !== null) submit.disabled = port === null || isBusy;
    if (cancel !== null) cancel.disabled = isBusy;
  }

  // The page is there, as often as it is loaded: each time it gets a port of its own, and the port before is closed.
  window.addEventListener('message', ({ source, data }) => {
    if (source !== frame.contentWindow || data !== 'rollcall:hello' || loads >= LIMITS.loadsMax) return;
    loads += 1;
    clearTimeout(loading);
    port?.close();
    collecting?.({ outcome: 'failed', message: 'The app’s page was loaded anew.' });
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (event) => hear(event.target, event.data);
    frame.contentWindow.postMessage('rollcall:welcome', '*', [channel.port2]);
    send({ kind: 'start', values: told.values, host: told.host, isInstall: told.isInstall });
    refresh();
  });

  function send(message) {
    port?.postMessage(JSON.stringify(message));
  }

  function hear(from, text) {
    if (from !== port || typeof text !== 'string' || text.length > LIMITS.messageCharactersMax) return;
    const message = parse(text);
    if (message === null) return;
    switch (message.kind) {
      case 'call':
        if (Number.isSafeInteger(message.id) && typeof message.ask === 'string' && Array.isArray(message.args)) {
          answer(from, message);
        }
        return;
      case 'collected':
        return collecting?.(message);
      case 'apply':
        // Only a page that has our buttons hidden, and only in the hands of a person: none installs itself by being opened.
        if (told.hidesButtons && navigator.userActivation?.hasBeenActive !== false) save();
        return;
      case 'notify':
        if (typeof message.text === 'string' && !isBusy) {
          say(
            [message.text.slice(0, LIMITS.noticeCharactersMax)],
            message.type === 'danger' || message.type === 'error',
          );
        }
    }
  }

  function parse(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  // A call of the platform's client, which the server answers. What it may be, the server knows.
  async function answer(from, { id, ask, args }) {
    const reply = (outcome) => {
      if (from === port) send({ kind: 'answer', id, ...outcome });
    };
    const refuse = (status, message) => reply({ error: { status, message } });
    if (calls >= LIMITS.callsAtOnceMax) return refuse(429, 'Too many calls at once');
    calls += 1;
    try {
      const response = await post(`${here()}/calls`, { ask, args });
      const body = await response.json().catch(() => null);
      if (response.ok && body !== null) reply(body);
      else refuse(response.status, sentenceOf(body, 'The call was refused'));
    } catch {
      refuse(502, 'The server cannot be reached');
    } finally {
      calls -= 1;
    }
  }

  function here() {
    return location.pathname.replace(/\/+$/, '');
  }

  function post(address, body) {
    return fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      referrerPolicy: 'no-referrer',
    });
  }

  function sentenceOf(body, otherwise) {
    const sentence = body?.sentence ?? body?.detail ?? body?.message;
    return typeof sentence === 'string' ? sentence : otherwise;
  }

  function collect() {
    return new Promise((resolve) => {
      const patience = setTimeout(() => settle({ outcome: 'failed', message: SAYS_NOTHING }), LIMITS.collectMs);
      const settle = (message) => {
        clearTimeout(patience);
        collecting = null;
        resolve(message);
      };
      collecting = settle;
      send({ kind: 'collect' });
    });
  }

  async function save() {
    if (isBusy || port === null) return;
    isBusy = true;
    refresh();
    say([], false);
    progress('Asking the app’s page …');
    try {
      const sentences = await saved();
      if (sentences === null) return;
      say(sentences, true);
    } catch {
      say(['The server cannot be reached. Nothing was saved.'], true);
    }
    isBusy = false;
    progress('');
    refresh();
  }

  /** What keeps the values from being saved, in sentences; null when they are, and this page is over. */
  async function saved() {
    const { outcome, values, message } = await collect();
    if (outcome === 'invalid') return ['The app’s page does not accept what it holds. It may say why below.'];
    if (outcome !== 'values' || typeof values !== 'object' || values === null || Array.isArray(values)) {
      const why = typeof message === 'string' ? message.slice(0, LIMITS.noticeCharactersMax) : '';
      return [`The app’s page gave no values. ${why}`];
    }
    if (JSON.stringify(values).length > LIMITS.valuesCharactersMax) return ['The values are larger than 128 KB.'];
    progress(told.isInstall ? 'Installing …' : 'Saving …');
    const response = await post(here(), { iparams: values });
    const body = await response.json().catch(() => null);
    if (response.ok) {
      over(`${told.appName} has its parameters`, 'It is at work with them from now on. You can close this page.');
      return null;
    }
    const faults = Array.isArray(body?.faults) ? body.faults : [];
    const named = faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
    return named.length > 0 ? named : [sentenceOf(body, `It could not be saved (${response.status}).`)];
  }

  /** The app's page is done with. */
  function over(title, sentence) {
    if (told.leaveTo !== null) {
      location.assign(told.leaveTo);
      return;
    }
    port?.close();
    port = null;
    const heading = document.createElement('h1');
    heading.textContent = title;
    const paragraph = document.createElement('p');
    paragraph.textContent = sentence;
    paragraph.setAttribute('role', 'status');
    document.getElementById('main').replaceChildren(heading, paragraph);
  }

  submit?.addEventListener('click', save);
  cancel?.addEventListener('click', () => {
    over('Nothing was changed', 'The app is as it was. You can close this page.');
  });
  loading = setTimeout(() => say([SAYS_NOTHING], true), LIMITS.loadMs);
  frame.src = frame.dataset.source;
})();
