/**
 * The port of sockets for apps: no fence lets a process reach the network, and packages such as database drivers open
 * sockets all the same. They get them from the host, which resolves, checks and pins the address.
 *
 * The protocol, over a Unix socket that only the app's process is shown: the process sends one line of JSON (at most
 * 1 KiB), the host answers with one line.
 *
 * - `{"connect":{"host":"db.example.com","port":27017}}` → `{"connected":{"address":"…","port":27017,"family":4}}`, and from
 *   then on the connection is the socket, both ways, each side closing for itself
 * - `{"resolve":{"name":"example.com","type":"ADDRESS"|"A"|"AAAA"|"SRV"|"TXT"|"CNAME"|"MX"}}` → `{"records":[…]}` in the
 *   form of `node:dns/promises` (`ADDRESS`: `[{"address","family"}]`), and the host closes
 * - either may be answered with `{"error":{"code":"ECONNREFUSED"|"ENOTFOUND"|"EACCES"|…,"message":"…"}}`, and the host closes
 */
export type SocketBroker = {
  /** Opens a broker for one app's process. */
  open(): Promise<BrokerEnd>;
};

export type BrokerEnd = {
  /** Absolute path of the Unix socket, in a folder of its own that nobody else may enter. */
  readonly path: string;
  /** Ends the connections and removes the socket and its folder. */
  close(): Promise<void>;
};
