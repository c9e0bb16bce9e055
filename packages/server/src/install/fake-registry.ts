import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A package as a test publishes it: the files of its archive by path, without package.json, which is made. */
export type FakePackage = {
  readonly version: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
};

export type FakeRegistry = {
  readonly url: string;
  /** What it was asked for, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
};

/** A package registry on the loopback address, which knows these packages and no others. */
export async function startFakeRegistry(
  packages: Readonly<Record<string, readonly FakePackage[]>>,
): Promise<FakeRegistry> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    asked.push(path);
    const [name = '', file] = path.split('/-/');
    const versions = Object.hasOwn(packages, name) ? packages[name] : undefined;
    const { port } = server.address() as AddressInfo;
    if (versions === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
    } else if (file === undefined) {
      const body = packument(name, versions, `http://127.0.0.1:${port}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } else {
      const found = versions.find(({ version }) => file === `${version}.tgz`);
      response.writeHead(found === undefined ? 404 : 200).end(found === undefined ? '' : archiveOf(name, found));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function packument(name: string, versions: readonly FakePackage[], base: string): object {
  const entries = versions.map((one) => [
    one.version,
    {
      name,
      version: one.version,
      ...one.manifest,
      dist: {
        tarball: `${base}/${name}/-/${one.version}.tgz`,
        integrity: `sha512-${createHash('sha512').update(archiveOf(name, one)).digest('base64')}`,
      },
    },
  ]);
  return { name, 'dist-tags': { latest: versions.at(-1)?.version }, versions: Object.fromEntries(entries) };
}

function archiveOf(name: string, { version, manifest, files }: FakePackage): Buffer {
  const all = { 'package.json': JSON.stringify({ name, version, ...manifest }), ...files };
  const parts = Object.entries(all).map(([path, content]) => tarEntry(`package/${path}`, content));
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

function tarEntry(path: string, content: string): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
