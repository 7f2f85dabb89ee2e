import fs from 'node:fs';
import path from 'node:path';
import { reguaSchema } from './src';

/** Writes the published schema; `src/read.spec.ts` says where it differs from the code. */
const file = path.resolve(__dirname, '../../docs/regua.schema.json');
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, `${JSON.stringify(reguaSchema(), null, 2)}\n`);
