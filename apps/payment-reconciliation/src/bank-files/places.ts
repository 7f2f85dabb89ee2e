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
  /** Files exactly three levels deep. Rejects where the place cannot be looked at. */
  list(): Promise<Lying[]>;
  read(path: string): Promise<Buffer>;
}

/** A folder of this machine, or mounted into it. Hidden files are not looked at. */
export class Folder implements Place {
  readonly name = 'folder';

  constructor(private readonly root: string) {}

  async list(): Promise<Lying[]> {
    const found: Lying[] = [];
    for (const creditor of await this.folders('.')) {
      for (const source of await this.folders(creditor)) {
        const under = join(creditor, source);
        for (const entry of await readdir(join(this.root, under), { withFileTypes: true })) {
          if (!entry.isFile() || entry.name.startsWith('.')) continue;
          const path = `${creditor}/${source}/${entry.name}`;
          // Whoever put it there may take it away between two of our looks.
          const told = await stat(join(this.root, path)).catch(() => null);
          if (told) found.push({ path, size_bytes: told.size, version: `${told.size}-${Math.trunc(told.mtimeMs)}-${told.ino}`, whole: false });
        }
      }
    }
    return found;
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.root, path));
  }

  private async folders(under: string): Promise<string[]> {
    const entries = await readdir(join(this.root, under), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort();
  }
}
