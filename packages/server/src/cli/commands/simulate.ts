import type { Command } from 'commander';
import { simulateTeam } from '../../../simulation/simulate-team.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import type { LocalDate } from '../../time/local-date.ts';
import { createZones } from '../../time/zone.ts';
import type { Invocation } from '../invocation.ts';
import { localDate, wholeNumber } from '../read-option.ts';

type Options = {
  readonly agents: number;
  readonly days: number;
  readonly seed: string;
  readonly from: LocalDate;
};

/** `simulate`: an invented team at work in virtual time, its events as JSON lines: the same seed, the same bytes. */
export function addSimulate(program: Command, invocation: Invocation): void {
  program
    .command('simulate')
    .description('let an invented, seeded support team work in virtual time, and print its events as JSON lines')
    .option('--agents <n>', 'how many agents', wholeNumber(1, 10_000), 50)
    .option('--days <n>', 'how many days', wholeNumber(1, 3660), 30)
    .option('--seed <text>', 'what chance is made of: the same seed gives the same bytes', '7')
    .option('--from <day>', 'the first day, on each agent’s own calendar', localDate, '2026-01-05')
    .option('--json', 'JSON lines, as without it')
    .action((options: Options) => simulate(invocation, options));
}

async function simulate({ terminal }: Invocation, options: Options): Promise<void> {
  const zones = createZones(process.versions.tz ?? 'unknown');
  for await (const event of simulateTeam({ ...options, zones, sha256Hex })) {
    await terminal.line(JSON.stringify(event));
  }
}
