/** What mail programs turn into a link by themselves. */
const LOOKS_LIKE_LINK = /:\/\/|\bwww\.|[\p{L}\p{N}]\.\p{L}{2,}|@/iu;

/** All that browsers take for a dot in a name of the Internet (RFC 5895, 2.3), once it is folded. */
const DOTS = /[\u3002\uff61]/g;

/** What is not seen within a word: it would hide a link from us, and not from a mail program. */
const UNSEEN = /\u00ad|\u034f|\u061c|\u180e/g;

/** Controls, line separators, and marks that turn the direction of writing. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/**
 * A stranger's word as it may stand in our sentences: one line, of bounded length, and never what a
 * mail program would make a link of. A form must not become a way to send anybody's advertisement in
 * our name.
 *
 * @returns undefined where nothing fit for a sentence is left.
 */
export function plainWord(text: string | null | undefined, longest = 60): string | undefined {
  const plain = (text ?? '')
    .replaceAll(UNSEEN, '')
    .replaceAll(INVISIBLE, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (plain === '' || LOOKS_LIKE_LINK.test(folded(plain))) return undefined;
  const characters = Array.from(plain);
  return characters.length <= longest
    ? plain
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

/** As a mail program may read it: full-width letters, other dots, and marks within. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(DOTS, '.');
}

/**
 * The first name to call somebody by. Whoever fills in one field of two has probably written the
 * whole name there: then only its first word is taken, because a notice carries no surname.
 */
export function firstName(
  givenName: string,
  familyName: string | null | undefined,
): string | undefined {
  const name = plainWord(givenName);
  return familyName == null || familyName.trim() === '' ? name?.split(' ', 1)[0] : name;
}
