import { Global, Module } from '@nestjs/common';
import { loadBankHolidays } from './bank-holidays.js';
import { Clock } from './clock.js';
import { WorkingCalendar } from './working-days.js';

/** The database's clock and the working days of the three bank-holiday calendars. */
@Global()
@Module({
  providers: [
    Clock,
    { provide: WorkingCalendar, useFactory: () => new WorkingCalendar(loadBankHolidays()) },
  ],
  exports: [Clock, WorkingCalendar],
})
export class TimeModule {}
