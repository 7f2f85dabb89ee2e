import { personKey } from '@emdia/brazil';
import { CREDITOR, INSTALLATION_KEY, NOW } from '../../test/memory-books';
import { emailInvalid, learn, type Customer, type Told, type ToldBy } from './customer';

const by = (rank: Partial<ToldBy> = {}): ToldBy => ({ source_version: null, occurred_at: null, event_id: 'e', explicit: true, ...rank });
const embedded = (rank: Partial<ToldBy> = {}) => by({ explicit: false, ...rank });
const after = (...facts: [Partial<Told>, ToldBy][]): Customer =>
  facts.reduce<Customer | null>((known, [told, rank]) => learn(known, CREDITOR, { customer_id: 'ana', ...told }, rank, INSTALLATION_KEY, NOW).customer, null)!;

describe('a customer', () => {
  it('is told to the others once, and again only when they may know of the change', () => {
    const first = learn(null, CREDITOR, { customer_id: 'ana', name: 'Ana' }, by(), INSTALLATION_KEY, NOW);
    expect(first.events.map(({ data }) => data)).toEqual([
      { creditor_id: CREDITOR, customer_id: 'ana', person_key: personKey(null, CREDITOR, 'ana', INSTALLATION_KEY), document_key: null, state: null, has_email: false, source_version: 1 },
    ]);
    const renamed = learn(first.customer, CREDITOR, { customer_id: 'ana', name: 'Ana Souza' }, by(), INSTALLATION_KEY, NOW);
    expect([renamed.changed, renamed.events, renamed.customer.version]).toEqual([true, [], 2]);
    const reachable = learn(renamed.customer, CREDITOR, { customer_id: 'ana', email: 'ana@exemplo.com.br' }, by(), INSTALLATION_KEY, NOW);
    expect(reachable.events[0]!.data).toMatchObject({ has_email: true, source_version: 3 });
  });

  it('is one person wherever the document is the same, and nobody special where it is wrong', () => {
    const document = '529.982.247-25';
    expect(after([{ document }, by()])).toMatchObject({ person_key: personKey('52998224725', '', '', INSTALLATION_KEY), document_key: personKey('52998224725', '', '', INSTALLATION_KEY) });
    expect(after([{ document: '000.000.000-00' }, by()])).toMatchObject({ person_key: personKey(null, CREDITOR, 'ana', INSTALLATION_KEY), document_key: null });
  });

  it('keeps the value of the highest rank, field by field', () => {
    const newer: [Partial<Told>, ToldBy] = [{ email: 'nova@exemplo.com.br', state: 'RJ' }, by({ source_version: 2 })];
    const older: [Partial<Told>, ToldBy] = [{ email: 'velha@exemplo.com.br', name: 'Ana' }, by({ source_version: 1 })];
    for (const facts of [[newer, older], [older, newer]]) expect(after(...facts)).toMatchObject({ email: 'nova@exemplo.com.br', name: 'Ana', state: 'RJ' });
  });

  it('tells what réguas ask of them: a segment, and a score that may be nought', () => {
    const first = learn(null, CREDITOR, { customer_id: 'ana', segment: 'vip', score: 0 }, by(), INSTALLATION_KEY, NOW);
    expect(first.events[0]!.data).toMatchObject({ segment: 'vip', score: 0 });
    const again = learn(first.customer, CREDITOR, { customer_id: 'ana', segment: 'vip', score: 0 }, by(), INSTALLATION_KEY, NOW);
    expect([again.changed, again.events]).toEqual([false, []]);
    const silent = learn(again.customer, CREDITOR, { customer_id: 'ana', name: 'Ana' }, by(), INSTALLATION_KEY, NOW);
    expect([silent.customer.segment, silent.customer.score, silent.events]).toEqual(['vip', 0, []]);
    expect(learn(silent.customer, CREDITOR, { customer_id: 'ana', score: 640 }, by(), INSTALLATION_KEY, NOW).events[0]!.data).toMatchObject({ segment: 'vip', score: 640 });
  });

  it('lets what rides along with an invoice fill gaps, never replace what was told on purpose', () => {
    expect(after([{ email: 'certa@exemplo.com.br' }, by()], [{ email: 'velha@exemplo.com.br', name: 'Ana' }, embedded()])).toMatchObject({ email: 'certa@exemplo.com.br', name: 'Ana' });
    expect(after([{ email: 'a@exemplo.com.br' }, embedded()], [{ email: 'b@exemplo.com.br' }, embedded()])).toMatchObject({ email: 'b@exemplo.com.br' });
  });

  it('is not written to at an address that does not work, until another is told', () => {
    const known = after([{ email: 'ana@exemplo.com.br' }, by()]);
    const invalid = emailInvalid(known, INSTALLATION_KEY, NOW);
    expect(invalid.events[0]!.data).toMatchObject({ has_email: false });
    expect(emailInvalid(invalid.customer, INSTALLATION_KEY, NOW).events).toEqual([]);
    const told = (email: string) => learn(invalid.customer, CREDITOR, { customer_id: 'ana', email }, by(), INSTALLATION_KEY, NOW);
    expect(told('ana@exemplo.com.br').events).toEqual([]);
    expect(told('ana@outro.com.br').events[0]!.data).toMatchObject({ has_email: true });
  });
});
