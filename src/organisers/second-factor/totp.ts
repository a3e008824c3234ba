import { Secret, TOTP } from 'otpauth';

/** 160 bits, the length of the hash (RFC 4226, 4). */
const SECRET_BYTES = 20;
const STEP_MILLISECONDS = 30_000;
/** In steps, before and after: a clock that is off, a code that takes its time to be typed. */
const TOLERANCE = 1;
/** What every app knows; most ignore what asks for more (RFC 6238, 1.2). */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: STEP_MILLISECONDS / 1000 };

/** A new secret. */
export function makeTotpSecret(): Uint8Array {
  return new Secret({ size: SECRET_BYTES }).bytes;
}

/** A secret as an app takes it: typed, or out of the address of a QR code. */
export function describeTotpSecret(
  secret: Uint8Array,
  { issuer, label }: { issuer: string; label: string },
): { secret: string; uri: string } {
  const totp = new TOTP({ ...PARAMETERS, issuer, label, secret: secretOf(secret) });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * The time step whose code this is, near a moment; undefined for none. Each code near it is computed and compared in
 * constant time by the library.
 */
export function stepOfCode(secret: Uint8Array, code: string, at: Date): number | undefined {
  const timestamp = at.getTime();
  const delta = TOTP.validate({
    ...PARAMETERS,
    secret: secretOf(secret),
    token: code,
    timestamp,
    window: TOLERANCE,
  });
  return delta === null ? undefined : Math.floor(timestamp / STEP_MILLISECONDS) + delta;
}

/** A copy of its own buffer: small Buffers share one. */
function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
