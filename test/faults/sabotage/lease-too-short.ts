import 'reflect-metadata';
import { SendingSettings } from '../../../src/messaging/sending-settings.js';

/**
 * Breaks the application for the harness to notice: the leases of a message and of its job have run
 * out long before an SMTP server answers, so that the mail is sent again while it is being sent.
 */
for (const lease of ['messageLeaseSeconds', 'jobLeaseSeconds'] as const) {
  Object.defineProperty(SendingSettings.prototype, lease, { get: () => 0.05 });
}
