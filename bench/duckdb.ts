import { createRequire } from 'node:module';

/** What of DuckDB this bench uses. */
type Connection = {
  run(sql: string): Promise<unknown>;
  createAppender(table: string): Promise<Appender>;
  runAndReadAll(sql: string): Promise<{ getRowsJS(): readonly (readonly unknown[])[] }>;
  closeSync(): void;
};
type Appender = {
  appendInteger(value: number): void;
  appendBigInt(value: bigint): void;
  endRow(): void;
  closeSync(): void;
};
type Instance = { connect(): Promise<Connection>; closeSync(): void };
export type DuckDb = { readonly DuckDBInstance: { create(file: string): Promise<Instance> } };

/** A stretch of an agent's time in one state. */
export type BenchSpan = { readonly agent: number; readonly state: number; readonly from: number; readonly to: number };
/** A stretch of business hours, and the local day that it is of. */
export type BenchSlot = { readonly day: number; readonly from: number; readonly to: number };

/** null when it is not installed: `npm install --prefix bench/peers`. */
export async function loadDuckDb(): Promise<DuckDb | null> {
  try {
    const require = createRequire(new URL('./peers/package.json', import.meta.url));
    return (await import(require.resolve('@duckdb/node-api'))) as DuckDb;
  } catch {
    return null;
  }
}

/** The same histories as a table of spans, and the business hours as a table of slots. */
export async function fillDuckDb(
  duckDb: DuckDb,
  file: string,
  { spans, slots }: { readonly spans: Iterable<BenchSpan>; readonly slots: readonly BenchSlot[] },
): Promise<void> {
  const instance = await duckDb.DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run('CREATE TABLE span (agent INTEGER, state INTEGER, starts BIGINT, ends BIGINT)');
  await connection.run('CREATE TABLE slot (day INTEGER, starts BIGINT, ends BIGINT)');
  const spanRows = await connection.createAppender('span');
  for (const { agent, state, from, to } of spans) {
    spanRows.appendInteger(agent);
    spanRows.appendInteger(state);
    appendInterval(spanRows, from, to);
  }
  spanRows.closeSync();
  const slotRows = await connection.createAppender('slot');
  for (const { day, from, to } of slots) {
    slotRows.appendInteger(day);
    appendInterval(slotRows, from, to);
  }
  slotRows.closeSync();
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
}

function appendInterval(appender: Appender, from: number, to: number): void {
  appender.appendBigInt(BigInt(from));
  appender.appendBigInt(BigInt(to));
  appender.endRow();
}

/** A span and a slot that meet share a day of UTC: joined by it, and cut to it, the join is of equals. */
const QUERY = `
  CREATE OR REPLACE TEMP TABLE answer AS
  WITH piece AS (
    SELECT agent, state, starts, ends, unnest(range(starts // 86400000, (ends - 1) // 86400000 + 1)) AS bucket FROM span
  ), slice AS (
    SELECT day, starts, ends, unnest(range(starts // 86400000, (ends - 1) // 86400000 + 1)) AS bucket FROM slot
  ), common AS (
    SELECT piece.agent, slice.day, piece.state,
      least(piece.ends, slice.ends, (bucket + 1) * 86400000)
        - greatest(piece.starts, slice.starts, bucket * 86400000) AS ms
    FROM piece JOIN slice USING (bucket)
    WHERE piece.starts < slice.ends AND slice.starts < piece.ends
  )
  SELECT agent, day, state, sum(ms) AS ms FROM common WHERE ms > 0 GROUP BY agent, day, state`;

/** From opening the file: milliseconds up to the first answer, and of one after it. */
export async function askDuckDb(
  duckDb: DuckDb,
  file: string,
  availableState: number,
): Promise<{ readonly availableMs: number; readonly firstMs: number; readonly againMs: number }> {
  const start = performance.now();
  const instance = await duckDb.DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(QUERY);
  const firstMs = performance.now() - start;
  const again = performance.now();
  await connection.run(QUERY);
  const againMs = performance.now() - again;
  const sum = await connection.runAndReadAll(`SELECT sum(ms)::BIGINT FROM answer WHERE state = ${availableState}`);
  const availableMs = Number(sum.getRowsJS()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  return { availableMs, firstMs, againMs };
}
