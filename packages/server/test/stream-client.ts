import { connect, type Socket } from 'node:net';

export type StreamEvent = { readonly id: string; readonly event: string; readonly data: string };

export type StreamAsk = {
  readonly port: number;
  readonly key?: string | undefined;
  /** With its question mark. */
  readonly query?: string;
  readonly lastEventId?: string;
};

/**
 * A reader of Server-Sent Events on a bare connection: it sees every byte, understands them as a browser does, and can
 * stop reading in the middle.
 */
export class StreamClient {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  readonly socket: Socket;
  head = '';
  body = '';
  isEnded = false;
  lastEventId = '';
  retryMs: number | null = null;
  #text = '';
  #fields = { event: '', data: '' };

  constructor(ask: StreamAsk) {
    this.socket = connect(ask.port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text: string) => this.#take(text));
    this.socket.on('close', () => {
      this.isEnded = true;
    });
    this.socket.on('error', () => {});
    this.ask(ask);
  }

  ask({ key, query = '', lastEventId }: StreamAsk): void {
    const headers = ['Host: localhost', 'Accept: text/event-stream'];
    if (key !== undefined) headers.push(`Authorization: Bearer ${key}`);
    if (lastEventId !== undefined) headers.push(`Last-Event-ID: ${lastEventId}`);
    this.socket.write(`GET /api/v1/events/stream${query} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  }

  get status(): number {
    return Number(this.head.split(' ')[1] ?? 0);
  }

  /** The positions of the events seen, in the order in which they came. */
  get positions(): number[] {
    return this.events.filter(({ event }) => event === 'onAgentActivityCreate').map(({ id }) => Number(id));
  }

  /** The body of a refusal. */
  get problem(): { readonly code: string; readonly detail: string; readonly errors?: readonly { pointer: string }[] } {
    return JSON.parse(this.body);
  }

  end(): void {
    this.socket.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    if (this.head === '' && !this.#takeHead()) return;
    this.body += this.#text;
    const lines = this.#text.split('\n');
    // The last piece is a line that is not whole yet.
    this.#text = lines.pop() ?? '';
    this.body = this.status === 200 ? '' : this.body;
    for (const line of lines) this.#takeLine(line);
  }

  #takeHead(): boolean {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return false;
    this.head = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 4);
    return true;
  }

  #takeLine(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === '') this.comments.push(value);
    else if (field === 'id') this.lastEventId = value;
    else if (field === 'retry') this.retryMs = Number(value);
    else if (field === 'event' || field === 'data') this.#fields[field] += value;
    else throw new Error(`no line of an event stream: ${line.slice(0, 200)}`);
  }

  #dispatch(): void {
    const { event, data } = this.#fields;
    this.#fields = { event: '', data: '' };
    if (data !== '') this.events.push({ id: this.lastEventId, event, data });
  }
}
