import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip that a test makes by hand, honest unless it says otherwise. */
export type FakeEntry = {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Unix mode, such as 0o120777 for a symbolic link. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  /** What the zip claims instead of the truth. */
  readonly claimedBytes?: number;
  readonly crc?: number;
};

/** A zip, byte by byte: libraries that write zips refuse to write the bad ones. */
export function fakeZip(entries: readonly FakeEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const part = partOf(entry);
    const local = Buffer.concat([header(0x04034b50, part, null), part.name, part.data]);
    central.push(Buffer.concat([header(0x02014b50, part, offset), part.name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

type Part = {
  readonly name: Buffer;
  readonly data: Buffer;
  readonly bytes: number;
  readonly crc: number;
  readonly method: number;
  readonly flags: number;
  readonly mode: number;
};

function partOf({
  name,
  content = '',
  mode = 0o100644,
  flags = 0x800,
  method = 8,
  claimedBytes,
  crc,
}: FakeEntry): Part {
  const raw = Buffer.from(content as string);
  const data = method === 8 ? deflateRawSync(raw) : raw;
  return {
    name: Buffer.from(name),
    data,
    bytes: claimedBytes ?? raw.length,
    crc: crc ?? crc32(raw),
    method,
    flags,
    mode,
  };
}

/** A local header, or with an offset the central one. */
function header(signature: number, part: Part, offset: number | null): Buffer {
  const isCentral = offset !== null;
  const buffer = Buffer.alloc(isCentral ? 46 : 30);
  buffer.writeUInt32LE(signature, 0);
  const at = isCentral ? 6 : 4;
  if (isCentral) buffer.writeUInt16LE((3 << 8) | 20, 4);
  buffer.writeUInt16LE(20, at);
  buffer.writeUInt16LE(part.flags, at + 2);
  buffer.writeUInt16LE(part.method, at + 4);
  buffer.writeUInt32LE(part.crc, at + 10);
  buffer.writeUInt32LE(part.data.length, at + 14);
  buffer.writeUInt32LE(part.bytes, at + 18);
  buffer.writeUInt16LE(part.name.length, at + 22);
  if (isCentral) {
    buffer.writeUInt32LE((part.mode << 16) >>> 0, 38);
    buffer.writeUInt32LE(offset, 42);
  }
  return buffer;
}
