/** Everything that could grow has a limit; all of the HTTP door's are here. Times in milliseconds, sizes in bytes. */
export const HTTP_LIMITS = {
  /** Of a body whose route does not say less. */
  bodyBytesMax: 1_048_576,
  /** Of a body that describes one thing: a hostile one of this size is parsed within a few milliseconds. */
  smallBodyBytesMax: 131_072,
  /** Of a batch of events from elsewhere: a thousand payloads, of which each may have some 4 KB. */
  ingestBytesMax: 4_194_304,
  /** Of the zip of an app. */
  zipBytesMax: 52_428_800,
  /** Of a body that holds a zip in base64, with parameters beside it: the platform's packages have 5 MB. */
  zipInJsonBytesMax: 8_388_608,
  /** Requests of one address in a minute at the doors that ask for no key: a service that sends to several apps must fit. */
  openDoorRequestsPerMinuteMax: 1_500,
  /** How deep objects and lists may be nested in a body. */
  jsonDepthMax: 64,
  /** How many members and items a body may have altogether: parsing costs by the member, not by the byte. */
  jsonMembersMax: 16_384,
  /** The same for a body that describes one thing. */
  smallJsonMembersMax: 4_096,
  /** Of a batch of events from elsewhere: a payload has some 50. */
  ingestMembersMax: 131_072,
  idempotencyKeyCharactersMax: 255,
  /** Of a pointer in an answer: it may repeat a name that the sender chose. */
  pointerCharactersMax: 256,
  /** The headers of a request must be complete within this, counted from the connection for its first one. */
  headersTimeoutMs: 8_000,
  /** The whole request must be here within this. */
  requestTimeoutMs: 10_000,
  /** How often connections are looked through for the two limits above. */
  connectionsCheckedEveryMs: 1_000,
  /** Longer than the usual 60 s of load balancers, so that they close first and never write into a closed socket. */
  keepAliveTimeoutMs: 65_000,
  /** Connections of one address that have not sent a whole head yet; a further one ends the oldest of them. */
  silentConnectionsPerAddressMax: 1_024,
  /** Connections of one address altogether; a further one is refused. An office behind one address must fit. */
  connectionsPerAddressMax: 16_384,
  /** How long the answers under way may take when the server stops. */
  stopGraceMs: 5_000,
  connectionsCheckedWhileStoppingEveryMs: 25,
  /** Lines of a file that an answer names: what a problem may hold. */
  fileFaultsMax: 500,
  /** The pages that a list reads from the log to fill one of its own. */
  logPagesPerListMax: 20,
} as const;

export type HttpLimits = { readonly [Limit in keyof typeof HTTP_LIMITS]: number };
