import { type Answer, done } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Clock } from '../engine/clock.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { maskedIparams } from '../marketplace/secret-iparams.ts';
import { nameOf } from './app-view.ts';
import type { AppInstallation, AppView, InstallationLink, InstallationOutcome } from './apps.ts';
import { INSTALLATION_PATH, InstallationLinks, type OpenLink } from './installation-links.ts';
import type { InstalledApp } from './installed-app.ts';

export type InstallationDeskPorts = {
  readonly clock: Pick<Clock, 'now'>;
  readonly secret: () => string;
  readonly publicUrl: () => string;
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
    const link = this.#links.find(token);
    const app = link === null ? undefined : this.#ports.appOf(link.app);
    return app === undefined ? null : this.installationOf(app);
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

  forgetApp(app: string): void {
    this.#links.forgetApp(app);
  }
}
