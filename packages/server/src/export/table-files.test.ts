import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { fromBufferPromise } from 'yauzl';
import type { ByteSink, TableColumn, TableFormat, TableNote, TableRow } from '../reporting/table-file.ts';
import { tableFiles } from './table-files.ts';
import { xlsxFile } from './xlsx-file.ts';

const COLUMNS: readonly TableColumn[] = [
  { name: 'agent_email', kind: 'text' },
  { name: 'day', kind: 'date' },
  { name: 'unavailable_ms', kind: 'integer' },
  { name: 'availability_percent', kind: 'number' },
  { name: 'first_sign_in', kind: 'instant' },
  { name: 'status:"Lunch", late_ms', kind: 'integer' },
];
const AT = Date.UTC(2026, 2, 4, 13, 50, 0, 7);
const ROWS: readonly TableRow[] = [
  ['one@example.com', '2026-03-04', 3_900_000, 86.45833333333333, AT, 2_700_000],
  ['=1+1', '2026-03-05', 0, null, null, null],
  ['Ä "quoted", \n<b>&\u0001\ud800', null, 2 ** 53 - 1, 100, -1, 0],
];
const NOTES: readonly TableNote[] = [
  ['log_position', 12],
  ['tzdata', '2026a'],
];

async function fileOf(format: TableFormat, rows: readonly TableRow[] = ROWS): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const file = tableFiles().begin(format, COLUMNS, (bytes) => void chunks.push(bytes));
  for (const row of rows) await file.rows([row]);
  await file.end(NOTES);
  return Buffer.concat(chunks);
}

test('writes CSV by RFC 4180, with formulas made harmless', async () => {
  const text = (await fileOf('csv')).toString();
  assert.equal(
    text,
    [
      'agent_email,day,unavailable_ms,availability_percent,first_sign_in,"status:""Lunch"", late_ms"',
      'one@example.com,2026-03-04,3900000,86.45833333333333,2026-03-04T13:50:00.007Z,2700000',
      "'=1+1,2026-03-05,0,,,",
      '"Ä ""quoted"", \n<b>&\u0001\ufffd",,9007199254740991,100,1969-12-31T23:59:59.999Z,0',
      '',
    ].join('\r\n'),
  );
});

test('makes text of everything that a spreadsheet would calculate', async () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r']) {
    const text = (await fileOf('csv', [[`${start}cmd`, null, -1, null, null, null]])).toString();
    const [, row = ''] = text.split('\r\n', 2);
    assert.match(row, /^"?'/, JSON.stringify(start));
    if (start !== '\r') assert.ok(row.endsWith(',,-1,,,'), 'numbers stay numbers');
  }
});

test('writes the header also where there is no row', async () => {
  assert.equal((await fileOf('csv', [])).toString().split('\r\n').length, 2);
  const sheets = await sheetsOf(await fileOf('xlsx', []));
  assert.deepEqual(cellsOf(sheets['xl/worksheets/sheet1.xml'] ?? '').length, COLUMNS.length);
  const { buffer } = new Uint8Array(await fileOf('parquet', []));
  assert.equal(parquetMetadata(buffer).num_rows, 0n);
});

test('writes Parquet that reads back as it was, with its types and notes', async () => {
  const { buffer } = new Uint8Array(await fileOf('parquet'));
  const metadata = parquetMetadata(buffer);
  assert.deepEqual(
    metadata.key_value_metadata?.map(({ key, value }) => [key, value]),
    [
      ['log_position', '12'],
      ['tzdata', '2026a'],
    ],
  );
  const rows = await parquetReadObjects({ file: buffer });
  assert.deepEqual(rows.slice(0, 2), [
    {
      agent_email: 'one@example.com',
      day: new Date('2026-03-04'),
      unavailable_ms: 3_900_000n,
      availability_percent: 86.45833333333333,
      first_sign_in: new Date(AT),
      'status:"Lunch", late_ms': 2_700_000n,
    },
    {
      agent_email: '=1+1',
      day: new Date('2026-03-05'),
      unavailable_ms: 0n,
      availability_percent: null,
      first_sign_in: null,
      'status:"Lunch", late_ms': null,
    },
  ]);
  assert.equal(rows[2]?.unavailable_ms, BigInt(2 ** 53 - 1));
});

test('keeps every row of a Parquet file that is longer than what is encoded at once', async () => {
  const many = Array.from({ length: 12_345 }, (_, index): TableRow => [`a${index}`, null, index, null, null, null]);
  const { buffer } = new Uint8Array(await fileOf('parquet', many));
  const rows = await parquetReadObjects({ file: buffer });
  assert.deepEqual(
    rows.map(({ unavailable_ms: ms }) => Number(ms)),
    many.map(([, , ms]) => ms),
  );
});

test('writes a workbook with typed cells, a header that stays, and a sheet with the notes', async () => {
  const parts = await sheetsOf(await fileOf('xlsx'));
  assert.match(parts['xl/workbook.xml'] ?? '', /name="activity".*name="basis"/);
  const sheet = parts['xl/worksheets/sheet1.xml'] ?? '';
  assert.match(sheet, /<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"\/>/);
  const cells = new Map(cellsOf(sheet).map((cell) => [cell.place, cell]));
  assert.deepEqual(cells.get('A1'), { place: 'A1', style: '1', value: 'agent_email', isText: true });
  assert.deepEqual(cells.get('F1')?.value, 'status:&quot;Lunch&quot;, late_ms');
  assert.deepEqual(cells.get('C2'), { place: 'C2', style: '0', value: '3900000', isText: false });
  assert.deepEqual(cells.get('B2'), { place: 'B2', style: '2', value: '46085', isText: false });
  assert.equal(Math.round((Number(cells.get('E2')?.value) - 25_569) * 86_400_000), AT);
  assert.deepEqual(cells.get('A3'), { place: 'A3', style: '0', value: '=1+1', isText: true });
  assert.equal(cells.get('D3'), undefined, 'null is no cell');
  assert.equal(cells.get('A4')?.value, 'Ä &quot;quoted&quot;, \n&lt;b&gt;&amp;\ufffd\ufffd');
  const notes = cellsOf(parts['xl/worksheets/sheet2.xml'] ?? '').map(({ value }) => value);
  assert.deepEqual(notes, ['name', 'value', 'log_position', '12', 'tzdata', '2026a']);
});

test('goes on in another sheet where one is full', async () => {
  const chunks: Uint8Array[] = [];
  const file = xlsxFile(COLUMNS, (bytes) => void chunks.push(bytes), 4);
  const rows = Array.from({ length: 7 }, (_, index): TableRow => [null, null, index, null, null, null]);
  await file.rows(rows);
  await file.end([]);
  const parts = await sheetsOf(Buffer.concat(chunks));
  assert.match(parts['xl/workbook.xml'] ?? '', /"activity".*"activity 2".*"activity 3".*"basis"/);
  const values = [1, 2, 3].flatMap((sheet) =>
    cellsOf(parts[`xl/worksheets/sheet${sheet}.xml`] ?? '').flatMap(({ value, isText }) => (isText ? [] : [value])),
  );
  assert.deepEqual(values.map(Number), [0, 1, 2, 3, 4, 5, 6]);
});

test('tells whoever writes when nobody takes the bytes any more', async () => {
  for (const format of ['csv', 'xlsx', 'parquet'] as const) {
    const gone: ByteSink = () => {
      throw new Error('gone');
    };
    const writing = async () => {
      const file = tableFiles().begin(format, COLUMNS, gone);
      const rows = Array.from({ length: 6000 }, (): TableRow => ['x'.repeat(50), null, 1, 1, 1, 1]);
      for (let turn = 0; turn < 20; turn++) await file.rows(rows);
      await file.end([]);
    };
    await assert.rejects(writing(), /gone/, format);
  }
});

async function sheetsOf(workbook: Buffer): Promise<Record<string, string>> {
  const parts: Record<string, string> = {};
  const zip = await fromBufferPromise(workbook);
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    parts[entry.fileName] = Buffer.concat(chunks).toString();
  }
  return parts;
}

function cellsOf(sheet: string) {
  const cells =
    /<c r="(\w+)" s="(\d)"( t="inlineStr")?>(?:<v>(.*?)<\/v>|<is><t xml:space="preserve">([\s\S]*?)<\/t><\/is>)<\/c>/g;
  return [...sheet.matchAll(cells)].map(([, place, style, isText, number, text]) => {
    return { place, style, value: number ?? text ?? '', isText: isText !== undefined };
  });
}
