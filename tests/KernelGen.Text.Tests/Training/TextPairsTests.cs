using KernelGen.Training;

namespace KernelGen.Text.Tests.Training;

public class TextPairsTests
{
    private static readonly ByteTokenizer Bytes = new();

    [Fact]
    public void Texts_become_tokens_in_their_order()
    {
        TokenPair[] pairs = [.. TextPairs.Encode([("ab", "c"), ("", "de")], Bytes, Bytes)];
        Assert.Equal([Bytes.Encode("ab"), Bytes.Encode("")], pairs.Select(static pair => pair.Source.ToArray()));
        Assert.Equal([Bytes.Encode("c"), Bytes.Encode("de")], pairs.Select(static pair => pair.Target.ToArray()));
    }

    [Fact]
    public async Task Streams_of_texts_become_the_same_tokens()
    {
        List<int[]> sources = [];
        await foreach (TokenPair pair in TextPairs.Encode(Texts(), Bytes, Bytes).WithCancellation(TestContext.Current.CancellationToken))
        {
            sources.Add(pair.Source.ToArray());
        }

        Assert.Equal([Bytes.Encode("x"), Bytes.Encode("y")], sources);

        static async IAsyncEnumerable<(string, string)> Texts()
        {
            yield return ("x", "1");
            await Task.Yield();
            yield return ("y", "2");
        }
    }

    [Fact]
    public void Files_are_read_line_by_line_and_again()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "狗\tdog\n猫\tcat\tsomething else\n\t\n");
            IEnumerable<(string Source, string Target)> pairs = TextPairs.ReadLines(path);
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal([("狗", "dog"), ("猫", "cat"), ("", "")], pairs);
            }

            File.WriteAllText(path, "one\ttwo\nthree\n");
            Assert.Contains("Line 2", Assert.Throws<FormatException>(() => pairs.ToList()).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_is_null_is_named()
    {
        Assert.Contains("Pair 1", Assert.Throws<ArgumentException>(() => TextPairs.Encode([("a", "b"), (null!, "c")], Bytes, Bytes).ToList()).Message, StringComparison.Ordinal);
        Assert.Contains("target", Assert.Throws<ArgumentException>(() => TextPairs.Encode([("a", null!)], Bytes, Bytes).ToList()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => TextPairs.Encode((IEnumerable<(string, string)>)null!, Bytes, Bytes));
    }
}
