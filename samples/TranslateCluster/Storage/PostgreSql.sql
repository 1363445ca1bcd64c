-- What Orleans' ADO.NET providers for clustering and grain storage need of PostgreSQL: a table of the statements that they run, by their keys,
-- and the tables that these statements are about. Names of columns and parameters are the providers'. Runs once, in one transaction.

CREATE TABLE OrleansQuery
(
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

-- One row for each cluster: whoever changes its members raises the version, and two changes of the same version wait for each other here.
CREATE TABLE OrleansMembershipVersion
(
    DeploymentId text PRIMARY KEY,
    Version integer NOT NULL DEFAULT 0
);

CREATE TABLE OrleansMembership
(
    DeploymentId text NOT NULL REFERENCES OrleansMembershipVersion,
    Address text NOT NULL,
    Port integer NOT NULL,
    Generation integer NOT NULL,
    SiloName text NOT NULL,
    HostName text NOT NULL,
    Status integer NOT NULL,
    ProxyPort integer,
    SuspectTimes text,
    StartTime timestamptz NOT NULL,
    IAmAliveTime timestamptz NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

CREATE TABLE OrleansStorage
(
    ServiceId text NOT NULL,
    GrainTypeString text NOT NULL,
    GrainIdN0 bigint NOT NULL,
    GrainIdN1 bigint NOT NULL,
    GrainIdExtensionString text NOT NULL,
    PayloadBinary bytea,
    Version integer NOT NULL,
    PRIMARY KEY (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('GatewaysQueryKey', $$
    SELECT Address, ProxyPort, Generation
    FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
$$),

('MembershipReadAllKey', $$
    SELECT m.*, v.Version
    FROM OrleansMembershipVersion v LEFT JOIN OrleansMembership m USING (DeploymentId)
    WHERE v.DeploymentId = @DeploymentId
$$),

('MembershipReadRowKey', $$
    SELECT m.*, v.Version
    FROM OrleansMembershipVersion v LEFT JOIN OrleansMembership m
        ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
    WHERE v.DeploymentId = @DeploymentId
$$),

('InsertMembershipVersionKey', $$
    WITH added AS
    (
        INSERT INTO OrleansMembershipVersion (DeploymentId) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*) = 1 FROM added
$$),

('InsertMembershipKey', $$
    WITH raised AS
    (
        UPDATE OrleansMembershipVersion v SET Version = v.Version + 1
        WHERE v.DeploymentId = @DeploymentId AND v.Version = @Version AND NOT EXISTS
            (SELECT FROM OrleansMembership WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
        RETURNING v.DeploymentId
    ), added AS
    (
        INSERT INTO OrleansMembership (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
        RETURNING 1
    )
    SELECT count(*) = 1 FROM added
$$),

('UpdateMembershipKey', $$
    WITH raised AS
    (
        UPDATE OrleansMembershipVersion v SET Version = v.Version + 1
        WHERE v.DeploymentId = @DeploymentId AND v.Version = @Version AND EXISTS
            (SELECT FROM OrleansMembership WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
        RETURNING v.DeploymentId
    ), changed AS
    (
        UPDATE OrleansMembership m SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
        FROM raised
        WHERE m.DeploymentId = raised.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
        RETURNING 1
    )
    SELECT count(*) = 1 FROM changed
$$),

('UpdateIAmAlivetimeKey', $$
    UPDATE OrleansMembership SET IAmAliveTime = @IAmAliveTime
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
$$),

('DeleteMembershipTableEntriesKey', $$
    WITH members AS (DELETE FROM OrleansMembership WHERE DeploymentId = @DeploymentId)
    DELETE FROM OrleansMembershipVersion WHERE DeploymentId = @DeploymentId
$$),

-- 6 is dead.
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM OrleansMembership WHERE DeploymentId = @DeploymentId AND Status = 6 AND IAmAliveTime < @IAmAliveTime AND StartTime < @IAmAliveTime
$$),

('CleanupDefunctSiloEntryKey', $$
    DELETE FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation AND Status = 6
        AND StartTime = @StartTime AND IAmAliveTime = @IAmAliveTime AND SuspectTimes IS NOT DISTINCT FROM @SuspectTimes
$$),

('ReadFromStorageKey', $$
    SELECT PayloadBinary, Version
    FROM OrleansStorage
    WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '')
$$),

-- The answer is the new version, or the one that was expected and is not there any more.
('WriteToStorageKey', $$
    WITH written AS
    (
        INSERT INTO OrleansStorage AS s (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString, PayloadBinary, Version)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), @PayloadBinary, 1
        WHERE @GrainStateVersion IS NULL OR EXISTS
            (SELECT FROM OrleansStorage WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString AND GrainIdN0 = @GrainIdN0
                AND GrainIdN1 = @GrainIdN1 AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, ''))
        ON CONFLICT (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, GrainIdExtensionString) DO UPDATE
            SET PayloadBinary = excluded.PayloadBinary, Version = s.Version + 1 WHERE s.Version = @GrainStateVersion
        RETURNING Version
    )
    SELECT Version AS NewGrainStateVersion FROM written
    UNION ALL SELECT @GrainStateVersion WHERE NOT EXISTS (SELECT FROM written)
$$),

('ClearStorageKey', $$
    WITH cleared AS
    (
        UPDATE OrleansStorage s SET PayloadBinary = NULL, Version = s.Version + 1
        WHERE s.ServiceId = @ServiceId AND s.GrainTypeString = @GrainTypeString AND s.GrainIdN0 = @GrainIdN0 AND s.GrainIdN1 = @GrainIdN1
            AND s.GrainIdExtensionString = coalesce(@GrainIdExtensionString, '') AND s.Version = @GrainStateVersion
        RETURNING s.Version
    )
    SELECT Version AS NewGrainStateVersion FROM cleared
    UNION ALL SELECT @GrainStateVersion WHERE NOT EXISTS (SELECT FROM cleared)
$$);
