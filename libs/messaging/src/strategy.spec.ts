import type { Event } from '@emdia/contracts';
import { of, throwError } from 'rxjs';
import type { Step } from './store';
import { EventStrategy } from './strategy';

const steps = [{ keys: ['a'] }, { keys: ['b'] }] as unknown as Step[];

describe('the strategy', () => {
  const react = (answer: () => unknown) => {
    const strategy = new EventStrategy('negotiation');
    strategy.addHandler('thing', (async () => answer()) as never);
    return strategy.react({ type: 'thing' } as Event);
  };

  it.each([
    ['a list', () => steps, steps],
    ['one step', () => steps[0], [steps[0]]],
    ['none', () => [], []],
    ['an observable of a list, as an interceptor makes it', () => of(steps), steps],
  ])('takes %s', async (_, answer, expected) => expect(await react(answer)).toEqual(expected));

  it('lets no error vanish, thrown or in an observable, as Nest hands on what a filter rethrows', async () => {
    await expect(react(() => { throw new Error('thrown'); })).rejects.toThrow('thrown');
    await expect(react(() => throwError(() => new Error('observed')))).rejects.toThrow('observed');
  });
});
