import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { measurements } from './rows';

it('names a row that does not exist, and those that do, before anything starts', () => {
  const { status, stderr } = spawnSync(process.execPath, ['-r', '@swc-node/register', 'bench/main.ts', '--rows', 'hop-cpu,hop-speed'], { cwd: join(__dirname, '..'), encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringMatching(/No such row: hop-speed\. There are hop-cpu, /)]);
}, 60_000);

it('no row has two measurements, and every floor lies on the worse side of its target', () => {
  const rows = measurements.flatMap((each) => each.rows);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  for (const { id, better, target, floor } of rows) {
    if (target !== null && floor !== null) expect([id, better === 'higher' ? floor <= target : floor >= target]).toEqual([id, true]);
  }
});
