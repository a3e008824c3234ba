/** Where a page may lie without TLS: on the machine of whoever looks at it. */
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address is encrypted on its way, or needs no way. */
export function isSafeAddress({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.has(hostname));
}

/**
 * Whether a text is an exact origin, or one of this machine with any port (`http://localhost:*`). A
 * host with a star is a host to `URL`, but no page has it.
 */
export function isFormOrigin(entry: string): boolean {
  const bare = entry.replace(/:\*$/, '');
  if (!URL.canParse(bare)) return false;
  const url = new URL(bare);
  if (url.origin !== bare || url.hostname.includes('*') || !isSafeAddress(url)) return false;
  return bare === entry || LOCAL_HOSTS.has(url.hostname);
}

/** Blanks, control characters and backslashes, which readers of an address understand differently. */
const UNCLEAR = /[\s\\\p{Cc}]/u;
/** Where the host of an address stands, with a user before it: `https://user@`. */
const WITH_USER = /^[^:/?#]*:\/*[^/?#]*@/;

/** The address of a page to send people on to, written in the one way; undefined: it is none. */
export function pageAddressOf(value: string): string | undefined {
  if (UNCLEAR.test(value) || WITH_USER.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return isSafeAddress(url) ? url.href : undefined;
}
