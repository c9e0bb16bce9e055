import { AXES, REPORT_FORMATS, REPORT_HOURS } from '@rollcall/contract';
import { type Command, Option } from 'commander';
import { APP_TEMPLATES, TEMPLATE_PLATFORMS } from './app-template.ts';
import type { AccountCreateOptions } from './commands/account-create.ts';
import type { AppCreateOptions } from './commands/app-create.ts';
import type { AppInvokeOptions } from './commands/app-invoke.ts';
import type { AppMigrateOptions } from './commands/app-migrate.ts';
import type { AppPackOptions } from './commands/app-pack.ts';
import type { AppRunOptions } from './commands/app-run.ts';
import type { AppSchemaOptions } from './commands/app-schema.ts';
import type { AppValidateOptions } from './commands/app-validate.ts';
import type { BackupOptions } from './commands/backup.ts';
import type { CalendarImportOptions, CalendarOptions, CalendarWithinOptions } from './commands/calendar.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { ExportOptions } from './commands/export-events.ts';
import type { ImportEventsOptions } from './commands/import-events.ts';
import type { KeyCreateOptions } from './commands/key-create.ts';
import type { LogVerifyOptions } from './commands/log-verify.ts';
import type { PlanImportOptions } from './commands/plan-import.ts';
import type { ReportOptions } from './commands/report.ts';
import type { ServeOptions } from './commands/serve.ts';
import type { SimulateOptions } from './commands/simulate.ts';
import { IMPORT_FORMATS } from './import/import-formats.ts';
import type { Invocation } from './invocation.ts';
import { instantOrDay, listed, localDate, positiveNumber, repeated, webAddress, wholeNumber } from './read-option.ts';

/**
 * Every command with its arguments and options. What a command does is in its own file, which is loaded when it is run
 * and not before: the server alone is most of the program, and `rollcall --help` need not wait for it.
 */
export function addCommands(program: Command, invocation: Invocation): void {
  addServe(program, invocation);
  const app = program.command('app').description('work on Marketplace apps');
  addAppValidate(app, invocation);
  addAppMigrate(app, invocation);
  addAppSchema(app, invocation);
  addAppRun(app, invocation);
  addAppInvoke(app, invocation);
  addAppPack(app, invocation);
  addAppCreate(app, invocation);
  addSimulate(program, invocation);
  addReport(program, invocation);
  addImport(program, invocation);
  addExport(program, invocation);
  addLogVerify(program.command('log').description('look at the log'), invocation);
  addKeyCreate(program.command('key').description('API keys'), invocation);
  addAccountCreate(program.command('account').description('accounts'), invocation);
  addCalendar(program.command('calendar').description('business hours'), invocation);
  addPlan(program.command('plan').description('plans of shifts'), invocation);
  addBackup(program, invocation);
  addDoctor(program, invocation);
}

const DATA = ['--data <dir>', 'the data folder (default: as for serve)'] as const;

function addServe(program: Command, invocation: Invocation): void {
  program
    .command('serve')
    .description('run the server: API, presence, app callbacks, on an embedded store')
    .option('--port <n>', 'the port; 0 takes any free one (default: 4000)')
    .option('--host <host>', 'the address to listen on (default: 127.0.0.1, this machine alone)')
    .option('--data <dir>', 'the data folder, made when it is not there (default: ./data)')
    .option('--app <dir>', 'an app folder to load; may be given several times', repeated)
    .option('--demo', 'let an invented support team work, so that there is something to see')
    .option('--app-logs', 'show what apps print, on stderr (with --demo always)')
    .option('--postgres <url>', 'keep the log in PostgreSQL instead of in the data folder')
    .option('--nats <url>', 'be one of several nodes, which wake each other by NATS')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (default: info)')
    .option('--public-url <url>', 'where others reach this server (default: the address it listens on)')
    .option('--fence <fence>', 'around apps: auto, hardened, plain or trusted (default: auto, the best that works)')
    .option('--config <file>', 'a TOML file with settings (default: rollcall.toml, when it is there)')
    .option('--json', 'print one JSON object once it listens, instead of lines')
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./commands/serve.ts');
      await serve(invocation, options);
    });
}

function addAppValidate(app: Command, invocation: Invocation): void {
  app
    .command('validate')
    .description('check an app folder: every finding at once, with its place and a fix')
    .argument('<dir>', 'the app folder, the one with manifest.json, or a package (.zip)')
    .option('--fix', 'repair first what is certain, and show what was changed as a diff')
    .option('--json', 'one JSON object instead of text')
    .option('--sarif', 'a SARIF 2.1.0 log instead of text, for editors and code hosts')
    .action(async (folder: string, options: AppValidateOptions) => {
      const { validate } = await import('./commands/app-validate.ts');
      await validate(invocation, folder, options);
    });
}

function addAppRun(app: Command, invocation: Invocation): void {
  app
    .command('run')
    .description('run an app live against the engine with an invented team, on a page of its own, reloading on change')
    .argument('<dir>', 'the app folder, the one with manifest.json')
    .option('--port <n>', 'the port of the page; 0 takes any free one', wholeNumber(0, 65_535), 10_001)
    .option('--fresh', 'begin with an empty store in a temporary folder, instead of going on with <dir>/.rollcall')
    .addOption(
      new Option('--fence <fence>', 'how the app is kept in: hardened or plain try it as it runs in production')
        .choices(['trusted', 'hardened', 'plain'])
        .default('trusted'),
    )
    .option(
      '--inspect [port]',
      'let a debugger attach (default port: 9229); no limits of time hold',
      wholeNumber(0, 65_535),
    )
    .option('--skip-coverage', 'do not count which lines ran')
    .option('--coverage-report', 'write what ran to <dir>/coverage at the end')
    .addOption(
      new Option('--timestamps <unit>', 'of payloads; in production both are met')
        .choices(['milliseconds', 'seconds'])
        .default('milliseconds'),
    )
    .option('--retries', 'send an event whose callback failed again, by the schedule of production')
    .option('--strict-limits', 'hold the app to the memory that it has in production')
    .option('--no-install', 'do not install packages that the manifest names and server/node_modules lacks')
    .option('--public-url <url>', 'where a tunnel leads here from, for addresses that the app hands out', webAddress)
    .option('--open', 'open the page in the browser')
    .option('--json', 'JSON lines: listening, findings, call, line, note, coverage')
    .action(async (folder: string, options: AppRunOptions) => {
      const { run } = await import('./commands/app-run.ts');
      await run(invocation, folder, options);
    });
}

function addAppMigrate(app: Command, invocation: Invocation): void {
  app
    .command('migrate')
    .description('rewrite an app of platform 2.x for 3.0: shows the whole diff, and writes only when told to')
    .argument('<dir>', 'the app folder, the one with manifest.json')
    .option('--write', 'write the changes')
    .option('--yes', 'write them without asking, the same as --write')
    .option('--json', 'one JSON object: changed, done, todo, findings (of the result), diff')
    .action(async (folder: string, options: AppMigrateOptions) => {
      const { migrate } = await import('./commands/app-migrate.ts');
      await migrate(invocation, folder, options);
    });
}

function addAppSchema(app: Command, invocation: Invocation): void {
  app
    .command('schema')
    .description("print the JSON Schema of one of an app's files, for editors")
    .argument('[name]', 'manifest, iparams, requests, oauth_config, actions or entities (default: a list of them)')
    .option('--json', 'the list as one JSON object; a schema is JSON anyway')
    .action(async (name: string | undefined, options: AppSchemaOptions) => {
      const { printSchema } = await import('./commands/app-schema.ts');
      await printSchema(invocation, name, options);
    });
}

function addAppInvoke(app: Command, invocation: Invocation): void {
  app
    .command('invoke')
    .description('call one callback of an app once, and show what it prints and how it ends')
    .argument('<dir>', 'the app folder, the one with manifest.json')
    .argument(
      '<event>',
      'the event whose callback is called, such as onAgentActivityCreate; or a function, an action or a job',
    )
    .option('--payload <file>', 'the payload as JSON (default: the test data of the app, else an invented one)')
    .option('--iparams <file>', 'the installation parameters as JSON (default: their defaults)')
    .addOption(
      new Option('--fence <fence>', 'how the app is kept in; trusted is for your own, auto for anybody else’s')
        .choices(['trusted', 'auto', 'hardened', 'plain'])
        .default('trusted'),
    )
    .option('--json', 'one JSON object instead of text')
    .action(async (folder: string, event: string, options: AppInvokeOptions) => {
      const { invoke } = await import('./commands/app-invoke.ts');
      await invoke(invocation, { folder, event, options });
    });
}

function addAppPack(app: Command, invocation: Invocation): void {
  app
    .command('pack')
    .description('check an app and make its package, a zip: the same files always give the same bytes')
    .argument('<dir>', 'the app folder, the one with manifest.json')
    .option('--out <file>', 'where the package goes (default: dist/<folder>.zip in the app folder)')
    .option('--json', 'one JSON object: file, bytes, sha256, digest (of the content), left_out, …')
    .action(async (folder: string, options: AppPackOptions) => {
      const { pack } = await import('./commands/app-pack.ts');
      await pack(invocation, folder, options);
    });
}

function addAppCreate(app: Command, invocation: Invocation): void {
  app
    .command('create')
    .description('begin an app: typed, with tests, ready to run; the folder has to be empty or not there')
    .argument('<dir>', 'the folder of the app; its name becomes the name of the app')
    .addOption(new Option('--template <name>', 'what it begins from').choices(APP_TEMPLATES).default(APP_TEMPLATES[0]))
    .addOption(
      new Option('--platform <version>', 'the platform that it is for')
        .choices(TEMPLATE_PLATFORMS)
        .default(TEMPLATE_PLATFORMS[0]),
    )
    .option('--json', 'one JSON object: folder, template, platform_version, files')
    .action(async (folder: string, options: AppCreateOptions) => {
      const { create } = await import('./commands/app-create.ts');
      await create(invocation, folder, options);
    });
}

function addSimulate(program: Command, invocation: Invocation): void {
  program
    .command('simulate')
    .description('let an invented, seeded support team work in virtual time, and print its events as JSON lines')
    .option('--agents <n>', 'how many agents', wholeNumber(1, 10_000), 50)
    .option('--days <n>', 'how many days', wholeNumber(1, 3660), 30)
    .option('--seed <text>', 'what chance is made of: the same seed gives the same bytes', '7')
    .option('--from <day>', 'the first day, on the calendar of each agent', localDate, '2026-01-05')
    .option('--url <url>', 'act it out in a running server instead, in real time')
    .option('--key <key>', 'with --url: an admin key of the account, bound to nobody')
    .option('--speed <n>', 'with --url: so many times as fast', positiveNumber(100_000), 60)
    .option('--json', 'JSON lines, as without it; with --url one JSON object at the end')
    .action(async (options: SimulateOptions) => {
      const { simulate } = await import('./commands/simulate.ts');
      await simulate(invocation, options);
    });
}

function addReport(program: Command, invocation: Invocation): void {
  program
    .command('report')
    .description('how agents spent their business hours; or one day of one agent, explained')
    .option('--from <time>', 'the beginning: a day of the time zone, or an instant')
    .option('--to <time>', 'the end, itself left out: a day or an instant')
    .option('--time-zone <zone>', "whose days and hours are meant (default: the account's)")
    .option('--group-by <keys>', 'agent, group, day, week, month, hour_of_day, status; several with commas', listed)
    .option('--agent <id>', 'only this agent, by id or e-mail address; may be given several times', listed)
    .option('--group <id>', 'only this group, by id or name; may be given several times', repeated)
    .addOption(new Option('--calendar <hours>', 'which hours count').choices(REPORT_HOURS))
    .option('--now <instant>', 'as seen from this instant')
    .option('--at-position <n>', 'as known when the log ended here', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--format <format>', 'the form (default: table)').choices(['table', ...REPORT_FORMATS]))
    .option('--output <file>', 'write it to a file instead of stdout')
    .option('--explain <agent-and-day...>', 'a day of an agent, interval by interval, with what began and ended each')
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--url <url>', 'ask a running server instead of a data folder', webAddress)
    .option('--key <key>', 'with --url: a key of role admin or supervisor')
    .option('--json', 'the answer of the API, with every line')
    .action(async (options: ReportOptions) => {
      const { report } = await import('./commands/report.ts');
      await report(invocation, options);
    });
}

function addImport(program: Command, invocation: Invocation): void {
  program
    .command('import')
    .description('take events that happened elsewhere into the log; what is known already is passed by')
    .argument('<file>', 'JSON lines of payloads, CSV of export, a raw report of the vendor, a queue_log; gzip too')
    .addOption(
      new Option('--format <format>', 'what the file is (default: as its first line says)').choices(IMPORT_FORMATS),
    )
    .option('--create-agents', 'create the agents that are not known')
    .option('--deliver', 'let apps and webhooks have the events')
    .option('--dry-run', 'write nothing; doubles within the file that are far apart are not seen')
    .addOption(new Option('--axis <axis>', 'of a raw report that does not say it').choices(AXES))
    .option('--agents <file>', 'CSV of name,email: whose email an agent of a queue_log has')
    .option('--email-domain <host>', 'else the last part of the name at this domain: PJSIP/ada is ada@host')
    .option('--rejects <file>', 'list every rejected line in this file, as JSON lines')
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--json', 'one JSON object at the end instead of a sentence')
    .action(async (file: string, options: ImportEventsOptions) => {
      const { importFile } = await import('./commands/import-events.ts');
      await importFile(invocation, file, options);
    });
}

function addExport(program: Command, invocation: Invocation): void {
  program
    .command('export')
    .description('write the events of a data folder to stdout, in log order; also while a server works on it')
    .addOption(
      new Option('--format <format>', 'JSON lines (the payload of an event each) or CSV')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    )
    .option('--from <time>', 'changes from this instant or UTC day on', instantOrDay)
    .option('--to <time>', 'changes before this instant or UTC day', instantOrDay)
    .option('--agent <id>', 'of one agent, by id or e-mail address')
    .option('--account <id>', 'of one account (default: all)')
    .option(...DATA)
    .addOption(new Option('--json', 'the same as --format jsonl').implies({ format: 'jsonl' }))
    .action(async (options: ExportOptions) => {
      const { exportEvents } = await import('./commands/export-events.ts');
      await exportEvents(invocation, options);
    });
}

function addLogVerify(log: Command, invocation: Invocation): void {
  log
    .command('verify')
    .description('walk the whole log (chains, sequences, checksums) and name the first broken place, if there is one')
    .option(...DATA)
    .option('--json', 'one JSON object instead of a sentence')
    .action(async (options: LogVerifyOptions) => {
      const { verify } = await import('./commands/log-verify.ts');
      await verify(invocation, options);
    });
}

function addKeyCreate(key: Command, invocation: Invocation): void {
  key
    .command('create')
    .description('make an API key and print its secret, this once; also while a server runs')
    .requiredOption('--role <role>', 'what it may do: agent, supervisor, admin, ingest or app-developer')
    .option('--agent <id>', 'the agent that it acts as, by id or e-mail address (role agent must have one)')
    .option('--name <name>', 'what it is for, in words')
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--json', 'one JSON object: id, key (the secret), role, …')
    .action(async (options: KeyCreateOptions) => {
      const { createKey } = await import('./commands/key-create.ts');
      await createKey(invocation, options);
    });
}

function addAccountCreate(account: Command, invocation: Invocation): void {
  account
    .command('create')
    .description('make another account and print its first admin key, this once; also while a server runs')
    .argument('<name>', 'the name of the account, for people')
    .option('--domain <host>', 'the bare host that its payloads name', 'rollcall.localhost')
    .option(...DATA)
    .option('--json', 'one JSON object: id, name, admin_key { id, key, … }')
    .action(async (name: string, options: AccountCreateOptions) => {
      const { createAccount } = await import('./commands/account-create.ts');
      await createAccount(invocation, name, options);
    });
}

function addCalendar(calendar: Command, invocation: Invocation): void {
  calendar
    .command('import')
    .description('take business hours from an iCalendar file: weekly events are hours, all-day events are holidays')
    .argument('<file>', 'the file (.ics)')
    .option('--name <name>', 'the name of the calendar (default: the X-WR-CALNAME of the file)')
    .option(
      '--effective-from <day>',
      'from this day on; a calendar that has the name already keeps the days before',
      localDate,
    )
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--json', 'one JSON object: calendar_id, name, versions, left_out')
    .action(async (file: string, options: CalendarImportOptions) => {
      const { importCalendar } = await import('./commands/calendar.ts');
      await importCalendar(invocation, file, options);
    });
  calendar
    .command('export')
    .description('write a calendar to stdout as iCalendar, which can be read back to the same hours')
    .argument('<calendar>', 'its name or id')
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .action(async (nameOrId: string, options: CalendarOptions) => {
      const { exportCalendar } = await import('./commands/calendar.ts');
      await exportCalendar(invocation, nameOrId, options);
    });
  calendar
    .command('within')
    .description('say whether an instant lies in the business hours, and when that changes')
    .argument('<calendar>', 'its name or id')
    .option('--at <time>', 'an instant with its offset, or a UTC day (default: now)', instantOrDay)
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--json', 'one JSON object: at, within, next { at, kind }')
    .action(async (nameOrId: string, options: CalendarWithinOptions) => {
      const { lookWithin } = await import('./commands/calendar.ts');
      await lookWithin(invocation, nameOrId, options);
    });
}

function addPlan(plan: Command, invocation: Invocation): void {
  plan
    .command('import')
    .description('take shifts from a CSV or iCalendar file: all of them, or none with every bad line named')
    .argument('<file>', 'CSV with email (or agent_id), start, end, activity; or an event for each shift (.ics)')
    .addOption(new Option('--format <format>', 'what it is (default: as it looks)').choices(['csv', 'ical']))
    .option('--account <id>', 'the account (default: the first one)')
    .option(...DATA)
    .option('--json', 'one JSON object: agents, entries, other_activities')
    .action(async (file: string, options: PlanImportOptions) => {
      const { importPlan } = await import('./commands/plan-import.ts');
      await importPlan(invocation, file, options);
    });
}

function addBackup(program: Command, invocation: Invocation): void {
  program
    .command('backup')
    .description('copy the store as it is at one moment into a new file, also while a server works on it')
    .argument('<file>', 'the file to write; it must not exist. In an empty folder, as rollcall.db, it opens')
    .option(...DATA)
    .option('--json', 'one JSON object instead of a sentence')
    .action(async (file: string, options: BackupOptions) => {
      const { backUp } = await import('./commands/backup.ts');
      await backUp(invocation, file, options);
    });
}

function addDoctor(program: Command, invocation: Invocation): void {
  program
    .command('doctor')
    .description('look at what works here: Node, SQLite, time-zone data, data folder, disk, clock, fences')
    .option(...DATA)
    .option('--no-attacks', 'do not try the fence around apps with every attack, which takes some ten seconds')
    .option('--json', 'one JSON object instead of lines')
    .action(async (options: DoctorOptions) => {
      const { examine } = await import('./commands/doctor.ts');
      await examine(invocation, options);
    });
}
