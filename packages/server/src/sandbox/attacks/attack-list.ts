import type { Attack, AttackKind } from './attack.ts';

/**
 * Every attack there is. Those marked `*` are not the fence's to hold: they fail without one too, because the server's
 * end of the pipe, the platform's rules or this Node see to it. Those marked `!` must end in a failed call.
 */
const names: Readonly<Record<Exclude<AttackKind, 'host'>, string>> = {
  reading: `
    realm-timer realm-console realm-platform realm-buffer realm-require realm-package realm-payload* realm-this
    realm-error realm-stack*
    read-absolute read-climbing read-url read-buffer-path read-descriptor read-promise read-stream read-blob
    read-fetch-file* read-through-own-root read-through-thread-root read-through-own-folder read-through-host-root
    read-through-parent-root read-host-descriptors read-inherited-descriptors* read-host-memory read-made-link
    read-made-hard-link read-made-copy read-link-of-package* read-link-of-app* read-link-target read-require
    read-require-code read-import read-create-require read-loader read-register read-env-file read-sqlite
    read-sqlite-attach read-sqlite-uri read-wasi read-worker read-worker-flags* read-worker-file
    read-internal-binding read-after-chdir read-list read-list-recursive read-glob read-opendir read-stat
    read-realpath read-watch read-passwords read-shadow read-neighbour-app read-neighbour-list read-data-key
    read-data-log read-native-add-on read-engine-library* read-test-runner read-natives-syntax`,
  writing: `
    write-new-file write-over write-append write-truncate write-stream write-rename write-unlink write-remove-folder
    write-mode write-times write-folder write-link write-through-own-root write-through-host-root write-own-code
    write-own-folder write-neighbour-code write-data-key write-heap-snapshot write-report write-report-folder
    write-trace write-compile-cache write-sqlite write-sqlite-vacuum write-worker write-socket-file write-wasi
    write-out-of-memory-score write-kernel-settings fill-temporary fill-shared-memory fill-own-folder`,
  environment: `
    see-environment see-own-environment-file see-parent-environment see-host-environment see-host-arguments
    see-all-arguments see-all-environments see-report see-worker-environment see-network see-network-table
    see-host-name see-host-working-folder`,
  processes: `
    start-spawn start-detached start-shell start-shell-option start-exec start-exec-file start-fork start-spawn-sync
    start-exec-sync start-exec-file-sync start-as-user start-with-environment start-again-without-fence
    start-binding-sync start-binding* start-cluster start-from-worker start-become-shell start-become-node
    start-fork-bomb become-root`,
  sockets: `
    connect-loopback connect-name connect-any-address connect-other-loopback connect-short connect-decimal
    connect-hexadecimal connect-octal connect-version-6 connect-mapped connect-mapped-hexadecimal connect-own-lookup
    connect-host-name connect-host-address connect-worker connect-binding connect-tls connect-http connect-https
    connect-http2 connect-fetch connect-fetch-decimal connect-web-socket connect-udp connect-udp-version-6
    connect-name-server connect-unix connect-control-socket connect-abstract connect-unix-through-root connect-run*
    listen-loopback listen-everywhere listen-http listen-udp listen-inspector
    request-loopback* request-name* request-plain* request-decimal* request-version-6* request-user*
    request-host-address* request-cloud-metadata*
    broker-loopback* broker-name* broker-decimal* broker-mapped* broker-any-address* broker-host-address*
    broker-garbage* broker-flood* broker-many*`,
  signals: `
    signal-debug-parent signal-debug-host signal-debug-victim signal-host-inspector signal-host-user
    signal-parent-user signal-victim-end signal-victim-stop signal-victim-group signal-binding signal-worker
    signal-as-written priority-victim priority-host priority-own`,
  exhaustion: `
    memory-heap memory-strings memory-buffers memory-array-buffers memory-shared memory-wasm memory-resizable
    memory-compression memory-slowly memory-promises* memory-workers descriptors-files descriptors-ports*
    threads-workers*`,
  hanging: `
    hang-spin*! hang-expression*! hang-crypto*! hang-json*! hang-ticks*! hang-promises*! hang-immediates*!
    hang-unsettled*! hang-thread-pool*! hang-thenable* hang-wait*! hang-input*! hang-debugger* hang-getter*! hang-exit-handler*!
    hang-generated* spin-four*! stay-after-stop* stay-after-signals* exit-zero*! exit-other*! exit-abort*!
    exit-kill-self* exit-later*!`,
  protocol: `
    frame-garbage*! frame-endless-length*! frame-no-length*! frame-text*! frame-node-channel*! frame-not-json*!
    frame-not-object*! frame-not-text*! frame-unknown*! frame-inherited-type*! frame-pollution*! frame-deep*!
    frame-never-called*! frame-negative-call*! frame-huge-call*! frame-unasked-answer*! frame-second-ready*!
    frame-not-loaded*! frame-out-of-order*! frame-chunk-order*! frame-chunk-endless*! frame-announced*!
    frame-many-values*! frame-many-values-in-chunks*! frame-dripping*! frame-without-end*! frame-empty-flood*! frame-operation-flood*! frame-error-flood*!
    print-flood*! print-exotic* throw-exotic*! throw-storm* throw-later*! throw-without-handlers*! close-pipes*!
    late-write*!`,
  orphans: 'orphan-idle* orphan-spinning orphan-threads orphan-staying orphan-waiting',
  storage: 'storage-names* storage-fields* storage-operations*',
};

export const attacks: readonly Attack[] = Object.entries(names).flatMap(([kind, text]) =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => ({
      name: word.replace(/[*!]+$/, ''),
      kind: kind as AttackKind,
      heldBy: word.includes('*') ? 'host' : 'fence',
      mustFail: word.endsWith('!'),
    })),
);

/** Kinds whose attacks do not disturb each other: one process carries out all of a kind, one after the other. */
export const quietKinds: readonly AttackKind[] = [
  'reading',
  'writing',
  'environment',
  'processes',
  'sockets',
  'signals',
];
