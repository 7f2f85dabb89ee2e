import { readBankFile } from '@emdia/bank-files';
import { bytesOf, lines400, TITLES } from '../../../../libs/bank-files/test/synthetic';
import { at } from '../../test/story';
import { coversUntil, receive, type StoredFile, undo } from './stored-file';

describe('a file', () => {
  const generated = (ddmmyy: string) => {
    const [header, ...rest] = lines400('237', TITLES);
    return readBankFile(bytesOf([`${header!.slice(0, 94)}${ddmmyy}${header!.slice(100)}`, ...rest]));
  };

  it('covers no day that is not over, whatever day the bank writes', () => {
    expect(['050326', '100326', '110326', '311260'].map((day) => coversUntil(generated(day), at('2026-03-10')))).toEqual(['2026-03-04', '2026-03-09', '2026-03-09', '2026-03-09']);
    expect(coversUntil(generated('110326'), at('2026-03-11', '00:00'))).toBe('2026-03-10');
  });

  it('that was refused is let go once, and stays refused', () => {
    const received = receive(null, { file_id: 'f', creditor_id: 'acme', source: 'itau', name: 'A.RET', size_bytes: 1, actor: 'folder' }, at('2026-03-10')) as { next: StoredFile };
    const refused: StoredFile = { ...received.next, status: 'refused' };
    const seen = undo(refused, 'agent-7');
    expect(seen).toEqual({ next: { ...refused, decided_by: 'agent-7' } });
    expect(() => undo({ ...refused, decided_by: 'agent-7' }, 'agent-8')).toThrow('This one is refused.');
  });
});
