import { type Command, InvalidArgumentError } from 'commander';
import { operatorSettings } from '../platform/config/operator-settings.js';
import { ownerDataSource } from '../platform/database/owner-data-source.js';
import { AuditTrailBroken } from './audit.errors.js';
import { type ChainMark, verifyAudit } from './verify-audit.js';

/** Adds `audit verify` to the operator's program. */
export function addAuditCommands(program: Command, print: (line: string) => void): void {
  program
    .command('audit')
    .description('The audit trail')
    .command('verify')
    .option('--mark <position:hash>', 'an end of the chain that was written down before', readMark)
    .description(
      'Follow the chain of the audit trail from its beginning; code 1 if it does not hold. Write down the end that it prints, somewhere else',
    )
    .action(async ({ mark }: { mark?: ChainMark }) => {
      const source = await ownerDataSource(operatorSettings().ownerUrl);
      try {
        const found = await verifyAudit(source.manager, mark);
        if (found.faults.length > 0) throw new AuditTrailBroken(found.faults);
        print(`The chain holds: ${found.sealed} events.`);
        if (found.end !== undefined) print(`Its end: ${found.end.position}:${found.end.hash}`);
        print(
          found.waiting.since === null
            ? 'No event waits to be sealed.'
            : `Events that wait to be sealed: ${found.waiting.count}, the oldest since ${found.waiting.since.toISOString()}.`,
        );
      } finally {
        await source.destroy();
      }
    });
}

function readMark(text: string): ChainMark {
  const [, position, hash] = /^([1-9]\d{0,18}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (position === undefined || hash === undefined) {
    throw new InvalidArgumentError('It has to be a position, a colon and 64 hexadecimal digits.');
  }
  return { position, hash: hash.toLowerCase() };
}
