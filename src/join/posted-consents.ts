import { newId } from '../platform/new-id.js';
import type { JoinInput } from './join.schemas.js';

/** What joining asks consent for; service messages need none (PECR 2003, regulation 22). */
export const CONSENT_PURPOSE = 'news_and_campaigns';

/** One decision of a form: what was not answered makes none. */
export interface PostedConsent {
  id: string;
  channel: 'email' | 'sms' | 'phone';
  decision: 'granted' | 'refused';
}

/** The decisions that a form brought, one for each channel that was answered. */
export function postedConsents({ consent }: Pick<JoinInput, 'consent'>): PostedConsent[] {
  return (['email', 'sms', 'phone'] as const).flatMap((channel) => {
    const agreed = consent[channel];
    if (agreed === undefined) return [];
    return [{ id: newId(), channel, decision: agreed ? 'granted' : 'refused' }];
  });
}
