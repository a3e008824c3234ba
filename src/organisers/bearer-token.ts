/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1); undefined for other schemes. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

/** Whether a header is of the scheme at all, whatever follows. */
export function isBearer(authorization: string | undefined): boolean {
  return /^Bearer(?: |$)/i.test(authorization ?? '');
}
