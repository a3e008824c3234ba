import { type SearchTerms, escapeLike } from './search-terms.js';

/** A condition whose `$?` stand for these values, in order; for `Conditions.add`. */
export interface SearchCondition {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The words of a name in any order, each anywhere in it; compared as names are folded. */
const wordsIn = (column: string) =>
  `(${column} LIKE ALL (ARRAY(SELECT '%' || word || '%'
      FROM regexp_split_to_table(folded_name($?), ' ') AS word))
    AND folded_name($?) <> '')`;

/** Somebody with a contact point of which this holds. */
const whoseContact = (person: string, kind: 'email' | 'phone', holds: string) =>
  `${person}.id IN (SELECT c.person_id FROM contact_point c WHERE c.kind = '${kind}' AND ${holds})`;

/**
 * Narrows a list to the people that a search means. `person` is the alias of the table.
 *
 * Equality is leakproof, so that whole addresses, numbers and references are found by index under
 * row-level security too. LIKE is not: PostgreSQL applies the policy first and looks at the rows
 * that remain, so that the cost of words and parts grows with the caller's own patch.
 */
export function personSearch(person: string, terms: SearchTerms): SearchCondition {
  const name = wordsIn(`${person}.folded_name`);
  switch (terms.kind) {
    case 'reference':
      return {
        text: `${person}.id IN (SELECT found.person_id FROM join_submission_handling found
          JOIN join_submission source ON source.id = found.submission_id
         WHERE source.reference = $?)`,
        values: [terms.reference],
      };
    case 'email':
      return { text: whoseContact(person, 'email', 'c.value = $?'), values: [terms.address] };
    case 'email_part':
      return {
        text: whoseContact(person, 'email', 'c.value LIKE $?'),
        values: [`%${escapeLike(terms.part)}%`],
      };
    case 'phone':
      return {
        text: whoseContact(person, 'phone', 'c.value = ANY ($?::text[])'),
        values: [terms.numbers],
      };
    case 'phone_part':
      return {
        text: whoseContact(person, 'phone', 'c.value LIKE $?'),
        values: [`%${terms.digits}%`],
      };
    case 'postcode':
      return {
        text: `replace(upper(${person}.postcode), ' ', '') LIKE $? OR ${name}`,
        values: [`${terms.beginning}%`, terms.words, terms.words],
      };
    case 'words':
      if (!mayBeDomain(terms.words)) return { text: name, values: [terms.words, terms.words] };
      return {
        text: `${name} OR ${whoseContact(person, 'email', 'c.value LIKE $?')}`,
        values: [terms.words, terms.words, `%${escapeLike(terms.words.toLowerCase())}%`],
      };
  }
}

/** Words that may stand in an address after all: `example.org`, `sam.jones`. */
function mayBeDomain(words: string): boolean {
  return /^[^\s@]+\.[^\s@]+$/.test(words);
}
