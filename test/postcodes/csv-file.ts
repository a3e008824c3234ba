/** The rows of a CSV file with a header, by the names of its columns; for files without commas in fields. */
export function rowsOfCsv(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',').map((field) => field.replace(/^"(.*)"$/, '$1'));
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
  });
}
