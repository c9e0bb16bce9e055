import type { Outbound, OutboundAnswer, OutboundRequest } from './outbound.ts';

/** An outside world that plays: it answers what it is told to, and remembers what it was asked. */
export class FakeOutbound implements Outbound {
  readonly requests: OutboundRequest[] = [];
  answer: (request: OutboundRequest, number: number) => OutboundAnswer | Promise<OutboundAnswer> = () =>
    textAnswer('{}');

  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    this.requests.push(request);
    return this.answer(request, this.requests.length);
  }
}

/** An answer with a body of JSON. */
export function textAnswer(body: string, status = 200, contentType = 'application/json'): OutboundAnswer {
  return { kind: 'answered', status, headers: { 'content-type': contentType }, body };
}
