/**
 * The one of the media types on offer that an `Accept` header asks for most: by its `q`, then by how exactly it is named,
 * then by its place. The first one for whoever names none of them: an answer that can be read beats a refusal.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 (read 2026-12-01)
 */
export function preferredMediaType(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  const wishes = (accept ?? '').split(',').map(wishOf);
  let best = { type: offered[0], weight: 0, exactness: 0, place: Number.POSITIVE_INFINITY };
  for (const type of offered) {
    const wish = wishFor(type, wishes);
    if (wish !== null && isBetter(wish, best)) best = { type, ...wish };
  }
  return best.type;
}

type Wish = { readonly range: string; readonly weight: number };
type Fit = { readonly weight: number; readonly exactness: number; readonly place: number };

function wishOf(text: string): Wish {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { range, weight: weight === undefined ? 1 : Number(weight) || 0 };
}

/** What the header says of one type: its most exact words count. */
function wishFor(type: string, wishes: readonly Wish[]): Fit | null {
  const ranges = ['*/*', `${type.split('/', 1)[0]}/*`, type];
  let fit: Fit | null = null;
  for (const [place, { range, weight }] of wishes.entries()) {
    const exactness = ranges.indexOf(range);
    if (exactness >= 0 && (fit === null || exactness > fit.exactness)) fit = { weight, exactness, place };
  }
  return fit;
}

function isBetter(one: Fit, other: Fit): boolean {
  if (one.weight === 0) return false;
  if (one.weight !== other.weight) return one.weight > other.weight;
  if (one.exactness !== other.exactness) return one.exactness > other.exactness;
  return one.place < other.place;
}
