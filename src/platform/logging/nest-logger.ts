import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Lets Nest's own lines (start-up, shutdown, its `Logger`) go through the process's logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest tells of every route at start; that is for somebody who looks for it.
    this.write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context (a class name) last, and a stack before it on errors. */
  private write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? String(rest.at(-1)) : undefined;
    const error = [message, ...rest].find((one): one is Error => one instanceof Error);
    const stack = rest.find(
      (one): one is string => typeof one === 'string' && /\n[ \t]+at /.test(one),
    );
    this.logger[level](
      {
        ...(context === undefined || context === stack ? {} : { context }),
        ...(error === undefined ? {} : { err: error }),
        ...(stack === undefined || error !== undefined
          ? {}
          : { stack: stack.replace(/^[\s\S]*?\n(?=[ \t]+at )/, '') }),
      },
      typeof message === 'string' ? message : (error?.name ?? 'message of the framework'),
    );
  }
}
