import {
  type DestinationStream,
  type Level,
  type LogFn,
  type Logger,
  type LoggerOptions,
  pino,
} from 'pino';
import type { Configuration } from '../config/configuration.js';
import { maskEmails, safeErrorMessage } from './error-serializer.js';
import { redactFields } from './redaction.js';
import { TurnDestination } from './turn-destination.js';

/** Token of the process's logger: `@Inject(LOGGER) private readonly logger: Logger`. */
export const LOGGER = Symbol('LOGGER');

export type { Logger } from 'pino';

/**
 * The logger of a process: JSON lines, one per event (so no input can forge a line), times in UTC,
 * the request's id on every line, personal data and secrets redacted at any depth.
 *
 * @param name which process: `api`, `worker`, `cli`.
 * @param requestId tells the id of the request that the line belongs to.
 * @param destination where the lines go; standard output unless a test listens.
 */
export function createLogger(
  configuration: Configuration,
  name: string,
  requestId: () => string | undefined = () => undefined,
  destination: DestinationStream = new TurnDestination(),
): Logger {
  const options: LoggerOptions = {
    name,
    level: configuration.environment.LOG_LEVEL,
    timestamp: () => `,"time":"${isoNow()}"`,
    mixin: (): object => {
      const id = requestId();
      return id === undefined ? {} : { requestId: id };
    },
    formatters: {
      level: (label: string): object => ({ level: label }),
      log: (fields: object): Record<string, unknown> => redactFields(fields),
      bindings: (fields: object): Record<string, unknown> => {
        const { name: process, ...rest } = fields as Record<string, unknown>;
        return { ...(process === undefined ? {} : { process }), ...redactFields(rest) };
      },
    },
    // The formatter has serialised errors already; pino's own serialiser would add their fields.
    serializers: {
      err: (error: unknown): unknown => error,
      msg: (text: unknown): unknown => (typeof text === 'string' ? maskEmails(text) : text),
    },
    hooks: { logMethod: nameErrors },
  };
  const logger = pino(options, destination);
  redactChildBindings(logger);
  return logger;
}

let lastMillisecond = 0;
let lastTime = '';

/** Now, RFC 3339 in UTC; written once for all lines of a millisecond. */
function isoNow(): string {
  const now = Date.now();
  if (now !== lastMillisecond) {
    lastMillisecond = now;
    lastTime = new Date(now).toISOString();
  }
  return lastTime;
}

/**
 * Writes lines of one level and one message without what the logger does for all others: looking
 * through their fields takes longer than some requests do. The fields come as JSON, without braces,
 * from whoever knows that nothing of them is personal.
 */
export function plainLines(
  logger: Logger,
  level: Level,
  message: string,
): (fields: string) => void {
  const inner = logger as unknown as Record<symbol, unknown>;
  const stream = inner[pino.symbols.streamSym] as DestinationStream;
  // What stands on every line: process, its number, host.
  const bindings = inner[pino.symbols.chindingsSym] as string;
  const head = `{"level":"${level}","time":"`;
  const middle = `"${bindings},`;
  const tail = `,"msg":${JSON.stringify(message)}}\n`;
  return (fields) => {
    if (logger.isLevelEnabled(level)) stream.write(head + isoNow() + middle + fields + tail);
  };
}

/** pino takes an error's own message where a line has none; that may quote a row of the database. */
function nameErrors(this: Logger, parameters: Parameters<LogFn>, method: LogFn): void {
  const [first, text] = parameters as unknown as [unknown, unknown];
  const error = first instanceof Error ? first : (first as { err?: unknown } | null)?.err;
  if (error instanceof Error && text === undefined) {
    const fields = first instanceof Error ? { err: first } : (first as object);
    method.apply(this, [fields, safeErrorMessage(error)]);
    return;
  }
  method.apply(this, parameters);
}

/** pino formats the bindings of the root only; children inherit this method, and theirs after them. */
function redactChildBindings(logger: Logger): void {
  const { child } = logger as unknown as { child: (bindings: object, options?: object) => Logger };
  Object.assign(logger, {
    child(this: Logger, bindings: object, options?: object): Logger {
      return child.call(this, redactFields(bindings), options);
    },
  });
}
