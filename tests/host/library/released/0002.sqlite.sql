BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE alerts (
	id INTEGER NOT NULL, 
	recording_id VARCHAR(200) NOT NULL, 
	rule VARCHAR(200) NOT NULL, 
	foot VARCHAR(20) NOT NULL, 
	from_s DOUBLE NOT NULL, 
	to_s DOUBLE, 
	document TEXT NOT NULL, origin VARCHAR(20) DEFAULT 'live' NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT fk_alerts_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "alerts" VALUES(1,'20260301T100000Z-00000001','one_sided_load','left',1.0,NULL,'{"value":2}','live');
CREATE TABLE analyses (
	id INTEGER NOT NULL, 
	recording_id VARCHAR(200) NOT NULL, 
	algorithm VARCHAR(200) NOT NULL, 
	version VARCHAR(200) NOT NULL, 
	made_utc DATETIME NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_analyses PRIMARY KEY (id), 
	CONSTRAINT fk_analyses_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "analyses" VALUES(1,'20260301T100000Z-00000001','plantigrade.gait','0.1.0','2026-03-01 12:00:00','{"both":{}}');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at_utc DATETIME NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'2026-03-01 10:05:00','who','add','20260301T100000Z-00000001','insole');
INSERT INTO "audit" VALUES(2,'2026-02-01 08:00:00','who','add person','P001','');
INSERT INTO "audit" VALUES(3,'2026-02-02 08:00:00','who','assign','20260201T100000Z-0000000f','P001');
INSERT INTO "audit" VALUES(4,'2026-02-03 08:00:00','who','erase person','P001','1 recordings');
INSERT INTO "audit" VALUES(5,'2026-03-01 09:00:00','who','add person','P001','');
INSERT INTO "audit" VALUES(6,'2026-03-01 10:06:00','who','assign','20260301T100000Z-00000001','P001');
INSERT INTO "audit" VALUES(7,'2026-03-01 10:07:00','who','tag','20260301T100000Z-00000001','shoe:trail, other:knee hurts');
INSERT INTO "audit" VALUES(8,'2026-03-01 10:08:00','who','change person','P001','');
INSERT INTO "audit" VALUES(9,'2026-03-02 08:00:00','who','add person','P002','');
INSERT INTO "audit" VALUES(10,'2026-03-02 08:01:00','who','assign','20260301T100000Z-00000001','P002');
INSERT INTO "audit" VALUES(11,'2026-03-02 08:02:00','who','assign','20260301T100000Z-00000001','nobody');
INSERT INTO "audit" VALUES(12,'2026-03-02 08:03:00','who','assign','20260301T100000Z-00000001','P001');
INSERT INTO "audit" VALUES(13,'2026-03-03 08:00:00','who','erase person','P002','0 recordings');
CREATE TABLE devices (
	serial VARCHAR(200) NOT NULL, 
	side VARCHAR(20) NOT NULL, 
	layout INTEGER NOT NULL, 
	firmware VARCHAR(200) NOT NULL, 
	calibration TEXT, 
	CONSTRAINT pk_devices PRIMARY KEY (serial)
);
INSERT INTO "devices" VALUES('A1B2C3','left',1,'0.1.0',NULL);
CREATE TABLE library (
	id INTEGER NOT NULL, 
	uuid VARCHAR(36) NOT NULL, 
	key_id VARCHAR(64), 
	created_utc DATETIME NOT NULL, 
	CONSTRAINT pk_library PRIMARY KEY (id)
);
INSERT INTO "library" VALUES(1,'0f9a3f6e-1111-4222-8333-444455556666',NULL,'2026-03-01 09:00:00');
CREATE TABLE notes (
	id INTEGER NOT NULL, 
	recording_id VARCHAR(200) NOT NULL, 
	text TEXT NOT NULL, 
	at_s DOUBLE, 
	author VARCHAR(200) NOT NULL, 
	created_utc DATETIME NOT NULL, 
	CONSTRAINT pk_notes PRIMARY KEY (id), 
	CONSTRAINT fk_notes_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "notes" VALUES(1,'20260301T100000Z-00000001','limps',1.5,'who','2026-03-01 11:00:00');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	code VARCHAR(200) NOT NULL, 
	name TEXT, 
	birth_date TEXT, 
	sex VARCHAR(20), 
	height_cm DOUBLE, 
	weight_kg DOUBLE, 
	shoe_size_eu DOUBLE, 
	remark TEXT NOT NULL, 
	erasing BOOLEAN NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (id), 
	CONSTRAINT uq_people_code UNIQUE (code)
);
INSERT INTO "people" VALUES(1,'P001','Grüße','1950-02-28','male',180.0,81.5,43.0,'knee',0);
CREATE TABLE recording_devices (
	recording_id VARCHAR(200) NOT NULL, 
	foot VARCHAR(200) NOT NULL, 
	serial VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_recording_devices PRIMARY KEY (recording_id, foot), 
	CONSTRAINT fk_recording_devices_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE, 
	CONSTRAINT fk_recording_devices_serial FOREIGN KEY(serial) REFERENCES devices (serial)
);
INSERT INTO "recording_devices" VALUES('20260301T100000Z-00000001','left','A1B2C3');
CREATE TABLE recordings (
	id VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	title TEXT NOT NULL, 
	person_id INTEGER, 
	start_utc_ns BIGINT, 
	order_ns BIGINT NOT NULL, 
	duration_s DOUBLE, 
	feet VARCHAR(200) NOT NULL, 
	sample_rate_hz DOUBLE NOT NULL, 
	frames_recorded BIGINT NOT NULL, 
	frames_missing BIGINT NOT NULL, 
	bytes BIGINT NOT NULL, 
	books_sha256 VARCHAR(64) NOT NULL, 
	source TEXT NOT NULL, 
	added_utc DATETIME NOT NULL, 
	deleted_utc DATETIME, 
	erasing BOOLEAN NOT NULL, 
	CONSTRAINT pk_recordings PRIMARY KEY (id), 
	CONSTRAINT fk_recordings_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "recordings" VALUES('20260301T100000Z-00000001','insole','first',1,1772359200000000000,1772359200000000000,3.0,'left',100.0,300,0,12345,'none','','2026-03-01 10:05:00',NULL,0);
CREATE TABLE tags (
	recording_id VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (recording_id, kind, value), 
	CONSTRAINT fk_tags_recording_id FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "tags" VALUES('20260301T100000Z-00000001','shoe','trail');
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_recordings_order ON recordings (order_ns);
CREATE INDEX ix_recordings_person_id ON recordings (person_id);
CREATE INDEX ix_alerts_recording_id ON alerts (recording_id);
CREATE UNIQUE INDEX uq_analyses_of_recording ON analyses (recording_id, algorithm, version);
CREATE INDEX ix_notes_recording_id ON notes (recording_id);
CREATE INDEX ix_recording_devices_serial ON recording_devices (serial);
CREATE INDEX ix_tags_kind_value ON tags (kind, value);
COMMIT;
