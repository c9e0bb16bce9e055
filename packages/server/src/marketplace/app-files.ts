/**
 * An app's files as text, by path below the app folder (`manifest.json`, `server/lib/x.js`; forward slashes).
 * Files that are not text (pictures, fonts) are there with an empty text: only their presence counts.
 * Of `server/node_modules` only the packages' own `package.json` files are there.
 */
export type AppFiles = ReadonlyMap<string, string>;
