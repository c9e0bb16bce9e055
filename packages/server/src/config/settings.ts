/** Every setting of the server process, once: its names in the three sources, its default, and how it is read. */
import type { Config } from './config.ts';
import {
  type Raw,
  type Reading,
  readAdminKey,
  readFence,
  readFolder,
  readFolders,
  readHost,
  readHosts,
  readLogLevel,
  readPort,
  readPublicUrl,
  readSwitch,
  urlReader,
} from './setting.ts';

/**
 * What the command line hands over: the options of `rollcall serve` as they were typed, undefined where they were not.
 * The admin key has none: a command line is shown to every user of the machine.
 */
export type Flags = {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly data?: string | undefined;
  readonly app?: readonly string[] | undefined;
  readonly demo?: boolean | undefined;
  readonly postgres?: string | undefined;
  readonly nats?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly fence?: string | undefined;
  readonly config?: string | undefined;
};

export type Setting<Name extends keyof Config> = {
  readonly flag: { readonly name: Exclude<keyof Flags, 'config'>; readonly spelling: string } | null;
  readonly variable: string;
  readonly key: string;
  readonly default: Config[Name];
  readonly read: (raw: Raw) => Reading<Config[Name]>;
  /** In the file, a path is relative to the file's folder: a file must mean the same wherever it is used from. */
  readonly isPath: boolean;
};

export const settings: { readonly [Name in keyof Config]: Setting<Name> } = {
  host: {
    flag: { name: 'host', spelling: '--host' },
    variable: 'ROLLCALL_HOST',
    key: 'host',
    default: '127.0.0.1',
    read: readHost,
    isPath: false,
  },
  port: {
    flag: { name: 'port', spelling: '--port' },
    variable: 'ROLLCALL_PORT',
    key: 'port',
    default: 4000,
    read: readPort,
    isPath: false,
  },
  dataFolder: {
    flag: { name: 'data', spelling: '--data' },
    variable: 'ROLLCALL_DATA',
    key: 'data',
    default: './data',
    read: readFolder,
    isPath: true,
  },
  appFolders: {
    flag: { name: 'app', spelling: '--app' },
    variable: 'ROLLCALL_APP',
    key: 'app',
    default: [],
    read: readFolders,
    isPath: true,
  },
  demo: {
    flag: { name: 'demo', spelling: '--demo' },
    variable: 'ROLLCALL_DEMO',
    key: 'demo',
    default: false,
    read: readSwitch,
    isPath: false,
  },
  postgresUrl: {
    flag: { name: 'postgres', spelling: '--postgres' },
    variable: 'ROLLCALL_POSTGRES_URL',
    key: 'postgres_url',
    default: null,
    read: urlReader(['postgres:', 'postgresql:'], 'postgres://rollcall@127.0.0.1:5432/rollcall'),
    isPath: false,
  },
  natsUrl: {
    flag: { name: 'nats', spelling: '--nats' },
    variable: 'ROLLCALL_NATS_URL',
    key: 'nats_url',
    default: null,
    read: urlReader(['nats:', 'tls:'], 'nats://127.0.0.1:4222'),
    isPath: false,
  },
  adminKey: {
    flag: null,
    variable: 'ROLLCALL_ADMIN_KEY',
    key: 'admin_key',
    default: null,
    read: readAdminKey,
    isPath: false,
  },
  logLevel: {
    flag: { name: 'logLevel', spelling: '--log-level' },
    variable: 'ROLLCALL_LOG_LEVEL',
    key: 'log_level',
    default: 'info',
    read: readLogLevel,
    isPath: false,
  },
  publicUrl: {
    flag: { name: 'publicUrl', spelling: '--public-url' },
    variable: 'ROLLCALL_PUBLIC_URL',
    key: 'public_url',
    default: null,
    read: readPublicUrl,
    isPath: false,
  },
  fence: {
    flag: { name: 'fence', spelling: '--fence' },
    variable: 'ROLLCALL_FENCE',
    key: 'fence',
    default: 'auto',
    read: readFence,
    isPath: false,
  },
  appPrivateHosts: {
    flag: null,
    variable: 'ROLLCALL_APP_PRIVATE_HOSTS',
    key: 'app_private_hosts',
    default: [],
    read: readHosts,
    isPath: false,
  },
};
