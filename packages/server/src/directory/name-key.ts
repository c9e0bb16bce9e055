/**
 * What makes two names or e-mails the same: whatever the case (through upper case first, so that ß is SS and a dotless i
 * is an I), however the letters are composed, and whatever nobody sees of them.
 */
export function nameKey(text: string): string {
  // Most names are plain, and an import asks for every event.
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize('NFKC').replace(UNSEEN, '').trim().toUpperCase().toLowerCase();
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Zero-width and direction marks. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
