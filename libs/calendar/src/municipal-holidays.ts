import type { HolidayRule } from './holiday-rules';
import type { Place } from './places';

// A municipality may have four religious holidays of its own (Lei 9.093/1995), and most keep Good Friday and Corpus Christi among them, which every bank keeps too.
// No municipal gazette was at hand: the laws are those that a public collection names (joaopbini/feriados-brasil, of 2026), whose own dates of moving
// feasts are a year old and were not taken. Without a law there it is L. A day too many only delays a message; half days count as none.
const law = (name: string, on: string, source: string): HolidayRule => ({ name, on, source, confidence: 'M' });
const told = (name: string, on: string): HolidayRule => ({ name, on, source: 'joaopbini/feriados-brasil, no law named', confidence: 'L' });
const habit = (name: string, on: string): HolidayRule => ({ name, on, source: 'municipal calendar as commonly told', confidence: 'L' });
const CONCEPTION = 'Nossa Senhora da Conceição';

/** Holidays of the state capitals beyond those of state and country; a creditor's lawyer confirms them, and adds other municipalities here. */
export const municipalHolidayRules: Readonly<Record<Place, readonly HolidayRule[]>> = {
  'AC-1200401': [told('Aniversário de Rio Branco', '12-28')],
  'AL-2704302': [told('Nossa Senhora dos Prazeres', '08-27'), told(CONCEPTION, '12-08')],
  'AM-1302603': [told('Aniversário de Manaus', '10-24')],
  'AP-1600303': [told('Aniversário de Macapá', '02-04')],
  'BA-2927408': [law('São João', '06-24', 'Lei 1.997/1967 de Salvador'), law(CONCEPTION, '12-08', 'Lei 1.997/1967 de Salvador')],
  'CE-2304400': [
    law('São José', '03-19', 'Lei 8.796/2003 de Fortaleza'), law('Aniversário de Fortaleza', '04-13', 'Lei 7.535/1994 de Fortaleza'), law('Nossa Senhora da Assunção', '08-15', 'Lei 8.796/2003 de Fortaleza'),
  ],
  'ES-3205309': [law('Nossa Senhora da Vitória', '09-08', 'Lei 1.732/1967 de Vitória')],
  'GO-5208707': [habit('Nossa Senhora Auxiliadora', '05-24'), habit('Aniversário de Goiânia', '10-24')],
  'MA-2111300': [
    law('São Pedro', '06-29', 'Lei 3.432/1996 de São Luís'), law('Natividade de Nossa Senhora', '09-08', 'Lei 3.432/1996 de São Luís'), law(CONCEPTION, '12-08', 'Lei 3.432/1996 de São Luís'),
  ],
  'MG-3106200': [law('Assunção de Nossa Senhora', '08-15', 'Lei 1.327/1967 de Belo Horizonte'), law('Imaculada Conceição', '12-08', 'Lei 1.327/1967 de Belo Horizonte')],
  'MS-5002704': [told('Santo Antônio', '06-13'), law('Aniversário de Campo Grande', '08-26', 'Lei 95/1949 de Campo Grande')],
  'MT-5103403': [told('Aniversário de Cuiabá', '04-08'), told(CONCEPTION, '12-08')],
  'PA-1501402': [told('Aniversário de Belém', '01-12'), law(CONCEPTION, '12-08', 'Lei 6.306/1967 de Belém')],
  'PB-2507507': [law('São João', '06-24', 'Lei 8.805/1999 de João Pessoa'), law(CONCEPTION, '12-08', 'Lei 8.805/1999 de João Pessoa')],
  'PE-2611606': [habit('São João', '06-24'), told('Nossa Senhora do Carmo', '07-16'), told(CONCEPTION, '12-08')],
  'PI-2211001': [law('Aniversário de Teresina', '08-16', 'Lei 2.847/1999 de Teresina'), law(CONCEPTION, '12-08', 'Lei 2.847/1999 de Teresina')],
  'PR-4106902': [told('Nossa Senhora da Luz dos Pinhais', '09-08')],
  'RJ-3304557': [law('São Sebastião', '01-20', 'Lei 5.146/2010 do Rio de Janeiro')],
  'RN-2408102': [habit('Santos Reis', '01-06'), habit('Nossa Senhora da Apresentação', '11-21')],
  'RO-1100205': [told('Instalação de Porto Velho', '01-24'), habit('Nossa Senhora Auxiliadora', '05-24'), told('Criação de Porto Velho', '10-02')],
  'RR-1400100': [told('São Sebastião', '01-20'), told('São Pedro', '06-29'), told('Aniversário de Boa Vista', '07-09'), told(CONCEPTION, '12-08')],
  'RS-4314902': [law('Nossa Senhora dos Navegantes', '02-02', 'Lei 4.453/1978 de Porto Alegre')],
  'SC-4205407': [told('Aniversário de Florianópolis', '03-23')],
  'SE-2800308': [told('Aniversário de Aracaju', '03-17'), told('São João', '06-24'), told(CONCEPTION, '12-08')],
  'SP-3550308': [law('Aniversário de São Paulo', '01-25', 'Lei 14.485/2007 de São Paulo')],
  'TO-1721000': [law('São José', '03-19', 'Lei 577/1996 de Palmas'), law('Aniversário de Palmas', '05-20', 'Lei 108/1991 de Palmas')],
};
