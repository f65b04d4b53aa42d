


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;


CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);



CREATE TABLE public.alerts (
    id integer NOT NULL,
    recording_id character varying(200) NOT NULL,
    rule character varying(200) NOT NULL,
    foot character varying(20) NOT NULL,
    from_s double precision NOT NULL,
    to_s double precision,
    document text NOT NULL,
    origin character varying(20) DEFAULT 'live'::character varying NOT NULL
);



CREATE SEQUENCE public.alerts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.alerts_id_seq OWNED BY public.alerts.id;



CREATE TABLE public.analyses (
    id integer NOT NULL,
    recording_id character varying(200) NOT NULL,
    algorithm character varying(200) NOT NULL,
    version character varying(200) NOT NULL,
    made_utc timestamp without time zone NOT NULL,
    document text NOT NULL
);



CREATE SEQUENCE public.analyses_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.analyses_id_seq OWNED BY public.analyses.id;



CREATE TABLE public.audit (
    id integer NOT NULL,
    at_utc timestamp without time zone NOT NULL,
    actor character varying(200) NOT NULL,
    action character varying(40) NOT NULL,
    subject character varying(200) NOT NULL,
    detail text NOT NULL
);



CREATE SEQUENCE public.audit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;



CREATE TABLE public.devices (
    serial character varying(200) NOT NULL,
    side character varying(20) NOT NULL,
    layout integer NOT NULL,
    firmware character varying(200) NOT NULL,
    calibration text
);



CREATE TABLE public.library (
    id integer NOT NULL,
    uuid character varying(36) NOT NULL,
    key_id character varying(64),
    created_utc timestamp without time zone NOT NULL
);



CREATE SEQUENCE public.library_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.library_id_seq OWNED BY public.library.id;



CREATE TABLE public.notes (
    id integer NOT NULL,
    recording_id character varying(200) NOT NULL,
    text text NOT NULL,
    at_s double precision,
    author character varying(200) NOT NULL,
    created_utc timestamp without time zone NOT NULL
);



CREATE SEQUENCE public.notes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.notes_id_seq OWNED BY public.notes.id;



CREATE TABLE public.people (
    id integer NOT NULL,
    code character varying(200) NOT NULL,
    name text,
    birth_date text,
    sex character varying(20),
    height_cm double precision,
    weight_kg double precision,
    shoe_size_eu double precision,
    remark text NOT NULL,
    erasing boolean NOT NULL
);



CREATE SEQUENCE public.people_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE public.people_id_seq OWNED BY public.people.id;



CREATE TABLE public.recording_devices (
    recording_id character varying(200) NOT NULL,
    foot character varying(200) NOT NULL,
    serial character varying(200) NOT NULL
);



CREATE TABLE public.recordings (
    id character varying(200) NOT NULL,
    kind character varying(20) NOT NULL,
    title text NOT NULL,
    person_id integer,
    start_utc_ns bigint,
    order_ns bigint NOT NULL,
    duration_s double precision,
    feet character varying(200) NOT NULL,
    sample_rate_hz double precision NOT NULL,
    frames_recorded bigint NOT NULL,
    frames_missing bigint NOT NULL,
    bytes bigint NOT NULL,
    books_sha256 character varying(64) NOT NULL,
    source text NOT NULL,
    added_utc timestamp without time zone NOT NULL,
    deleted_utc timestamp without time zone,
    erasing boolean NOT NULL
);



CREATE TABLE public.tags (
    recording_id character varying(200) NOT NULL,
    kind character varying(20) NOT NULL,
    value character varying(200) NOT NULL
);



ALTER TABLE ONLY public.alerts ALTER COLUMN id SET DEFAULT nextval('public.alerts_id_seq'::regclass);



ALTER TABLE ONLY public.analyses ALTER COLUMN id SET DEFAULT nextval('public.analyses_id_seq'::regclass);



ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);



ALTER TABLE ONLY public.library ALTER COLUMN id SET DEFAULT nextval('public.library_id_seq'::regclass);



ALTER TABLE ONLY public.notes ALTER COLUMN id SET DEFAULT nextval('public.notes_id_seq'::regclass);



ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);



INSERT INTO public.alembic_version VALUES ('0002');



INSERT INTO public.alerts VALUES (1, '20260301T100000Z-00000001', 'one_sided_load', 'left', 1, NULL, '{"value":2}', 'live');



INSERT INTO public.analyses VALUES (1, '20260301T100000Z-00000001', 'plantigrade.gait', '0.1.0', '2026-03-01 12:00:00', '{"both":{}}');



INSERT INTO public.audit VALUES (1, '2026-03-01 10:05:00', 'who', 'add', '20260301T100000Z-00000001', 'insole');
INSERT INTO public.audit VALUES (2, '2026-02-01 08:00:00', 'who', 'add person', 'P001', '');
INSERT INTO public.audit VALUES (3, '2026-02-02 08:00:00', 'who', 'assign', '20260201T100000Z-0000000f', 'P001');
INSERT INTO public.audit VALUES (4, '2026-02-03 08:00:00', 'who', 'erase person', 'P001', '1 recordings');
INSERT INTO public.audit VALUES (5, '2026-03-01 09:00:00', 'who', 'add person', 'P001', '');
INSERT INTO public.audit VALUES (6, '2026-03-01 10:06:00', 'who', 'assign', '20260301T100000Z-00000001', 'P001');
INSERT INTO public.audit VALUES (7, '2026-03-01 10:07:00', 'who', 'tag', '20260301T100000Z-00000001', 'shoe:trail, other:knee hurts');
INSERT INTO public.audit VALUES (8, '2026-03-01 10:08:00', 'who', 'change person', 'P001', '');
INSERT INTO public.audit VALUES (9, '2026-03-02 08:00:00', 'who', 'add person', 'P002', '');
INSERT INTO public.audit VALUES (10, '2026-03-02 08:01:00', 'who', 'assign', '20260301T100000Z-00000001', 'P002');
INSERT INTO public.audit VALUES (11, '2026-03-02 08:02:00', 'who', 'assign', '20260301T100000Z-00000001', 'nobody');
INSERT INTO public.audit VALUES (12, '2026-03-02 08:03:00', 'who', 'assign', '20260301T100000Z-00000001', 'P001');
INSERT INTO public.audit VALUES (13, '2026-03-03 08:00:00', 'who', 'erase person', 'P002', '0 recordings');



INSERT INTO public.devices VALUES ('A1B2C3', 'left', 1, '0.1.0', NULL);



INSERT INTO public.library VALUES (1, '0f9a3f6e-1111-4222-8333-444455556666', NULL, '2026-03-01 09:00:00');



INSERT INTO public.notes VALUES (1, '20260301T100000Z-00000001', 'limps', 1.5, 'who', '2026-03-01 11:00:00');



INSERT INTO public.people VALUES (1, 'P001', 'Grüße', '1950-02-28', 'male', 180, 81.5, 43, 'knee', false);



INSERT INTO public.recording_devices VALUES ('20260301T100000Z-00000001', 'left', 'A1B2C3');



INSERT INTO public.recordings VALUES ('20260301T100000Z-00000001', 'insole', 'first', 1, 1772359200000000000, 1772359200000000000, 3, 'left', 100, 300, 0, 12345, 'none', '', '2026-03-01 10:05:00', NULL, false);



INSERT INTO public.tags VALUES ('20260301T100000Z-00000001', 'shoe', 'trail');



SELECT pg_catalog.setval('public.alerts_id_seq', 1, true);



SELECT pg_catalog.setval('public.analyses_id_seq', 1, true);



SELECT pg_catalog.setval('public.audit_id_seq', 13, true);



SELECT pg_catalog.setval('public.library_id_seq', 1, false);



SELECT pg_catalog.setval('public.notes_id_seq', 1, true);



SELECT pg_catalog.setval('public.people_id_seq', 1, true);



ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);



ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT pk_alerts PRIMARY KEY (id);



ALTER TABLE ONLY public.analyses
    ADD CONSTRAINT pk_analyses PRIMARY KEY (id);



ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);



ALTER TABLE ONLY public.devices
    ADD CONSTRAINT pk_devices PRIMARY KEY (serial);



ALTER TABLE ONLY public.library
    ADD CONSTRAINT pk_library PRIMARY KEY (id);



ALTER TABLE ONLY public.notes
    ADD CONSTRAINT pk_notes PRIMARY KEY (id);



ALTER TABLE ONLY public.people
    ADD CONSTRAINT pk_people PRIMARY KEY (id);



ALTER TABLE ONLY public.recording_devices
    ADD CONSTRAINT pk_recording_devices PRIMARY KEY (recording_id, foot);



ALTER TABLE ONLY public.recordings
    ADD CONSTRAINT pk_recordings PRIMARY KEY (id);



ALTER TABLE ONLY public.tags
    ADD CONSTRAINT pk_tags PRIMARY KEY (recording_id, kind, value);



ALTER TABLE ONLY public.people
    ADD CONSTRAINT uq_people_code UNIQUE (code);



CREATE INDEX ix_alerts_recording_id ON public.alerts USING btree (recording_id);



CREATE INDEX ix_audit_subject ON public.audit USING btree (subject);



CREATE INDEX ix_notes_recording_id ON public.notes USING btree (recording_id);



CREATE INDEX ix_recording_devices_serial ON public.recording_devices USING btree (serial);



CREATE INDEX ix_recordings_order ON public.recordings USING btree (order_ns);



CREATE INDEX ix_recordings_person_id ON public.recordings USING btree (person_id);



CREATE INDEX ix_tags_kind_value ON public.tags USING btree (kind, value);



CREATE UNIQUE INDEX uq_analyses_of_recording ON public.analyses USING btree (recording_id, algorithm, version);



ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT fk_alerts_recording_id FOREIGN KEY (recording_id) REFERENCES public.recordings(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.analyses
    ADD CONSTRAINT fk_analyses_recording_id FOREIGN KEY (recording_id) REFERENCES public.recordings(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.notes
    ADD CONSTRAINT fk_notes_recording_id FOREIGN KEY (recording_id) REFERENCES public.recordings(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.recording_devices
    ADD CONSTRAINT fk_recording_devices_recording_id FOREIGN KEY (recording_id) REFERENCES public.recordings(id) ON DELETE CASCADE;



ALTER TABLE ONLY public.recording_devices
    ADD CONSTRAINT fk_recording_devices_serial FOREIGN KEY (serial) REFERENCES public.devices(serial);



ALTER TABLE ONLY public.recordings
    ADD CONSTRAINT fk_recordings_person_id FOREIGN KEY (person_id) REFERENCES public.people(id);



ALTER TABLE ONLY public.tags
    ADD CONSTRAINT fk_tags_recording_id FOREIGN KEY (recording_id) REFERENCES public.recordings(id) ON DELETE CASCADE;




