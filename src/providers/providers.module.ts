import { type DynamicModule, Module } from '@nestjs/common';
import { MailSender } from './mail/mail-sender.js';
import { SmtpMailSender } from './mail/smtp.mail-sender.js';
import { LocalSmsSender, type RecordSms } from './sms/local.sms-sender.js';
import { NoneSmsSender } from './sms/none.sms-sender.js';
import { SmsSender } from './sms/sms-sender.js';

/** What a process says about its providers. */
export interface ProviderOptions {
  /** Given by development copies and tests: text messages are kept instead of sent. */
  readonly recordSms?: RecordSms | undefined;
}

/** The ways out of the house; only the worker imports it. */
@Module({})
export class ProvidersModule {
  static with({ recordSms }: ProviderOptions = {}): DynamicModule {
    return {
      module: ProvidersModule,
      global: true,
      providers: [
        { provide: MailSender, useClass: SmtpMailSender },
        recordSms === undefined
          ? { provide: SmsSender, useClass: NoneSmsSender }
          : { provide: SmsSender, useValue: new LocalSmsSender(recordSms) },
      ],
      exports: [MailSender, SmsSender],
    };
  }
}
