/** What stands for a class escape when a text is made to fit a pattern. */
const SAMPLES: Readonly<Record<string, string>> = {
  d: '0',
  w: 'a',
  s: ' ',
  S: 'a',
  D: 'a',
  W: '-',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '',
  B: '',
};

const TOKEN =
  /\\u\{?([0-9a-fA-F]{4,6})\}?|\\([pP])\{[^}]*\}|\\(.)|\[(\^?)((?:\\.|[^\]\\])*)\]|\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!]|<\w+>)|[()|*+?^$]|([^])/gu;

/**
 * What a pattern takes, one entry for each of its parts and with all characters that stand for it:
 * `^[ab]+@\d` → `ab`, `@`, `0`. Groups, alternatives and quantifiers fall away.
 */
export function atomsOf(source: string): string[] {
  const atoms = [...source.matchAll(TOKEN)].map(
    ([, code, property, escaped, negated, members, plain]) => {
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      if (property !== undefined) return 'é';
      if (escaped !== undefined) return SAMPLES[escaped] ?? escaped;
      if (members !== undefined) return negated === '^' ? 'q ' : atomsOf(members).join('');
      return plain === '.' ? 'x' : (plain ?? '');
    },
  );
  return atoms.filter((atom) => atom !== '');
}

/**
 * Texts of a length that make a careless pattern go back again and again: what leads up to a part
 * of the pattern, that part (or it with its neighbours) over and over, and an end that cannot fit.
 */
export function pathologicalTexts(source: string, length: number): Set<string> {
  const atoms = atomsOf(source).slice(0, 30);
  const one = (atom: string) => Array.from(atom)[0] ?? '';
  const texts = new Set<string>();
  const add = (head: string, pump: string): void => {
    const body = pump.repeat(Math.ceil(length / pump.length)).slice(0, length);
    for (const end of ['', '!\u0001']) texts.add(head + body + end);
  };
  for (const pump of new Set(['a', ' ', ...atoms.flatMap((atom) => Array.from(atom).slice(0, 6))]))
    add('', pump);
  for (const [at] of atoms.entries()) {
    const head = atoms.slice(0, at).map(one).join('');
    for (const parts of [1, 2, 3])
      add(
        head,
        atoms
          .slice(at, at + parts)
          .map(one)
          .join(''),
      );
  }
  return texts;
}
