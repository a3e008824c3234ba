import { type Fault, Problem } from '../../platform/http/problem.js';
import type { RunKind } from './allocation-run.js';

const WORDS: Readonly<Record<RunKind, string>> = {
  dry_run: 'dry run',
  recompute: 'recompute',
};

/** 409: one of a kind at a time. */
export class RunUnderWay extends Problem {
  constructor(kind: RunKind) {
    super({
      status: 409,
      code: `${kind}_under_way`,
      title: `Another ${WORDS[kind]} is running`,
      detail: `Only one ${WORDS[kind]} runs at a time: wait for it, or cancel it.`,
    });
  }
}

/** 409: nobody is moved before somebody could see who that would be. */
export class DryRunNeeded extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'dry_run_needed',
      title: 'A finished dry run is needed first',
      detail:
        'Make a dry run, wait until it is finished, look at who would move, and name it here.',
    });
  }
}

/** 409: what was looked at is not what would happen. */
export class DryRunOutOfDate extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'dry_run_out_of_date',
      title: 'Something has changed since the dry run',
      detail:
        'Rules, branches or reference data are not what the dry run was made from. Make another one and look at it.',
    });
  }
}

/** 409: what is over cannot be cancelled. */
export class RunOver extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'run_is_over',
      title: 'This run is over',
      detail: 'It has ended already, so there is nothing to cancel.',
    });
  }
}

/** A fault in one of the rules that a dry run proposes. */
export function ruleFault(path: string, code: 'unknown_unit' | 'unknown_rule'): Fault {
  return {
    path,
    code,
    message:
      code === 'unknown_unit'
        ? 'There is no open region or branch of this id among your units.'
        : 'There is no coverage rule of this id.',
  };
}
