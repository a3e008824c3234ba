import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

import { HtmlPage } from '../platform/http/route-decorators.js';
import { MAILBOX_PAGE_POLICY, renderMailboxPage } from './mailbox-page.js';
import {
  mailboxQuerySchema,
  messagesQuerySchema,
  sentMessageSchema,
  type MailboxQuery,
  type MessagesQuery,
  type SentMessage,
} from './mailbox.schemas.js';
import { DevelopmentMessageStore } from './message-store.js';

/** What a development copy sent, for tests and for people. Not part of the documented API. */
@ApiExcludeController()
@Controller('dev')
export class MailboxController {
  constructor(@Inject(DevelopmentMessageStore) private readonly store: DevelopmentMessageStore) {}

  /**
   * `GET /dev/messages?to=&since=`: every email and SMS that left, newest first, unpaged.
   *
   * @throws Problem 422 for a `since` that is no RFC 3339 time, or a parameter given twice
   */
  @Get('messages')
  listMessages(@Query({ schema: messagesQuerySchema }) query: MessagesQuery): SentMessage[] {
    return this.store.list(query).map((message) => sentMessageSchema.parse(message));
  }

  /** `GET /dev/mailbox?to=`: the same for a person to look at. */
  @Get('mailbox')
  @HtmlPage()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', MAILBOX_PAGE_POLICY)
  showMailbox(@Query({ schema: mailboxQuerySchema }) { to }: MailboxQuery): string {
    return renderMailboxPage({ messages: this.store.list(to === '' ? {} : { to }), to });
  }
}
