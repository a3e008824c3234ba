import type { MessageDraft } from '../../messaging/message.js';
import { newId } from '../../platform/new-id.js';

/** What an organiser is told about the safety of their account; the templates have words for each. */
export const SECURITY_NOTICES = [
  'password_changed',
  'second_factor_on',
  'second_factor_off',
  'second_factor_reset',
  'recovery_code_used',
  'recovery_codes_made',
  'many_failed_sign_ins',
  'openid_linked',
] as const;
export type SecurityNotice = (typeof SECURITY_NOTICES)[number];

const KIND = 'organiser_security_notice';

/**
 * The draft of a notice.
 *
 * @param once what it is told once for; a notice of its own each time unless given.
 */
export function securityNotice(
  organiserId: string | undefined,
  notice: SecurityNotice,
  once: string = newId(),
): MessageDraft {
  return {
    kind: KIND,
    channel: 'email',
    businessKey: `${KIND}:${notice}:${organiserId ?? 'nobody'}:${once}`,
    queue: 'notices',
    organiserId,
    notice,
  };
}

/** Which notice a message is; undefined for one that this build does not know. */
export function noticeOf({ notice }: { readonly notice: string | null }) {
  return SECURITY_NOTICES.find((one) => one === notice);
}
