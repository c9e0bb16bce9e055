import { simulateTeam } from '../../../simulation/simulate-team.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import type { LocalDate } from '../../time/local-date.ts';
import { createZones } from '../../time/zone.ts';
import type { Invocation } from '../invocation.ts';

export type SimulateOptions = {
  readonly agents: number;
  readonly days: number;
  readonly seed: string;
  readonly from: LocalDate;
};

/** `simulate`: an invented team at work in virtual time, its events as JSON lines: the same seed, the same bytes. */
export async function simulate({ terminal }: Invocation, options: SimulateOptions): Promise<void> {
  const zones = createZones(process.versions.tz ?? 'unknown');
  for await (const event of simulateTeam({ ...options, zones, sha256Hex })) {
    await terminal.line(JSON.stringify(event));
  }
}
