import type { AccountNumber } from '../activity/position.ts';
import type { Change, StoredRecord } from '../engine/change.ts';
import type { JsonObject } from '../marketplace/json-value.ts';

/** An installed app, as far as its documents are concerned. */
export type DocumentOwner = { readonly id: string; readonly account: AccountNumber };

/** What kinds of small durable document apps have; each is a stored record under `<app id>/<name>`. */
export type AppDocumentType = 'app_schedule' | 'app_event' | 'app_job' | 'app_entity' | 'app_target' | 'app_token';

/** Writes a document. It is no fact: nothing in the log recorded it, so it has no position. */
export function putDocument(owner: DocumentOwner, type: AppDocumentType, name: string, body: JsonObject): Change {
  const key = `${owner.id}/${name}`;
  return { kind: 'PutRecord', record: { type, key, account: owner.account, position: 0, body: JSON.stringify(body) } };
}

export function removeDocument(app: string, type: AppDocumentType, name: string): Change {
  return { kind: 'RemoveRecord', type, key: `${app}/${name}` };
}

/** A document as it was stored. */
export type AppDocument<Body> = { readonly owner: DocumentOwner; readonly name: string; readonly body: Body };

/** The documents of one type among all records that were loaded. */
export function documentsOf<Body>(
  records: readonly StoredRecord[],
  type: AppDocumentType,
): readonly AppDocument<Body>[] {
  return records.flatMap((record) => {
    if (record.type !== type) return [];
    const slash = record.key.indexOf('/');
    const owner = { id: record.key.slice(0, slash), account: record.account };
    return [{ owner, name: record.key.slice(slash + 1), body: JSON.parse(record.body) as Body }];
  });
}
