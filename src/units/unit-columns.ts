import { splitMeetingText } from './meeting-text.js';
import type { UnitColumns } from './units-admin.repository.js';
import type { BranchChange, RegionChange } from './units.admin-schemas.js';

/** The columns that a change of a region or branch sets; what it leaves out is left out here. */
export function columnsOf(change: RegionChange | BranchChange): UnitColumns {
  const { position, publishes, closedAt, meets, venue, ...plain }: BranchChange = change;
  return {
    ...plain,
    ...meetingColumns({ meets, venue }),
    ...(position === undefined
      ? {}
      : { latitude: position?.lat ?? null, longitude: position?.long ?? null }),
    ...(publishes?.position === undefined ? {} : { publishes_position: publishes.position }),
    ...(publishes?.venue === undefined ? {} : { publishes_venue: publishes.venue }),
    ...(closedAt === undefined ? {} : { closed_at: closedAt }),
  };
}

/** As a file is read, so that a place typed behind the time is not published by accident. */
function meetingColumns({ meets, venue }: Pick<BranchChange, 'meets' | 'venue'>): UnitColumns {
  if (meets == null || venue !== undefined) {
    return { ...(meets === undefined ? {} : { meets }), ...(venue === undefined ? {} : { venue }) };
  }
  const split = splitMeetingText(meets);
  return split.venue === null ? { meets } : split;
}
