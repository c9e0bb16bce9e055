/**
 * What the vendor's platform names: versions, products, modules and the events of each.
 * A module whose list is complete refuses other events; of the others only the events seen in public apps are known.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/chat_conversation/serverless-apps/product-events/ and
 * https://developers.freshworks.com/docs/app-sdk/v2.3/freshchat/serverless-apps/product-events/.
 */

/** The platform versions whose apps run here. */
export const APP_PLATFORM_VERSIONS = Object.freeze(['2.0', '2.1', '2.2', '2.3', '3.0'] as const);

/** Keys of `product` in manifests of platform 2.x. */
export const APP_PRODUCTS = Object.freeze([
  'freshdesk',
  'freshservice',
  'freshsales',
  'freshworks_crm',
  'freshchat',
  'freshcaller',
  'freshteam',
  'freshmarketer',
  'freshsuccess',
] as const);

/** Events of setting up, scheduling and outside calls: in 3.0 they belong to the module `common` alone. */
export const APP_COMMON_EVENTS = Object.freeze([
  'onAppInstall',
  'afterAppUpdate',
  'onAppUninstall',
  'onExternalEvent',
  'onScheduledEvent',
] as const);

const chatConversationEvents = [
  'onConversationCreate',
  'onConversationUpdate',
  'onMessageCreate',
  'onAgentActivityCreate',
  'onAgentCustomStatusUpdate',
  'onTicketMessageCreate',
];
const chatUserEvents = ['onUserCreate', 'onUserUpdate'];
const agentEvents = [
  'onAgentCreate',
  'onAgentUpdate',
  'onAgentDelete',
  'onAgentStatusCreate',
  'onAgentStatusUpdate',
  'onAgentStatusDelete',
  'onAgentAvailabilityUpdate',
  'onGroupCreate',
  'onGroupUpdate',
  'onGroupDelete',
];
const ticketEvents = [
  'onTicketCreate',
  'onTicketUpdate',
  'onTicketDelete',
  'onConversationCreate',
  'onConversationUpdate',
  'onConversationDelete',
  'onCannedResponseCreate',
  'onCannedResponseUpdate',
  'onCannedResponseDelete',
  'onTicketFieldCreate',
  'onTicketFieldDelete',
  'onTimeEntryCreate',
  'onTimeEntryUpdate',
  'onTimeEntryDelete',
];

/** The events known of a product or module; `isComplete` when it has no others. */
export type AppEventList = { readonly events: readonly string[]; readonly isComplete: boolean };

/** The modules of platform 3.0 that are known, with their events; the vendor adds some with time. */
export const APP_MODULES: ReadonlyMap<string, AppEventList> = new Map([
  ['common', complete([...APP_COMMON_EVENTS])],
  ['chat_conversation', complete(chatConversationEvents)],
  ['chat_user', complete(chatUserEvents)],
  ['support_agent', partial(agentEvents)],
  ['support_ticket', partial(ticketEvents)],
  ['support_company', partial(['onCompanyCreate', 'onCompanyUpdate', 'onCompanyDelete'])],
  ['support_contact', partial(['onContactCreate', 'onContactUpdate', 'onContactDelete'])],
  ['service_ticket', partial(ticketEvents)],
  ['service_user', partial(chatUserEvents)],
  ['call', partial(['onCallCreate', 'onCallUpdate'])],
  ['caller_agent', partial(['onAgentUpdate'])],
  ['user_agent_availability', partial(['onUserAgentAvailabilityUpdate'])],
  ...[
    ...['support_email', 'support_portal', 'service_asset', 'service_change', 'service_device', 'service_resource'],
    ...['caller_conversation', 'caller_metrics', 'notification', 'deal', 'contact', 'lead', 'task', 'appointment'],
    ...['product', 'phone', 'sales_account', 'cpq_document', 'sales_activities', 'service_agent'],
  ].map((name): [string, AppEventList] => [name, partial([])]),
]);

/** The events of a product of platform 2.x: its own and those of setting up. */
export function appProductEvents(product: string): AppEventList {
  if (product === 'freshchat') return complete([...chatConversationEvents, ...chatUserEvents, ...APP_COMMON_EVENTS]);
  if (product === 'freshdesk') return partial([...ticketEvents, ...agentEvents, ...APP_COMMON_EVENTS]);
  return partial([...APP_COMMON_EVENTS]);
}

function complete(events: readonly string[]): AppEventList {
  return { events, isComplete: true };
}

function partial(events: readonly string[]): AppEventList {
  return { events, isComplete: false };
}

/** The places for pages of the modules of which all are known. */
export const APP_MODULE_LOCATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['common', ['full_page_app', 'left_nav_cti', 'cti_global_sidebar']],
  ['chat_conversation', ['conversation_message_editor', 'conversation_user_info', 'conversation_background']],
]);
