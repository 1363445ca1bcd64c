using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace KernelGen.Samples.TranslateCluster.Storage;

/// <summary>The database where a cluster keeps who belongs to it and how far its jobs are: PostgreSQL, or a file of SQLite for the processes of one machine.</summary>
internal sealed class ClusterDatabase
{
    /// <summary>Two silos that make the tables at once do so one after the other.</summary>
    private const long SetupLock = 7_236_510_942;

    private readonly string? _file;

    private ClusterDatabase(string? file, string connectionString)
    {
        _file = file;
        ConnectionString = connectionString;
    }

    /// <summary>Whether its silos can be on one machine only.</summary>
    public bool IsLocal => _file is not null;

    public string ConnectionString { get; }

    /// <summary>What Orleans calls the library that reads it.</summary>
    public string Invariant => IsLocal ? "System.Data.SQLite" : "Npgsql";

    /// <summary>Where the database is unless it is said.</summary>
    public static string DefaultFile => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "TranslateCluster", "cluster.db");

    /// <summary>Reads the name of a database: the connection string of PostgreSQL, which has an equals sign, or a path.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static ClusterDatabase Parse(string name)
    {
        if (!name.Contains('=', StringComparison.Ordinal))
        {
            string path = Path.GetFullPath(name);
            return new ClusterDatabase(path, new SqliteConnectionStringBuilder { DataSource = path }.ConnectionString);
        }

        var builder = new NpgsqlConnectionStringBuilder(name);
        return string.IsNullOrWhiteSpace(builder.Host)
            ? throw new ArgumentException("it names no Host")
            : new ClusterDatabase(file: null, builder.ConnectionString);
    }

    /// <summary>Says where it is, without a password.</summary>
    public override string ToString()
    {
        if (_file is not null)
        {
            return _file;
        }

        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"{builder.Database ?? builder.Username} on {builder.Host}, port {builder.Port}";
    }

    /// <summary>Makes the tables where there are none.</summary>
    /// <exception cref="IOException">The database cannot be used.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        try
        {
            if (_file is null)
            {
                await PreparePostgreSqlAsync(cancellation);
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
                await PrepareSqliteAsync(cancellation);
            }
        }
        catch (Exception exception) when (exception is DbException or IOException or UnauthorizedAccessException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"the database ({this}) cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Throws where there is nothing to connect to.</summary>
    /// <exception cref="IOException">There are no tables, so that no silo has ever started.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        if (_file is not null && !File.Exists(_file))
        {
            throw new IOException($"there is no database {_file}: start a silo first, or name another with --database");
        }

        try
        {
            await using DbConnection connection = await OpenAsync(cancellation);
            if (!await HasTablesAsync(connection, cancellation))
            {
                throw new IOException($"the database ({this}) has no tables of a cluster: start a silo first");
            }
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"the database ({this}) cannot be used: {exception.Message}", exception);
        }
    }

    private static async Task<bool> HasTablesAsync(DbConnection connection, CancellationToken cancellation)
    {
        await using DbCommand command = connection.CreateCommand();

        // PostgreSQL's to_regclass is shorter, but within a transaction it does not see what another has made meanwhile.
        command.CommandText = connection is NpgsqlConnection
            ? "SELECT count(*) FROM pg_tables WHERE tablename = 'orleansquery' AND schemaname = ANY (current_schemas(false))"
            : "SELECT count(*) FROM sqlite_master WHERE name = 'OrleansQuery'";
        return Convert.ToBoolean(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string text, CancellationToken cancellation)
    {
        await using DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Script(string name)
    {
        using Stream stream = typeof(ClusterDatabase).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"this program was built without its resource {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private async Task PreparePostgreSqlAsync(CancellationToken cancellation)
    {
        await using DbConnection connection = await OpenAsync(cancellation);
        if (await HasTablesAsync(connection, cancellation))
        {
            return;
        }

        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, transaction, $"SELECT pg_advisory_xact_lock({SetupLock})", cancellation);
        if (!await HasTablesAsync(connection, cancellation))
        {
            await ExecuteAsync(connection, transaction, Script("PostgreSql.sql"), cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task PrepareSqliteAsync(CancellationToken cancellation)
    {
        await using DbConnection connection = await OpenAsync(cancellation);
        await ExecuteAsync(connection, transaction: null, "PRAGMA journal_mode = WAL", cancellation);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await HasTablesAsync(connection, cancellation))
        {
            await ExecuteAsync(connection, transaction, Script("Sqlite.sql"), cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        DbConnection connection = IsLocal ? new SqliteConnection(ConnectionString) : new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
