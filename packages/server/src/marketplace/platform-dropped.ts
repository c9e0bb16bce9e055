import type { AppFiles } from './app-files.ts';
import type { Finding } from './finding.ts';
import { memberOf, readJsonDocument } from './json-document.ts';
import type { ManifestReading } from './manifest.ts';
import type { OauthReading } from './oauth-config-file.ts';
import { flatIntegrationName } from './oauth-integration.ts';
import { payloadUses } from './payload-uses.ts';
import { legacyVerbOf } from './platform-calls.ts';
import { type CalendarDay, platformDates } from './platform-dates.ts';
import { hiddenRequests } from './request-aliases.ts';
import type { ServerCodeReading } from './server-code.ts';
import { findingAt, positionAt, type SourceText } from './source-text.ts';

/** What the search for what platform 3.0 dropped looks at. */
export interface DroppedSearch {
  readonly files: AppFiles;
  readonly manifest: ManifestReading;
  readonly code: ServerCodeReading;
  readonly oauth: OauthReading;
}

/** Something that platform 3.0 no longer has, and where an app uses it. */
export interface DroppedFeature {
  readonly what: string;
  readonly places: readonly { readonly file: string; readonly line: number }[];
}

/**
 * For an app of platform 2.x: which dates apply on a day, and everything in it that 3.0 dropped, in one remark.
 * Nothing for apps of 3.0.
 */
export function checkPlatformAge(search: DroppedSearch, today: CalendarDay): readonly Finding[] {
  const { manifest, source } = search.manifest;
  const dates = manifest === null ? null : platformDates(manifest.platformVersion, today);
  if (dates === null) return [];
  const dropped = droppedFeatures(search).map(({ what, places }) => `${what} (${placesText(places)})`);
  const { root } = readJsonDocument(source);
  return [
    findingAt(source, memberOf(root ?? undefined, 'platform-version')?.value.offset ?? 0, {
      severity: 'information',
      code: 'platform-deprecated',
      message:
        dropped.length === 0 ? dates : `${dates}. Platform 3.0 has dropped what this app uses: ${dropped.join(', ')}`,
      fix: 'rollcall app migrate shows what it would be in 3.0',
    }),
  ];
}

/** Everything in an app of platform 2.x that 3.0 dropped. */
export function droppedFeatures({ files, manifest, code, oauth }: DroppedSearch): readonly DroppedFeature[] {
  const { root } = readJsonDocument(manifest.source);
  const key = (name: string) => {
    const member = memberOf(root ?? undefined, name);
    return member === undefined ? [] : [placeOf(manifest.source, member.keyNode.offset)];
  };
  const events = code.server?.codeEvents == null ? undefined : code.server.shape.members.get('events');
  const verbs = code.calls.filter((call) => legacyVerbOf(call) !== null);
  const hidden = code.scripts
    .flatMap(hiddenRequests)
    .flatMap(({ kind, source, offset }) => (kind === 'verb' ? [placeOf(source, offset)] : []));
  const reads = code.scripts.flatMap(payloadUses);
  const flat = oauth.integrations.some(({ name }) => name === flatIntegrationName) ? oauth.source : null;
  const features: readonly DroppedFeature[] = [
    { what: '"product"', places: key('product') },
    { what: '"whitelisted-domains"', places: key('whitelisted-domains') },
    {
      what: 'events declared in code',
      places: events === undefined || code.server === null ? [] : [placeOf(code.server.source, events.offset)],
    },
    {
      what: '$request.get and its siblings',
      places: [...verbs.map(({ source, call }) => placeOf(source, call.start)), ...hidden],
    },
    { what: 'OAuth without "integrations"', places: flat === null ? [] : [placeOf(flat, 0)] },
    { what: 'fresh_client.js', places: oldClientTags(files) },
    {
      what: 'domain and account_id of the payload (undocumented in 3.0)',
      places: reads.map(({ source, offset }) => placeOf(source, offset)),
    },
  ];
  return features.filter(({ places }) => places.length > 0);
}

function placeOf(source: SourceText, offset: number): { readonly file: string; readonly line: number } {
  return { file: source.file, line: positionAt(source, offset).line };
}

function oldClientTags(files: AppFiles): DroppedFeature['places'] {
  return [...files].flatMap(([file, text]) => {
    const offset = file.startsWith('app/') && file.endsWith('.html') ? text.search(/fresh(_|-)client(\.min)?\.js/) : -1;
    return offset === -1 ? [] : [{ file, line: text.slice(0, offset).split('\n').length }];
  });
}

const placesShownMax = 4;

function placesText(places: DroppedFeature['places']): string {
  const shown = places.slice(0, placesShownMax).map(({ file, line }) => `${file}:${line}`);
  const more = places.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
