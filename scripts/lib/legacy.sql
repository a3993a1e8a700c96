-- A single-tenant database as `agentd convert` finds it: the application owns its tables, deletes for good, and has
-- data as they get in years. For tests and measurements.
--   psql --variable=role=platform --variable=users=1000 --variable=agents=20000 --file=legacy.sql
GRANT ALL ON SCHEMA public TO :"role";
SET ROLE :"role";

CREATE TABLE users (
    id serial PRIMARY KEY,
    email varchar(255) NOT NULL UNIQUE,
    hashed_password varchar(255) NOT NULL,
    full_name varchar(255),
    is_active boolean DEFAULT true,
    is_superuser boolean DEFAULT false,
    created_at timestamp DEFAULT now()
);
CREATE TABLE agents (
    id serial PRIMARY KEY,
    owner_id integer NOT NULL REFERENCES users (id),
    name varchar(255) NOT NULL,
    description text,
    agent_type varchar(50) NOT NULL,
    status varchar(50) DEFAULT 'draft',
    system_prompt text,
    config json,
    is_public boolean DEFAULT false,
    created_at timestamp DEFAULT now(),
    updated_at timestamp
);
CREATE INDEX ix_agents_owner_id ON agents (owner_id);
CREATE INDEX ix_agents_name ON agents (name);

INSERT INTO users (email, hashed_password, full_name, is_active, is_superuser, created_at)
SELECT 'user' || i || '@example.com', md5(i::text), CASE WHEN i % 7 <> 0 THEN 'User ' || i END, i % 50 <> 0, i = 1,
    timestamp '2023-01-01' + i * interval '1 minute'
FROM generate_series(1, :users) AS i;

INSERT INTO agents (owner_id, name, description, agent_type, status, system_prompt, config, is_public, created_at,
    updated_at)
SELECT 1 + (i::bigint * 7919) % :users,
    CASE WHEN i % 100 = 0 THEN '' WHEN i % 10 = 0 THEN 'Support Bot' ELSE 'Agent ' || i END,
    CASE WHEN i % 3 <> 0 THEN 'Description ' || i END,
    (ARRAY['customer_service', 'data_analysis', 'Content_Creation', 'code_assistant', 'research', 'workflow', 'custom',
        'sales_bot'])[1 + i % 8],
    (ARRAY['draft', 'active', 'Active', 'paused', 'archived', NULL])[1 + i % 6],
    CASE WHEN i % 11 <> 0 THEN 'You are assistant number ' || i || E'. Answer «politely».\nThen stop.' END,
    CASE WHEN i % 5 <> 0 THEN json_build_object('model', 'm' || i % 4, 'temperature', (i % 10) / 10.0) END, i % 4 = 0,
    timestamp '2024-01-01' + (i % 500000) * interval '1 minute',
    CASE WHEN i % 2 <> 0 THEN timestamp '2025-06-01' END
FROM generate_series(1, :agents) AS i;
RESET ROLE;
