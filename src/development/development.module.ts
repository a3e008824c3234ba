import { type DynamicModule, Module } from '@nestjs/common';

import { MailboxController } from './mailbox.controller.js';
import { DevelopmentMessageStore } from './message-store.js';

/** Routes that exist only where `npm start` runs on its embedded default. */
@Module({})
export class DevelopmentModule {
  /** @param store loaded, and closed by nobody: it holds no connection or open file */
  static register({ store }: { store: DevelopmentMessageStore }): DynamicModule {
    return {
      module: DevelopmentModule,
      controllers: [MailboxController],
      providers: [{ provide: DevelopmentMessageStore, useValue: store }],
      exports: [DevelopmentMessageStore],
    };
  }
}
