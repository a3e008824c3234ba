import type { Lanes } from './lanes.js';
import { describeRound } from './report.js';
import { runRound } from './round.js';
import type { Backend } from './round-plan.js';
import { SABOTAGES, type Sabotage, sabotagePlan } from './sabotages.js';

/** How many rounds a sabotage may go unnoticed. */
const ROUNDS = 3;

/**
 * A harness that cannot fail proves nothing: breaks the application in each way until that is
 * noticed, and does the same with the honest one, which must not be complained of.
 *
 * @returns whether each was noticed, and the honest application never.
 */
export async function proveSabotages(lanes: Lanes, backends: readonly Backend[]): Promise<boolean> {
  const proofs = backends.flatMap((backend) =>
    SABOTAGES.map((sabotage) => lanes.with((cluster) => prove(sabotage, backend, cluster))),
  );
  return (await Promise.all(proofs)).every(Boolean);
}

async function prove(
  sabotage: Sabotage,
  backend: Backend,
  cluster: Parameters<typeof runRound>[1],
): Promise<boolean> {
  const honest = await runRound(
    sabotagePlan(sabotage, { seed: 1, backend, sabotaged: false }),
    cluster,
  );
  if (honest.faults.length > 0) {
    console.error(
      `${sabotage.name} on ${backend}: COMPLAINED OF WITHOUT IT\n${honest.faults.join('\n')}`,
    );
    return false;
  }
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const broken = await runRound(
      sabotagePlan(sabotage, { seed, backend, sabotaged: true }),
      cluster,
    );
    const complaint = broken.faults.find((fault) => sabotage.complaint.test(fault));
    console.log(describeRound(broken));
    if (complaint !== undefined) {
      console.log(
        `${sabotage.name} on ${backend}: noticed, “${complaint}” and ${broken.faults.length - 1} more`,
      );
      return true;
    }
  }
  console.error(`${sabotage.name} on ${backend}: UNNOTICED in ${ROUNDS} rounds`);
  return false;
}
