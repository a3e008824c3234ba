import { Injectable } from '@nestjs/common';
import { parse as parseUuid, stringify as stringifyUuid } from 'uuid';
import { Configuration } from '../platform/config/configuration.js';
import { type SignedLink, signedLink } from '../platform/signed-link.js';

const ID_BYTES = 16;
const RESET_BYTES = ID_BYTES + 4 + 4;

/** What a link that sets a new password stands for. */
export interface PasswordReset {
  readonly organiserId: string;
  /** Of the account when the link was made: another password makes the link worthless. */
  readonly credentialsVersion: number;
  /** To the second. */
  readonly expiresAt: Date;
}

/**
 * The links that organisers get by mail about their accounts. They are signed and name what they
 * are for; whether that still holds is asked of the database, so that nothing secret is kept.
 */
@Injectable()
export class AccountLinks {
  private readonly invitations: SignedLink;
  private readonly resets: SignedLink;
  private readonly publicUrl: string;

  constructor(configuration: Configuration) {
    const { LINK_SECRET } = configuration.environment;
    this.invitations = signedLink(LINK_SECRET, 'organiser invitation');
    this.resets = signedLink(LINK_SECRET, 'organiser password reset');
    this.publicUrl = configuration.publicUrl;
  }

  /** The page on which an invitation is accepted, for a message. */
  invitationUrl(invitationId: string): string {
    return `${this.publicUrl}/account/${this.invitations.sign(parseUuid(invitationId))}`;
  }

  /** The id of the invitation that a token stands for; undefined for one that we did not make. */
  openInvitation(token: string): string | undefined {
    const payload = this.invitations.open(token);
    return payload?.length === ID_BYTES ? stringifyUuid(payload) : undefined;
  }

  /** The page on which a new password is chosen, for a message. */
  resetUrl({ organiserId, credentialsVersion, expiresAt }: PasswordReset): string {
    const payload = Buffer.alloc(RESET_BYTES);
    payload.set(parseUuid(organiserId));
    payload.writeUInt32BE(credentialsVersion, ID_BYTES);
    payload.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), ID_BYTES + 4);
    return `${this.publicUrl}/account/${this.resets.sign(payload)}`;
  }

  /** What a token for a new password stands for; undefined for one that we did not make. */
  openReset(token: string): PasswordReset | undefined {
    const payload = this.resets.open(token);
    if (payload?.length !== RESET_BYTES) return undefined;
    return {
      organiserId: stringifyUuid(payload.subarray(0, ID_BYTES)),
      credentialsVersion: payload.readUInt32BE(ID_BYTES),
      expiresAt: new Date(payload.readUInt32BE(ID_BYTES + 4) * 1000),
    };
  }
}
