import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { test } from 'node:test';
import type { Config } from './config.ts';
import { type ConfigSources, describeConfigFault, readConfig } from './read-config.ts';
import { settings } from './settings.ts';

const nothing: ConfigSources = { flags: {}, environment: {}, fileText: null, fileName: null };
const goodKey = 'a-key-of-quite-some-length';

function accept(sources: Partial<ConfigSources>): Config {
  const reading = readConfig({ ...nothing, ...sources });
  assert.equal(reading.kind, 'config', JSON.stringify(reading));
  return reading.config;
}

function refuse(sources: Partial<ConfigSources>): string[] {
  const reading = readConfig({ ...nothing, ...sources });
  assert.equal(reading.kind, 'rejected');
  return reading.faults.map(describeConfigFault);
}

const inFile = (fileText: string): Partial<ConfigSources> => ({ fileText, fileName: 'rollcall.toml' });

test('starts from the defaults when nothing is said', () => {
  const config = accept({});
  for (const [name, setting] of Object.entries(settings))
    assert.deepEqual(config[name as keyof Config], setting.default);
});

test('prefers flags to the environment, the environment to the file, the file to the defaults', () => {
  const environment = { ROLLCALL_PORT: '5002', ROLLCALL_HOST: '::1' };
  const file = inFile('port = 5003\nhost = "0.0.0.0"\ndemo = true\n');
  const config = accept({ flags: { port: '5001' }, environment, ...file });
  assert.equal(config.port, 5001);
  assert.equal(config.host, '::1');
  assert.equal(config.demo, true);
  assert.equal(config.logLevel, 'info');
});

test('reads every setting from the environment', () => {
  const environment = {
    ROLLCALL_HOST: 'localhost',
    ROLLCALL_PORT: '0',
    ROLLCALL_DATA: '/var/lib/rollcall',
    ROLLCALL_APP: ['one', 'two'].join(delimiter),
    ROLLCALL_DEMO: '1',
    ROLLCALL_POSTGRES_URL: 'postgres://127.0.0.1/rollcall',
    ROLLCALL_NATS_URL: 'nats://127.0.0.1:4222',
    ROLLCALL_ADMIN_KEY: goodKey,
    ROLLCALL_LOG_LEVEL: 'warn',
    ROLLCALL_PUBLIC_URL: 'https://rollcall.example.com/desk/',
    ROLLCALL_FENCE: 'plain',
    ROLLCALL_APP_PRIVATE_HOSTS: '10.0.0.5:27017, crm.internal,10.1.0.0/16',
  };
  assert.deepEqual(accept({ environment }), {
    host: 'localhost',
    port: 0,
    dataFolder: '/var/lib/rollcall',
    appFolders: ['one', 'two'],
    demo: true,
    postgresUrl: 'postgres://127.0.0.1/rollcall',
    natsUrl: 'nats://127.0.0.1:4222',
    adminKey: goodKey,
    logLevel: 'warn',
    publicUrl: 'https://rollcall.example.com/desk',
    fence: 'plain',
    appPrivateHosts: ['10.0.0.5:27017', 'crm.internal', '10.1.0.0/16'],
  });
});

test('refuses a fence that is none, a public address with a query, and hosts that are URLs', () => {
  const faults = refuse(
    inFile('fence = "brick"\npublic_url = "https://x.example/?a=1"\napp_private_hosts = ["http://x"]\n'),
  );
  assert.equal(faults.length, 3);
  assert.match(faults.join('\n'), /fence is no fence: give one of auto, hardened/);
});

test('takes an empty text anywhere for "not set"', () => {
  const environment = { ROLLCALL_PORT: '', ROLLCALL_ADMIN_KEY: '' };
  const config = accept({ flags: { app: [] }, environment, ...inFile('postgres_url = ""\nadmin_key = ""\n') });
  assert.equal(config.port, 4000);
  assert.equal(config.adminKey, null);
  assert.equal(config.postgresUrl, null);
});

test('is frozen, lists included', () => {
  const config = accept({ flags: { app: ['apps/one'] } });
  assert.ok(Object.isFrozen(config));
  assert.ok(Object.isFrozen(config.appFolders));
});

test('takes a path in the file from the folder of the file, and a typed one from the working folder', () => {
  const fileText = 'data = "store"\napp = ["apps/one", "/srv/two"]\n';
  const config = accept({ fileText, fileName: 'etc/rollcall.toml' });
  assert.equal(config.dataFolder, 'etc/store');
  assert.deepEqual(config.appFolders, ['etc/apps/one', '/srv/two']);
  assert.equal(accept({ flags: { data: 'here' }, fileText, fileName: 'etc/rollcall.toml' }).dataFolder, 'here');
});

test('does not look at a value that a stronger source overrides', () => {
  assert.equal(accept({ flags: { port: '0' }, environment: { ROLLCALL_PORT: 'tcp://10.0.0.7:4000' } }).port, 0);
});

const refusals: readonly (readonly [rule: string, sources: Partial<ConfigSources>, fault: RegExp])[] = [
  ['a port that is no number', { flags: { port: '40x' } }, /^--port: port is no port number: /],
  ['a port above the last one', { flags: { port: '65536' } }, /from 0 \(any free port\) to 65535$/],
  ['a negative port', { environment: { ROLLCALL_PORT: '-1' } }, /^ROLLCALL_PORT: port is no port number/],
  ['a port in hexadecimal', { flags: { port: '0x10' } }, /is no port number/],
  ['a port with a fraction', inFile('port = 4000.5\n'), /^rollcall\.toml:1: port is no port number/],
  ['a port as text in the file', inFile('\nport = "4000"\n'), /^rollcall\.toml:2: port is no port number/],
  ['what Kubernetes puts there', { environment: { ROLLCALL_PORT: 'tcp://10.0.0.7:4000' } }, /enableServiceLinks/],
  ['a host with a scheme', { flags: { host: 'http://localhost' } }, /^--host: host is no address and no name/],
  [
    'a host with a port',
    { flags: { host: 'localhost:4000' } },
    /host holds a port: give the port as the setting "port"/,
  ],
  ['a host that is a number', inFile('host = 1\n'), /host is not text/],
  ['a folder of blanks', { flags: { data: '  ' } }, /^--data: data is no folder/],
  ['a folder with a zero byte', { flags: { data: 'a\0b' } }, /zero byte/],
  ['one app as text in the file', inFile('app = "apps/one"\n'), /app is no list of folders/],
  ['an app that is a number', inFile('app = [1]\n'), /app is no folder/],
  ['a switch that is neither', { environment: { ROLLCALL_DEMO: 'maybe' } }, /neither true nor false/],
  ['a switch as text in the file', inFile('demo = "true"\n'), /neither true nor false/],
  [
    'another database',
    { flags: { postgres: 'mysql://db/x' } },
    /has the scheme mysql:\/\/: it must start with postgres:/,
  ],
  ['a URL that is none', { flags: { nats: '127.0.0.1' } }, /^--nats: nats_url is no URL: give for example nats:/],
  ['a URL without a host', { flags: { postgres: 'postgres:///x' } }, /names no host/],
  ['a short admin key', { environment: { ROLLCALL_ADMIN_KEY: 'short' } }, /has 5 characters, too few/],
  ['an admin key with blanks', { environment: { ROLLCALL_ADMIN_KEY: `${goodKey} x` } }, /holds a blank/],
  ['an admin key that is too long', { environment: { ROLLCALL_ADMIN_KEY: 'k'.repeat(257) } }, /is too long/],
  ['an admin key that is no text', inFile('admin_key = 123456789\n'), /admin_key is not text/],
  ['a log level with a slip', { flags: { logLevel: 'wran' } }, /^--log-level: .*did you mean "warn"\?$/],
  ['a log level from elsewhere', { flags: { logLevel: 'chatty' } }, /give one of trace, debug, info/],
  [
    'a key with a slip',
    inFile('host = "::1"\nprot = 1\n'),
    /^rollcall\.toml:2: "prot" is no setting: did you mean "port"\?$/,
  ],
  [
    'an unknown key',
    inFile('colour = "red"\n'),
    /^rollcall\.toml:1: "colour" is no setting: the settings are host, port/,
  ],
  ['an unknown table', inFile('port = 1\n[server]\nport = 1\n'), /^rollcall\.toml:2: "server" is no setting/],
  ['a key named like a property of every object', inFile('toString = 1\n'), /"toString" is no setting/],
  ['a file that is no TOML', inFile('port = 1\nhost = \n'), /^rollcall\.toml:2:8: Invalid TOML document: .*toml\.io/],
];

for (const [rule, sources, fault] of refusals) {
  test(`refuses ${rule}, with its place and the way out`, () => {
    const faults = refuse(sources);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', fault);
  });
}

test('names every fault at once', () => {
  const faults = refuse({
    flags: { port: 'x' },
    environment: { ROLLCALL_ADMIN_KEY: 'short', ROLLCALL_DEMO: 'perhaps' },
    ...inFile('hots = "::1"\nlog_level = "loud"\n'),
  });
  const places = faults.map((fault) => fault.split(': ', 1)[0]);
  assert.deepEqual(places.sort(), [
    '--port',
    'ROLLCALL_ADMIN_KEY',
    'ROLLCALL_DEMO',
    'rollcall.toml:1',
    'rollcall.toml:2',
  ]);
});

test('never repeats a secret in a fault', () => {
  const secret = 'hunter2';
  const faults = refuse({
    flags: { postgres: `mysql://rollcall:${secret}@db/x`, nats: `nats//:${secret}` },
    environment: { ROLLCALL_ADMIN_KEY: secret },
  });
  assert.equal(faults.length, 3);
  assert.ok(!faults.join('\n').includes(secret));
});
