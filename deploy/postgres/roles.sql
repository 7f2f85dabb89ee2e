-- What a database administrator runs once per database, before the services first start: a schema per service, its three
-- roles, and a login that may become these three and nothing else. Then give each login a password
-- (alter role emdia_billing password '...') and each service its own address, for example
-- BILLING_INGESTION_DATABASE_URL=postgres://emdia_billing:...@host/emdia. It may be run again.
do $$
declare
  service text;
  part text;
begin
  foreach part in array array['emdia_auditor', 'emdia_auditor_login'] loop
    if not exists (select from pg_roles where rolname = part) then execute format('create role %I nologin', part); end if;
  end loop;
  alter role emdia_auditor_login login;
  grant emdia_auditor to emdia_auditor_login;

  foreach service in array array['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'] loop
    foreach part in array array['', '_owner', '_stream', '_api'] loop
      if not exists (select from pg_roles where rolname = 'emdia_' || service || part) then
        execute format('create role %I nologin', 'emdia_' || service || part);
      end if;
    end loop;
    execute format('alter role %I login', 'emdia_' || service);
    execute format('grant %I, %I, %I to %I', 'emdia_' || service || '_owner', 'emdia_' || service || '_stream', 'emdia_' || service || '_api', 'emdia_' || service);
    execute format('create schema if not exists %I authorization %I', service, 'emdia_' || service || '_owner');
    execute format('grant usage on schema %I to %I, %I, emdia_auditor', service, 'emdia_' || service || '_stream', 'emdia_' || service || '_api');
    execute format('alter default privileges for role %I in schema %I grant select, insert, update, delete on tables to %I', 'emdia_' || service || '_owner', service, 'emdia_' || service || '_stream');
    execute format('alter default privileges for role %I in schema %I grant usage on sequences to %I, %I', 'emdia_' || service || '_owner', service, 'emdia_' || service || '_stream', 'emdia_' || service || '_api');
    execute format('alter default privileges for role %I in schema %I grant select on tables to emdia_auditor', 'emdia_' || service || '_owner', service);
  end loop;
end $$;
