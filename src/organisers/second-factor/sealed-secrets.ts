import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration.js';

const KEY_ID_BYTES = 4;
/** 96 bits, as GCM wants it (NIST SP 800-38D, 8.2); random, for some thousand secrets a key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/** What was sealed, opened; `stale` where the key is no longer the one that seals. */
export interface OpenedSecret {
  readonly secret: Buffer;
  readonly stale: boolean;
}

/**
 * Seals the secrets of second factors with AES-256-GCM, bound to their account: one that is copied
 * into another account's row does not open. Each begins with the id of its key, so that a new
 * `SECOND_FACTOR_SECRET` seals from now on while the previous one still opens.
 */
@Injectable()
export class SealedSecrets {
  private readonly current: Key;
  private readonly keys: readonly Key[];

  constructor({ secondFactorSecret, environment }: Configuration) {
    const previous = environment.SECOND_FACTOR_SECRET_PREVIOUS;
    this.current = keyOf(secondFactorSecret);
    this.keys = [this.current, ...(previous === undefined ? [] : [keyOf(previous)])];
  }

  /** Key id, nonce, ciphertext and tag. */
  seal(organiserId: string, secret: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.current.bytes, nonce);
    cipher.setAAD(Buffer.from(organiserId));
    const hidden = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([this.current.id, nonce, hidden, cipher.getAuthTag()]);
  }

  /** @throws Error where no setting has its key, or it was changed: nothing that the caller can mend. */
  open(organiserId: string, sealed: Buffer): OpenedSecret {
    const key = this.keys.find(({ id }) => id.equals(sealed.subarray(0, KEY_ID_BYTES)));
    if (key === undefined) {
      throw new Error('A second factor was sealed with another SECOND_FACTOR_SECRET.');
    }
    try {
      return { secret: opened(organiserId, sealed, key), stale: key !== this.current };
    } catch (error) {
      throw new Error('The sealed secret of a second factor was changed.', { cause: error });
    }
  }
}

function opened(organiserId: string, sealed: Buffer, key: Key): Buffer {
  const hiddenFrom = KEY_ID_BYTES + NONCE_BYTES;
  const nonce = sealed.subarray(KEY_ID_BYTES, hiddenFrom);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(organiserId));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const hidden = sealed.subarray(hiddenFrom, -TAG_BYTES);
  return Buffer.concat([decipher.update(hidden), decipher.final()]);
}

/** HKDF with SHA-256 (RFC 5869): a key for this purpose alone, and a name for it that gives nothing away. */
function keyOf(secret: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'branchline second factor', 32));
  const id = createHash('sha256').update('branchline key id').update(bytes).digest();
  return { id: id.subarray(0, KEY_ID_BYTES), bytes };
}
