import { describe, expect, it } from 'vitest';
import { ExampleText, compareJson } from './example-text.js';
import { readExamples } from './http-examples.js';

const FIRST = '01a207f5-9961-7024-8eed-9bd7080e22b5';
const OTHER = '01a207fd-8cba-736f-86f2-e312d400ee33';

describe('the examples of a guide', () => {
  it('take any id, time, reference and day for those shown, and nothing else', () => {
    const text = new ExampleText();
    expect(text.compare(`id ${FIRST}`, `id ${OTHER}`)).toBeUndefined();
    expect(
      text.compare('J-7Q4K-2MXF by Monday 2 March', 'J-AAAA-BBBB by Friday 27 November'),
    ).toBeUndefined();
    expect(text.compare('2026-11-23T10:31:05.825Z', '2027-01-01T00:00:00Z')).toBeUndefined();
    expect(text.compare('Manchester', 'Salford')).toContain('Salford');
    expect(text.compare('2026-11-23T10:31:05.825Z', 'yesterday')).toContain('yesterday');
  });

  it('hold an id to what it stood for, and send that', () => {
    const text = new ExampleText();
    text.compare(FIRST, OTHER);
    expect(text.fill(`/people/${FIRST}`)).toBe(`/people/${OTHER}`);
    expect(text.compare(FIRST, FIRST)).toContain('stood for');
  });

  it('tell every member that is missing, new, of another type or another value', () => {
    const shown = { id: FIRST, name: 'Wales', phone: null, list: [1, 2] };
    const faults = compareJson(
      shown,
      { id: 7, name: 'Cymru', list: [1], more: true },
      new ExampleText(),
    );
    expect(faults).toEqual([
      'the body.more is not in the guide',
      'the body.id: 7 is not "01a207f5-9961-7024-8eed-9bd7080e22b5"',
      'the body.name: “Cymru” is not “Wales”',
      'the body.phone is missing',
      'the body.list has 1 entries, not 2',
    ]);
  });

  it('leave out only what an ellipsis stands for', () => {
    const text = new ExampleText();
    expect(compareJson({ a: 1, '…': '…' }, { a: 1, b: 2 }, text)).toEqual([]);
    expect(compareJson([{ a: 1 }, '…'], [{ a: 1 }, 2, 3], text)).toEqual([]);
    expect(compareJson([{ a: 1 }, '…'], [], text)).toHaveLength(1);
    expect(text.compare('"…"', '"19.area-table"')).toBeUndefined();
    expect(text.compare('"…"', '19')).toBeDefined();
  });

  it('are refused where a request has no answer', () => {
    const request = '```http\nGET /v1/regions\n```\n';
    const answer = '```http\nHTTP/1.1 200 OK\n```\n';
    expect(readExamples(request + answer)).toHaveLength(1);
    expect(() => readExamples(request + request)).toThrow('Line 1 begins a request');
    expect(() => readExamples(answer)).toThrow('without a request');
  });
});
