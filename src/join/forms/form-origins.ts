/** Where a page may lie without TLS: on the machine of whoever looks at it. */
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address is encrypted on its way, or needs no way. */
export function isSafeAddress({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.has(hostname));
}

/** Whether a text is an exact origin, or one of this machine with any port (`http://localhost:*`). */
export function isFormOrigin(entry: string): boolean {
  const bare = entry.replace(/:\*$/, '');
  if (!URL.canParse(bare)) return false;
  const url = new URL(bare);
  if (url.origin !== bare || !isSafeAddress(url)) return false;
  return bare === entry || LOCAL_HOSTS.has(url.hostname);
}
