import type { Uf } from '@emdia/brazil';

/** H read in a specification or checked by computing, M several secondary sources agree, L a single or old source. */
export type Confidence = 'H' | 'M' | 'L';

/** One holiday of every year: on a fixed `MM-DD` or so many days after Easter Sunday. */
export interface HolidayRule {
  readonly name: string;
  readonly on: string | { readonly daysAfterEaster: number };
  /** First year in which it holds; absent: always. */
  readonly since?: number;
  readonly source: string;
  readonly confidence: Confidence;
}

const civil = 'Lei 662/1949, Lei 10.607/2002; ANBIMA calendar 2001-2099';

/** Holidays of the whole country by federal law. */
export const nationalHolidayRules: readonly HolidayRule[] = [
  { name: 'Confraternização Universal', on: '01-01', source: civil, confidence: 'H' },
  { name: 'Tiradentes', on: '04-21', source: civil, confidence: 'H' },
  { name: 'Dia do Trabalho', on: '05-01', source: civil, confidence: 'H' },
  { name: 'Independência do Brasil', on: '09-07', source: civil, confidence: 'H' },
  { name: 'Nossa Senhora Aparecida', on: '10-12', since: 1980, source: 'Lei 6.802/1980; ANBIMA calendar 2001-2099', confidence: 'H' },
  { name: 'Finados', on: '11-02', source: civil, confidence: 'H' },
  { name: 'Proclamação da República', on: '11-15', source: civil, confidence: 'H' },
  { name: 'Dia Nacional de Zumbi e da Consciência Negra', on: '11-20', since: 2024, source: 'Lei 14.759/2023; ANBIMA calendar 2001-2099', confidence: 'H' },
  { name: 'Natal', on: '12-25', source: civil, confidence: 'H' },
];

const banks = 'Res. CMN 4.880/2020; ANBIMA calendar 2001-2099';

/** Days on which banks do not settle, though no federal law makes them holidays. */
export const bankHolidayRules: readonly HolidayRule[] = [
  { name: 'Carnaval (segunda-feira)', on: { daysAfterEaster: -48 }, source: banks, confidence: 'H' },
  { name: 'Carnaval (terça-feira)', on: { daysAfterEaster: -47 }, source: banks, confidence: 'H' },
  { name: 'Sexta-feira da Paixão', on: { daysAfterEaster: -2 }, source: banks, confidence: 'H' },
  { name: 'Corpus Christi', on: { daysAfterEaster: 60 }, source: banks, confidence: 'H' },
];

// No state gazette was at hand. Two public calendars were compared: where both list a day it is M, where one does it is L and still kept,
// because here a day too many only delays a message. Days off for civil servants only are left out, and so are Santa Catarina's two, which
// a law of 2005 moves to Sundays.
const both = 'python-holidays and date-holidays';
const pythonHolidays = 'python-holidays only';
const dateHolidays = 'date-holidays only';
const m = (name: string, on: string, years: { since?: number } = {}): HolidayRule => ({ name, on, ...years, source: both, confidence: 'M' });
const l = (source: string, name: string, on: HolidayRule['on'], years: { since?: number } = {}): HolidayRule => ({ name, on, ...years, source, confidence: 'L' });
const consciousness = 'Dia da Consciência Negra';

/** Holidays of one state only; a creditor's lawyer confirms them. */
export const stateHolidayRules: Readonly<Partial<Record<Uf, readonly HolidayRule[]>>> = {
  AC: [
    l(dateHolidays, 'Dia do Evangélico', '01-12'), l(pythonHolidays, 'Dia do Evangélico', '01-23'), l(dateHolidays, 'Dia Internacional da Mulher', '03-08', { since: 2002 }),
    m('Aniversário do Acre', '06-15'), m('Dia da Amazônia', '09-05', { since: 2004 }), m('Tratado de Petrópolis', '11-17'),
  ],
  AL: [m('São João', '06-24'), m('São Pedro', '06-29'), m('Emancipação Política de Alagoas', '09-16'), m(consciousness, '11-20', { since: 1995 })],
  AM: [m('Elevação do Amazonas à categoria de província', '09-05'), m(consciousness, '11-20', { since: 2010 }), l(pythonHolidays, 'Nossa Senhora da Conceição', '12-08')],
  AP: [
    m('São José', '03-19', { since: 2003 }), l(pythonHolidays, 'São Tiago', '07-25'), l(dateHolidays, 'Criação do Território Federal', '09-13'),
    l(pythonHolidays, 'Criação do Estado', '10-05'), l(pythonHolidays, consciousness, '11-20'),
  ],
  BA: [m('Independência da Bahia', '07-02')],
  CE: [l(pythonHolidays, 'São José', '03-19'), m('Data Magna do Ceará', '03-25', { since: 2012 })],
  DF: [m('Dia do Evangélico', '11-30', { since: 1995 })],
  ES: [l(dateHolidays, 'Nossa Senhora da Penha', { daysAfterEaster: 8 }, { since: 2020 })],
  GO: [l(dateHolidays, 'Fundação da Cidade de Goiás', '07-26'), l(dateHolidays, 'Pedra Fundamental de Goiânia', '10-24')],
  MA: [m('Adesão do Maranhão à Independência', '07-28'), l(pythonHolidays, 'Nossa Senhora da Conceição', '12-08')],
  MS: [m('Criação do Estado', '10-11')],
  MT: [m(consciousness, '11-20', { since: 2003 })],
  PA: [m('Adesão do Grão-Pará à Independência', '08-15')],
  PB: [l(dateHolidays, 'Homenagem a João Pessoa', '07-26'), m('Fundação do Estado', '08-05')],
  PE: [l(pythonHolidays, 'Data Magna de Pernambuco', '03-06'), l(pythonHolidays, 'São João', '06-24')],
  PI: [l(pythonHolidays, 'Batalha do Jenipapo', '03-13'), m('Dia do Piauí', '10-19')],
  PR: [m('Emancipação Política do Paraná', '12-19')],
  RJ: [m('São Jorge', '04-23', { since: 2008 }), m(consciousness, '11-20', { since: 2003 })],
  RN: [l(pythonHolidays, 'São Pedro', '06-29'), m('Mártires de Cunhaú e Uruaçu', '10-03', { since: 2007 })],
  RO: [m('Criação do Estado', '01-04'), m('Dia do Evangélico', '06-18', { since: 2002 })],
  RR: [m('Criação de Roraima', '10-05')],
  RS: [m('Revolução Farroupilha', '09-20')],
  SE: [m('Emancipação Política de Sergipe', '07-08')],
  SP: [m('Revolução Constitucionalista', '07-09', { since: 1997 }), l(dateHolidays, consciousness, '11-20', { since: 2023 })],
  TO: [l(dateHolidays, 'Autonomia do Estado', '03-18'), m('Nossa Senhora da Natividade', '09-08'), m('Criação do Tocantins', '10-05')],
};
