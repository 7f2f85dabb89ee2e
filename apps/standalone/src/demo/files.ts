import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadBook, type ColumnMap, readMap } from './columns';
import { type ReadBook, readReceivables } from './receivables-csv';

/** Where a file lies that a person named: npm runs scripts in the project's folder, people stand elsewhere. */
export const pathOf = (file: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), file);

/** What a file holds; throws BadBook where it cannot be read. */
export function fileText(file: string): Buffer {
  try {
    return readFileSync(pathOf(file));
  } catch (error) {
    throw new BadBook(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Says in which file something has to be put right. */
function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadBook) || error.message.startsWith(file)) throw error;
    throw new BadBook(`${file}: ${error.message}`);
  }
}

/** A book of receivables with the map of its columns, where there is one; throws BadBook. */
export function receivablesIn(file: string, columns: string | undefined): ReadBook & { readonly map: ColumnMap } {
  const map = columns ? naming(columns, () => readMap(fileText(columns).toString('utf8'))) : { columns: {} };
  return { ...naming(file, () => readReceivables(fileText(file), map)), map };
}
