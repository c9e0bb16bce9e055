/**
 * The text exposition format of Prometheus.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-22)
 */
export type Metric =
  | MetricHead<'counter' | 'gauge', { readonly labels: Labels; readonly value: number }>
  | MetricHead<'histogram', HistogramSeries>;

type MetricHead<Kind, Series> = {
  readonly kind: Kind;
  readonly name: string;
  readonly help: string;
  readonly series: readonly Series[];
};

export type Labels = Readonly<Record<string, string>>;

export type HistogramSeries = {
  readonly labels: Labels;
  /** How many values were at most this large, ascending; the last bound is infinity. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly sum: number;
};

export type Histogram = { observe(value: number): void; series(labels: Labels): HistogramSeries };

/** Counts values by size. `bounds` ascend. */
export function histogram(bounds: readonly number[]): Histogram {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    observe: (value) => {
      const index = bounds.findIndex((bound) => value <= bound);
      const place = index === -1 ? bounds.length : index;
      counts[place] = (counts[place] ?? 0) + 1;
      sum += value;
    },
    series: (labels) => {
      let below = 0;
      const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
        below += counts[index] ?? 0;
        return { bound, count: below };
      });
      return { labels, buckets, sum };
    },
  };
}

export function metricText(metric: Metric): string {
  const { name, help, kind } = metric;
  const lines = metric.kind === 'histogram' ? histogramLines(metric) : plainLines(metric);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines, ''].join('\n');
}

function plainLines({ name, series }: Exclude<Metric, { kind: 'histogram' }>): readonly string[] {
  return series.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
}

function histogramLines({ name, series }: Extract<Metric, { kind: 'histogram' }>): readonly string[] {
  return series.flatMap(({ labels, buckets, sum }) => [
    ...buckets.map(({ bound, count }) => `${name}_bucket${labelsText({ ...labels, le: boundText(bound) })} ${count}`),
    `${name}_sum${labelsText(labels)} ${sum}`,
    `${name}_count${labelsText(labels)} ${buckets.at(-1)?.count ?? 0}`,
  ]);
}

function boundText(bound: number): string {
  return bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
