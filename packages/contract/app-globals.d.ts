/**
 * Types for the code of a Marketplace app that runs in Rollcall: what its callbacks receive, and the globals that the
 * platform gives to server/*.js. Nothing is imported and nothing runs: an editor or `tsc` reads this file, the app never
 * does. Everything that is no global of the platform is in the namespace `App`:
 *
 *   /** @param {App.AgentActivityPayload} payload *\/
 *
 * With npm: add `"types": ["@rollcall/contract/app-globals"]` to the compilerOptions of jsconfig.json. Without: copy
 * this file beside the app, as `rollcall app create` does.
 */
// biome-ignore lint/style/noNamespace: a file without imports, which an app can copy, has no other way to group its types.
declare namespace App {
  // <generated from the schemas of the event payloads>
  /** A change of one axis of an agent: the payload of onAgentActivityCreate. */
  interface AgentActivityPayload {
    /** The id of the account, as a string even where it is all digits. Never null. */
    readonly account_id: string;
    /** The account's bare host, without https:// and path. Never null. */
    readonly domain: string;
    /** The region of the account. Never null. */
    readonly region: 'US' | 'EU' | 'EUC' | 'AUS' | 'IND';
    /**
     * When the change was recorded, the same in every attempt and replay. Epoch milliseconds as an integer; apps
     * that ask for it get epoch seconds with three decimals, which are never a whole number (.000 is sent as .001),
     * so an integer is always milliseconds. Never null.
     */
    readonly timestamp: number;
    /** The version of the payload. Never null. */
    readonly version: '2.0.0';
    /**
     * The installation parameters of the receiving app, secure ones in clear; an empty object outside an app. Never
     * null.
     */
    readonly iparams: { readonly [key: string]: unknown };
    /** Where the app is installed. Sent to apps of platform 3.0 only, left out for others; never null. */
    readonly currentHost?: {
      /** The names of the modules that the app subscribes to, such as chat_conversation. Never null. */
      readonly subscribed_modules: readonly string[];
      /** The base address of each product, by product name. Never null. */
      readonly endpoint_urls: { readonly [key: string]: string };
    };
    /** What this system adds to the event. A setting of the receiving app leaves it out; never null. */
    readonly activity?: {
      /** Unique for ever and the same in every attempt and replay: drop what you have seen before. Never null. */
      readonly id: string;
      /** Counts 1, 2, 3 … per agent without a gap, in the order of recording. Never null. */
      readonly sequence: number;
      /** The id of the agent whose status changed. Never null. */
      readonly agent_id: string;
      /**
       * When the change was recorded: ISO 8601, UTC, milliseconds, Z. Can be later than `status_change_timestamp`.
       * Never null.
       */
      readonly recorded_at: string;
      /** What caused the change, on both axes; equals `actor.sub_entity` when the axis is Intelliassign. Never null. */
      readonly reason:
        | 'login'
        | 'active'
        | 'logout'
        | 'idle_timeout'
        | 'disconnect'
        | 'deactivated'
        | 'agent_toggle'
        | 'supervisor'
        | 'api'
        | 'schedule_open'
        | 'schedule_close'
        | 'missed_assignments'
        | 'status_expired'
        | 'status_deleted'
        | 'call_started'
        | 'call_ended'
        | 'import'
        | 'correction';
      /**
       * How long the previous value lasted, in milliseconds: `status_change_timestamp` −
       * `prev_status_change_timestamp`. Never null.
       */
      readonly prev_duration_ms: number;
      /** The ids of the agent's groups at the time of the event; an empty list when there are none. Never null. */
      readonly groups: readonly string[];
    };
    /** The name of the event. Never null. */
    readonly event: 'onAgentActivityCreate';
    /** What happened. Never null. */
    readonly data: {
      /** Who moved the status. Never null. */
      readonly actor: {
        /**
         * Who moved the status: agent = a person, system = a rule, a deadline or an unbound key. Always system when
         * the axis is GeneralAvailability. Never null.
         */
        readonly type: 'agent' | 'system';
        /**
         * The cause of an Intelliassign change: agent_toggle or supervisor when `type` is agent, another reason
         * when it is system. Null exactly when the axis is GeneralAvailability. An event whose reason is import
         * says what it was called where it came from.
         */
        readonly sub_entity: string | null;
        /**
         * Never null. When `type` is agent: the person's agent id. When it is system: the id of the agent whose
         * status changed, so that records keyed on it stay whole.
         */
        readonly id: string;
        /** The person's email. Null when `type` is system, and when the record has none. */
        readonly email: string | null;
        /** The person's first name. Null when `type` is system, and when the record has none. */
        readonly first_name: string | null;
        /** The person's last name. Null when `type` is system, and when the record has none. */
        readonly last_name: string | null;
        /** The person's phone number as it was written. Null when `type` is system, and when the record has none. */
        readonly phone: string | null;
        /** The image of the actor. Always an object, never null: existing apps read `avatar.url` without a guard. */
        readonly avatar: {
          /** Where the image is. Null when `actor.type` is system, and when the person has no image. */
          readonly url: string | null;
        };
        /**
         * The person's organization-level id (their `org_agent_id`), 1 to 20 digits. Null exactly when `type` is
         * system.
         */
        readonly org_actor_id: string | null;
        /** The person's id as a contact of the organization, 1 to 20 digits. Null exactly when `type` is system. */
        readonly org_contact_id: string | null;
        /**
         * Whether somebody has a live session after this event. When `type` is agent: that person. When it is
         * system: the agent whose status changed; true on idle_timeout, false on logout, disconnect and
         * deactivated. Never null.
         */
        readonly login_status: boolean;
        /** The person's social profiles; an empty list when there are none and when `type` is system. Never null. */
        readonly social_profiles: readonly {
          /** The person's id on the platform. Null only where `type` is null. */
          readonly id: string | null;
          /** The platform. Null only when `actor.type` is system; we then send no profile at all. */
          readonly type: 'facebook' | 'twitter' | 'skype' | 'linkedin' | null;
        }[];
      };
      /** What changed, for which agent. Never null. */
      readonly agent_activity: {
        /**
         * The axis that changed. GeneralAvailability: is the agent here, signed in and active? Intelliassign: may
         * the router assign conversations automatically? Never null.
         */
        readonly availability_event_type: 'GeneralAvailability' | 'Intelliassign';
        /**
         * The value from this event on: AVAILABLE or UNAVAILABLE, or on Intelliassign the name that the custom
         * status had then. Differs from `prev_status` unless both are custom statuses, which may share a name.
         * Never null.
         */
        readonly status: string;
        /**
         * The value before: the `status` of the event before it on the same axis, as that event carried it;
         * UNAVAILABLE for the first one. Never null.
         */
        readonly prev_status: string;
        /**
         * When the value changed: ISO 8601, UTC, milliseconds, Z. A deadline is stamped with its exact instant,
         * however late it was noticed. Never null.
         */
        readonly status_change_timestamp: string;
        /**
         * When the previous value began: the `status_change_timestamp` of the event before it on the same axis, or
         * the creation of the agent's record for the first one. ISO 8601, UTC, milliseconds, Z; never later than
         * `status_change_timestamp`. Never null.
         */
        readonly prev_status_change_timestamp: string;
        /**
         * The id of the custom status that was set. Null on GeneralAvailability and when `status` is AVAILABLE or
         * UNAVAILABLE.
         */
        readonly custom_status_id: string | null;
        /**
         * The emoji short code of the custom status, without colons. Null on GeneralAvailability, when `status` is
         * AVAILABLE or UNAVAILABLE, and when the custom status has none.
         */
        readonly emoji: string | null;
        /** The email of the agent whose status changed, at the time of the event. Never null. */
        readonly email: string;
        /**
         * The organization-level id of the agent whose status changed: a string of 1 to 20 digits, often beyond
         * 2^53, so never a number. Never null.
         */
        readonly org_agent_id: string;
      };
    };
  }

  /**
   * A change between a default status and a custom one, or between two custom ones: the payload of
   * onAgentCustomStatusUpdate.
   */
  interface CustomStatusPayload {
    /** The id of the account, as a string even where it is all digits. Never null. */
    readonly account_id: string;
    /** The account's bare host, without https:// and path. Never null. */
    readonly domain: string;
    /** The region of the account. Never null. */
    readonly region: 'US' | 'EU' | 'EUC' | 'AUS' | 'IND';
    /**
     * When the change was recorded, the same in every attempt and replay. Epoch milliseconds as an integer; apps
     * that ask for it get epoch seconds with three decimals, which are never a whole number (.000 is sent as .001),
     * so an integer is always milliseconds. Never null.
     */
    readonly timestamp: number;
    /** The version of the payload. Never null. */
    readonly version: '2.0.0';
    /**
     * The installation parameters of the receiving app, secure ones in clear; an empty object outside an app. Never
     * null.
     */
    readonly iparams: { readonly [key: string]: unknown };
    /** Where the app is installed. Sent to apps of platform 3.0 only, left out for others; never null. */
    readonly currentHost?: {
      /** The names of the modules that the app subscribes to, such as chat_conversation. Never null. */
      readonly subscribed_modules: readonly string[];
      /** The base address of each product, by product name. Never null. */
      readonly endpoint_urls: { readonly [key: string]: string };
    };
    /** What this system adds to the event. A setting of the receiving app leaves it out; never null. */
    readonly activity?: {
      /** Unique for ever and the same in every attempt and replay: drop what you have seen before. Never null. */
      readonly id: string;
      /** Counts 1, 2, 3 … per agent without a gap, in the order of recording. Never null. */
      readonly sequence: number;
      /** The id of the agent whose status changed. Never null. */
      readonly agent_id: string;
      /**
       * When the change was recorded: ISO 8601, UTC, milliseconds, Z. Can be later than `status_change_timestamp`.
       * Never null.
       */
      readonly recorded_at: string;
      /** What caused the change, on both axes; equals `actor.sub_entity` when the axis is Intelliassign. Never null. */
      readonly reason:
        | 'login'
        | 'active'
        | 'logout'
        | 'idle_timeout'
        | 'disconnect'
        | 'deactivated'
        | 'agent_toggle'
        | 'supervisor'
        | 'api'
        | 'schedule_open'
        | 'schedule_close'
        | 'missed_assignments'
        | 'status_expired'
        | 'status_deleted'
        | 'call_started'
        | 'call_ended'
        | 'import'
        | 'correction';
      /**
       * How long the previous value lasted, in milliseconds: `status_change_timestamp` −
       * `prev_status_change_timestamp`. Never null.
       */
      readonly prev_duration_ms: number;
      /** The ids of the agent's groups at the time of the event; an empty list when there are none. Never null. */
      readonly groups: readonly string[];
    };
    /** The name of the event. Never null. */
    readonly event: 'onAgentCustomStatusUpdate';
    /** What happened. Never null. */
    readonly data: {
      /** Who moved the status. Never null. */
      readonly actor: {
        /**
         * Who moved the status: agent = a person, system = a rule, a deadline or an unbound key. Always system when
         * the axis is GeneralAvailability. Never null.
         */
        readonly type: 'agent' | 'system';
        /**
         * The cause of an Intelliassign change: agent_toggle or supervisor when `type` is agent, another reason
         * when it is system. Null exactly when the axis is GeneralAvailability. An event whose reason is import
         * says what it was called where it came from.
         */
        readonly sub_entity: string | null;
        /**
         * Never null. When `type` is agent: the person's agent id. When it is system: the id of the agent whose
         * status changed, so that records keyed on it stay whole.
         */
        readonly id: string;
        /** The person's email. Null when `type` is system, and when the record has none. */
        readonly email: string | null;
        /** The person's first name. Null when `type` is system, and when the record has none. */
        readonly first_name: string | null;
        /** The person's last name. Null when `type` is system, and when the record has none. */
        readonly last_name: string | null;
        /** The person's phone number as it was written. Null when `type` is system, and when the record has none. */
        readonly phone: string | null;
        /** The image of the actor. Always an object, never null: existing apps read `avatar.url` without a guard. */
        readonly avatar: {
          /** Where the image is. Null when `actor.type` is system, and when the person has no image. */
          readonly url: string | null;
        };
        /**
         * The person's organization-level id (their `org_agent_id`), 1 to 20 digits. Null exactly when `type` is
         * system.
         */
        readonly org_actor_id: string | null;
        /** The person's id as a contact of the organization, 1 to 20 digits. Null exactly when `type` is system. */
        readonly org_contact_id: string | null;
        /**
         * Whether somebody has a live session after this event. When `type` is agent: that person. When it is
         * system: the agent whose status changed; true on idle_timeout, false on logout, disconnect and
         * deactivated. Never null.
         */
        readonly login_status: boolean;
        /** The person's social profiles; an empty list when there are none and when `type` is system. Never null. */
        readonly social_profiles: readonly {
          /** The person's id on the platform. Null only where `type` is null. */
          readonly id: string | null;
          /** The platform. Null only when `actor.type` is system; we then send no profile at all. */
          readonly type: 'facebook' | 'twitter' | 'skype' | 'linkedin' | null;
        }[];
        /** The reason of the change; equals `sub_entity`. Never null. */
        readonly actor_source:
          | 'login'
          | 'active'
          | 'logout'
          | 'idle_timeout'
          | 'disconnect'
          | 'deactivated'
          | 'agent_toggle'
          | 'supervisor'
          | 'api'
          | 'schedule_open'
          | 'schedule_close'
          | 'missed_assignments'
          | 'status_expired'
          | 'status_deleted'
          | 'call_started'
          | 'call_ended'
          | 'import'
          | 'correction';
      };
      /**
       * The custom status that the agent entered, as it was at the time of the event. Null when the new status is
       * AVAILABLE or UNAVAILABLE.
       */
      readonly agent_custom_status: {
        /** The id of the custom status. Never null. */
        readonly id: string;
        /** Its name at the time of the event. Never null. */
        readonly name: string;
        /** Its emoji short code, without colons. Null when it has none. */
        readonly emoji: string | null;
      } | null;
      /** Always an empty object, never null. */
      readonly associations: Record<never, never>;
      /** What changed. Never null. */
      readonly changes: {
        /**
         * The names of the new and the old status, the new one FIRST (the vendor's other events put it last). At
         * least one of them is a custom status. Never null.
         */
        readonly status: readonly [newName: string, oldName: string];
      };
    };
  }
  // </generated>

  /** What changed: `payload.data.agent_activity`. */
  type AgentActivity = AgentActivityPayload['data']['agent_activity'];

  /** Who moved the status: `payload.data.actor`. */
  type Actor = AgentActivityPayload['data']['actor'];

  /** Installation parameters by the names of config/iparams.json, secure ones in clear. */
  interface Iparams {
    readonly [name: string]: unknown;
  }

  /** What every payload carries, whatever the event. */
  interface Envelope {
    readonly account_id: string;
    /** Product and scheduled events: the bare host. Set-up and external events: with https:// before it. */
    readonly domain: string;
    readonly region: AgentActivityPayload['region'];
    /** Epoch milliseconds; seconds with three decimals for apps that are set to them. */
    readonly timestamp: number;
    readonly event: string;
    readonly iparams: Iparams;
    /** Platform 3.0 only. */
    readonly currentHost?: NonNullable<AgentActivityPayload['currentHost']>;
  }

  /** `onAppInstall`, `afterAppUpdate`, `onAppUninstall`: answer with `renderData()`, or refuse with `renderData({ message })`. */
  interface SetUpPayload extends Envelope {
    readonly event: 'onAppInstall' | 'afterAppUpdate' | 'onAppUninstall';
  }

  /** `onScheduledEvent`: what a schedule of `$schedule.create` brings. `Data` is the schedule's own `data`. */
  interface ScheduledPayload<Data = Json> extends Envelope {
    readonly event: 'onScheduledEvent';
    readonly data: Data;
  }

  /** `onExternalEvent`: a request to the address that `generateTargetUrl()` gave. */
  interface ExternalPayload<Data = Json> extends Envelope {
    readonly event: 'onExternalEvent';
    /** The parsed body; a string where it could not be parsed. */
    readonly data: Data;
    readonly headers: { readonly [name: string]: string };
    /** What was given to `generateTargetUrl(options)`. */
    readonly options?: string;
  }

  /** What a server method, an action or a job receives: the caller's own arguments and the installation parameters. */
  type FunctionArguments<Given = Record<never, never>> = Given & {
    readonly iparams: Iparams;
    /** True when the installation page calls: `$db`, `$schedule` and `generateTargetUrl` are not to be had then. */
    readonly isInstall?: boolean;
  };

  /** The payload of each event that Rollcall sends, by the event's name. */
  interface Payloads {
    onAgentActivityCreate: AgentActivityPayload;
    onAgentCustomStatusUpdate: CustomStatusPayload;
    onAppInstall: SetUpPayload;
    afterAppUpdate: SetUpPayload;
    onAppUninstall: SetUpPayload;
    onScheduledEvent: ScheduledPayload;
    onExternalEvent: ExternalPayload;
  }

  /** A callback for an event: `App.Callback<'onAgentActivityCreate'>`. Delivered when it returned and its promise settled. */
  type Callback<Event extends keyof Payloads> = (payload: Payloads[Event]) => void | Promise<void>;

  /** Anything that JSON can say. */
  type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

  /**
   * The promise of the platform: a Promise with jQuery's `.done`, `.fail` and `.always` beside. `await` works.
   * It is rejected with an object that has `status` and `message`, which is no `Error`.
   */
  interface Deferred<Value> extends Promise<Value> {
    done(...callbacks: ((value: Value) => void)[]): this;
    // biome-ignore lint/suspicious/noExplicitAny: as in a catch clause, whoever listens knows better what comes.
    fail(...callbacks: ((error: any) => void)[]): this;
    // biome-ignore lint/suspicious/noExplicitAny: the value or the error.
    always(...callbacks: ((valueOrError: any) => void)[]): this;
  }

  /** What the platform's promises are rejected with. */
  interface PlatformError {
    readonly status: number;
    readonly message: string;
    readonly errorSource?: string;
    readonly [key: string]: unknown;
  }

  /** `$db`: documents by key, of this app in this account, gone when it is uninstalled. */
  interface KeyValueStore {
    /** Rejected with status 404 when there is no record of this key. */
    // biome-ignore lint/suspicious/noExplicitAny: what was set, of whatever shape.
    get<Value = any>(key: string): Deferred<Value>;
    /** Replaces. The key has at most 60 characters, key and value together 40 KB. */
    set(key: string, value: object, options?: KeyValueOptions): Deferred<{ readonly Created: true }>;
    update(
      key: string,
      action: 'increment',
      attributes: { readonly [field: string]: number },
      options?: KeyValueOptions,
    ): Deferred<Updated>;
    update(
      key: string,
      action: 'append',
      attributes: { readonly [field: string]: readonly Json[] },
      options?: KeyValueOptions,
    ): Deferred<Updated>;
    update(
      key: string,
      action: 'set',
      attributes: { readonly [path: string]: Json },
      options?: KeyValueOptions,
    ): Deferred<Updated>;
    update(key: string, action: 'remove', paths: readonly string[], options?: KeyValueOptions): Deferred<Updated>;
    /** No error when there is no such record. */
    delete(key: string): Deferred<{ readonly Deleted: true }>;
    /** Records of the kinds of config/entities.json. */
    entity(of: { readonly version: string }): EntityStore;
  }

  interface Updated {
    readonly Updated: true;
  }

  interface KeyValueOptions {
    /** Seconds until the record is gone; left out or negative: never. Zero is refused. */
    readonly ttl?: number;
    /** Refused with status 400 when it does not hold. */
    readonly setIf?: 'exist' | 'not_exist';
  }

  interface EntityStore {
    get(name: string): Entity;
  }

  /** One kind of record. */
  interface Entity {
    create(data: { readonly [field: string]: Json }): Deferred<{ readonly record: EntityRecord }>;
    get(displayId: string): Deferred<{ readonly record: EntityRecord }>;
    getAll(query?: EntityQuery): Deferred<EntityPage>;
    update(displayId: string, data: { readonly [field: string]: Json }): Deferred<{ readonly record: EntityRecord }>;
    delete(displayId: string): Deferred<unknown>;
    schema(): Deferred<unknown>;
  }

  interface EntityRecord {
    readonly display_id: string;
    readonly created_time: string;
    readonly updated_time: string;
    // biome-ignore lint/suspicious/noExplicitAny: the app's own fields.
    readonly data: { readonly [field: string]: any };
  }

  interface EntityQuery {
    readonly query?: { readonly [field: string]: unknown };
    /** Where the page before ended. */
    readonly next?: { readonly marker: string };
  }

  interface EntityPage {
    readonly records: readonly EntityRecord[];
    readonly links?: { readonly next?: { readonly marker: string } };
  }

  /** `$request`: HTTP out. */
  interface Requests {
    /** Sends a template of config/requests.json. Rejected unless the answer is a 2xx. Platform 2.3 and later. */
    invokeTemplate(name: string, options: TemplateOptions): Deferred<Response>;
    /** Platform 2.2 and earlier. */
    get(url: string, options?: RequestOptions): Deferred<Response>;
    /** Platform 2.2 and earlier. */
    post(url: string, options?: RequestOptions): Deferred<Response>;
    /** Platform 2.2 and earlier. */
    put(url: string, options?: RequestOptions): Deferred<Response>;
    /** Platform 2.2 and earlier. */
    patch(url: string, options?: RequestOptions): Deferred<Response>;
    /** Platform 2.2 and earlier. */
    delete(url: string, options?: RequestOptions): Deferred<Response>;
  }

  interface TemplateOptions {
    /** What `<%= context.… %>` in the template stands for. */
    readonly context?: { readonly [name: string]: unknown };
    /** A string: `JSON.stringify` it yourself. */
    readonly body?: string;
    readonly cache?: boolean;
    readonly ttl?: number;
  }

  interface RequestOptions {
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string;
    readonly json?: unknown;
    readonly form?: { readonly [name: string]: string };
    readonly isOAuth?: boolean;
    /** 1 to 5. */
    readonly maxAttempts?: number;
    /** Milliseconds, at most 1500. */
    readonly retryDelay?: number;
  }

  interface Response {
    readonly status: number;
    readonly headers: { readonly [name: string]: string };
    /** The body as text. */
    readonly response: string;
    readonly attempts: number;
  }

  /** `$schedule`: calls `onScheduledEvent` at an instant, once or again and again. */
  interface Schedules {
    create(schedule: Schedule): Deferred<ScheduleAnswer>;
    fetch(which: { readonly name: string }): Deferred<Schedule>;
    update(schedule: Schedule): Deferred<ScheduleAnswer>;
    delete(which: { readonly name: string }): Deferred<ScheduleAnswer>;
  }

  interface Schedule {
    /** At most 30 characters. */
    readonly name: string;
    /** At most 4 KB as JSON. */
    readonly data: { readonly [key: string]: Json };
    /** ISO 8601; at least 5 minutes ahead and at most a year. */
    readonly schedule_at: string;
    readonly repeat?: {
      readonly time_unit: 'minutes' | 'hours' | 'days';
      /** At most 60 minutes, 24 hours or 30 days. */
      readonly frequency: number;
      /** IANA name; UTC when left out. */
      readonly timezone?: string;
    };
  }

  interface ScheduleAnswer {
    readonly status: number;
    readonly message: string;
  }

  /** `$job` (platform 3.0): long work, up to two minutes. */
  interface Jobs {
    invoke(name: string, tag?: string, options?: object): Deferred<Job>;
    /** Of the job that runs: at most 500 characters. */
    updateStatusMessage(message: string): Deferred<unknown>;
    get(id: string): Deferred<Job>;
    list(query?: { readonly tag?: string; readonly page?: number; readonly limit?: number }): Deferred<unknown>;
    history(query?: { readonly tag?: string; readonly page?: number; readonly limit?: number }): Deferred<unknown>;
  }

  interface Job {
    readonly id: string;
    readonly name: string;
    readonly tag: string | null;
    /** ISO 8601. */
    readonly start_time: string;
    /** Null while it is in progress. */
    readonly end_time: string | null;
    readonly status: 'in-progress' | 'success' | 'failed' | 'timeout';
    readonly status_message: string | null;
  }

  interface Console {
    log(...values: unknown[]): void;
    info(...values: unknown[]): void;
    warn(...values: unknown[]): void;
    error(...values: unknown[]): void;
    debug(...values: unknown[]): void;
  }

  /** manifest.json. Its JSON Schema says more; this is for code that reads or writes one. */
  type Manifest = ManifestOfModules | ManifestOfProducts;

  interface ManifestOfModules {
    readonly 'platform-version': '3.0';
    readonly modules: { readonly common?: CommonModule; readonly [module: string]: CommonModule | undefined };
    readonly engines: { readonly node: string; readonly fdk: string };
    /** npm name → exact version. */
    readonly dependencies?: { readonly [name: string]: string };
    readonly devDependencies?: { readonly [name: string]: string };
    readonly scripts?: { readonly [name: string]: string };
  }

  interface ManifestOfProducts {
    readonly 'platform-version': '2.0' | '2.1' | '2.2' | '2.3';
    readonly product: { readonly [product: string]: CommonModule };
    readonly 'whitelisted-domains'?: readonly string[];
    readonly engines?: { readonly node: string; readonly fdk: string };
    readonly dependencies?: { readonly [name: string]: string };
    readonly devDependencies?: { readonly [name: string]: string };
  }

  interface ManifestModule {
    readonly location?: { readonly [placeholder: string]: { readonly url: string; readonly icon?: string } };
    readonly events?: { readonly [event: string]: { readonly handler: string } };
  }

  interface CommonModule extends ManifestModule {
    readonly requests?: { readonly [template: string]: Record<never, never> };
    readonly functions?: { readonly [name: string]: { readonly timeout?: number } };
    readonly jobs?: { readonly [name: string]: Record<never, never> };
  }
}

/**
 * What this file exports: assign an object of functions (`exports = { … }`) in server/server.js; in other files
 * `exports.name = …` lets `require` keep the types.
 */
// biome-ignore lint/suspicious/noExplicitAny: each file gives it a shape of its own.
declare var exports: any;

/** `./file` below server/ (with `.js` appended), or a package of the manifest's `dependencies`; never a module of Node. */
// biome-ignore lint/suspicious/noExplicitAny: packages are of any shape.
declare function require(name: string): any;

declare var console: App.Console;

declare var $db: App.KeyValueStore;
declare var $request: App.Requests;
declare var $schedule: App.Schedules;
declare var $job: App.Jobs;

/** The address to which requests become `onExternalEvent`. `options` (at most 100 characters) comes back in the payload. */
declare function generateTargetUrl(options?: string): App.Deferred<string>;

/**
 * Ends a set-up event, a server method, an action or a job: `renderData(null, data)` answers, `renderData({ message })`
 * refuses. In product events it does nothing.
 */
declare function renderData(
  error?: { readonly message?: string; readonly status?: number } | null,
  data?: unknown,
): void;
