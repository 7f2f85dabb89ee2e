import { activate, defaultPolicy, HOUSE_REGUAS, lint, RefusedRegua, readRegua, type Regua, type Template } from '.';
import { houseFile } from './house-words';
import { regua, step, WORDS } from '../test/given';

const rules = (more: Partial<Regua>) => lint(regua(more)).map(({ severity, rule, path, value }) => [severity, rule, path, value]);
const words = (text: string, subject = WORDS.subject): Partial<Regua> => ({ templates: { lembrete: { subject, text } as Template } });
const consequence = (name: string, more: Record<string, unknown>) => ({ steps: [step('D-3'), step('D+3'), step('D+10'), step(name, more)] });

it('has nothing to say of a sound régua', () => expect(lint(regua())).toEqual([]));

describe('lint finds', () => {
  it.each<[string, Partial<Regua>, unknown[][]]>([
    ['an alternative that is never reached', { steps: [step('D+3'), step('D+3')] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+3']]],
    ['one whose condition another one swallows', { steps: [step('D+3', { when: { amount_cents: { min: 10 } } }), step('D+3', { when: { amount_cents: { min: 20, max: 30 } } })] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+3']]],
    ['alternatives that count other days', { steps: [step('D+3', { when: { score: { min: 1 } } }), step('D+3', { days: 'business' })] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+3']]],
    ['business days that fall on calendar days', { steps: [step('D+4', { days: 'business' }), step('D+6')] }, [['refuse', 'steps-out-of-order', 'steps[1].step', 'D+6']]],
    ['one weekday wanted for two steps', { contact: { hour: '10:00', channels: ['email'], weekdays: ['wed'] }, steps: [step('D+7'), step('D+9')] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+9']]],
    ['a weekday left out, so that two steps meet now and then', { contact: { hour: '10:00', channels: ['email'], weekdays: ['tue', 'wed', 'thu', 'fri'] }, steps: [step('D+7'), step('D+8')] }, [['warn', 'two-steps-one-day', 'steps[1].step', 'D+8']]],
    ['steps that weekends push together', { steps: [step('D+5'), step('D+6')] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+6']]],
    ['steps out of order', { steps: [step('D+3'), step('D-3')] }, [['refuse', 'steps-out-of-order', 'steps[1].step', 'D-3']]],
    ['a crowd of steps', { steps: ['D+1', 'D+2', 'D+3', 'D+4', 'D+5'].map((name) => step(name, { days: 'business' })) }, [['warn', 'contact-budget', 'steps[4].step', 'D+5']]],
    ['a weekend', { contact: { hour: '10:00', channels: ['email'], weekdays: ['sat', 'sun'] } }, [['refuse', 'never-allowed-day', 'contact.weekdays', ['sat', 'sun']]]],
    ['a Saturday among weekdays', { contact: { hour: '10:00', channels: ['email'], weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] } }, [['warn', 'never-allowed-day', 'contact.weekdays', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat']]]],
    ['an evening', { contact: { hour: '18:00', channels: ['email'] } }, [['refuse', 'never-allowed-hour', 'contact.hour', '18:00']]],
    ['a step at dawn', { steps: [step('D+3', { hour: '08:59' })] }, [['refuse', 'never-allowed-hour', 'steps[0].hour', '08:59']]],
    ['a fine above the cap', { charges: { relation: 'consumer', fine_percent: '2.01', interest_monthly_percent: '1' } }, [['refuse', 'fine-above-cap', 'charges.fine_percent', '2.01']]],
    ['interest above the cap', { charges: { relation: 'condominium', fine_percent: '2', interest_monthly_percent: '1.5' } }, [['refuse', 'interest-above-cap', 'charges.interest_monthly_percent', '1.5']]],
    ['a fine that a named person answers for', { charges: { relation: 'business', fine_percent: '12', interest_monthly_percent: '1', decision: { by: 'Ana Prado', on: '2026-01-05', reason: 'contract 12' } } }, [['warn', 'fine-above-cap', 'charges.fine_percent', '12']]],
    ['a message without the amount', words(WORDS.text.replace('{faturas}', '')), [['refuse', 'message-without-amount', 'templates.lembrete.text', ' {como-pagar} {opcoes} {proximo-passo}']]],
    ['a message without options', words('{valor} {como-pagar} {proximo-passo}'), [['refuse', 'message-without-options', 'templates.lembrete.text', '{valor} {como-pagar} {proximo-passo}']]],
    ['a message without what follows', words('{valor} {como-pagar} {opcoes}'), [['refuse', 'message-without-consequence', 'templates.lembrete.text', '{valor} {como-pagar} {opcoes}']]],
    ['a message without a way to pay', words('{valor} {opcoes} {proximo-passo}'), [['warn', 'message-without-way-to-pay', 'templates.lembrete.text', '{valor} {opcoes} {proximo-passo}']]],
    ['a subject that tells', words(WORDS.text, 'Você deve {valor}'), [['refuse', 'subject-tells-debt', 'templates.lembrete.subject', 'Você deve {valor}']]],
    ['a placeholder nobody fills', words(`${WORDS.text} {saldo}`), [['refuse', 'unknown-placeholder', 'templates.lembrete.text', `${WORDS.text} {saldo}`]]],
    ['words that are not there', { steps: [step('D+3', { template: 'nada' })] }, [['refuse', 'unknown-template', 'steps[0].template', 'nada']]],
    ['words named like a method', { steps: [step('D+3', { template: 'constructor' })] }, [['refuse', 'unknown-template', 'steps[0].template', 'constructor']]],
    ['thanks without words', { thanks: { template: 'nada', days_max: 1 } }, [['refuse', 'unknown-template', 'thanks.template', 'nada']]],
    ['words nobody uses', { templates: { sobra: WORDS } }, [['warn', 'unused-template', 'templates.sobra', WORDS]]],
    ['a bureau entry without notice', consequence('D+40', { action: 'bureau-listing', notice_days: 10 }), [['refuse', 'bureau-before-notice', 'steps[3].action', 'bureau-listing']]],
    ['a notice after its entry', { steps: [step('D+3'), step('D+30', { action: 'bureau-listing', notice_days: 10 }), step('D+40', { action: 'bureau-notice' })] }, [['refuse', 'bureau-before-notice', 'steps[1].action', 'bureau-listing']]],
    ['a notice on the eve of its entry', { steps: [step('D+3'), step('D+30', { action: 'bureau-notice' }), step('D+31', { action: 'bureau-listing', notice_days: 1 })] }, [['refuse', 'bureau-before-notice', 'steps[2].notice_days', 1]]],
    ['a suspension that nobody was told of', { steps: [step('D-3'), step('D+10', { action: 'service', change: 'suspend' })] }, [['refuse', 'consequence-untold', 'steps[1].action', 'service']]],
    ['a protest before the due date', { steps: [step('D-3', { action: 'protest' }), step('D+3')] }, [['refuse', 'consequence-before-due', 'steps[0].step', 'D-3']]],
    ['a ladder without an end', { end: undefined as never }, [['refuse', 'ladder-without-end', 'end', null]]],
    ['a ladder that ends before it begins', { steps: [step('D-3')] }, [['refuse', 'ladder-without-end', 'steps', [step('D-3')]]]],
    ['a condition that never holds', { steps: [step('D+3', { when: { amount_cents: { min: 5, max: 4 } } })] }, [['refuse', 'never-holds', 'steps[0].when.amount_cents', { min: 5, max: 4 }]]],
    ['an empty share', { for: { priority: 1, when: { share: { group: 'ab', from_percent: 50, to_percent: 50 } } } }, [['refuse', 'never-holds', 'for.when.share', { group: 'ab', from_percent: 50, to_percent: 50 }]]],
    ['an alternative whose share another one swallows', { steps: [step('D+3', { when: { share: { group: 'ab', from_percent: 0, to_percent: 50 } } }), step('D+3', { when: { share: { group: 'ab', from_percent: 10, to_percent: 20 } } })] }, [['refuse', 'two-steps-one-day', 'steps[1].step', 'D+3']]],
    ['a régua that asks for an age before there is one', { for: { priority: 1, when: { age_days: { min: 2 } } } }, [['refuse', 'never-holds', 'for.when.age_days', { min: 2 }]]],
    ['a message where nobody is written to', { silent: true, steps: [step('D+3', { action: 'task', reason: 'ligar' }), step('D+10')] }, [['refuse', 'silent-message', 'steps[1].action', 'message']]],
    ['a régua for nobody', { for: { priority: 1, unless: { score: { min: 2, max: 1 } } } }, [['refuse', 'never-holds', 'for.unless.score', { min: 2, max: 1 }]]],
  ])('%s', (_, more, found) => expect(rules(more)).toEqual(found));

  it.each([
    ['threat', 'refuse', 'Seu nome vai para o SERASA.'], ['threat', 'refuse', 'Medidas cabíveis serão tomadas.'], ['threat', 'refuse', 'Vamos à justiça'], ['label', 'refuse', 'Caro devedor,'],
    ['pressure', 'refuse', 'Este é o último\naviso'], ['pressure', 'refuse', 'URGENTE!'], ['jargon', 'warn', 'A liquidação do título'],
  ])('a %s, and tells to %s', (rule, severity, sentence) => expect(rules(words(`${WORDS.text} ${sentence}`))).toEqual([[severity, rule, 'templates.lembrete.text', `${WORDS.text} ${sentence}`]]));

  it('bad words as whole words alone', () => expect(rules(words(`${WORDS.text} Moramos perto; a caldeira, o processamento e a espcial.`))).toEqual([]));
  it('faults of the house where a step uses it', () => expect(lint(regua(), { lembrete: { subject: 'x', text: WORDS.text.replace('{opcoes}', '') }, obrigado: WORDS })).toMatchObject([{ rule: 'message-without-options', path: 'steps[0].template' }]));
  it('a crowd by what its creditor lets a person be contacted, be that less or more than the house', () => {
    const crowd = regua({ steps: ['D+1', 'D+2', 'D+3', 'D+4', 'D+5'].map((name) => step(name, { days: 'business' })) });
    const found = (contacts_max: number) => lint(crowd, undefined, [{ days: 7, contacts_max }]).map(({ rule, path }) => [rule, path]);
    expect(found(2)).toEqual([['contact-budget', 'steps[2].step']]);
    expect(found(5)).toEqual([]);
  });
  it('what must be mended first', () => expect(rules({ ...words('{valor} {opcoes}') }).map(([severity]) => severity)).toEqual(['refuse', 'warn']));
  it('no fault in alternatives that leave each other room', () => expect(rules({ steps: [step('D+3', { when: { amount_cents: { max: 99 } } }), step('D+3')] })).toEqual([]));
  it('no meeting of steps that no debt meets both', () =>
    expect(rules({ contact: { hour: '10:00', channels: ['email'], weekdays: ['wed'] }, steps: [step('D+7', { when: { causes: ['forgot'] } }), step('D+9', { when: { causes: ['no-money'] } })] })).toEqual([]));
  it('tells what a person can do about it', () => expect(lint(regua(words('{valor} {como-pagar} {opcoes} dívida')))).toMatchObject([
    { remedy: 'Put {proximo-passo} into it.', problem: 'It does not say what follows if nothing changes.' }, { problem: expect.stringContaining('divida'), remedy: expect.stringContaining('everyday words') },
  ]));
});

describe('the réguas of the house', () => {
  it.each(HOUSE_REGUAS.map((name) => [name]))('%s is sound', (name) => {
    const { regua: document, findings } = readRegua(houseFile(`${name}.yaml`));
    expect(findings).toEqual([]);
    expect(lint(document!)).toEqual([]);
    expect(defaultPolicy(name).version).toBe(`${name}-1`);
  });
});

it('what lint refuses is never active; what it warns of may be', () => {
  const warned = regua({ templates: { sobra: WORDS } });
  expect(activate(warned).version).toBe('teste-1');
  expect(() => activate(regua({ end: undefined as never }))).toThrow(RefusedRegua);
  expect(() => activate(regua({ end: undefined as never }))).toThrow(/^teste must not be followed: end: After the last step nobody owns/);
});
