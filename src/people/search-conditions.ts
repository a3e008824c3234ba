import { type SearchTerms, escapeLike } from './search-terms.js';

/** A condition whose `$?` stand for these values, in order; for `Conditions.add`. */
export interface SearchCondition {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The words of a name in any order, each anywhere in it; compared as names are folded. */
const wordsIn = (column: string) =>
  `(${column} LIKE ALL (SELECT '%' || word || '%'
      FROM regexp_split_to_table(folded_name($?), ' ') AS word)
    AND folded_name($?) <> '')`;

/**
 * Narrows a list to the people that a search means. `person` is the alias of the table.
 *
 * The operators of a search are not leakproof, so that under row-level security PostgreSQL applies
 * the policy first and looks at the rows that remain: the cost grows with the caller's own patch.
 */
export function personSearch(person: string, terms: SearchTerms): SearchCondition {
  const contact = (kind: 'email' | 'phone') =>
    `EXISTS (SELECT FROM contact_point c
       WHERE c.person_id = ${person}.id AND c.kind = '${kind}' AND c.value LIKE $?)`;
  const name = wordsIn(`${person}.folded_name`);
  switch (terms.kind) {
    case 'reference':
      return {
        text: `EXISTS (SELECT FROM join_submission_handling found
          JOIN join_submission source ON source.id = found.submission_id
         WHERE found.person_id = ${person}.id AND source.reference = $?)`,
        values: [terms.reference],
      };
    case 'email':
      return { text: contact('email'), values: [`%${escapeLike(terms.part)}%`] };
    case 'phone':
      return { text: contact('phone'), values: [`%${terms.digits}%`] };
    case 'postcode':
      return {
        text: `replace(upper(${person}.postcode), ' ', '') LIKE $? OR ${name}`,
        values: [`${terms.beginning}%`, terms.words, terms.words],
      };
    case 'words':
      return {
        text: `${name} OR ${contact('email')}`,
        values: [terms.words, terms.words, `%${escapeLike(terms.words.toLowerCase())}%`],
      };
  }
}
