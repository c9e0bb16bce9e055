/** The whole server on a folder, without apps. Prints its port. */
import { pino } from 'pino';
import { startServer } from '../packages/server/src/main.ts';

const [folder = '', adminKey = '', app] = process.argv.slice(2);
const config = {
  host: '127.0.0.1',
  port: 0,
  dataFolder: folder,
  appFolders: app === undefined ? [] : [app],
  demo: false,
  postgresUrl: null,
  natsUrl: null,
  adminKey,
  logLevel: 'warn',
  publicUrl: null,
  fence: 'auto',
  appPrivateHosts: [],
} as const;
const server = await startServer(config, pino({ level: 'warn' }, pino.destination(2)));
process.stdout.write(`${new URL(server.url).port}\n`);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
