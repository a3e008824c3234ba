/** JSON as it is written, where no value of JavaScript would be written so: `1e999`, a name twice. */
export class RawJson {
  constructor(readonly json: string) {}
}

/** JSON text of a value that may have raw parts. */
export function encodeJson(value: unknown): string {
  if (value instanceof RawJson) return value.json;
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, entry]) => `${JSON.stringify(name)}:${encodeJson(entry)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** The fields of a form for a value: dotted names for objects, repeated ones for lists. */
export function encodeForm(value: unknown): string {
  return pairsOf('', value)
    .map(([name, text]) => `${percentEncode(name)}=${percentEncode(text)}`)
    .join('&');
}

function pairsOf(name: string, value: unknown): [string, string][] {
  if (value instanceof RawJson) return [[name, value.json]];
  if (Array.isArray(value)) return value.flatMap((entry) => pairsOf(name, entry));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, entry]) =>
      pairsOf(name === '' ? key : `${name}.${key}`, entry),
    );
  }
  return [[name, value === true ? 'on' : String(value)]];
}

/** As a browser would, and lone surrogates as the three bytes that no UTF-8 has. */
export function percentEncode(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) {
      const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
      return bytes.map((byte) => `%${byte.toString(16).toUpperCase()}`).join('');
    }
    return encodeURIComponent(character);
  }).join('');
}
