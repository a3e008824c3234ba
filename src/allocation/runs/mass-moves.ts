import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DutyRelocations } from '../../follow-ups/duty-relocations.js';
import { officeFor } from '../../follow-ups/follow-up.js';
import { newId } from '../../platform/new-id.js';
import type { DirectoryView } from '../../units/directory-view.js';
import { newAllocationRow } from '../allocation-row.js';
import { MovesRepository } from '../moves/moves.repository.js';
import type { LockedRun } from './allocation-run.js';
import type { Finding } from './run-slice.js';
import { type MoverRow, type PairCount, RunSlicesRepository } from './run-slices.repository.js';

/** Writes what a slice has found: a dry run only whom it would move, a recompute the moves too. */
@Injectable()
export class MassMoves {
  constructor(
    private readonly runs: RunSlicesRepository,
    private readonly repository: MovesRepository,
    private readonly duties: DutyRelocations,
  ) {}

  /** @returns how many open duties moved along. */
  async write(
    manager: EntityManager,
    run: LockedRun,
    view: DirectoryView,
    findings: readonly Finding[],
  ): Promise<number> {
    const moving = findings.filter(({ moves }) => moves);
    const movers = moving.map(moverOf);
    const duties = new Map<string, number>();
    if (run.kind === 'recompute') {
      await this.repository.place(manager, allocationsOf(run, findings), movers);
      const relocated = await this.duties.relocate(manager, relocationsOf(view, moving));
      for (const { personId } of relocated) {
        duties.set(personId, (duties.get(personId) ?? 0) + 1);
      }
    }
    await this.runs.addMovers(manager, run.id, movers, pairsOf(movers, duties));
    return [...duties.values()].reduce((sum, count) => sum + count, 0);
  }
}

function moverOf({ person, decision, keeper }: Finding): MoverRow {
  if (decision === null || keeper === null) throw new Error('Who is overridden does not move.');
  return {
    person_id: person.id,
    from_unit_id: person.keeperId,
    to_unit_id: keeper.id,
    explanation: decision.explanation,
  };
}

function allocationsOf(run: LockedRun, findings: readonly Finding[]) {
  return findings.flatMap(({ person, decision, isNews }) =>
    decision === null || !isNews
      ? []
      : [
          {
            ...newAllocationRow(newId(), decision),
            person_id: person.id,
            decided_by: run.startedById,
            reason: null,
            overridden_until: null,
          },
        ],
  );
}

function relocationsOf(view: DirectoryView, moving: readonly Finding[]) {
  return moving.flatMap(({ person, keeper, isMinor }) => {
    if (keeper === null) return [];
    const responsible = view.responsible(keeper);
    return [
      {
        person_id: person.id,
        keeper_id: keeper.id,
        unit_id: responsible.id,
        office: isMinor ? ('safeguarding_officer' as const) : officeFor(responsible.kind),
      },
    ];
  });
}

/** How many go from where to where, with how many duties. */
function pairsOf(movers: readonly MoverRow[], duties: ReadonlyMap<string, number>): PairCount[] {
  const pairs = new Map<string, PairCount>();
  for (const { person_id, from_unit_id, to_unit_id } of movers) {
    const key = `${from_unit_id} ${to_unit_id}`;
    const known = pairs.get(key);
    pairs.set(key, {
      from_unit_id,
      to_unit_id,
      people: (known?.people ?? 0) + 1,
      duties: (known?.duties ?? 0) + (duties.get(person_id) ?? 0),
    });
  }
  // In one order, so that two slices never wait for each other's pairs crosswise.
  return [...pairs].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, pair]) => pair);
}
