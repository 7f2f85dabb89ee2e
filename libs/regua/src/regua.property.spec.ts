import { addDays, isAllowedDay, nextBusinessDay, weekday } from '@emdia/calendar';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { activate, checkRegua, CONSEQUENCES, isContact, isRefused, lint, nextMoves, readRegua, type Debt, type Moves, type Policy } from '.';
import { at } from './findings';
import { anyRegua, cleanSteps, dueDate, facts, regua } from '../test/given';

/** `steps[2].hour` as a list of names and indexes. */
const parts = (path: string) => (path === '' ? [] : path.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part)));

it('any document reads as it was written', () => fc.assert(fc.property(anyRegua, (document) => {
  const plain = JSON.parse(JSON.stringify(document)) as object;
  expect(readRegua(stringify(document))).toEqual({ regua: plain, findings: [] });
  expect(readRegua(JSON.stringify(document))).toEqual({ regua: plain, findings: [] });
}), { numRuns: 100 }));

it('no text and no value breaks the reader', () => fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), fc.anything(), (text, value) => {
  for (const read of [readRegua(text), checkRegua(value)]) if (!read.regua) expect(read.findings.length).toBeGreaterThan(0);
}), { numRuns: 300 }));

it('a broken document tells of the place that was broken', () => fc.assert(fc.property(anyRegua, fc.nat(), fc.constantFrom<unknown>(null, 'x y', -1, [], {}), (document, which, bad) => {
  const copy = structuredClone(document) as unknown as Record<string, unknown>;
  const name = Object.keys(copy)[which % Object.keys(copy).length]!;
  fc.pre(!(typeof bad === 'string' && (name === 'name' || name === 'describes')));
  copy[name] = bad;
  const { findings } = checkRegua(copy);
  expect(findings.length).toBeGreaterThan(0);
  for (const { path, value, remedy, problem } of findings) {
    expect(parts(path)[0]).toBe(name);
    expect(value).toEqual(at(copy, parts(path)) ?? null);
    expect([remedy, problem]).not.toContain('');
  }
}), { numRuns: 300 }));

it('every finding of lint stands where its value does, the gravest first, and only what it lets pass becomes active', () => {
  const seen = { refused: 0, passed: 0 };
  // Chance alone seldom writes one that passes.
  fc.assert(fc.property(fc.oneof(anyRegua, cleanSteps.map((steps) => regua({ steps }))), (document) => {
    const findings = lint(document);
    for (const { path, value, problem, remedy } of findings) {
      expect(value).toEqual(at(document, parts(path)) ?? null);
      expect([problem, remedy]).not.toContain('');
    }
    const grades = findings.map(({ severity }) => severity);
    expect(grades).toEqual([...grades].sort());
    seen[isRefused(findings) ? 'refused' : 'passed']++;
    if (isRefused(findings)) expect(() => activate(document)).toThrow();
    else expect(activate(document).document).toBe(document);
  }), { numRuns: 60 });
  expect(seen.refused).toBeGreaterThan(5);
  expect(seen.passed).toBeGreaterThan(0);
});

/** A debt that nobody pays, lived day by day; on some days nothing runs. */
function live(policy: Policy, due: string, awake: (n: number) => boolean) {
  const done: { step: string; day: string; action: string }[] = [];
  const state: { sent: string[]; told_on: string | null; acted: { step: string; on: string }[] } = { sent: [], told_on: null, acted: [] };
  for (let n = 0, today = addDays(due, -15); n < 400; n++, today = addDays(today, 1)) {
    // What no channel is open for is nobody's message.
    const reaching = ({ contact, act }: Moves): Moves => ({ contact: contact?.channel ? contact : null, act });
    const look = () => reaching(nextMoves(policy, { original_due_date: due, effective_due_date: nextBusinessDay(due), state: 'SP', today, channels: ['email'], facts, ...state } satisfies Debt, (from) => policy.open.onOrAfter(from > today ? from : today, 'SP')));
    let { contact, act } = look();
    if (!contact && !act) return { done, ended: today };
    for (const move of [contact, act]) expect(move === null || move.day >= today).toBe(true);
    if (!awake(n)) continue;
    if (contact?.day === today) {
      done.push({ step: contact.step.step, day: today, action: contact.step.action });
      state.sent.push(contact.step.step);
      if (today > due) state.told_on = today;
    }
    for ({ act } = look(); act?.day === today; { act } = look()) {
      done.push({ step: act.step.step, day: today, action: act.step.action });
      state.acted.push({ step: act.step.step, on: today });
    }
    ({ contact } = look());
    expect(contact?.day === today && done.some(({ day, action }) => day === today && ['message', 'offer'].includes(action))).not.toBe(true);
  }
  throw new Error('the ladder never ended');
}

it('whatever lint lets pass, and however often nothing runs, nobody is pressed and no consequence comes unannounced', () => {
  const seen = { acts: 0, contacts: 0 };
  const life = fc.tuple(cleanSteps, dueDate, fc.infiniteStream(fc.boolean()), fc.boolean());
  fc.assert(fc.property(life, ([steps, due, runs, isPicky]) => {
    const document = regua({ steps, contact: { hour: '10:00', channels: ['email'], ...(isPicky ? { weekdays: ['tue', 'thu', 'fri'] } : {}) } });
    fc.pre(!isRefused(lint(document)));
    const days = [...runs.take(400)];
    const { done } = live(activate(document), due, (n) => days[n]!);
    const contacts = done.filter(({ action }) => action === 'message' || action === 'offer');
    seen.contacts += contacts.length;
    seen.acts += done.length - contacts.length;
    expect(new Set(done.map(({ step }) => step)).size).toBe(done.length);
    expect(new Set(contacts.map(({ day }) => day)).size).toBe(contacts.length);
    for (const { day } of contacts) expect(isAllowedDay(day, 'SP') && (!isPicky || [2, 4, 5].includes(weekday(day)))).toBe(true);
    for (const each of done.filter(({ action }) => CONSEQUENCES.has(action as never))) expect(contacts.some(({ day }) => day > due && day < each.day)).toBe(true);
    // Every message of a step that some debt gets is said, itself or merged into a firmer one.
    const last = steps.filter((step) => isContact(step) && !step.when && !step.unless && (step.channels?.includes('email') ?? true)).at(-1);
    if (last) expect(contacts.some(({ step }) => steps.findIndex((each) => each.step === step) >= steps.indexOf(last))).toBe(true);
  }), { numRuns: 150 });
  expect(seen.contacts).toBeGreaterThan(100);
  expect(seen.acts).toBeGreaterThan(30);
});
