import { Injectable } from '@nestjs/common';
import { SmsRefused, SmsSender } from './sms-sender.js';

/** Stands where no provider is configured: every message fails at once, and says why. */
@Injectable()
export class NoneSmsSender extends SmsSender {
  async send(): Promise<void> {
    throw new SmsRefused('no provider for text messages is configured');
  }
}
