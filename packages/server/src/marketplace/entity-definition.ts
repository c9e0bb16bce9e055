/** An entity of config/entities.json: a kind of record that the app keeps with `$db.entity`. */
export interface EntityDefinition {
  readonly name: string;
  readonly fields: readonly EntityField[];
}

export interface EntityField {
  readonly name: string;
  readonly label: string | null;
  /** `text`, `paragraph`, `integer`, `decimal`, `boolean`, `date`, `datetime`, `enum` …: as written. */
  readonly type: string;
  readonly required: boolean;
  readonly filterable: boolean;
}
