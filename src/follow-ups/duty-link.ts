import { Injectable } from '@nestjs/common';
import { parse as parseUuid, stringify as stringifyUuid } from 'uuid';
import { Configuration } from '../platform/config/configuration.js';
import { type SignedLink, signedLink } from '../platform/signed-link.js';

const ID_BYTES = 16;
const PAYLOAD_BYTES = ID_BYTES + 2;

/** One duty, as it was given to somebody: with the next hand-over the link is dead. */
export interface DutyReference {
  readonly followUpId: string;
  readonly assignment: number;
}

/**
 * The links of duties. A link is its own authority, so that a volunteer needs no account: it is
 * signed, names one duty and one hand-over of it, and is worth nothing afterwards.
 */
@Injectable()
export class DutyLinks {
  private readonly links: SignedLink;
  private readonly publicUrl: string;

  constructor(configuration: Configuration) {
    this.links = signedLink(configuration.environment.LINK_SECRET, 'duty');
    this.publicUrl = configuration.publicUrl;
  }

  /** 46 characters of base64url: the id, the hand-over's number, the signature. */
  tokenFor({ followUpId, assignment }: DutyReference): string {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.set(parseUuid(followUpId));
    payload.writeUInt16BE(assignment, ID_BYTES);
    return this.links.sign(payload);
  }

  /** The address of the one-tap page, for a message. */
  urlFor(duty: DutyReference): string {
    return `${this.publicUrl}/duties/${this.tokenFor(duty)}`;
  }

  /** What a token stands for; undefined for one that we did not make. */
  open(token: string): DutyReference | undefined {
    const payload = this.links.open(token);
    if (payload?.length !== PAYLOAD_BYTES) return undefined;
    return {
      followUpId: stringifyUuid(payload.subarray(0, ID_BYTES)),
      assignment: payload.readUInt16BE(ID_BYTES),
    };
  }
}
