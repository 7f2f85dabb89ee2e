import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = join(resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../shared/data')), 'documents');
const present = existsSync(folder);
if (!present) console.warn(`test data absent, document vectors NOT checked: set EMDIA_TEST_DATA (looked in ${folder})`);

/** `describe` where the published vectors are at hand, else skipped, loudly. */
export const withVectors = present ? describe : describe.skip;

/** One file of published vectors. */
export const vectors = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
