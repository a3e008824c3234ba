/** An address of which enough remains to be recognised by whoever knows it: `s…@example.org`. */
export function maskedEmail(address: string): string {
  const at = address.lastIndexOf('@');
  const [first = ''] = address;
  return `${first}…${address.slice(at)}`;
}

/** The last three digits of a number: `…123`. */
export function maskedPhone(number: string): string {
  return `…${number.slice(-3)}`;
}
