import { type DestinationStream, pino } from 'pino';

/** From here on lines do not wait for the turn to end. */
const MOST_CHARACTERS = 64 * 1024;

/**
 * Standard output, written to once for all lines of a turn of the event loop: a busy process answers
 * many requests in one, and to tell the operating system of each line takes longer than to make it.
 * Nothing is kept back over the end of a turn, nor when the process ends by itself.
 */
export class TurnDestination implements DestinationStream {
  private readonly output = pino.destination({ fd: process.stdout.fd, sync: true });
  private lines = '';

  constructor() {
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    if (this.lines === '') setImmediate(() => this.flush());
    this.lines += line;
    if (this.lines.length > MOST_CHARACTERS) this.flush();
  }

  private flush(): void {
    const { lines } = this;
    this.lines = '';
    if (lines !== '') this.output.write(lines);
  }
}
