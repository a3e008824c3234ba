let count = 0;

/** An address that nothing has come from yet, as a proxy names it: each request is a visitor's own. */
export function nextVisitor(): Record<'x-forwarded-for', string> {
  count += 1;
  return { 'x-forwarded-for': `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}` };
}
