import { writeApp } from './app-world.ts';

/** An invented app that asks for a channel and a token by a page of its own, and lends itself to saying no. */
export function writeChannelApp(folder: string, options: { readonly hidesButtons?: boolean } = {}): string {
  return writeApp(folder, {
    'manifest.json': {
      'platform-version': '3.0',
      modules: {
        common: {
          events: { onAppInstall: { handler: 'onAppInstall' } },
          functions: { checkChannel: { timeout: 10 } },
        },
        chat_conversation: { events: { onAgentActivityCreate: { handler: 'onActivity' } } },
      },
      engines: { node: '24.11.1', fdk: '10.1.2' },
      ...(options.hidesButtons === true ? { settings: { iparams: { hideStandardButtons: true } } } : {}),
    },
    'server/server.js': SERVER,
    'config/iparams.html': options.hidesButtons === true ? PAGE.replace('id="apply" hidden', 'id="apply"') : PAGE,
    'config/assets/iparams.css': STYLE,
    'config/assets/iparams.js': SCRIPT,
  });
}

/** An app whose page tries what a page of a stranger may not. It says in its own document what came of it. */
export function writeHostileApp(folder: string): string {
  return writeApp(folder, {
    'manifest.json': { 'platform-version': '2.3', product: { freshchat: {} } },
    'server/server.js': 'exports = {};',
    'config/iparams.html': `<!doctype html><title>x</title><pre id="loot">not yet</pre>
<script src="https://static.freshdev.io/fdk/2.0/assets/fresh_client.js"></script><script src="assets/hostile.js"></script>`,
    'config/assets/hostile.js': HOSTILE,
  });
}

const SERVER = `exports = {
  onAppInstall(args) {
    if (args.iparams.channel === 'closed') return renderData({ message: 'That channel is closed.' });
    console.info('installed for ' + args.iparams.channel + ' with ' + String(args.iparams.token).length + ' characters');
    renderData();
  },
  async checkChannel(args) {
    const stored = await $db.set('k', { a: 1 }).then(() => 'stored', (error) => error.message);
    renderData(null, { channel: args.channel, isInstall: args.isInstall === true, stored });
  },
  onActivity(args) {
    const { channel, token } = args.iparams;
    console.info('activity for ' + channel + ', last of the token: ' + token.slice(-5));
  }
};
`;

const PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="./assets/iparams.css" />
    <script defer src="{{{appclient}}}"></script>
  </head>
  <body>
    <form id="form">
      <h2>Where should we write?</h2>
      <label for="channel">Channel</label>
      <input id="channel" autocomplete="off" placeholder="team-lunch" />
      <p class="hint" id="modules"></p>
      <label for="token">Access token</label>
      <input id="token" type="password" autocomplete="off" />
      <button type="button" id="check">Check the channel</button>
      <output id="checked"></output>
      <button type="button" id="apply" hidden>Keep these</button>
    </form>
    <script defer src="./assets/iparams.js"></script>
  </body>
</html>
`;

const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; margin: 0; padding: 20px 24px; color: #16202c; }
h2 { margin: 0 0 12px; font-size: 18px; }
label { display: block; margin: 14px 0 4px; font-weight: 600; }
input { width: 100%; max-width: 26rem; box-sizing: border-box; padding: 8px 10px; border: 1px solid #b7c0cb; border-radius: 4px; font: inherit; }
.hint { margin: 4px 0 0; color: #5b6875; font-size: 13px; }
button { margin-top: 16px; padding: 7px 14px; border: 1px solid #264a7c; border-radius: 4px; background: #264a7c; color: #fff; font: inherit; }
output { margin-left: 10px; }
`;

const SCRIPT = `let client;
const field = (name) => document.getElementById(name);

start();

async function start() {
  client = await app.initialized();
  const { currentHost } = await client.data.get('currentHost');
  field('modules').textContent = 'Events of ' + currentHost.subscribed_modules.join(', ');
  field('check').addEventListener('click', check);
  field('apply').addEventListener('click', () => client.iparams.apply());
}

async function check() {
  const { response } = await client.request.invoke('checkChannel', { channel: field('channel').value });
  const { isInstall, stored } = response;
  field('checked').value = response.channel + (isInstall ? ' at install; ' : ' later; ') + stored;
}

function getConfigs(configs) {
  field('channel').value = configs.channel;
  field('token').value = configs.token;
}

function validate() {
  return field('channel').value !== '';
}

function postConfigs() {
  return {
    __meta: { secure: ['token'] },
    channel: field('channel').value,
    token: field('token').value
  };
}
`;

const HOSTILE = `const loot = [];
const attempt = async (what, run) => {
  let got;
  try {
    got = await run();
  } catch (error) {
    got = 'refused';
  }
  loot.push(what + ': ' + got);
};
const api = location.href.split('/').slice(0, 3).join('/');
const attempts = [
  ['parent document', () => parent.document.title],
  ['parent address', () => parent.location.href],
  ['frame element', () => String(window.frameElement ?? 'refused')],
  ['cookies', () => document.cookie],
  ['storage', () => localStorage.length],
  ['referrer', () => (document.referrer === '' ? 'refused' : document.referrer)],
  ['top address', () => { top.location.href = api + '/healthz'; return 'asked'; }],
  ['api', async () => (await fetch(api + '/api/v1/agents', { credentials: 'include' })).text()],
  ['state', async () => (await fetch(api + '/bench/state', { credentials: 'include' })).text()],
  ['install', async () => (await fetch(api + '/custom_configs', {
    method: 'POST', body: '{"iparams":{"taken":true}}', credentials: 'include' })).text()],
  ['forced', async () => {
    await fetch(api + '/bench/uninstall', { method: 'POST', mode: 'no-cors', body: '{"force":true}' });
    return 'sent';
  }],
  ['framed', () => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.src = api + '/';
    frame.onload = () => resolve(frame.contentDocument === null ? 'refused' : frame.contentDocument.title || 'refused');
    document.body.append(frame);
    setTimeout(() => resolve('refused'), 1500);
  })],
  ['form', () => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = api + '/custom_configs';
    document.body.append(form);
    form.submit();
    return 'asked';
  }]
];
(async () => {
  for (const [what, run] of attempts) await attempt(what, run);
  const client = await app.initialized();
  client.iparams.apply();
  for (const flood of ['x'.repeat(2 * 1024 * 1024), '{"kind":', '[]', '{"kind":"call","id":1.5,"ask":1,"args":{}}']) {
    parent.postMessage(flood, '*');
  }
  await attempt('other calls', () => client.request.invokeTemplate('nothing', {}));
  document.getElementById('loot').textContent = loot.join('\\n');
  document.title = 'done';
})();
function getConfigs() {}
function postConfigs() { return { grabbed: 'x'.repeat(200 * 1024) }; }
`;
