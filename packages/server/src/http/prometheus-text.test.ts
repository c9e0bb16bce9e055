import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogram, metricText } from './prometheus-text.ts';

test('counts each value in every bucket that holds it', () => {
  const sizes = histogram([1, 10]);
  for (const value of [1, 2, 10, 11]) sizes.observe(value);
  assert.equal(
    metricText({ kind: 'histogram', name: 'sizes', help: 'Sizes.', series: [sizes.series({ of: 'all' })] }),
    `# HELP sizes Sizes.
# TYPE sizes histogram
sizes_bucket{of="all",le="1"} 1
sizes_bucket{of="all",le="10"} 3
sizes_bucket{of="all",le="+Inf"} 4
sizes_sum{of="all"} 24
sizes_count{of="all"} 4
`,
  );
});

test('escapes what a label may not hold', () => {
  const series = [{ labels: { route: 'a"b\\c\nd' }, value: 1 }];
  const text = metricText({ kind: 'gauge', name: 'g', help: 'G.', series });
  assert.ok(text.includes('g{route="a\\"b\\\\c\\nd"} 1\n'));
});
