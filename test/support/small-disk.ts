import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';

/** A file system of its own in a folder, which can be filled to the last byte. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @returns undefined where this user may not mount one, which is root's alone */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      return undefined;
    }
    return new SmallDisk(folder);
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }

  /** Leaves no byte of room. */
  async fill(): Promise<void> {
    const handle = await open(this.#filler, 'w');
    try {
      for (const size of [1 << 16, 1 << 12]) {
        const block = Buffer.alloc(size);
        while (await written(handle.write(block)));
      }
    } finally {
      await handle.close();
    }
  }

  async makeRoom(): Promise<void> {
    await rm(this.#filler);
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder]);
  }
}

async function written(write: Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await write).bytesWritten > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
