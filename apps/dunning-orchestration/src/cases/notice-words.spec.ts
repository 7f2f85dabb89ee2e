import type { DataOf, DunningNoticeRequested } from '@emdia/contracts';
import { activate, defaultPolicy, houseTemplates, isContact, type Regua } from '@emdia/regua';
import { Story } from '../../test/story';

type Notice = DataOf<typeof DunningNoticeRequested>;

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
/** A debt due on Friday 6 March 2026 that nobody pays, along a régua. */
const lived = (version: string, until = '2026-06-15') => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').follows(version).until(`${until}T00:00:00-03:00`);
const asked = (story: Story, purpose = 'collection') => story.heard<Notice>('notice-requested').map(({ data }) => data).filter((data) => data.purpose === purpose);

describe('a notice brings the words of its step', () => {
  it.each(['esquecido', 'bom-pagador', 'meio-de-pagamento', 'dificuldade', 'atraso-habitual', 'alto-valor'] as const)('of %s', (name) => {
    const { document } = defaultPolicy(name);
    const steps = new Map(document.steps.filter(isContact).map((step) => [step.step, step]));
    const all = asked(lived(`${name}-1`));
    expect(all.length).toBeGreaterThan(2);
    for (const { step, words, offers, channels } of all) {
      // Of alternatives the first that holds counts; the amount of this debt lets the first of each hold.
      const { template, tone } = document.steps.filter(isContact).find((each) => each.step === step)!;
      expect(words).toEqual({ template, tone, ...houseTemplates()[template] });
      const leading = steps.get(step)!;
      expect(offers).toEqual(leading.action === 'offer' ? leading.offer : undefined);
      expect(channels).toEqual(document.contact.channels);
    }
  });

  it('of the alternative that the debt takes; of several on one day the one that the régua puts first', () => {
    const one = (cents: number) => asked(new Story(at('2026-03-10')).customer('SP').owes('A', '2026-03-06', { open_cents: cents }).follows('atraso-habitual-1').until('2026-03-24T00:00:00-03:00')).at(-1)!;
    expect([one(4_999), one(5_000)].map(({ step, words }) => [step, words!.template])).toEqual([['D+15', 'duvida'], ['D+15', 'antes-de-limitar']]);
    const both = new Story(at('2026-03-10')).customer('SP').owes('A', '2026-03-06', { open_cents: 4_999 }).owes('B', '2026-03-06').owes('C', '2026-03-06', { open_cents: 4_999 });
    const [notice] = asked(both.follows('atraso-habitual-1').until('2026-03-24T00:00:00-03:00')).slice(-1);
    expect(notice).toMatchObject({ covers: [{ step: 'D+15' }, { step: 'D+15' }, { step: 'D+15' }], words: { template: 'antes-de-limitar' } });
  });

  it('also of thanks, and the reminder of an instalment speaks by itself', () => {
    const s = lived('atraso-habitual-1', '2026-03-12').pays('A', '2026-03-12').until('2026-03-20T00:00:00-03:00');
    expect(asked(s, 'service')).toMatchObject([{ words: { template: 'obrigado-beneficios', text: expect.stringContaining('{beneficios}') as string }, channels: ['whatsapp', 'email', 'sms'] }]);
    expect(asked(s, 'service')[0]!.words!.tone).toBeUndefined();
    const agreed = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06', { collectability: 'agreed' }).agrees(['A'], ['2026-03-12']).until('2026-03-13T00:00:00-03:00');
    const [reminder] = asked(agreed, 'agreement');
    expect(reminder).toMatchObject({ channels: ['whatsapp', 'email', 'sms'] });
    expect(reminder!.words).toBeUndefined();
  });

  it('is remembered with it, for whoever asks why', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').until('2026-03-02T00:00:00-03:00');
    const decided = { asked: [] as unknown[] };
    const take = s.take.bind(s);
    s.take = (decide) => take((file, now) => {
      const decision = decide(file, now);
      if (!('ignored' in decision)) decided.asked.push(...decision.next.asked);
      return decision;
    });
    s.until('2026-03-14T00:00:00-03:00');
    expect(decided.asked[0]).toMatchObject({ step: 'D-3', template: 'lembrete', tone: 'reminder', offers: null, channels: ['whatsapp', 'email', 'sms'] });
    expect(decided.asked.at(-1)).toMatchObject({ step: 'D+7', template: 'nova-data', tone: 'helpful', offers: ['new-date', 'instalments'] });
  });
});

describe('words that a creditor published', () => {
  const OWN = { subject: '{credor}: oi', text: 'Oi, {nome}. {faturas} {como-pagar} {opcoes} {proximo-passo}' };
  const own = activate({ ...(defaultPolicy('esquecido').document as Regua), regua: 'nossa', templates: { lembrete: OWN } });
  const published = (text: string) => {
    const policy = { ...own, document: { ...own.document, templates: { lembrete: { ...OWN, text } } } };
    return { byVersion: new Map([[policy.version, policy]]), active: [policy] };
  };
  const opened = () => {
    const s = new Story(at('2026-02-20'));
    s.file = { ...s.file, published: published(OWN.text) };
    return s.customer('SP').owes('A', '2026-03-06');
  };

  it('stand before those of the house, which fill in for the rest', () => {
    const [first, second] = asked(opened().until('2026-03-07T00:00:00-03:00'));
    expect(first).toMatchObject({ regua_version: 'nossa-1', words: { template: 'lembrete', ...OWN } });
    expect(second!.words).toMatchObject({ template: 'vence-hoje', ...houseTemplates()['vence-hoje'] });
  });
  it('are those of the version the case follows, whatever is published next', () => {
    const s = opened();
    const next = { ...own, version: 'nossa-2', document: { ...own.document, version: 2, templates: {} } };
    s.file = { ...s.file, published: { byVersion: new Map([...s.file.published!.byVersion, ['nossa-2', next]]), active: [next] } };
    expect(asked(s.until('2026-03-04T00:00:00-03:00'))).toMatchObject([{ regua_version: 'nossa-1', words: OWN }]);
  });
});

describe('what follows a notice', () => {
  const follows = (version: string, step: string) => asked(lived(version)).find((notice) => notice.step === step)!.next_step;
  it.each([
    ['esquecido-1', 'D+7', { step: 'D+15', planned_day: '2026-03-23' }],
    ['atraso-habitual-1', 'D+15', { step: 'D+22', planned_day: '2026-03-30', does: 'limit' }],
    ['meio-de-pagamento-1', 'D-5', { step: 'D+1', planned_day: '2026-03-09', does: 'retry' }],
    ['alto-valor-1', 'D+10', { step: 'D+20', planned_day: '2026-03-26', does: 'person' }],
    ['esquecido-1', 'D+30', null],
  ])('%s %s', (version, step, next) => expect(follows(version, step)).toEqual(next));
});
