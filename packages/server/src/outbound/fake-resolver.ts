import type { ResolvedAddress, Resolver } from './resolver.ts';

/**
 * A name server that plays: what it answers for a name on the first, second, third … question; after the last answer it
 * begins anew. Names that it does not know do not exist.
 */
export class FakeResolver implements Resolver {
  readonly questions: string[] = [];
  readonly #answers: Readonly<Record<string, readonly (readonly string[])[]>>;

  constructor(answers: Readonly<Record<string, readonly (readonly string[])[]>>) {
    this.#answers = answers;
  }

  async addresses(name: string): Promise<readonly ResolvedAddress[]> {
    const asked = this.questions.filter((question) => question === name).length;
    this.questions.push(name);
    const answers = this.#answers[name] ?? [];
    const answer = answers[asked % Math.max(1, answers.length)];
    if (answer === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }

  async records(name: string): Promise<readonly unknown[]> {
    return (await this.addresses(name)).map(({ address }) => address);
  }
}
