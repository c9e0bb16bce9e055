import {
  APP_COMMON_EVENTS,
  APP_MODULE_LOCATIONS,
  APP_MODULES,
  APP_PLATFORM_VERSIONS,
  APP_PRODUCTS,
  type AppEventList,
  appProductEvents,
} from '@rollcall/contract';

/** The platform versions whose apps run here. */
export const platformVersions = APP_PLATFORM_VERSIONS;

export type PlatformVersion = (typeof platformVersions)[number];

/** Keys of `product` in manifests of platform 2.x. */
export const products = APP_PRODUCTS;

/** Events of setting up, scheduling and outside calls: in 3.0 they belong to the module `common` alone. */
export const commonEvents = APP_COMMON_EVENTS;

/** The events known of a product or module; `isComplete` when it has no others. */
export type EventCatalog = AppEventList;

/** The modules of platform 3.0 that are known; the vendor adds some with time. */
export const moduleNames: readonly string[] = [...APP_MODULES.keys()];

/** The events of a module of platform 3.0. */
export function eventsOfModule(module: string): EventCatalog {
  return APP_MODULES.get(module) ?? { events: [], isComplete: false };
}

/** The events of a product of platform 2.x: its own and those of setting up. */
export const eventsOfProduct: (product: string) => EventCatalog = appProductEvents;

/** Every module to which an event is known to belong. */
export function modulesOfEvent(event: string): readonly string[] {
  return moduleNames.filter((module) => eventsOfModule(module).events.includes(event));
}

/** Every event known, of whatever module. */
export function everyEvent(): readonly string[] {
  return [...new Set(moduleNames.flatMap((module) => eventsOfModule(module).events))];
}

/** The places for pages that a module of platform 3.0 has; null when they are not known. */
export function locationsOfModule(module: string): readonly string[] | null {
  return APP_MODULE_LOCATIONS.get(module) ?? null;
}

/** The modules to which a place for pages is known to belong. */
export function modulesOfLocation(location: string): readonly string[] {
  return [...APP_MODULE_LOCATIONS].flatMap(([module, locations]) => (locations.includes(location) ? [module] : []));
}

/** The products of platform 2.x to which an event is known to belong; events of setting up belong to all. */
export function productsOfEvent(event: string): readonly string[] {
  return products.filter((product) => eventsOfProduct(product).events.includes(event));
}
