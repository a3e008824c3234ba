import type { ArrivedMail, PostedJoin, Probe } from './book.js';
import type { JoinPoster } from './join-poster.js';
import type { Stage } from './stage.js';
import type { SupervisedProcess } from './supervised-process.js';
import { until } from './until.js';

const ARRIVAL_MILLISECONDS = 10_000;
const METRIC = /^branchline_relay_rows_total\{([^}]*)\}\s+(\d+)/gm;

/**
 * Posts joins one after another through each API, with nothing else going on: then a relay finds
 * their rows because it was told to look, or because its time had come, and says which.
 */
export async function probe(stage: Stage, poster: JoinPoster, count: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const api of stage.apis) {
    const before = await rowsByNotification(stage.workers);
    for (let sent = 0; sent < count; sent += 1) {
      const [join] = await poster.post(1, { clients: 1, pauseMilliseconds: 0, urls: [api.url] });
      // One that does not come is the book's to complain of.
      await until(() => hasBothMails(join, stage.mailServer.mails), ARRIVAL_MILLISECONDS);
    }
    const after = await rowsByNotification(stage.workers);
    probes.push({ api: api.name, joins: count, rowsByNotification: after - before });
  }
  return probes;
}

function hasBothMails(join: PostedJoin | undefined, mails: readonly ArrivedMail[]): boolean {
  if (join === undefined) return false;
  const isToPerson = (mail: ArrivedMail) => mail.to.includes(join.email);
  const isAboutPerson = (mail: ArrivedMail) => mail.subject.includes(join.givenName);
  return mails.some(isToPerson) && mails.some(isAboutPerson);
}

/** Rows that the relays of these workers handed over after a notification. */
async function rowsByNotification(workers: readonly SupervisedProcess[]): Promise<number> {
  let rows = 0;
  for (const { url } of workers) {
    const answer = await fetch(`${url}/metrics`);
    for (const [, labels = '', value] of (await answer.text()).matchAll(METRIC)) {
      if (labels.includes('woken_by="notification"')) rows += Number(value);
    }
  }
  return rows;
}
