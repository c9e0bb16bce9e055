import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export type PresenceClientAsk = {
  readonly port: number;
  readonly agentId: string;
  /** Sent as a header; left out when undefined. */
  readonly key?: string | undefined;
  readonly session?: string | undefined;
  readonly query?: string;
  readonly protocols?: readonly string[];
};

/** A page on a presence socket: what it was told, and how it ended. */
export class PresenceClient {
  readonly socket: WebSocket;
  readonly messages: { readonly type: string; readonly id?: string; readonly code?: string }[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  refused: { readonly status: number; readonly code: string; readonly headers: IncomingMessage['headers'] } | null =
    null;
  pings = 0;

  constructor({ port, agentId, key, session, query, protocols = [] }: PresenceClientAsk) {
    const search = query ?? (session === undefined ? '' : `?session=${session}`);
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const address = `ws://127.0.0.1:${port}/api/v1/agents/${agentId}/presence${search}`;
    this.socket = new WebSocket(address, [...protocols], { headers });
    this.socket.on('message', (data) => void this.messages.push(JSON.parse(String(data))));
    this.socket.on('ping', () => {
      this.pings++;
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('error', () => {});
    this.socket.on('unexpected-response', (_request, response) => this.#readRefusal(response));
  }

  /** The id of its session, once it was told; else empty. */
  get session(): string {
    return this.messages[0]?.type === 'session' ? (this.messages[0].id ?? '') : '';
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close(): void {
    this.socket.close();
  }

  /** Breaks off without a word. */
  vanish(): void {
    this.socket.terminate();
  }

  #readRefusal(response: IncomingMessage): void {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      body += piece;
    });
    response.on('end', () => {
      const problem = JSON.parse(body) as { readonly code: string; readonly status: number };
      this.refused = { status: response.statusCode ?? 0, code: problem.code, headers: response.headers };
    });
  }
}
