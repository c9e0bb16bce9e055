import { type Answer, done } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Clock } from '../engine/clock.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { PageCall, PageReply } from '../marketplace/page-call.ts';
import { maskedIparams } from '../marketplace/secret-iparams.ts';
import { nameOf } from './app-view.ts';
import type { AppInstallation, AppView, CustomPage, InstallationLink, InstallationOutcome } from './apps.ts';
import type { CustomPages } from './custom-pages.ts';
import { INSTALLATION_PATH, InstallationLinks, type OpenLink } from './installation-links.ts';
import type { InstalledApp } from './installed-app.ts';

export type InstallationDeskPorts = {
  readonly clock: Pick<Clock, 'now'>;
  readonly secret: () => string;
  readonly publicUrl: () => string;
  readonly pages: CustomPages;
  appOf(id: string): InstalledApp | undefined;
  stateOf(app: InstalledApp): AppView['state'];
  setIparams(ask: Ask, id: string, values: JsonObject): Promise<Answer<AppView>>;
};

/** Where people give apps their parameters on a page, by a link and without a key. */
export class InstallationDesk {
  readonly #ports: InstallationDeskPorts;
  readonly #links: InstallationLinks;

  constructor(ports: InstallationDeskPorts) {
    this.#ports = ports;
    this.#links = new InstallationLinks(ports.clock, ports.secret);
  }

  installationOf(app: InstalledApp): AppInstallation {
    const installation = app.definition?.installation ?? { kind: 'definitions', definitions: [] };
    return {
      app: app.id,
      name: nameOf(app.record),
      state: this.#ports.stateOf(app),
      kind: installation.kind,
      definitions: installation.kind === 'definitions' ? installation.definitions : [],
      values: maskedIparams(app.iparams, app.secrets),
    };
  }

  link({ caller }: Ask, app: InstalledApp): Answer<InstallationLink> {
    const { token, expiresAt } = this.#links.make({ app: app.id, caller });
    return done({ url: `${this.#ports.publicUrl()}${INSTALLATION_PATH}${token}`, expiresAt });
  }

  open(token: string): AppInstallation | null {
    const app = this.#appOf(this.#links.find(token));
    return app === undefined ? null : this.installationOf(app);
  }

  async customPage(token: string): Promise<CustomPage | null> {
    const app = this.#appOf(this.#links.find(token));
    const pageKey = this.#links.pageKeyOf(token);
    if (app === undefined || pageKey === null) return null;
    const page = await this.#ports.pages.pageOf(app);
    return page === null ? null : { name: nameOf(app.record), pageKey, ...page };
  }

  async customPageFile(pageKey: string, path: string): Promise<Uint8Array | null> {
    const app = this.#appOf(this.#links.findByPage(pageKey));
    return app === undefined ? null : this.#ports.pages.fileOf(app, path);
  }

  async callFromPage(token: string, call: PageCall): Promise<PageReply | null> {
    const app = this.#appOf(this.#links.find(token));
    if (app === undefined) return null;
    return this.#ports.pages.call(app, call, { isInstall: app.record.phase === 'needs_parameters' });
  }

  /** The link acts in the name of whoever made it; it is used up when the parameters are taken. */
  async submit(token: string, values: JsonObject): Promise<InstallationOutcome> {
    const link = this.#links.take(token);
    if (link === null) return { kind: 'unknown_link' };
    try {
      return await this.#submitTaken(token, link, values);
    } finally {
      // Used, it is gone for good by now.
      this.#links.putBack(token);
    }
  }

  async #submitTaken(token: string, link: OpenLink, values: JsonObject): Promise<InstallationOutcome> {
    const ask: Ask = { caller: link.caller, now: this.#ports.clock.now() };
    const answer = await this.#ports.setIparams(ask, link.app, values);
    if (answer.kind === 'done') {
      this.#links.use(token);
      return { kind: 'installed', name: answer.value.name };
    }
    if (answer.code === 'unknown_app') return { kind: 'unknown_link' };
    return { kind: 'refused', faults: answer.faults, notice: answer.faults.length === 0 ? answer.detail : null };
  }

  #appOf(link: OpenLink | null): InstalledApp | undefined {
    return link === null ? undefined : this.#ports.appOf(link.app);
  }

  forgetApp(app: string): void {
    this.#links.forgetApp(app);
  }
}
