import { claimedNotice, EPOCH_MS, goes, id, stays, type NoticeData } from '../../test/given';
import { unspoken } from './words';

const TEXT = 'Olá, {nome}. {faturas} {como-pagar} {opcoes} {proximo-passo}';
const words = (text = TEXT, subject = '{credor}: um lembrete') => ({ template: 'lembrete', tone: 'reminder' as const, subject, text });
const cover = (step: string) => ({ receivable_id: id('receivable', step), due_date: '2026-03-09', step });
/** Why a notice of a step does not speak in its words; its debt was due yesterday unless said otherwise. */
const why = (step: string, more: Partial<NoticeData> = {}, due_date = '2026-03-09') => {
  const covers = [cover(step)];
  const of = goes(covers[0]!);
  return unspoken(claimedNotice({ covers, words: words(), ...more }), { as_of_epoch_ms: EPOCH_MS, covers: [{ ...of, amounts: { ...of.amounts!, due_date } }] });
};

describe('a message speaks in the words of its régua', () => {
  it('where they are true', () => {
    expect(why('D+1')).toBeNull();
    expect(why('D-3', {}, '2026-03-13')).toBeNull();
    expect(why('D0', {}, '2026-03-10')).toBeNull();
  });
  it('not of a delay where nothing is late any more, nor of a day to come that has gone by', () => {
    expect(why('D+1', {}, '2026-03-20')).toBe('nothing is late');
    expect(why('D-3')).toBe('something is late already');
  });
  it('not of a delay where what is late has left the message', () => {
    const covers = [cover('D+1'), cover('D-3')];
    const verdict = { as_of_epoch_ms: EPOCH_MS, covers: [stays(covers[0]!, 'settled'), { ...goes(covers[1]!), amounts: { ...goes(covers[1]!).amounts!, due_date: '2026-03-13' } }] };
    expect(unspoken(claimedNotice({ covers, words: words() }), verdict)).toBe('nothing is late');
  });
  it.each([
    ['threat: serasa', words(`${TEXT} Evite o Serasa.`)],
    ['pressure: ultimo aviso', words(TEXT, '{credor}: último aviso')],
    ['label: inadimplente', words(`Você está inadimplente. ${TEXT}`)],
    ['nothing is filled in for {cpf}', words(`${TEXT} {cpf}`)],
  ])('never, whoever let them pass: %s', (reason, said) => expect(why('D+1', { words: said })).toBe(reason));
  it('with jargon, which lint only warns of', () => expect(why('D+1', { words: words(`${TEXT} Evite encargos.`) })).toBeNull());
  it('of thanks where they speak of no debt', () => {
    const thanks = (text: string) => why('thanks', { purpose: 'service', step: 'thanks', words: words(text) });
    expect([thanks('Obrigado, {nome}.'), thanks('Recebemos {valor}.')]).toEqual([null, 'no facts for {valor}']);
  });
  it('or was asked for without', () => expect(why('D-3', { words: undefined })).toBeNull());
});
