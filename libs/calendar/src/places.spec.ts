import { contactPlace, contactWindow, holidays, isAllowedDay, isHoliday, municipalHolidayRules, placeOf, stateOf, stateOfCity, zoneOf } from '.';

describe('a place', () => {
  it.each([
    ['SP', '3550308', 'SP-3550308'], [null, '3550308', 'SP-3550308'], ['SP', null, 'SP'], ['SP', undefined, 'SP'], [null, null, null],
    ['RJ', '3550308', 'RJ'], ['SP', '9950308', 'SP'], [null, '9950308', null], ['SP', '355030', 'SP'],
  ])('of state %s and city %s is %s', (state, city, place) => expect(placeOf(state, city)).toBe(place));
  it('has the state of its letters', () => expect(['SP', 'SP-3550308', 'XX-3550308', 'SPX', '', null].map(stateOf)).toEqual(['SP', 'SP', undefined, undefined, undefined, undefined]));
  it('is of the state that its code says', () => expect([stateOfCity('1300201'), stateOfCity('2605459'), stateOfCity('0000000')]).toEqual(['AM', 'PE', undefined]));
});

describe('holidays of a municipality', () => {
  it('hold there alone', () => {
    expect([isHoliday('2027-01-25', 'SP-3550308'), isHoliday('2027-01-25', 'SP'), isHoliday('2027-01-25', 'SP-3509502'), isHoliday('2027-01-25')]).toEqual([true, false, false, false]);
    // 24 May 2027 is a Monday, of the patron of Porto Velho and of Goiânia.
    expect(['RO-1100205', 'GO-5208707', 'RO'].map((place) => isHoliday('2027-05-24', place))).toEqual([true, true, false]);
    expect(isAllowedDay('2027-01-25', 'SP-3550308')).toBe(false);
    expect(contactWindow('2027-01-25', 'SP-3550308')).toBeNull();
  });
  it('come on top of those of state and country, each with its source', () => {
    const [own, state] = [holidays(2027, { uf: 'RJ-3304557' }), holidays(2027, { uf: 'RJ' })];
    expect(own.filter(({ kind }) => kind === 'municipal').map(({ date, name }) => [date, name])).toEqual([['2027-01-20', 'São Sebastião']]);
    expect(own.filter(({ kind }) => kind !== 'municipal')).toEqual(state);
    for (const { source, confidence } of Object.values(municipalHolidayRules).flat()) expect([source.length > 0, confidence]).toEqual([true, expect.stringMatching(/^[ML]$/)]);
  });
  it('are known for places that there are', () => expect(Object.keys(municipalHolidayRules).filter((place) => placeOf(place.slice(0, 2), place.slice(3)) !== place)).toEqual([]));
});

describe('the clock of a municipality', () => {
  it('is that of its state but for those that keep another', () => {
    expect(['AM', 'AM-1302603', 'AM-1300201', 'PE-2611606', 'PE-2605459', null].map(zoneOf)).toEqual([
      'America/Manaus', 'America/Manaus', 'America/Eirunepe', 'America/Recife', 'America/Noronha', 'America/Sao_Paulo',
    ]);
    expect(contactWindow('2026-03-10', 'AM-1300201')).toEqual({ opens: new Date('2026-03-10T14:00:00Z'), closes: new Date('2026-03-11T00:00:00Z') });
    expect(contactWindow('2026-03-10', 'PE-2605459')).toEqual({ opens: new Date('2026-03-10T11:00:00Z'), closes: new Date('2026-03-10T21:00:00Z') });
  });
});
it('stands for all that has its days and hours: only municipalities that differ from their state are apart', () => {
  expect(['SP', 'SP-3550308', 'SP-3509502', 'AM-1300201', 'PE-2605459', 'XX', null].map(contactPlace)).toEqual(['SP', 'SP-3550308', 'SP', 'AM-1300201', 'PE-2605459', null, null]);
});
