import type { ServerResponse } from 'node:http';
import { WORKBENCH_LIMITS } from './limits.ts';

/** The open pages, told of everything at once, by Server-Sent Events. A page that does not read is let go. */
export class PageStream {
  readonly #pages = new Set<ServerResponse>();
  #beat: NodeJS.Timeout | null = null;

  get size(): number {
    return this.#pages.size;
  }

  /** Takes a page in, and sends it where things stand; false when there are too many. */
  open(response: ServerResponse, first: readonly { readonly event: string; readonly data: object }[]): boolean {
    if (this.#pages.size >= WORKBENCH_LIMITS.readersMax) return false;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'keep-alive',
    });
    response.write(`retry: 500\n\n${first.map(({ event, data }) => frame(event, data)).join('')}`);
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
    response.on('error', () => this.#pages.delete(response));
    this.#beat ??= setInterval(() => this.#write(': alive\n\n'), WORKBENCH_LIMITS.heartbeatMs).unref();
    return true;
  }

  send(event: string, data: object): void {
    if (this.#pages.size > 0) this.#write(frame(event, data));
  }

  close(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #write(text: string): void {
    for (const page of this.#pages) {
      if (page.writableLength > WORKBENCH_LIMITS.unreadBytesMax) {
        this.#pages.delete(page);
        page.destroy();
      } else page.write(text);
    }
  }
}

/** JSON has no line break of its own, so that one line of data is always enough. */
function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
