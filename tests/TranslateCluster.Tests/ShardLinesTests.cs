using System.Text;
using KernelGen.Samples.TranslateCluster.Jobs;
using KernelGen.Samples.TranslateCluster.Work;

namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>The lines of the shards of a file are the lines of the file.</summary>
public sealed class ShardLinesTests : IDisposable
{
    private static readonly byte[][] Pieces =
    [
        .. new[] { "\n", "\n", "\r\n", "\r", "狗追猫。", "a", "\uFEFF", " ", "\u2028", "🙂", "\0" }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xE7, 0x8B], [0x80, 0xF0, 0x9F],
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Shards_have_each_line_once_wherever_they_are_cut()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. Enumerable.Range(0, random.Next(0, 25)).SelectMany(_ => Pieces[random.Next(Pieces.Length)])];
            string path = Path.Combine(_folder.FullName, "in.txt");
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            int shardBytes = random.Next(1, 12);
            string[] expected = [.. await ReadAsync(new MemoryStream(bytes))];
            Assert.Equal(expected, await ReadAsync(path, shardBytes));
        }
    }

    [Fact]
    public async Task Shards_of_a_file_of_many_buffers_have_each_line_once()
    {
        string path = Path.Combine(_folder.FullName, "in.txt");
        var random = new Random(1);
        await File.WriteAllLinesAsync(path, Enumerable.Range(0, 5000).Select(line => $"{line} {new string('狗', random.Next(line % 100 == 0 ? 100_000 : 50))}"), TestContext.Current.CancellationToken);
        string[] expected = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, await ReadAsync(path, 70_000));
    }

    [Fact]
    public void A_line_without_an_end_is_refused_and_not_read()
    {
        string path = Path.Combine(_folder.FullName, "in.txt");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(ShardLines.LongestLine + 100_000);
        }

        using FileStream input = JobFiles.Open(path);
        Assert.Contains("64 MiB", Assert.Throws<InvalidDataException>(() => new ShardLines(input, 0, 1000)).Message);
        Assert.Equal(0, new ShardLines(input, 1000, 2000).BytesRead);
    }

    private static async Task<List<string>> ReadAsync(string path, int shardBytes)
    {
        using FileStream input = JobFiles.Open(path);
        var lines = new List<string>();
        for (int shard = 0; shard < JobPlan.ShardsOf(input.Length, shardBytes); shard++)
        {
            long from = (long)shard * shardBytes;
            var reader = new ShardLines(input, from, Math.Min(from + shardBytes, input.Length));
            await foreach (string line in reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    /// <summary>As Translate reads its input.</summary>
    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }
}
