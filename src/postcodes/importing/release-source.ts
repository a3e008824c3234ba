import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PostcodeImportRefused } from './import-refused.js';
import {
  baseName,
  dataFiles,
  editionInMetadata,
  editionInName,
  headingsFile,
  metadataFile,
  type NamedFile,
} from './release-files.js';
import { openArchive } from './zip-archive.js';

/** Tells how many more bytes of a file, as it lies there, have been read. */
export type OnBytes = (bytes: number) => void;

/** A file of postcodes that can be read once. */
export interface ReleaseFile {
  /** As messages name it. */
  readonly name: string;
  /** As it lies there: packed, where it is a `.gz`. */
  readonly bytes: number;
  open(onBytes: OnBytes): Promise<Readable>;
}

/** A release as it lies on the disk: a file, a folder or an archive. */
export interface ReleaseSource {
  readonly name: string;
  readonly files: readonly ReleaseFile[];
  /** The columns of Code-Point Open, where a file beside it names them. */
  readonly headings: readonly string[] | undefined;
  /** Month of the release, `YYYY-MM`, where its files tell. */
  readonly edition: string | undefined;
  close(): Promise<void>;
}

/** A file by its path inside a folder or archive. */
interface PackedFile extends NamedFile {
  readonly open: () => Promise<Readable>;
}

/** Something that holds files by their paths. */
export interface FileTree {
  readonly files: readonly PackedFile[];
  close(): Promise<void>;
}

const PIECE_BYTES = 1024 * 1024;
const MOST_FILES = 10_000;
/** Of headings and metadata, which are read whole. */
const MOST_TEXT_BYTES = 256 * 1024;

/**
 * Opens a release.
 *
 * @param name what it is called, where the path is that of a temporary file.
 * @throws PostcodeImportRefused for what is no release or cannot be read, in words.
 */
export async function openRelease(path: string, name = basename(path)): Promise<ReleaseSource> {
  const refuse = (error: unknown): never => refuseUnreadable(error, path);
  switch (await contentOf(path).catch(refuse)) {
    case 'folder':
      return treeSource(name, await openFolder(path).catch(refuse));
    case 'zip':
      return treeSource(name, await openArchive(path, name));
    case 'gzip':
      return singleSource(path, name, (file) => file.pipe(createGunzip()));
    case 'xz':
      throw new PostcodeImportRefused(`${name} is packed with xz: unpack it first (xz -d).`);
    case 'plain':
      return singleSource(path, name, (file) => file);
  }
}

/** What a file is, by its first bytes and whatever its name says. */
async function contentOf(path: string): Promise<'folder' | 'zip' | 'gzip' | 'xz' | 'plain'> {
  if ((await stat(path)).isDirectory()) return 'folder';
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.toString('hex');
    if (start === '504b0304' || start === '504b0506') return 'zip';
    if (start.startsWith('1f8b')) return 'gzip';
    return start === 'fd377a58' ? 'xz' : 'plain';
  } finally {
    await file.close();
  }
}

/** Says in words what the file system says in codes. */
function refuseUnreadable(error: unknown, path: string): never {
  if (error instanceof PostcodeImportRefused) throw error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    throw new PostcodeImportRefused(`There is no file or folder ${path}.`);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    throw new PostcodeImportRefused(`${path} may not be read by whoever runs this command.`);
  }
  throw new PostcodeImportRefused(`${path} cannot be read: ${message}`);
}

async function singleSource(
  path: string,
  name: string,
  unpack: (file: Readable) => Readable,
): Promise<ReleaseSource> {
  const { size } = await stat(path);
  const openFile = async (onBytes: OnBytes) => {
    const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
    file.on('data', (piece) => onBytes(piece.length));
    file.pause();
    const unpacked = unpack(file);
    file.on('error', (error) => unpacked.destroy(error));
    unpacked.on('close', () => file.destroy());
    return unpacked;
  };
  return {
    name,
    files: [{ name, bytes: size, open: openFile }],
    headings: undefined,
    edition: editionInName(name),
    close: async () => undefined,
  };
}

async function treeSource(name: string, tree: FileTree): Promise<ReleaseSource> {
  try {
    const found = dataFiles(tree.files);
    if (found.length === 0) {
      throw new PostcodeImportRefused(`${name} holds no CSV file of postcodes.`);
    }
    const headings = headingsFile(tree.files);
    const metadata = metadataFile(tree.files);
    return {
      name,
      files: found.map(({ path, bytes, open: openFile }) => ({
        name: baseName(path),
        bytes,
        open: async (onBytes) => {
          const file = await openFile();
          file.on('data', (piece: Buffer) => onBytes(piece.length));
          return file.pause();
        },
      })),
      headings: headings && namesIn(await textOf(headings)),
      edition:
        editionInName(baseName(found[0]?.path ?? '')) ??
        editionInName(name) ??
        (metadata && editionInMetadata(await textOf(metadata))),
      close: () => tree.close(),
    };
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function openFolder(folder: string): Promise<FileTree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  if (entries.length > MOST_FILES) {
    throw new PostcodeImportRefused(`${folder} holds more than ${MOST_FILES} files.`);
  }
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      bytes: (await stat(path)).size,
      open: async () => createReadStream(path, { highWaterMark: PIECE_BYTES }),
    })),
  );
  return { files, close: async () => undefined };
}

/** The columns as the second line of the file names them in full; the first has short forms. */
function namesIn(text: string): string[] | undefined {
  const [, names] = text.trim().split(/\r?\n/);
  return names
    ?.replaceAll('"', '')
    .split(',')
    .map((name) => name.trim());
}

async function textOf(file: PackedFile): Promise<string> {
  if (file.bytes > MOST_TEXT_BYTES) {
    throw new PostcodeImportRefused(`${file.path} is larger than ${MOST_TEXT_BYTES} bytes.`);
  }
  const pieces: Buffer[] = [];
  for await (const piece of await file.open()) pieces.push(piece as Buffer);
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}
