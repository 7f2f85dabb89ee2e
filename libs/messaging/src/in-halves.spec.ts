import { inHalves } from './in-halves';
import { Forbidden, Outdated } from './store';

const withState = (code: string) => Object.assign(new Error(code), { code });
/** Takes lists; one that holds `bad` fails, and so does one longer than `most`. */
async function taking(things: string[], error: Error, most = Infinity): Promise<{ taken: string[]; alone: string[] }> {
  const taken: string[] = [];
  const alone: string[] = [];
  await inHalves(things, async (some) => {
    if (some.includes('bad') || some.length > most) throw error;
    taken.push(...some);
  }, async (thing) => alone.push(thing));
  return { taken, alone };
}

describe('taking in halves', () => {
  it.each([['refused by the rules', new Forbidden('no', 'no')], ['refused by Postgres', withState('23505')]])('leaves one %s alone, and keeps the order of the others', async (_, error) => {
    expect(await taking(['a', 'b', 'bad', 'c', 'd'], error)).toEqual({ taken: ['a', 'b', 'c', 'd'], alone: ['bad'] });
  });
  it('makes smaller what took too long, and what was outdated', async () => {
    for (const error of [withState('25P04'), new Outdated('x')]) expect(await taking(['a', 'b', 'c'], error, 1)).toEqual({ taken: ['a', 'b', 'c'], alone: [] });
  });
  it.each([['takes too long', withState('25P04')], ['is outdated', new Outdated('x')], ['meets an outage', withState('57P01')], ['lacks a table', withState('42P01')]])('throws where one that %s', async (_, error) => {
    await expect(taking(['bad'], error)).rejects.toBe(error);
  });
  it('does not divide what waiting heals, nor nothing', async () => {
    const outage = withState('57P01');
    await expect(taking(['a', 'bad'], outage)).rejects.toBe(outage);
    await expect(taking([], new Forbidden('no', 'no'), -1)).rejects.toThrow(Forbidden);
  });
});
