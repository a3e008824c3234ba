import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database } from '../../platform/database/database.js';
import { PostcodeLocator } from '../../postcodes/postcode-locator.js';
import { withSettledPostcode, writtenPostcode } from '../../postcodes/royal-mail-postcode.js';
import { SOONEST_ANSWER_MILLISECONDS } from '../join.service.js';
import { internationalPhone } from '../phone-number.js';
import { LikelyMatchesRepository } from './likely-matches.repository.js';
import type { MatchesQuestion } from './likely-matches.schemas.js';
import { maskedEmail, maskedPhone } from './masked-contact.js';

/** Whom the details that somebody is typing may belong to. */
@Injectable()
export class LikelyMatchesService {
  constructor(
    private readonly database: Database,
    private readonly repository: LikelyMatchesRepository,
    private readonly locator: PostcodeLocator,
  ) {}

  /**
   * The likeliest of the caller's people. Nobody of other units is told of: neither by an entry nor
   * by the time it takes. That it was asked, and who was shown, is audited.
   */
  async find(organiser: SignedInOrganiser, question: MatchesQuestion) {
    const soonest = pause(SOONEST_ANSWER_MILLISECONDS);
    const { country = 'GB', email, phone, givenName, familyName } = question;
    const home = withSettledPostcode({ country, postcode: question.postcode }, this.locator);
    const terms = {
      email: email?.toLowerCase() ?? null,
      phone: phone === undefined ? null : (internationalPhone(phone, country) ?? null),
      givenName: givenName ?? null,
      familyName: familyName ?? null,
      postcode: writtenPostcode(home),
    };
    const matches = await this.database.asOrganiser(organiser, async (manager) => {
      const found = await this.repository.find(manager, terms);
      await recordDeed(manager, organiser, 'person.matches_asked', 'person', null);
      for (const { personId } of found) {
        await recordDeed(manager, organiser, 'person.shown_as_match', 'person', personId);
      }
      return found;
    });
    await soonest;
    return {
      matches: matches.map((match) => ({
        ...match,
        email: match.email === null ? null : maskedEmail(match.email),
        phone: match.phone === null ? null : maskedPhone(match.phone),
      })),
    };
  }
}
