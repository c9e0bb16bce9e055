import type { AgentActivityReport, AgentRead, Fault, GroupRead, Page, Problem } from '@rollcall/contract';
import { nameKey } from '../../directory/name-key.ts';
import { refusedQuestion, refusedReport } from './refused-report.ts';
import type { ReportFields, ReportSource } from './report-source.ts';

/** Reports of a running server, wherever it is, by its API and a key of it. */
export function serverSource(url: string, key: string): ReportSource {
  const ask = async (path: string, fields: ReportFields): Promise<Response> => {
    const answer = await fetched(`${url}/api/v1${path}?${queryOf(fields)}`, key);
    if (answer.ok) return answer;
    throw refusalOf(answer.status, await answer.text());
  };
  const json = async <T>(path: string, fields: ReportFields) => (await (await ask(path, fields)).json()) as T;
  const find = async <Item>(path: string, isMeant: (item: Item) => boolean): Promise<Item | undefined> => {
    let after: string | null = null;
    do {
      const page: Page<Item> = await json(path, { limit: PAGE_ITEMS, after: after ?? undefined });
      const found = page.items.find(isMeant);
      if (found !== undefined) return found;
      after = page.next;
    } while (after !== null);
    return undefined;
  };
  return {
    async activity(fields) {
      const first = await json<AgentActivityReport>(ACTIVITY, { ...fields, limit: PAGE_ITEMS });
      const items = [...first.items];
      for (let { next } = first; next !== null; ) {
        const page: AgentActivityReport = await json(ACTIVITY, { ...fields, limit: PAGE_ITEMS, after: next });
        items.push(...page.items);
        ({ next } = page);
      }
      return { ...first, items, next: null };
    },
    async file(fields, format, sink) {
      const { body } = await ask(ACTIVITY, { ...fields, format });
      for await (const chunk of body ?? []) await sink(chunk);
    },
    timeline: (agentId, fields) => json(`/agents/${encodeURIComponent(agentId)}/timeline`, fields),
    async agentId(idOrEmail) {
      const isMeant = ({ id, email }: AgentRead) =>
        id === idOrEmail.toLowerCase() || nameKey(email) === nameKey(idOrEmail);
      const found = await find('/agents', isMeant);
      if (found === undefined) throw refusedReport(`There is no agent ${idOrEmail} in the account.`);
      return found.id;
    },
    async groupId(idOrName) {
      const isMeant = ({ id, name }: GroupRead) => id === idOrName.toLowerCase() || nameKey(name) === nameKey(idOrName);
      const found = await find('/groups', isMeant);
      if (found === undefined) throw refusedReport(`There is no group ${idOrName} in the account.`);
      return found.id;
    },
    async close() {},
  };
}

const ACTIVITY = '/reports/agent-activity';
const PAGE_ITEMS = 1000;

function queryOf(fields: ReportFields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) query.set(name, Array.isArray(value) ? value.join() : String(value));
  }
  return query.toString();
}

async function fetched(url: string, key: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  } catch (cause) {
    throw refusedReport(`${new URL(url).origin} does not answer.`, cause);
  }
}

function refusalOf(status: number, text: string): Error {
  const problem = problemIn(text);
  if (problem === null) return refusedReport(`The server answered ${status}: is it a Rollcall server?`);
  const faults: readonly Fault[] = problem.errors ?? [];
  return problem.code === 'invalid_input' && faults.length > 0
    ? refusedQuestion(faults)
    : refusedReport(problem.detail ?? problem.title);
}

function problemIn(text: string): Problem | null {
  try {
    const problem = JSON.parse(text) as Problem;
    return typeof problem.code === 'string' ? problem : null;
  } catch {
    return null;
  }
}
