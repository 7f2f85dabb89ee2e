import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people were told who asked whether they may call a customer, answer after answer. */
export class CallAnswers1700000009307 implements MigrationInterface {
  name = 'CallAnswers1700000009307';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table call_answer (
        answer_id uuid primary key, creditor_id text not null, customer_id text not null, local_date date not null,
        answer text not null, as_of_epoch_ms bigint, may_ask_for jsonb not null, may_not_ask_for jsonb not null, asked_by text not null, answered_at timestamptz not null
      );
      create index call_answer_page on call_answer (creditor_id, answered_at, answer_id);
      create index call_answer_customer on call_answer (creditor_id, customer_id, answered_at, answer_id)`);
    await runner.query(fence('notifications', 'call_answer', 'select, insert'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table call_answer');
  }
}
