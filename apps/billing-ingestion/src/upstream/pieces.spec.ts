import type { Step } from '@emdia/messaging';
import { changeInPieces } from './pieces';

const steps = [1, 2, 3, 4, 5].map((n) => ({ keys: [String(n)] }) as unknown as Step<unknown, string>);
const cut = Object.assign(new Error('cut'), { code: '25P04' });
const runner = (max: number) => ({ changeAll: async (some: readonly Step[]) => (some.length > max ? Promise.reject(cut) : some.map(({ keys }) => keys[0])) });

describe('a list too long for one second', () => {
  it('goes in halves, its answers in order', async () => {
    expect(await changeInPieces(runner(2), steps)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('is not torn under an idempotency key, nor without end, nor for another error', async () => {
    await expect(changeInPieces(runner(2), steps, { idempotencyKey: 'k f' })).rejects.toBe(cut);
    await expect(changeInPieces(runner(0), steps)).rejects.toBe(cut);
    await expect(changeInPieces({ changeAll: () => Promise.reject(new Error('else')) }, steps)).rejects.toThrow('else');
  });
});
