import { type Answer, done } from '../directory/rejection.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { type Finding, hasErrors } from '../marketplace/finding.ts';
import type { Instant } from '../time/instant.ts';
import type { AppPackage } from './app-record.ts';
import type { AppRegistry } from './app-registry.ts';
import type { AppRunners } from './app-runner.ts';
import type { AppSource, CodeStore, StagedCode } from './code-store.ts';
import { type LoadedApp, loadApp, refusedApp } from './loaded-app.ts';

/** Code that is at its place and loads, not yet anybody's. */
export type AcquiredCode = {
  readonly package: AppPackage | null;
  readonly folder: string;
  readonly loaded: LoadedApp & { readonly definition: AppDefinition };
  readonly name: string | null;
  /** To be called when it is somebody's, or nobody's after all. */
  release(): Promise<void>;
};

export type AcquirePorts = {
  readonly runners: Pick<AppRunners, 'readFolder'>;
  readonly code: CodeStore;
  readonly registry: AppRegistry;
  /** Whether the app of this folder runs in the folder itself. */
  isLive(folder: string): boolean;
  now(): Instant;
};

/**
 * Takes an app's code in: copies it, checks it, installs its packages, and puts it at its place. Refused, nothing of it
 * is left. The folder of an app that runs in place is only read.
 */
export async function acquireCode(ports: AcquirePorts, source: AppSource): Promise<Answer<AcquiredCode>> {
  if (source.kind === 'folder' && ports.isLive(source.folder)) return acquireLive(ports, source.folder);
  const pointer = pointerOf(source);
  const staging = await ports.code.stage(source);
  if (staging.kind === 'refused') return refusedApp(staging.findings, pointer);
  const { code } = staging;
  try {
    return await settleCode(ports, code, pointer);
  } finally {
    await code.discard();
  }
}

async function acquireLive({ runners }: AcquirePorts, folder: string): Promise<Answer<AcquiredCode>> {
  const loaded = await loadApp(runners, folder);
  if (!isLoadable(loaded)) return refusedApp(loaded.findings, '/folder');
  return done({ package: null, folder, loaded, name: null, release: async () => {} });
}

async function settleCode(
  ports: AcquirePorts,
  code: StagedCode,
  pointer: '/folder' | '/zip',
): Promise<Answer<AcquiredCode>> {
  const asItCame = await loadApp(ports.runners, code.folder);
  if (!isLoadable(asItCame)) return refusedApp(asItCame.findings, pointer);
  const ofPackages = await code.addPackages(packagesOf(asItCame));
  if (hasErrors(ofPackages)) return refusedApp(ofPackages, pointer);
  const settling = await code.settle();
  if (settling.kind === 'refused') return refusedApp(settling.findings, pointer);
  const { digest, folder } = settling;
  const letGo = ports.registry.hold(digest);
  const loaded = await loadApp(ports.runners, folder);
  const release = async () => {
    letGo();
    if (!ports.registry.needs(digest)) await ports.code.remove(digest);
  };
  if (!isLoadable(loaded)) {
    await release();
    return refusedApp(loaded.findings, pointer);
  }
  return done({
    package: { digest, fingerprint: code.fingerprint, at: ports.now() },
    folder,
    loaded: { ...loaded, findings: withWarnings(loaded.findings, ofPackages) },
    name: code.name,
    release,
  });
}

/** Where an app stands in what was sent. */
export function pointerOf(source: AppSource): '/folder' | '/zip' {
  return source.kind === 'folder' ? '/folder' : '/zip';
}

function isLoadable(loaded: LoadedApp): loaded is LoadedApp & { readonly definition: AppDefinition } {
  return loaded.definition !== null;
}

/** An app without server code has no use for packages: that is a finding of its own. */
function packagesOf({ definition, findings }: LoadedApp): AppDefinition['dependencies'] {
  const isUseless = findings.some(({ code }) => code === 'dependencies-useless');
  return definition === null || isUseless ? [] : definition.dependencies;
}

function withWarnings(findings: readonly Finding[], warnings: readonly Finding[]): readonly Finding[] {
  const known = new Set(findings.map(({ code, message }) => `${code} ${message}`));
  return [...findings, ...warnings.filter(({ code, message }) => !known.has(`${code} ${message}`))];
}
