/**
 * The circles in which files require each other, each once, as the files along it from where it was first entered.
 *
 * @param requires the files that a file requires
 */
export function cyclesFrom(
  entry: string,
  requires: (file: string) => readonly string[],
): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      circles.push(path.slice(start));
      return;
    }
    if (finished.has(file)) return;
    path.push(file);
    for (const next of requires(file)) visit(next);
    path.pop();
    finished.add(file);
  };
  visit(entry);
  return circles;
}
