import { csvRows } from './csv-rows.ts';
import type { EmailOf } from './queue-log.ts';
import { readLines } from './read-lines.ts';

/**
 * Whose e-mail an agent of a telephone system has: by a file of `name,email` rows, else the last part of its channel
 * (`PJSIP/ada` is `ada`) at a domain.
 *
 * @throws CommandFailed when the file cannot be read
 */
export async function agentEmails(file: string | null, domain: string | null): Promise<EmailOf> {
  const emails = new Map<string, string>();
  if (file !== null) {
    for await (const { cells } of csvRows(readLines(file))) {
      const [name = '', email = ''] = cells;
      if (email.includes('@')) emails.set(name.trim(), email.trim());
    }
  }
  return (agent) => emails.get(agent) ?? emails.get(shortName(agent)) ?? atDomain(agent, domain);
}

function atDomain(agent: string, domain: string | null): string | null {
  if (agent.includes('@') && !agent.includes('/')) return agent;
  return domain === null ? null : `${shortName(agent)}@${domain}`;
}

function shortName(agent: string): string {
  const name = agent.slice(agent.lastIndexOf('/') + 1);
  return name.split('@')[0] ?? name;
}
