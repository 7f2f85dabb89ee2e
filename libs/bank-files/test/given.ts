import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../shared/data'));

/** The files given for tests and their expected values, where they are; never part of this repository. */
export function givenFiles<Expected>(folder: string): { describe: jest.Describe; expected: Record<string, Expected>; bytes: (file: string) => Uint8Array } {
  const path = join(root, folder);
  const present = existsSync(join(path, 'expected.json'));
  if (!present) console.warn(`test data absent, given ${folder} files NOT checked: set EMDIA_TEST_DATA (looked in ${path})`);
  const expected = present ? (JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8')) as { files: Record<string, Expected> }).files : {};
  return { describe: present ? describe : (describe.skip as jest.Describe), expected, bytes: (file) => readFileSync(join(path, file)) };
}
