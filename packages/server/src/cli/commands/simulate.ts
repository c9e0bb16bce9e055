import { playLive } from '../../../simulation/play-live.ts';
import { RemoteRefusal, remoteApi } from '../../../simulation/remote-api.ts';
import { simulateTeam } from '../../../simulation/simulate-team.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import type { LocalDate } from '../../time/local-date.ts';
import { createZones } from '../../time/zone.ts';
import { CommandFailed, wrongUsage } from '../command-failed.ts';
import type { Invocation } from '../invocation.ts';
import { stopSignal } from '../stop-signal.ts';

export type SimulateOptions = {
  readonly agents: number;
  readonly days: number;
  readonly seed: string;
  readonly from: LocalDate;
  readonly url?: string;
  readonly key?: string;
  readonly speed: number;
  readonly json?: boolean;
};

/**
 * `simulate`: an invented team at work. In virtual time its events are JSON lines on stdout, and the same seed gives the
 * same bytes; with `--url` the same days are acted out in a running server, in real time or faster.
 */
export async function simulate(invocation: Invocation, options: SimulateOptions): Promise<void> {
  const zones = createZones(process.versions.tz ?? 'unknown');
  if (options.url !== undefined) return simulateInto(invocation, { ...options, zones, url: options.url });
  const { terminal } = invocation;
  for await (const event of simulateTeam({ ...options, zones, sha256Hex })) {
    await terminal.line(JSON.stringify(event));
  }
}

type Into = SimulateOptions & { readonly url: string; readonly zones: ReturnType<typeof createZones> };

async function simulateInto({ terminal }: Invocation, options: Into): Promise<void> {
  const { url, key, json } = options;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw wrongUsage(`${url} is no address of a server.`);
  if (key === undefined) throw wrongUsage('--url needs --key: an admin key of the account, bound to nobody.');
  const stop = new AbortController();
  void stopSignal().asked.then(() => stop.abort());
  const report = (sentence: string) => terminal.say(sentence);
  try {
    const play = await playLive({ ...options, api: remoteApi(url, key), report, signal: stop.signal });
    await terminal.line(json === true ? JSON.stringify(play) : `${play.deeds} deeds, ${play.refused} refused`);
  } catch (error) {
    if (!(error instanceof RemoteRefusal)) throw error;
    const hint = error.status === 403 ? ' The key must be an admin key that is bound to nobody.' : '';
    throw new CommandFailed(`${error.message}${hint}`, 1, error);
  }
}
