import { type Sms, SmsSender, SmsUnavailable } from './sms-sender.js';

/** A text message as the development inbox keeps it. */
export interface RecordedSms {
  readonly channel: 'sms';
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly messageId: string;
  readonly at: Date;
}

/** Keeps a message where a person or a test can read it. */
export type RecordSms = (sms: RecordedSms) => Promise<unknown>;

/** Sends to nobody: hands each message to the inbox of a development copy. */
export class LocalSmsSender extends SmsSender {
  constructor(private readonly record: RecordSms) {
    super();
  }

  async send({ messageId, to, text }: Sms): Promise<void> {
    try {
      await this.record({
        channel: 'sms',
        from: 'Branchline',
        to,
        text,
        messageId,
        at: new Date(),
      });
    } catch (error) {
      throw new SmsUnavailable('the local inbox did not keep the message', false, { cause: error });
    }
  }
}
