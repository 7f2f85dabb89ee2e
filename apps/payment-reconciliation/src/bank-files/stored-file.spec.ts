import type { BankFile } from '@emdia/bank-files';
import { Forbidden, Outdated } from '@emdia/messaging';
import { at } from '../../test/story';
import { coversUntil, receive, stillMatching, stillStands, type StoredFile, undo } from './stored-file';

const file = (kind: BankFile['kind'], generated_on: string | null, covered_until: string | null = null) => ({ kind, header: { generated_on, covered_until } }) as BankFile;
const RECEIVED = at('2026-03-10');

describe('the last day that a file tells everything of', () => {
  it.each([
    ['of a return, the day before it was made', file('cnab400', '2026-03-09'), '2026-03-08'],
    ['of a statement, its last day', file('ofx', '2026-03-09', '2026-03-05'), '2026-03-05'],
    ['of a statement that ends on the day it was made, the day before', file('ofx', '2026-03-09', '2026-03-09'), '2026-03-08'],
    ['of a statement that ends on a day to come, the day before it came', file('ofx', null, '2026-03-31'), '2026-03-09'],
    ['of a return from the future, the day before it came', file('cnab240', '2036-03-09'), '2026-03-09'],
    ['of a query of Pix, the day it asked for', file('pix', null, '2026-03-08'), '2026-03-08'],
    ['of a query of Pix up to now, the day before', file('pix', null, '2026-03-10'), '2026-03-09'],
    ['of what does not say, none', file('pix', null), null],
  ])('is, %s', (_, told, until) => expect(coversUntil(told, RECEIVED)).toBe(until));
});

describe('what was decided on a file as it stood', () => {
  const as = (status: StoredFile['status']) => ({ file_id: 'f', status }) as StoredFile;
  it('is not written where it stands otherwise: a row does not go over to a file that is undone meanwhile, nor is money placed for one that another worker has ended', () => {
    expect([stillStands(as('posted'), 'posted'), stillMatching(as('matching'))]).toEqual([{ ignored: 'posted' }, { ignored: 'matching' }]);
    for (const known of [as('undoing'), null]) expect(() => stillStands(known, 'posted')).toThrow(Outdated);
    for (const known of [as('posted'), null]) expect(() => stillMatching(known)).toThrow(Forbidden);
    // Between the look at it and its undoing it was posted, and covers more than would be uncovered.
    expect(() => undo({ ...as('posted'), covered_until: '2026-03-08' }, 'ana', null)).toThrow(Forbidden);
    expect(undo({ ...as('posted'), covered_until: '2026-03-08' }, 'ana', '2026-03-08')).toMatchObject({ next: { status: 'undoing', covered_until: null } });
  });

  it('is let go once where it was refused, and stays refused', () => {
    const received = receive(null, { file_id: 'f', creditor_id: 'acme', source: 'itau', name: 'A.RET', size_bytes: 1, actor: 'folder' }, at('2026-03-10')) as { next: StoredFile };
    const refused: StoredFile = { ...received.next, status: 'refused' };
    const seen = undo(refused, 'agent-7', null);
    expect(seen).toEqual({ next: { ...refused, decided_by: 'agent-7' } });
    expect(() => undo({ ...refused, decided_by: 'agent-7' }, 'agent-8', null)).toThrow('This one is refused.');
  });
});
