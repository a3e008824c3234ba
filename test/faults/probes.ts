import type { Probe } from './book.js';
import type { JoinPoster } from './join-poster.js';
import type { Stage } from './stage.js';
import type { SupervisedProcess } from './supervised-process.js';
import { until } from './until.js';

/** Longer than a relay's look, and than its wait for a lock of a worker that stands still. */
const HAND_OVER_MILLISECONDS = 15_000;
const METRIC = /^branchline_relay_rows_total\{([^}]*)\}\s+(\d+)/gm;

/**
 * For each worker and each API: posts joins through the API one after another, with nothing else
 * going on and the other workers standing still, until the worker's relay has found rows because it
 * was told to look. Its time to look may come first, so that one join is not always enough.
 *
 * @param most joins for each.
 */
export async function probe(stage: Stage, poster: JoinPoster, most: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const worker of stage.sendingWorkers) {
    const others = stage.workers.filter((one) => one !== worker);
    for (const api of stage.apis) {
      const before = await rowsHandedOver(worker);
      let told = before.told;
      let joins = 0;
      while (told === before.told && joins < most) {
        joins += 1;
        const { all } = await rowsHandedOver(worker);
        // Anew for each join: one that stood still in the middle of a transaction holds its locks.
        for (const other of others) other.freeze();
        try {
          await poster.post(1, { clients: 1, pauseMilliseconds: 0, apis: [api] });
          const handsOver = async () => (await rowsHandedOver(worker)).all > all;
          await until(handsOver, HAND_OVER_MILLISECONDS);
        } finally {
          for (const other of others) other.thaw();
        }
        told = (await rowsHandedOver(worker)).told;
      }
      probes.push({
        api: api.name,
        worker: worker.name,
        joins,
        rowsByNotification: told - before.told,
      });
    }
  }
  return probes;
}

/** Rows that a worker's relay has handed over, and how many of them after a notification. */
async function rowsHandedOver({
  url,
}: SupervisedProcess): Promise<{ readonly all: number; readonly told: number }> {
  const rows = { all: 0, told: 0 };
  const answer = await fetch(`${url}/metrics`);
  for (const [, labels = '', value] of (await answer.text()).matchAll(METRIC)) {
    rows.all += Number(value);
    if (labels.includes('woken_by="notification"')) rows.told += Number(value);
  }
  return rows;
}
