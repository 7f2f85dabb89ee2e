import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a due action writes, cut to what somebody reads. One index per table that begins with the case's key, so that a
 * batch in key order meets neighbours; room on each page, and no index on what every action changes, so that an update
 * stays on its page (HOT); no foreign keys, because the store makes and locks the case's row before it writes any other.
 */
export class LeanWrites1700000002000 implements MigrationInterface {
  name = 'LeanWrites1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table case_file set (fillfactor = 80);

      alter table case_receivable set (fillfactor = 80), drop constraint case_receivable_key_fkey, drop constraint case_receivable_pkey,
        add primary key (key, receivable_id);
      drop index case_receivable_key, case_receivable_owned;
      create index case_receivable_owned on case_receivable (creditor_id, owner_review_date, owner_task_id) where owner_task_id is not null;

      alter table notice drop constraint notice_key_fkey, drop constraint notice_pkey, add primary key (key, local_day, notice_id);
      drop index notice_key;

      alter table covered_step drop constraint covered_step_key_fkey, drop constraint covered_step_pkey, add primary key (key, notice_id, receivable_id);
      drop index covered_step_key;

      alter table hold drop constraint hold_key_fkey;
      alter table agreement drop constraint agreement_key_fkey;
      drop index agreement_live;
      create index agreement_key on agreement (key);

      alter table due_action drop constraint due_action_pkey, add primary key (due_at, key, due_slot);
      drop index due_action_at;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index due_action_at on due_action (due_at, key);
      alter table due_action drop constraint due_action_pkey, add primary key (due_slot, key);
      drop index agreement_key;
      create index agreement_live on agreement (key) where not ended;
      alter table agreement add foreign key (key) references case_file;
      alter table hold add foreign key (key) references case_file;
      create index covered_step_key on covered_step (key);
      alter table covered_step drop constraint covered_step_pkey, add primary key (notice_id, receivable_id), add foreign key (key) references case_file;
      create index notice_key on notice (key, local_day);
      alter table notice drop constraint notice_pkey, add primary key (notice_id), add foreign key (key) references case_file;
      drop index case_receivable_owned;
      create index case_receivable_owned on case_receivable (creditor_id, owner_review_date, owner_task_id) where standing = 'owner';
      create index case_receivable_key on case_receivable (key);
      alter table case_receivable reset (fillfactor), drop constraint case_receivable_pkey, add primary key (receivable_id), add foreign key (key) references case_file;
      alter table case_file reset (fillfactor);`);
  }
}
