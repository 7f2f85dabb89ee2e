import { loggerOf } from './logging';

describe('a log line', () => {
  let logged = '';
  beforeEach(() => {
    logged = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((logged += String(text)), true));
  });
  afterEach(() => jest.restoreAllMocks());
  const line = (fields: object) => {
    loggerOf('negotiation', 'info').warn(fields, 'said');
    return JSON.parse(logged);
  };

  it.each([
    ['Postgres', Object.assign(new Error('invalid input syntax for type uuid: "Ana Souza"'), { code: '22P02' })],
    ['the JSON parser', new SyntaxError(`Unexpected token 'A', "{"name": Ana Souza}" is not valid JSON`)],
  ])('tells nothing that %s quotes, and still where it happened', (_, err) => {
    expect(line({ err })).toMatchObject({ service: 'negotiation', msg: 'said', err: { type: err.name, stack: expect.stringContaining('logging.spec') } });
    expect(logged).not.toContain('Souza');
  });

  it('keeps what other errors say, and redacts what names a person', () => {
    expect(line({ err: new Error('no route to the relay'), customer: { name: 'Ana Souza', email: 'ana@example.com' } })).toMatchObject({ err: { message: 'no route to the relay' }, customer: { name: '[redacted]' } });
    expect(logged).not.toMatch(/Souza|ana@/);
  });
});
