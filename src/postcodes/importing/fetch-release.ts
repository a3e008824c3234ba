import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile } from '../../providers/downloads/download-file.js';
import { makeDownloadFolder } from './download-folder.js';
import { openRelease, type ReleaseSource } from './release-source.js';

/** The zip of ONSPD has a quarter of this. */
const MOST_BYTES = 1024 ** 3;
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Fetches a release to a folder of its own, which goes when the release is closed: an archive is
 * read from its end, so that it has to lie there whole.
 *
 * @throws DownloadFailed, PostcodeImportRefused, both in words; the signal's reason.
 */
export async function fetchRelease(
  url: string,
  how: {
    signal: AbortSignal;
    onProgress: (bytes: number, of: number | undefined) => void;
    patienceMilliseconds?: number;
  },
): Promise<ReleaseSource> {
  const folder = await makeDownloadFolder();
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const to = join(folder, 'release');
    const name = await downloadFile({
      url,
      to,
      mostBytes: MOST_BYTES,
      patienceMilliseconds: PATIENCE_MILLISECONDS,
      ...how,
    });
    const release = await openRelease(to, name);
    return {
      ...release,
      close: async () => {
        await release.close();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
