-- What Orleans' ADO.NET providers for clustering and grain storage need of SQLite; PostgreSql.sql says more. SQLite runs one statement that writes at a time,
-- so each change of members is one statement: a row has the version of the table that wrote it, and the version of the table is the highest of its rows.

CREATE TABLE OrleansQuery
(
    QueryKey TEXT PRIMARY KEY,
    QueryText TEXT NOT NULL
);

-- Of each cluster, the row with the empty address is no silo: it has the first version.
CREATE TABLE OrleansMembership
(
    DeploymentId TEXT NOT NULL,
    Address TEXT NOT NULL,
    Port INTEGER NOT NULL,
    Generation INTEGER NOT NULL,
    SiloName TEXT,
    HostName TEXT,
    Status INTEGER,
    ProxyPort INTEGER,
    SuspectTimes TEXT,
    StartTime TEXT,
    IAmAliveTime TEXT,
    WrittenVersion INTEGER NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation)
) WITHOUT ROWID;

CREATE VIEW OrleansMembershipVersion AS
    SELECT DeploymentId, max(WrittenVersion) AS Version FROM OrleansMembership GROUP BY DeploymentId;

CREATE TABLE OrleansStorage
(
    ServiceId TEXT NOT NULL,
    GrainTypeString TEXT NOT NULL,
    GrainIdN0 INTEGER NOT NULL,
    GrainIdN1 INTEGER NOT NULL,
    GrainIdExtensionString TEXT NOT NULL,
    PayloadBinary BLOB,
    Version INTEGER NOT NULL,
    PRIMARY KEY (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('GatewaysQueryKey', '
    SELECT Address, ProxyPort, Generation
    FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
'),

('MembershipReadAllKey', '
    SELECT m.*, v.Version
    FROM OrleansMembershipVersion v LEFT JOIN OrleansMembership m ON m.DeploymentId = v.DeploymentId AND m.Address <> ''''
    WHERE v.DeploymentId = @DeploymentId
'),

('MembershipReadRowKey', '
    SELECT m.*, v.Version
    FROM OrleansMembershipVersion v LEFT JOIN OrleansMembership m
        ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
    WHERE v.DeploymentId = @DeploymentId
'),

('InsertMembershipVersionKey', '
    INSERT INTO OrleansMembership (DeploymentId, Address, Port, Generation, WrittenVersion) VALUES (@DeploymentId, '''', 0, 0, 0) ON CONFLICT DO NOTHING;
    SELECT changes() > 0
'),

('InsertMembershipKey', '
    INSERT INTO OrleansMembership (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime, WrittenVersion)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime, @Version + 1
    FROM OrleansMembershipVersion
    WHERE DeploymentId = @DeploymentId AND Version = @Version
    ON CONFLICT DO NOTHING;
    SELECT changes() > 0
'),

('UpdateMembershipKey', '
    UPDATE OrleansMembership SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime, WrittenVersion = @Version + 1
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
        AND (SELECT Version FROM OrleansMembershipVersion WHERE DeploymentId = @DeploymentId) = @Version;
    SELECT changes() > 0
'),

('UpdateIAmAlivetimeKey', '
    UPDATE OrleansMembership SET IAmAliveTime = @IAmAliveTime
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
'),

('DeleteMembershipTableEntriesKey', '
    DELETE FROM OrleansMembership WHERE DeploymentId = @DeploymentId
'),

-- 6 is dead. The row that has the version of the table stays.
('CleanupDefunctSiloEntriesKey', '
    DELETE FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Status = 6 AND IAmAliveTime < @IAmAliveTime AND StartTime < @IAmAliveTime
        AND WrittenVersion < (SELECT Version FROM OrleansMembershipVersion WHERE DeploymentId = @DeploymentId)
'),

('CleanupDefunctSiloEntryKey', '
    DELETE FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation AND Status = 6
        AND StartTime = @StartTime AND IAmAliveTime = @IAmAliveTime AND SuspectTimes IS @SuspectTimes
        AND WrittenVersion < (SELECT Version FROM OrleansMembershipVersion WHERE DeploymentId = @DeploymentId)
'),

('ReadFromStorageKey', '
    SELECT PayloadBinary, Version
    FROM OrleansStorage
    WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
'),

-- The answer is the new version, or the one that was expected and is not there any more.
('WriteToStorageKey', '
    INSERT INTO OrleansStorage (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString, PayloadBinary, Version)
    SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''''), @PayloadBinary, 1
    WHERE @GrainStateVersion IS NULL OR EXISTS
        (SELECT 1 FROM OrleansStorage WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0
            AND GrainIdN1 = @GrainIdN1 AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, ''''))
    ON CONFLICT DO UPDATE SET PayloadBinary = excluded.PayloadBinary, Version = Version + 1 WHERE Version = @GrainStateVersion;
    SELECT CASE WHEN changes() > 0 THEN coalesce(@GrainStateVersion, 0) + 1 ELSE @GrainStateVersion END AS NewGrainStateVersion
'),

('ClearStorageKey', '
    UPDATE OrleansStorage SET PayloadBinary = NULL, Version = Version + 1
    WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''') AND Version = @GrainStateVersion;
    SELECT CASE WHEN changes() > 0 THEN @GrainStateVersion + 1 ELSE @GrainStateVersion END AS NewGrainStateVersion
');
