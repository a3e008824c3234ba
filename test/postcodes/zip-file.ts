import { crc32, deflateRawSync } from 'node:zlib';

/** A file inside an archive, and what is to be wrong about it. */
export interface ZippedFile {
  readonly content: string | Buffer;
  /** What the archive says instead of the truth. */
  readonly says?: { readonly bytes?: number; readonly crc?: number };
  readonly encrypted?: boolean;
  readonly method?: number;
}

const DEFLATED = 8;

/** A zip archive of these files by their paths. */
export function zipOf(files: Readonly<Record<string, string | ZippedFile>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, given] of Object.entries(files)) {
    const file = typeof given === 'string' ? { content: given } : given;
    const { header, name, packed } = packedFile(path, file);
    const local = Buffer.concat([signed(0x04034b50, header), name, packed]);
    parts.push(local);
    directory.push(directoryEntry(header, name, offset));
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function packedFile(path: string, { content, says, encrypted, method = DEFLATED }: ZippedFile) {
  const bytes = Buffer.from(content);
  const packed = deflateRawSync(bytes);
  const name = Buffer.from(path);
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(encrypted === true ? 1 : 0, 2);
  header.writeUInt16LE(method, 4);
  header.writeUInt32LE(says?.crc ?? crc32(bytes), 10);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(says?.bytes ?? bytes.length, 18);
  header.writeUInt16LE(name.length, 22);
  return { header, name, packed };
}

function directoryEntry(header: Buffer, name: Buffer, offset: number): Buffer {
  const version = Buffer.from([20, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([signed(0x02014b50, Buffer.concat([version, header, rest])), name]);
}

function signed(signature: number, rest: Buffer): Buffer {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(signature);
  return Buffer.concat([start, rest]);
}
