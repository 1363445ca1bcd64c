using System.Text;
using KernelGen.Samples.Translate;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>Does a unit. Its output has another name until it is complete and on the disk, so that whoever does it a second time writes the same file again.</summary>
/// <param name="job">The job.</param>
/// <param name="unit">The unit.</param>
internal sealed class UnitRun(string job, WorkUnit unit)
{
    private const int BufferLength = 1 << 16;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private ShardLines? _lines;
    private long _translatedLines;
    private long _sentences;
    private long _unknownLines;

    public string Job { get; } = job;

    public int Unit => unit.Number;

    /// <summary>Ends the run: the unit is somebody else's by now, or nobody's.</summary>
    public CancellationTokenSource Abandonment { get; } = new();

    public UnitProgress Progress => new(
        unit.Number, Volatile.Read(ref _lines)?.BytesRead ?? 0, Volatile.Read(ref _translatedLines), Volatile.Read(ref _sentences), Volatile.Read(ref _unknownLines));

    /// <summary>Does it.</summary>
    /// <exception cref="LostShardsException">The output of shards that are done is not there any more.</exception>
    public async Task RunAsync(TextTranslator translator, CancellationToken cancellation)
    {
        switch (unit)
        {
            case ShardUnit shard:
                await TranslateAsync(shard, translator, cancellation);
                break;
            case AssemblyUnit assembly:
                await AssembleAsync(assembly, cancellation);
                break;
            case CleanupUnit cleanup:
                JobFiles.Delete(cleanup.Folders);
                break;
            default:
                throw new InvalidOperationException($"{unit.GetType().Name} is no unit that this silo knows");
        }
    }

    private static void CheckUnchanged(FileStream input, JobFile file)
    {
        if (input.Length != file.Length || File.GetLastWriteTimeUtc(input.SafeFileHandle).Ticks != file.Modified)
        {
            throw new IOException($"{file.Input} has changed since the job began");
        }
    }

    /// <summary>Writes a file under another name, and renames it when it is complete and on the disk.</summary>
    private static async Task WriteAsync(string path, Func<FileStream, Task> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var output = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferLength, FileOptions.Asynchronous))
            {
                await write(output);
                output.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private async Task TranslateAsync(ShardUnit shard, TextTranslator translator, CancellationToken cancellation)
    {
        await using FileStream input = JobFiles.Open(shard.File.Input);
        CheckUnchanged(input, shard.File);
        var lines = new ShardLines(input, shard.From, shard.To);
        Volatile.Write(ref _lines, lines);
        await WriteAsync(shard.Part, async output =>
        {
            await using var writer = new StreamWriter(output, Utf8, BufferLength, leaveOpen: true) { NewLine = "\n" };
            await foreach (TranslatedLine line in translator.TranslateAsync(lines.ReadAsync(cancellation), new GenerationOptions { BeamSize = shard.Beam }, cancellation))
            {
                writer.WriteLine(line.Translation);
                Volatile.Write(ref _translatedLines, _translatedLines + 1);
                Volatile.Write(ref _sentences, _sentences + line.Sentences.Count);
                Volatile.Write(ref _unknownLines, _unknownLines + (line.Warning is null ? 0 : 1));
            }

            await writer.FlushAsync(cancellation);
            CheckUnchanged(input, shard.File);
        });
    }

    private async Task AssembleAsync(AssemblyUnit assembly, CancellationToken cancellation)
    {
        string[] parts = [.. Enumerable.Range(0, assembly.Parts).Select(index => JobPlan.Part(assembly.Folder, index))];
        int[] lost = [.. parts.Index().Where(static part => !File.Exists(part.Item)).Select(part => assembly.FirstShard + part.Index)];
        if (lost.Length > 0)
        {
            // Where the folder itself is gone, it is not for this unit to make it anew.
            throw Directory.Exists(assembly.Folder) ? new LostShardsException(lost) : new DirectoryNotFoundException($"there is no folder {assembly.Folder}");
        }

        await WriteAsync(assembly.Output, async output =>
        {
            foreach (string part in parts)
            {
                await using FileStream input = JobFiles.Open(part);
                await input.CopyToAsync(output, 1 << 20, cancellation);
            }
        });
    }
}
