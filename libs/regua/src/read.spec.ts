import fs from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { stringify } from 'yaml';
import { checkRegua, readRegua, reguaSchema } from '.';
import { regua } from '../test/given';

const text = (change: (yaml: string) => string = (yaml) => yaml) => change(stringify(regua()));
const read = (change: (yaml: string) => string) => readRegua(text(change)).findings;

describe('a régua is read', () => {
  it('from YAML and from JSON alike', () => {
    const from = [text(), JSON.stringify(regua()), JSON.stringify(regua(), null, '\t'), `\ufeff${JSON.stringify(regua())}`].map(readRegua);
    for (const each of from) expect(each).toEqual({ regua: regua(), findings: [] });
    expect(checkRegua(regua())).toEqual(from[0]);
  });

  it.each([
    ['a value of a list', (t: string) => t.replace('step: D+3', 'step: soon'), { path: 'steps[1].step', value: 'soon', line: 14, problem: 'It is not written as it must be.' }],
    ['an action nobody knows', (t: string) => t.replace('action: message', 'action: shout'), { path: 'steps[0].action', value: 'shout', remedy: expect.stringContaining('`bureau-listing`') }],
    ['a step without an action', (t: string) => t.replace('    action: message\n', ''), { path: 'steps[0].action', value: null, remedy: expect.stringContaining('`message`') }],
    ['a value out of a few', (t: string) => t.replace('tone: reminder', 'tone: angry'), { path: 'steps[0].tone', value: 'angry', remedy: expect.stringContaining('`friendly`') }],
    ['a name nobody knows', (t: string) => `${t}colour: red\n`, { path: 'colour', value: 'red', line: 31, remedy: expect.stringContaining('`steps`') }],
    ['what is missing', (t: string) => t.replace('name: Teste\n', ''), { path: 'name', value: null, problem: 'It is missing.' }],
    ['a number that is a text', (t: string) => t.replace('version: 1', 'version: one'), { path: 'version', value: 'one', remedy: expect.stringMatching(/^Write a whole number/) }],
    ['a number too large', (t: string) => t.replace('days_max: 10', 'days_max: 100'), { path: 'thanks.days_max', value: 100, problem: 'It must be <= 60.' }],
    ['an hour that no clock shows', (t: string) => t.replace('10:00', '25:00'), { path: 'contact.hour', value: '25:00' }],
    ['a segment that nobody can be told to be in', (t: string) => t.replace('tone: reminder', 'tone: reminder\n    when: { segments: [VIP] }'), { path: 'steps[0].when.segments[0]', value: 'VIP' }],
    ['a score beyond its scale', (t: string) => t.replace('tone: reminder', 'tone: reminder\n    when: { score: { min: 1001 } }'), { path: 'steps[0].when.score.min', value: 1_001, problem: 'It must be <= 1000.' }],
    ['an empty condition', (t: string) => t.replace('tone: reminder', 'tone: reminder\n    when: {}'), { path: 'steps[0].when', value: {} }],
    ['a name of words that is none', (t: string) => `${t}templates: { "No!": { subject: a, text: b } }\n`, { path: 'templates["No!"]', remedy: expect.stringContaining('lower-case') }],
  ])('telling %s with its place, value and remedy', (_, change, wanted) => {
    const [first, ...rest] = read(change);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ severity: 'refuse', rule: 'schema', line: expect.any(Number), ...wanted });
    expect(first!.remedy).not.toBe('');
  });

  it('telling every fault at once', () => expect(read((t) => t.replace('version: 1', 'version: 0').replace('10:00', 'ten')).map(({ path: where }) => where).sort()).toEqual(['contact.hour', 'version']));

  it.each([
    ['a list that never closes', 'steps: [', /line 1/], ['a name twice', 'regua: a\nregua: b', /line 2/], ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
    ['a tag of some language', 'a: !!js/function 1', /line 1/], ['more than anybody writes', 'x'.repeat(200_001), /200001/],
    ['names for more than memory', `a: &a [x, x]\n${'bcdefgh'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[at]}`).join(', ')}]`).join('\n')}`, /alias/i],
  ])('refusing %s', (_, bad, problem) => {
    expect(readRegua(bad)).toMatchObject({ regua: null, findings: [{ severity: 'refuse', rule: 'unreadable', problem: expect.stringMatching(problem) }] });
  });

  it('refusing texts that nothing keeps', () => {
    for (const name of ['a\0b', 'a\ud800']) expect(checkRegua(regua({ name }))).toMatchObject({ regua: null, findings: [{ rule: 'unreadable' }] });
    expect(readRegua(text((yaml) => yaml.replace('name: Teste', 'name: "a\\0b"')))).toMatchObject({ regua: null });
  });

  it.each([['nothing', ''], ['a word', 'régua'], ['a list', '[]'], ['a number', '7']])('refusing %s', (_, bad) => expect(readRegua(bad).findings).toMatchObject([{ rule: 'schema', path: '' }]));
});

describe('the published schema', () => {
  const file = path.resolve(__dirname, '../../../docs/regua.schema.json');

  it('is what the code checks by; npm run regua:schema writes it', () => expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(reguaSchema()));

  it('says so to anybody with a validator', () => {
    const validate = addFormats(new Ajv({ strict: false })).compile(JSON.parse(fs.readFileSync(file, 'utf8')) as object);
    expect([validate(regua()), validate({ ...regua(), version: 0 }), validate({ ...regua(), steps: [{ step: 'D0', action: 'shout' }] })]).toEqual([true, false, false]);
  });
});
