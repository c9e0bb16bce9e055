/** What makes two names or e-mails the same, whatever the case and however the letters are composed. */
export function nameKey(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
