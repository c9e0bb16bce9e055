import type { RecordedFact } from '../activity/fact.ts';
import type { Engine } from '../engine/engine.ts';
import { type Histogram, histogram, type Metric, metricText } from './prometheus-text.ts';

/** What operators watch, in the text format of Prometheus. */
export type Metrics = {
  /** The counters of one route. */
  countersOf(method: string, path: string): RouteCounters;
  text(): string;
};

/** How often a route answered with which status, and how long that took. */
export type RouteCounters = { count(status: number, durationMs: number): void };

export function createMetrics(engine: Engine): Metrics {
  const routes: RouteSeries[] = [];
  const groups = histogram(GROUP_SIZES);
  let factsCommitted = 0;
  let sessionsOpen = openSessionsOf(engine);
  engine.onCommitted((_head, facts) => {
    factsCommitted += facts.length;
    groups.observe(facts.length);
    for (const fact of facts) sessionsOpen += sessionsOpenedBy(fact);
  });
  return {
    countersOf: (method, path) => {
      const series: RouteSeries = { method, path, durations: histogram(SECONDS), statuses: new Map() };
      routes.push(series);
      return {
        count: (status, durationMs) => {
          series.durations.observe(durationMs / 1000);
          series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
        },
      };
    },
    text: () =>
      [
        ...engineMetrics(engine, { factsCommitted, sessionsOpen }),
        {
          name: 'rollcall_commit_facts',
          kind: 'histogram',
          help: 'Facts per group commit.',
          series: [groups.series({})],
        },
        ...httpMetrics(routes),
      ]
        .map((metric) => metricText(metric as Metric))
        .join(''),
  };
}

const GROUP_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

function openSessionsOf({ memory }: Engine): number {
  let open = 0;
  for (let number = 1; number <= memory.agents.lastNumber; number++) {
    open += memory.agents.get(number)?.availability.sessions.length ?? 0;
  }
  return open;
}

function sessionsOpenedBy({ kind }: RecordedFact): number {
  if (kind === 'SessionOpened') return 1;
  return kind === 'SessionClosed' || kind === 'SessionEnded' ? -1 : 0;
}

function engineMetrics(
  engine: Engine,
  { factsCommitted, sessionsOpen }: { readonly factsCommitted: number; readonly sessionsOpen: number },
): readonly Metric[] {
  return [
    counter('rollcall_facts_committed_total', 'Facts committed since the start.', factsCommitted),
    gauge('rollcall_log_position', 'The newest durable position of the log.', engine.head),
    gauge('rollcall_commands_waiting', 'Commands that wait to be decided.', engine.waitingCommands),
    gauge('rollcall_agents_scheduled', 'Agents whose next deadline is scheduled.', engine.scheduledAgents),
    gauge('rollcall_sessions_open', 'Sessions that are open or lost within the grace.', sessionsOpen),
    gauge('rollcall_agents', 'Agents on record, in all accounts.', engine.memory.agents.lastNumber),
    gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    counter('process_cpu_seconds_total', 'Processor time used.', cpuSeconds()),
    gauge('process_uptime_seconds', 'Time since the start.', process.uptime()),
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function counter(name: string, help: string, value: number): Metric {
  return { name, help, kind: 'counter', series: [{ labels: {}, value }] };
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, kind: 'gauge', series: [{ labels: {}, value }] };
}

type RouteSeries = {
  readonly method: string;
  readonly path: string;
  readonly durations: Histogram;
  readonly statuses: Map<number, number>;
};

function httpMetrics(routes: readonly RouteSeries[]): readonly Metric[] {
  const used = routes.filter(({ statuses }) => statuses.size > 0);
  return [
    {
      name: 'rollcall_http_requests_total',
      help: 'Requests answered, by route and status.',
      kind: 'counter',
      series: used.flatMap(({ method, path, statuses }) =>
        [...statuses].map(([status, value]) => ({ labels: { method, route: path, status: String(status) }, value })),
      ),
    },
    {
      name: 'rollcall_http_request_duration_seconds',
      help: 'How long requests take until the last byte of the answer, by route.',
      kind: 'histogram',
      series: used.map(({ method, path, durations }) => durations.series({ method, route: path })),
    },
  ];
}
