import { commonEvents, eventsOfModule } from '../platform-catalog.ts';

/** The modules of platform 3.0 that a product of 2.x became; the first one is what the product is mostly about. */
const modulesByProduct: Readonly<Record<string, readonly [string, ...string[]]>> = {
  freshchat: ['chat_conversation', 'chat_user'],
  freshdesk: [
    ...(['support_ticket', 'support_agent', 'support_contact', 'support_company'] as const),
    ...['support_email', 'support_portal'],
  ],
  freshservice: [
    ...(['service_ticket', 'service_user', 'service_asset', 'service_change', 'service_agent'] as const),
    ...['service_device', 'service_resource'],
  ],
  freshcaller: ['call', 'caller_agent', 'caller_conversation', 'caller_metrics', 'notification'],
  freshsales: [
    ...(['deal', 'contact', 'lead', 'task', 'appointment', 'product', 'phone', 'sales_account'] as const),
    ...['cpq_document', 'sales_activities', 'user_agent_availability'],
  ],
  freshworks_crm: [
    ...(['contact', 'deal', 'lead', 'task', 'appointment', 'product', 'phone', 'sales_account'] as const),
    ...['cpq_document', 'sales_activities', 'user_agent_availability'],
  ],
};

/** The products whose modules are among these. */
export function productsOfModules(modules: readonly string[]): readonly string[] {
  return Object.entries(modulesByProduct).flatMap(([product, own]) =>
    own.some((module) => modules.includes(module)) ? [product] : [],
  );
}

/** Where something of a product goes; `isCertain` is false where only its name speaks for it. */
export interface ModuleChoice {
  readonly module: string;
  readonly isCertain: boolean;
}

/** The module that a product is mostly about; null for products that platform 3.0 has no known modules for. */
export function mainModuleOf(product: string): string | null {
  return modulesByProduct[product]?.[0] ?? null;
}

/** The module of a product's event, or null when platform 3.0 has none for the product. */
export function moduleOfEvent(product: string, event: string): ModuleChoice | null {
  if (commonEvents.some((name) => name === event)) return { module: 'common', isCertain: true };
  const modules = modulesByProduct[product];
  if (modules === undefined) return null;
  const known = modules.filter((module) => eventsOfModule(module).events.includes(event));
  if (known[0] !== undefined) return { module: known[0], isCertain: true };
  const named = moduleNamed(modules, event.replace(/^on/, '').replace(/(Create|Update|Delete)$/, ''));
  return named === null ? { module: modules[0], isCertain: false } : { module: named, isCertain: true };
}

const commonLocations: readonly string[] = ['full_page_app', 'left_nav_cti', 'cti_global_sidebar'];

/** The module of a placeholder in the pages of a product: `ticket_sidebar` is one of the ticket's. */
export function moduleOfLocation(product: string, location: string): ModuleChoice | null {
  if (commonLocations.includes(location)) return { module: 'common', isCertain: true };
  const modules = modulesByProduct[product];
  if (modules === undefined) return null;
  const words = location.replace(/^new_/, '').split('_');
  for (let count = words.length; count > 0; count -= 1) {
    const named = moduleNamed(modules, words.slice(0, count).join('_'));
    if (named !== null) return { module: named, isCertain: true };
  }
  return { module: modules[0], isCertain: words[0] === 'conversation' };
}

// `Ticket`, `SalesAccount` and `sales_account` name support_ticket and sales_account.
function moduleNamed(modules: readonly string[], noun: string): string | null {
  const snake = noun.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (snake === '') return null;
  return modules.find((module) => module === snake || module.endsWith(`_${snake}`)) ?? null;
}
