/**
 * What Node is told wherever it runs an app: SIGUSR1 would open the inspector, `node:sqlite` opens files on its own, and
 * native add-ons run outside every rule.
 */
export function nodeFlags(memoryMbMax: number): readonly string[] {
  return [
    '--disable-sigusr1',
    '--no-experimental-sqlite',
    '--no-addons',
    '--no-global-search-paths',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${memoryMbMax}`,
    '--stack-trace-limit=50',
  ];
}
