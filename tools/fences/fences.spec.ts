import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// A fence that cannot go red fences nothing: every rule is shown a file that breaks it, in a small repository of its
// own, by the same commands and configuration as `npm run lint` and `npm run boundaries`.
const repository = path.resolve(__dirname, '../..');
const long = (count: number) => Array.from({ length: count }, (_, i) => `const line${i} = ${i};`).join('\n');

const files: Record<string, string> = {
  'apps/one/src/index.ts': `import { deep } from './deep';\nexport const one = deep;`,
  'apps/one/src/deep.ts': `export const deep = 1;`,
  'apps/two/src/index.ts': `export { one } from '../../one/src/index';`,
  'apps/standalone/src/index.ts': `import { one } from '../../one/src/index';\nexport default one;`,
  'apps/standalone/src/inside.ts': `export { deep } from '../../one/src/deep';`,
  'apps/auditor/src/index.ts': `export { runner } from '@emdia/messaging';`,
  'apps/auditor/src/gate.ts': `export { ask } from '@emdia/debt-gate';`,
  'apps/one/src/tested.ts': `export { testDatabase } from '@emdia/testing';`,
  'apps/one/src/container.ts': `export { GenericContainer } from 'testcontainers';`,
  'apps/one/src/lost.ts': `export { nothing } from './nowhere';`,
  'apps/one/src/around.ts': `import { there } from './there';\nexport const around = () => there;`,
  'apps/one/src/there.ts': `import { around } from './around';\nexport const there = () => around;`,
  'apps/one/src/past-index.ts': `export { hidden } from '../../../libs/messaging/src/hidden';`,
  'apps/one/src/allowed.spec.ts': `import { testDatabase } from '@emdia/testing';\nexport default [testDatabase, new Date()];`,
  'apps/one/test/story.ts': `import { testDatabase } from '@emdia/testing';\nexport default [testDatabase, new Date()];`,
  'apps/one/src/types-only.ts': `import type { StartedTestContainer } from 'testcontainers';\nexport type Started = StartedTestContainer;`,
  'libs/messaging/src/index.ts': `export const runner = 1;`,
  'libs/messaging/src/hidden.ts': `export const hidden = 1;`,
  'libs/messaging/src/upward.ts': `export { one } from '../../../apps/one/src/index';`,
  'libs/debt-gate/src/index.ts': `export const ask = 1;`,
  'chaos/oracle.ts': `export { runner } from '@emdia/messaging';`,
  'chaos/spy.ts': `export { deep } from '../apps/one/src/deep';`,
  'apps/one/src/measured.ts': `export { table } from '../../../bench/table';`,
  'bench/table.ts': `export const table = 1;`,
  'libs/contracts/src/index.ts': `import { Type } from '@sinclair/typebox';\nexport const schema = Type.String();`,
  'libs/contracts/src/fat.ts': `export { Client } from 'pg';`,
  'libs/testing/src/index.ts': `export const testDatabase = 1;`,
  'apps/one/src/clock-new.ts': `export const at = new Date();`,
  'apps/one/src/clock-now.ts': `export const at = Date.now();`,
  'apps/one/src/clock-passed.ts': `export const clock = Date.now;`,
  'apps/one/src/clock-fine.ts': `export const at = new Date('2026-01-31T12:00:00Z');\nexport const words = 'right now (soon), our current date';`,
  'apps/one/src/sql-now.ts': 'export const sql = (id: string) => `select ${id} where due_at <= now()`;',
  'apps/one/src/sql-date.ts': `export const sql = 'select Current_Date';`,
  'apps/one/src/sql-default.ts': `export const sql = 'create table t (at timestamptz default current_timestamp)';`,
  'libs/clock/src/index.ts': `export const at = Date.now();`,
  'apps/one/src/long-file.ts': long(401),
  'apps/one/src/long-function.ts': `export function all() {\n${long(70)}\n}`,
  'apps/one/src/long-function.spec.ts': `export function all() {\n${long(70).replaceAll('const', 'void')}\n}`,
  'apps/one/src/floating.ts': `const later = async () => 1;\nlater();`,
};

function run(folder: string, command: string, args: string[]): string {
  const { stdout, stderr } = spawnSync(path.join(repository, 'node_modules/.bin', command), args, { cwd: folder, encoding: 'utf8' });
  if (!stdout.startsWith('{') && !stdout.startsWith('[')) throw new Error(stdout + stderr);
  return stdout;
}

describe('the fences', () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'emdia-fences-'));
  let crossings: string[];
  let complaints: Map<string, string[]>;

  beforeAll(() => {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), `${text}\n`);
    }
    for (const file of ['eslint.config.mjs', '.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json', 'package.json']) {
      fs.copyFileSync(path.join(repository, file), path.join(folder, file));
    }
    fs.symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));

    const cruise = JSON.parse(run(folder, 'depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs', 'bench', 'chaos']));
    crossings = cruise.summary.violations.map((found: { rule: { name: string }; from: string }) => `${found.rule.name}: ${found.from}`);
    const lint: { filePath: string; messages: { ruleId: string | null; message: string }[] }[] = JSON.parse(
      run(folder, 'eslint', ['--format', 'json', 'apps', 'libs']),
    );
    complaints = new Map(lint.map(({ filePath, messages }) => [
      path.relative(folder, filePath),
      messages.map(({ ruleId, message }) => ruleId ?? message).filter((rule) => rule !== '@typescript-eslint/no-unused-vars'),
    ]));
  }, 120_000);
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('stop exactly the imports that cross them', () => {
    expect(crossings.sort()).toEqual([
      'app-imports-app: apps/two/src/index.ts',
      'auditor-shares-code: apps/auditor/src/gate.ts',
      'auditor-shares-code: apps/auditor/src/index.ts',
      'chaos-shares-code: chaos/oracle.ts',
      'chaos-shares-code: chaos/spy.ts',
      'circular: apps/one/src/around.ts',
      'contracts-import-only-schemas: libs/contracts/src/fat.ts',
      'dev-dependency-in-production: apps/one/src/container.ts',
      'lib-behind-index: apps/one/src/past-index.ts',
      'lib-imports-app: libs/messaging/src/upward.ts',
      'measuring-in-production: apps/one/src/measured.ts',
      'standalone-behind-index: apps/standalone/src/inside.ts',
      'testing-outside-tests: apps/one/src/tested.ts',
      'unresolvable: apps/one/src/lost.ts',
    ]);
  });

  it.each([
    ['apps/one/src/clock-new.ts', 'no-restricted-syntax'],
    ['apps/one/src/clock-now.ts', 'no-restricted-syntax'],
    ['apps/one/src/clock-passed.ts', 'no-restricted-syntax'],
    ['apps/one/src/sql-now.ts', 'no-restricted-syntax'],
    ['apps/one/src/sql-date.ts', 'no-restricted-syntax'],
    ['apps/one/src/sql-default.ts', 'no-restricted-syntax'],
    ['apps/one/src/long-file.ts', 'max-lines'],
    ['apps/one/src/long-function.ts', 'max-lines-per-function'],
    ['apps/one/src/floating.ts', '@typescript-eslint/no-floating-promises'],
  ])('stop %s by %s', (file, rule) => {
    expect(complaints.get(file)).toEqual([rule]);
  });

  it.each(['apps/one/src/clock-fine.ts', 'apps/one/src/allowed.spec.ts', 'apps/one/test/story.ts', 'libs/clock/src/index.ts', 'libs/contracts/src/index.ts'])(
    'let %s pass',
    (file) => expect(complaints.get(file)).toEqual([]),
  );

  it('measure functions outside tests only', () => {
    expect(complaints.get('apps/one/src/long-function.spec.ts')).not.toContain('max-lines-per-function');
  });
});
