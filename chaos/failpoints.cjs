/**
 * Loaded into each service before its own code (`node -r`): at the boundaries of pg, kafkajs, nodemailer and node's http a process
 * that was told to ends or freezes itself, at exactly that point, after a line in the witness file. The services know
 * nothing of it. Points are named after what has just happened or is about to.
 */
const fs = require('node:fs');
const http = require('node:http');
const { Client } = require('pg');
const { Kafka } = require('kafkajs');
const OffsetManager = require('kafkajs/src/consumer/offsetManager');
const SMTPConnection = require('nodemailer/lib/smtp-connection');

const witness = fs.openSync(process.env.CHAOS_WITNESS, 'a');
/** Orders not yet carried out, by number. */
const armed = new Map();
/** Events were taken in for which no offset was committed yet. */
let unacknowledged = false;

process.on('message', ({ number, point, signal }) => (point ? armed.set(number, { point, signal }) : armed.delete(number)));
// Neither side keeps the other alive.
process.channel?.unref();

function reach(point) {
  const found = [...armed].find(([, order]) => order.point === point);
  if (!found) return;
  const [number, { signal }] = found;
  armed.delete(number);
  fs.writeSync(witness, `${JSON.stringify({ number, point, signal, pid: process.pid, epoch_ms: Date.now() })}\n`);
  process.kill(process.pid, signal);
}

const { query } = Client.prototype;
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : (args[0]?.text ?? '');
  if (text === 'begin') this.chaos = {};
  const about = (this.chaos ??= {});
  const isCommit = text === 'commit';
  if (isCommit && about.takesIn) reach('before-commit');
  const result = query.apply(this, args);
  if (typeof result?.then !== 'function') return result;
  // Attached before the caller's own, so that it runs first.
  const after = (reached) => void result.then(reached, () => undefined);
  if (/\binto inbox\b/.test(text)) {
    about.takesIn = true;
    after(() => reach('after-inbox'));
  }
  if (/\binto delivery_cover\b/.test(text)) about.departs = true;
  if (isCommit && about.takesIn)
    after(() => {
      unacknowledged = true;
      reach('after-commit');
    });
  if (isCommit && about.departs) after(() => reach('before-call'));
  return result;
};

const { commitOffsets } = OffsetManager.prototype;
OffsetManager.prototype.commitOffsets = async function (...args) {
  const telling = unacknowledged;
  if (telling) reach('before-offset-commit');
  const result = await commitOffsets.apply(this, args);
  unacknowledged = false;
  if (telling) reach('after-offset-commit');
  return result;
};

const isWork = ({ topicMessages, messages }) => (messages ?? topicMessages.flatMap((each) => each.messages)).some(({ value }) => !String(value).includes('.heartbeat.v1'));

const { producer } = Kafka.prototype;
Kafka.prototype.producer = function (...args) {
  const made = producer.apply(this, args);
  const through = (send) => async (batch) => {
    const work = isWork(batch);
    if (work) reach('before-publish');
    const result = await send(batch);
    if (work) reach('after-publish');
    return result;
  };
  return { ...made, send: through(made.send), sendBatch: through(made.sendBatch) };
};

const { send } = SMTPConnection.prototype;
SMTPConnection.prototype.send = function (envelope, message, done) {
  send.call(this, envelope, message, (error, info) => {
    if (!error) reach('provider-accepted');
    done(error, info);
  });
  reach('within-send');
};

const { request } = http;
http.request = function (...args) {
  // Acts alone are posted this way; services speak to each other otherwise.
  const isPost = args.some((each) => each?.headers?.['emdia-act-id'] !== undefined);
  if (isPost) reach('before-post');
  const sent = request.apply(this, args);
  return isPost ? sent.once('finish', () => reach('within-post')).once('response', () => reach('post-answered')) : sent;
};
