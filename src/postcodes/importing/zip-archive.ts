import { pipeline, Transform, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { PostcodeImportRefused } from './import-refused.js';
import type { FileTree } from './release-source.js';

const MOST_ENTRIES = 10_000;
/** A release packs to a tenth. What packs to a thousandth is made to fill a disk or a memory. */
const MOST_RATIO = 200;
/** Nobody minds what becomes of the small ones. */
const SMALL_BYTES = 1024 * 1024;

/**
 * Opens a zip archive whose files are read as streams. Nothing of it is ever written to the disk, so
 * that its paths can lead nowhere; sizes are checked against what the archive says, and contents
 * against its checksums.
 *
 * @throws PostcodeImportRefused for what is no archive, is cut short, or has a password.
 */
export async function openArchive(path: string, name: string): Promise<FileTree> {
  const archive = await inWords(name, openPromise(path, { autoClose: false, lazyEntries: true }));
  try {
    if (archive.entryCount > MOST_ENTRIES) {
      throw new PostcodeImportRefused(`${name} holds more than ${MOST_ENTRIES} files.`);
    }
    const entries = await inWords(name, entriesOf(archive));
    return {
      files: entries
        .filter(({ fileName }) => !fileName.endsWith('/'))
        .map((entry) => ({
          path: entry.fileName,
          bytes: entry.uncompressedSize,
          open: () => openEntry(archive, entry, name),
        })),
      close: async () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function entriesOf(archive: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of archive.eachEntry()) entries.push(entry);
  return entries;
}

async function openEntry(archive: ZipFile, entry: Entry, name: string): Promise<Readable> {
  if (entry.isEncrypted()) throw new PostcodeImportRefused(`${name} has a password.`);
  if (!entry.canDecodeFileData()) {
    throw new PostcodeImportRefused(
      `${entry.fileName} in ${name} is packed in a way that is not known: unpack it first.`,
    );
  }
  if (entry.uncompressedSize > Math.max(SMALL_BYTES, entry.compressedSize * MOST_RATIO)) {
    throw new PostcodeImportRefused(
      `${entry.fileName} in ${name} grows more than ${MOST_RATIO} fold.`,
    );
  }
  const packed = await inWords(name, archive.openReadStreamPromise(entry));
  return pipeline(packed, checked(entry), () => undefined);
}

/** Passes a file on, and fails at its end where it is not what was packed. */
function checked(entry: Entry): Transform {
  let sum = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      sum = crc32(piece, sum);
      done(null, piece);
    },
    flush(done) {
      done(sum === entry.crc32 ? null : new Error('its checksum is another'));
    },
  });
}

async function inWords<Result>(name: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new PostcodeImportRefused(
      `${name} is no whole zip archive; was the download cut short? (${(error as Error).message})`,
    );
  }
}
