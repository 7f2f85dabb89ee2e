import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The libraries without a network; what they are asked for is written down. */
const STUBS = `
  const fs = require('node:fs');
  const done = (what) => fs.appendFileSync(process.env.DONE, what + ' ');
  require('pg').Client.prototype.query = async (text) => (done(text), { rows: [] });
  require('kafkajs').Kafka.prototype.producer = () => ({ send: async () => done('send'), sendBatch: async () => done('sendBatch') });
  require('kafkajs/src/consumer/offsetManager').prototype.commitOffsets = async () => done('offsets');
  require('nodemailer/lib/smtp-connection').prototype.send = (envelope, message, answer) => (done('mail'), setTimeout(() => (done('accepted'), answer(null, {})), 50));
  require('node:http').request = () => {
    const sent = new (require('node:events'))();
    setTimeout(() => (done('post'), sent.emit('finish'), setTimeout(() => (done('answered'), sent.emit('response')), 50)), 50);
    return sent;
  };`;

/** What a service does with a batch, a letter and an act, as far as its libraries see it. */
const SERVICE = `
  const { Client } = require('pg'), { Kafka } = require('kafkajs'), Offsets = require('kafkajs/src/consumer/offsetManager'), Smtp = require('nodemailer/lib/smtp-connection');
  setInterval(() => undefined, 1000);
  process.on('message', async ({ point }) => {
    if (point) return;
    const sql = Object.create(Client.prototype), producer = new Kafka({ brokers: ['x:1'] }).producer();
    const batch = (type) => producer.sendBatch({ topicMessages: [{ messages: [{ value: '{"type":"' + type + '"}' }] }] });
    await batch('billing.heartbeat.v1');
    for (const text of ['begin', 'insert into inbox', 'update state', 'commit']) await sql.query(text);
    await Object.create(Offsets.prototype).commitOffsets();
    await batch('billing.invoice-issued.v1');
    for (const text of ['begin', 'insert into delivery_cover', 'commit']) await sql.query(text);
    await new Promise((resolve) => Object.create(Smtp.prototype).send({}, '', resolve));
    await new Promise((resolve) => require('node:http').request('http://x/', { headers: { 'emdia-act-id': 'a' } }).once('response', resolve));
    process.exit(0);
  });`;

const FIRST = 'sendBatch begin insert into inbox';
const UPTO = { mail: `${FIRST} update state commit offsets sendBatch begin insert into delivery_cover commit mail accepted`, commit: `${FIRST} update state commit`, offsets: `${FIRST} update state commit offsets`, publish: `${FIRST} update state commit offsets sendBatch`, call: `${FIRST} update state commit offsets sendBatch begin insert into delivery_cover commit` };

describe('a point', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emdia-spec-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['after-inbox', FIRST],
    ['before-commit', `${FIRST} update state`],
    ['after-commit', UPTO.commit],
    ['before-offset-commit', UPTO.commit],
    ['after-offset-commit', UPTO.offsets],
    ['before-publish', UPTO.offsets],
    ['after-publish', UPTO.publish],
    ['before-call', UPTO.call],
    ['within-send', `${UPTO.call} mail`],
    ['provider-accepted', UPTO.mail],
    ['before-post', UPTO.mail],
    ['within-post', `${UPTO.mail} post`],
    ['post-answered', `${UPTO.mail} post answered`],
  ])('%s ends a process exactly there, after a line that says so', async (point, did) => {
    const [stubs, witness, done] = ['stubs.cjs', `witness ${point}`, `done ${point}`].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(stubs, STUBS.replaceAll("require('", `require('${join(__dirname, '../node_modules')}/`).replace(/require\('[^']*(node:\w+)'\)/g, "require('$1')"));
    const child = spawn(process.execPath, ['-r', stubs, '-r', join(__dirname, 'failpoints.cjs'), '-e', SERVICE], {
      cwd: join(__dirname, '..'), env: { ...process.env, CHAOS_WITNESS: witness, DONE: done }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
    for (const order of [{ number: 1, point: 'forgotten', signal: 'SIGKILL' }, { number: 2, point, signal: 'SIGKILL' }, { number: 1 }]) child.send(order);
    expect([point, await ended]).toEqual([point, 'SIGKILL']);
    expect(readFileSync(done, 'utf8').trim()).toBe(did);
    expect(JSON.parse(readFileSync(witness, 'utf8'))).toEqual({ number: 2, point, signal: 'SIGKILL', pid: child.pid, epoch_ms: expect.any(Number) });
  });
});
