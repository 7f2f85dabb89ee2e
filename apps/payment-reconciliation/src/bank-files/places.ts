import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that lies at a place. */
export interface Lying {
  /** `<creditor_id>/<source>/<name>` */
  readonly path: string;
  readonly size_bytes: number;
  /** Changes whenever the bytes do. */
  readonly version: string;
  /** Whether it lies there whole as soon as it is seen; of a folder nobody knows. */
  readonly whole: boolean;
}

/** Where banks, or whoever fetches from them, put files down. Nothing is ever changed there. */
export interface Place {
  readonly name: string;
  /** Files exactly three levels deep, at most `PART_FILES` at a time. Throws where the place cannot be looked at. */
  list(stopping: AbortSignal): AsyncIterable<readonly Lying[]>;
  /** The bytes as they were listed; null where they are gone or others by now. Rejects where they cannot be read. */
  read(file: Lying, stopping: AbortSignal): Promise<Buffer | null>;
}

/** As many as an S3-compatible storage lists at once. */
export const PART_FILES = 1_000;

/** Whether something is in its place, three levels deep and not hidden; no name can have a NUL, and no column takes one. */
export const isInPlace = (path: string): boolean => /^[^/.\0][^/\0]*(\/[^/.\0][^/\0]*){2}$/.test(path);

/** A folder of this machine, or mounted into it. Hidden files are not looked at. */
export class Folder implements Place {
  readonly name = 'folder';

  constructor(private readonly root: string) {}

  async *list(): AsyncIterable<readonly Lying[]> {
    let found: Lying[] = [];
    for (const creditor of await this.folders('.')) {
      for (const source of await this.folders(creditor)) {
        const under = join(creditor, source);
        for (const entry of await readdir(join(this.root, under), { withFileTypes: true })) {
          const path = `${creditor}/${source}/${entry.name}`;
          if (!entry.isFile() || !isInPlace(path)) continue;
          // Whoever put it there may take it away between two of our looks.
          const told = await stat(join(this.root, path)).catch(() => null);
          if (told) found.push({ path, size_bytes: told.size, version: `${told.size}-${Math.trunc(told.mtimeMs)}-${told.ino}`, whole: false });
          if (found.length < PART_FILES) continue;
          yield found;
          found = [];
        }
      }
    }
    yield found;
  }

  async read({ path, size_bytes }: Lying): Promise<Buffer | null> {
    const bytes = await readFile(join(this.root, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return bytes?.length === size_bytes ? bytes : null;
  }

  private async folders(under: string): Promise<string[]> {
    const entries = await readdir(join(this.root, under), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort();
  }
}
