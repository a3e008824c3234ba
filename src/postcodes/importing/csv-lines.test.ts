import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFields, LineCutter } from './csv-lines.js';

/** The fields of every line of a file that arrives in pieces, with the lines' numbers. */
function read(pieces: readonly Buffer[]): { line: number; texts: string[] | undefined }[] {
  const found: { line: number; texts: string[] | undefined }[] = [];
  const fields = new CsvFields();
  const cutter = new LineCutter((bytes, from, to, line) => {
    const isWhole = fields.split(bytes, from, to);
    found.push({ line, texts: isWhole ? fields.texts() : undefined });
  });
  for (const piece of pieces) cutter.push(piece);
  cutter.end();
  return found;
}

const readText = (text: string) => read([Buffer.from(text, 'latin1')]);
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('lines', () => {
  it('end with either end, or with the file; empty ones count and are left out', () => {
    expect(readText('a,b\r\n\n\r\nc\nd')).toEqual([
      { line: 1, texts: ['a', 'b'] },
      { line: 4, texts: ['c'] },
      { line: 5, texts: ['d'] },
    ]);
  });

  it('may begin with a mark of byte order, once', () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf]);
    const [first] = read([Buffer.concat([mark, Buffer.from('a,b')])]);
    expect(first?.texts).toEqual(['a', 'b']);
  });

  it('are refused when they do not end', () => {
    expect(() => readText(`a\n${'x'.repeat(70_000)}`)).toThrow(/Line 2 is longer/);
    expect(() => readText(`${'x'.repeat(70_000)}\n`)).toThrow(/Line 1 is longer/);
  });

  it('are spoilt one by one by a quote that is not closed', () => {
    expect(readText('"a,b\nc,d\n"e"f,g').map(({ texts }) => texts)).toEqual([
      undefined,
      ['c', 'd'],
      undefined,
    ]);
  });
});

describe('fields', () => {
  it('are what was written, wherever the pieces of the file were cut', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aB1 ,"\'ä'.split('')), maxLength: 6 });
    const row = fc.array(text, { minLength: 1, maxLength: 5 });
    const file = fc.array(row, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(file, fc.nat(60), fc.constantFrom('\n', '\r\n'), (rows, cut, end) => {
        const bytes = Buffer.from(
          rows.map((fields) => fields.map(quoted).join(',')).join(end),
          'latin1',
        );
        const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
        expect(read(pieces).map(({ texts }) => texts)).toEqual(
          rows.map((fields) => fields.map((field) => field.trim())),
        );
      }),
    );
  });

  it('may be without quotes, and empty', () => {
    expect(readText(',a,,"",b,').map(({ texts }) => texts)).toEqual([['', 'a', '', '', 'b', '']]);
  });

  it('that are not there are empty', () => {
    const fields = new CsvFields();
    fields.split(Buffer.from('a,b'), 0, 3);
    expect([fields.text(-1), fields.text(2)]).toEqual(['', '']);
  });
});
