import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppLogLine } from './host-services.ts';
import { createLogMeter } from './log-meter.ts';

function meterWith(bytesPerSecondMax: number) {
  const lines: AppLogLine[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const meter = createLogMeter({
    bytesPerSecondMax,
    log: (line) => lines.push(line),
    clock: {
      now: () => now,
      after(delayMs, run) {
        const timer = { at: now + delayMs, run };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer) >>> 0, 1);
      },
    },
  });
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) timer.run();
  };
  const write = (text: string) => meter.write({ level: 'log', text, callId: null });
  return { meter, write, pass, texts: () => lines.map(({ at, text }) => `${at} ${text}`) };
}

test('lets a second of lines through up to its bytes and says at its end what is missing', () => {
  const { write, pass, texts } = meterWith(210);
  for (const text of ['12345', '12345', 'over', 'x']) write(text);
  pass(1000);
  write('next');
  assert.deepEqual(texts(), ['0 12345', '0 12345', '1000 … 2 lines left out', '1000 next']);
});

test('says what is missing before the next line when nobody woke it', () => {
  const { write, meter, texts } = meterWith(103);
  write('€');
  write('€');
  meter.flush();
  meter.flush();
  assert.deepEqual(texts(), ['0 €', '0 … 1 line left out']);
});

test('counts empty lines too', () => {
  const { write, pass, texts } = meterWith(1000);
  for (let line = 0; line < 1_000_000; line += 1) write('');
  pass(1000);
  assert.deepEqual([texts().length, texts().at(-1)], [11, '1000 … 999990 lines left out']);
});
