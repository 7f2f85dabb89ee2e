import fs from 'node:fs';
import path from 'node:path';
import mutations from './mutations.json';

const repository = path.resolve(__dirname, '../..');

describe('the mutations', () => {
  it('each find their guard exactly once, take it away, and name specs that exist', () => {
    for (const { guard, file, find, put, specs } of mutations) {
      const text = fs.readFileSync(path.join(repository, file), 'utf8');
      expect([guard, text.split(find).length - 1]).toEqual([guard, 1]);
      expect([guard, put]).not.toEqual([guard, find]);
      expect([guard, specs.filter((spec) => !fs.existsSync(path.join(repository, spec)))]).toEqual([guard, []]);
      expect([guard, specs.length]).not.toEqual([guard, 0]);
    }
  });

  it('cover what must never be missing', () => {
    const guards = mutations.map(({ guard }) => guard);
    expect(guards).toEqual(expect.arrayContaining(['inbox key', 'gate', 'attempt number', 'daily contact index of the person', 'order of the relay', 'hold check']));
  });
});
