import { Injectable } from '@nestjs/common';
import { parse as uuidBytes, stringify as uuidText, validate } from 'uuid';
import { Configuration } from '../platform/config/configuration.js';
import { type SignedLink, signedLink } from '../platform/signed-link.js';

/** The link in an acknowledgement with which a person confirms their address or number. */
@Injectable()
export class ConfirmationLink {
  private readonly links: SignedLink;

  constructor(private readonly configuration: Configuration) {
    this.links = signedLink(configuration.environment.LINK_SECRET, 'confirmation');
  }

  /** The whole address of the page for one submission. */
  urlFor(submissionId: string): string {
    return `${this.configuration.publicUrl}/v1/confirm/${this.links.sign(uuidBytes(submissionId))}`;
  }

  /** The submission that a token was made for; undefined when we never made it. */
  submissionOf(token: string): string | undefined {
    const payload = this.links.open(token);
    if (payload?.length !== 16) return undefined;
    const id = uuidText(payload);
    return validate(id) ? id : undefined;
  }
}
