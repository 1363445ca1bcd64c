using System.Text;

namespace KernelGen.Text.Tests;

public class VocabularyTrainingTests
{
    private static readonly VocabularyTokenizerOptions Words = new() { Unit = VocabularyUnit.Word };

    [Fact]
    public void Characters_are_in_the_order_of_how_often_they_are_there()
    {
        var vocabulary = VocabularyTokenizer.Train(["狗追猫。", "猫 追 狗。", "猫😀ａa"]);
        Assert.Equal(["<pad>", "<sos>", "<eos>", "<unk>", "猫", "a", "。", "狗", "追", "😀"], Entries(vocabulary));
        Assert.Equal([4, 9, 5, 2], vocabulary.Encode("猫😀ａ"));
    }

    [Fact]
    public void Words_are_what_stands_between_white_space()
    {
        string[] pronunciations = ["HH AH L OW", "HH AH", " L\tHH ", "<unk> <pad> L\uD83D"];
        var vocabulary = VocabularyTokenizer.Train(pronunciations, new VocabularyTrainingOptions { Tokenizer = Words });
        Assert.Equal(["<pad>", "<sos>", "<eos>", "<unk>", "HH", "AH", "L", "OW"], Entries(vocabulary));
        Assert.Equal("HH AH L OW", vocabulary.Decode(vocabulary.Encode("HH AH L OW")));
    }

    [Fact]
    public void What_is_rare_is_left_out()
    {
        string[] texts = ["a a a a b b b c c d"];
        Assert.Equal(["a", "b", "c"], Own(new() { MinimumCount = 2 }));
        Assert.Equal(["a", "b"], Own(new() { MaximumSize = 6 }));
        Assert.Equal(["<de>", "b", "a"], Own(new() { MinimumCount = 2, MaximumSize = 7, MoreEntries = ["<de>", "b"] }));

        string[] Own(VocabularyTrainingOptions options) => [.. Entries(VocabularyTokenizer.Train(texts, options)).Skip(4)];
    }

    [Fact]
    public void The_order_of_texts_changes_nothing()
    {
        string[] texts = new LanguageByChance(7).Sentences(500);
        Assert.Equal(VocabularyTokenizer.Train(texts, new() { Tokenizer = Words }).ToArray(), VocabularyTokenizer.Train(texts.Reverse(), new() { Tokenizer = Words }).ToArray());
    }

    [Fact]
    public void A_vocabulary_is_saved_and_read_again()
    {
        using var folder = new TemporaryFolder();
        var ugly = new UglyText(8);
        string[] texts = [.. Enumerable.Range(0, 500).Select(_ => ugly.Next(["\"", "\\", "</script>"], hasLines: true))];
        foreach (VocabularyTokenizerOptions options in new[] { new() { Normalize = false, RemoveWhiteSpace = false }, Words })
        {
            var vocabulary = VocabularyTokenizer.Train(texts, new() { Tokenizer = options });
            vocabulary.Save(folder["vocabulary.json"]);
            var stream = new MemoryStream();
            vocabulary.Save(stream);
            Assert.Equal(vocabulary.ToArray(), stream.ToArray());
            var read = VocabularyTokenizer.Load(folder["vocabulary.json"], options);
            Assert.Equal(Entries(vocabulary), Entries(read));
            Assert.All(texts, text => Assert.Equal(vocabulary.Encode(text), read.Encode(text)));
        }

        Assert.Equal("""["<pad>","<sos>","<eos>","<unk>","é"]""", Encoding.UTF8.GetString(VocabularyTokenizer.Train(["é"]).ToArray()));
    }

    [Fact]
    public void What_makes_no_vocabulary_is_refused()
    {
        Refused("The texts have no character that is there once", []);
        Refused("The texts have no character that is there once", ["", " \n", "\uD83D"]);
        Refused("The texts have no word that is there 3 times", ["a a b"], new() { MinimumCount = 3, Tokenizer = Words });
        Refused("Text 1 is null", ["a", null!]);
        Refused("MinimumCount is 0", ["a"], new() { MinimumCount = 0 });
        Refused("MaximumSize is 4, and 4 entries are special ones", ["a"], new() { MaximumSize = 4 });
        Refused("MoreEntries has \"<unk>\"", ["a"], new() { MoreEntries = ["<unk>"] });
        Refused("MoreEntries has \"\"", ["a"], new() { MoreEntries = [""] });
        Refused("MoreEntries has", ["a"], new() { MoreEntries = ["\uD83D"] });
        Assert.Throws<OperationCanceledException>(static () => VocabularyTokenizer.Train(["a"], cancellationToken: new CancellationToken(canceled: true)));

        static void Refused(string message, string[] texts, VocabularyTrainingOptions? options = null) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => VocabularyTokenizer.Train(texts, options)).Message, StringComparison.Ordinal);
    }

    private static string[] Entries(VocabularyTokenizer vocabulary) => [.. Enumerable.Range(0, vocabulary.VocabularySize).Select(vocabulary.Piece)];
}
