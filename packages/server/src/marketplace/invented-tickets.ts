import { formatInstant, type Instant } from '../time/instant.ts';
import type { JsonObject } from './json-value.ts';

/** The two products with tickets: they share the names of their events, and part of the shapes. */
export type TicketProduct = 'freshdesk' | 'freshservice';

/** One deed to one thing, as the name of an event says it. */
type Deed = { readonly subject: string; readonly verb: string };

type Telling = {
  readonly now: Instant;
  readonly product: TicketProduct;
  /** Old and new of one attribute, when the event is an update. */
  readonly isUpdate: boolean;
};

const requester = {
  id: 2001,
  name: 'Invented Visitor',
  email: 'invented.visitor@example.com',
  mobile: null,
  phone: '+49 30 000001',
  language: 'en',
} as const;

const person = { id: 1001, name: 'Invented Agent', email: 'invented.agent@example.com' } as const;

const actor = { ...person, type: 'agent', org_agent_id: '100000000000000001' } as const;

const HOUR_MS = 3_600_000;
const TICKET = 4001;
const GROUP = 3001;

/**
 * What events of tickets and of what belongs to them carry, which this server does not make itself: their `data` about
 * invented people, in the shape that apps read. An update says what changed inside the thing that it is about, as
 * `[old, new]`. Null: the product has no such event, or its shape is not known here.
 */
export function inventedTicketData(event: string, product: TicketProduct, now: Instant): JsonObject | null {
  const deed = deedOf(event);
  if (deed === null) return null;
  const telling = { now, product, isUpdate: deed.verb === 'Update' };
  switch (deed.subject) {
    case 'Ticket':
      return { ticket: ticket(telling), requester: { ...requester, created_at: formatInstant(now - HOUR_MS) }, actor };
    case 'Conversation':
      return { conversation: note(telling), actor };
    case 'TimeEntry':
      return { time_entry: timeEntry(telling), actor, agent: person };
    case 'Contact':
      return product === 'freshdesk' ? { contact: contact(telling), actor } : null;
    case 'Company':
      return product === 'freshdesk' ? { company: company(telling), actor } : null;
    default:
      return null;
  }
}

function deedOf(event: string): Deed | null {
  const [, subject, verb] = /^on(\w+?)(Create|Update|Delete)$/.exec(event) ?? [];
  return subject === undefined || verb === undefined ? null : { subject, verb };
}

function ticket({ now, product, isUpdate }: Telling): JsonObject {
  const text = 'Is my invented order on its way?';
  return {
    id: TICKET,
    subject: 'An invented ticket',
    description: `<div>${text}</div>`,
    description_text: text,
    is_description_truncated: false,
    is_description_text_truncated: false,
    status: isUpdate ? 3 : 2,
    priority: 1,
    source: 2,
    type: product === 'freshdesk' ? 'Question' : 1,
    ...namesOf(product, isUpdate),
    group_id: GROUP,
    requester_id: requester.id,
    responder_id: person.id,
    company_id: null,
    product_id: null,
    email_config_id: null,
    tags: [],
    spam: false,
    deleted: false,
    fr_escalated: false,
    is_escalated: false,
    due_by: formatInstant(now + 48 * HOUR_MS),
    fr_due_by: formatInstant(now + 8 * HOUR_MS),
    cc_emails: [],
    fwd_emails: [],
    reply_cc_emails: [],
    to_emails: [],
    attachments: [],
    custom_fields: product === 'freshdesk' ? {} : [],
    ...timesOf(now),
    ...changesOf(isUpdate, {
      status: [2, 3],
      ...(product === 'freshdesk' ? {} : { status_name: ['Open', 'Pending'] }),
    }),
  };
}

/** Freshservice says the name of everything that it numbers. */
function namesOf(product: TicketProduct, isUpdate: boolean): JsonObject {
  if (product === 'freshdesk') return {};
  return {
    status_name: isUpdate ? 'Pending' : 'Open',
    priority_name: 'Low',
    source_name: 'Portal',
    type_name: 'Incident',
    urgency: 1,
    urgency_name: 'Low',
    impact: 1,
    impact_name: 'Low',
    group_name: 'Invented group',
    requester_name: requester.name,
    responder_name: person.name,
    responder_email: person.email,
    department_id: null,
    department_name: null,
    category: null,
    sub_category: null,
    item_category: null,
    assets: [],
    problem: [],
    change: [],
  };
}

/** A reply or a note on a ticket: the event is called as that of a chat is, and has little in common with it. */
function note({ now, product, isUpdate }: Telling): JsonObject {
  const text = 'An invented note.';
  return {
    id: 5001,
    body: `<div>${text}</div>`,
    body_text: text,
    is_body_truncated: false,
    is_body_text_truncated: false,
    kind: 'private_note',
    private: true,
    incoming: false,
    source: 2,
    user_id: person.id,
    ticket_id: TICKET,
    ...(product === 'freshdesk' ? {} : { ticket_display_id: TICKET, ticket_requester_id: requester.id }),
    from_email: null,
    support_email: null,
    to_emails: [],
    cc_emails: [],
    bcc_emails: [],
    attachments: [],
    deleted: false,
    ...timesOf(now),
    ...changesOf(isUpdate, { body_text: ['An older invented note.', text] }),
  };
}

function timeEntry({ now, isUpdate }: Telling): JsonObject {
  return {
    id: 6001,
    ticket_id: TICKET,
    agent_id: person.id,
    billable: true,
    note: 'Invented work',
    timer_running: false,
    time_spent: 3600,
    start_time: formatInstant(now - HOUR_MS),
    executed_at: formatInstant(now - HOUR_MS),
    ...timesOf(now),
    ...changesOf(isUpdate, { time_spent: [1800, 3600] }),
  };
}

function contact({ now, isUpdate }: Telling): JsonObject {
  return {
    ...requester,
    active: false,
    address: null,
    company_id: null,
    description: null,
    job_title: null,
    time_zone: 'Berlin',
    twitter_id: null,
    other_emails: [],
    tags: [],
    custom_fields: {},
    ...timesOf(now),
    ...changesOf(isUpdate, { phone: [null, requester.phone] }),
  };
}

function company({ now, isUpdate }: Telling): JsonObject {
  return {
    id: 7001,
    name: 'Invented company',
    description: 'Orders invented things',
    domains: ['invented.example.com'],
    note: null,
    health_score: null,
    account_tier: null,
    renewal_date: null,
    industry: null,
    custom_fields: {},
    ...timesOf(now),
    ...changesOf(isUpdate, { description: [null, 'Orders invented things'] }),
  };
}

function timesOf(now: Instant): JsonObject {
  return { created_at: formatInstant(now - HOUR_MS), updated_at: formatInstant(now) };
}

function changesOf(isUpdate: boolean, changes: JsonObject): JsonObject {
  return isUpdate ? { changes } : {};
}
