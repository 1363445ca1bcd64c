using System.Text;

namespace KernelGen.Text.Tests;

public class SentencePieceTrainerTests
{
    private static readonly string[] Sentences = new LanguageByChance(1).Sentences(1_000);

    public static TheoryData<SentencePieceKind> Kinds => [SentencePieceKind.Unigram, SentencePieceKind.Bpe];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_come_back_from_their_pieces(SentencePieceKind kind)
    {
        TrainedSentencePieceModel model = SentencePieceTrainer.Train(Sentences, new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 600, ByteFallback = true });
        SentencePieceTokenizer tokenizer = model.CreateTokenizer();
        Assert.Equal((600, 600), (model.VocabularySize, tokenizer.VocabularySize));
        foreach (string text in new LanguageByChance(2).Sentences(200).Append("Ungesehenes: 😀 þ ∀"))
        {
            Assert.Equal(Nfkc.Normalize(text), tokenizer.Decode(tokenizer.Encode(text)));
        }

        Assert.True(Sentences.Sum(sentence => tokenizer.Encode(sentence).Length) < Sentences.Sum(static sentence => sentence.Length) / 2);
    }

    [Fact]
    public void Characters_are_pieces_the_most_frequent_first_as_far_as_there_is_room()
    {
        var options = new SentencePieceTrainingOptions { Kind = SentencePieceKind.Character, VocabularySize = 6, AddDummyPrefix = false };
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(["狗追猫", "猫追狗狗", "猫", "龘"], options).CreateTokenizer();
        Assert.Equal(["<unk>", "<s>", "</s>", "狗", "猫", "追"], Enumerable.Range(0, 6).Select(tokenizer.Piece));
        Assert.Equal([3, 5, 0, 4], tokenizer.Encode("狗追龘猫"));
        Assert.Equal((float)Math.Log(3 / 9.0), tokenizer.Model.ScoreOf(3));
        Assert.Contains("no more than 7 pieces", Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(["狗追猫龘"], new SentencePieceTrainingOptions { Kind = SentencePieceKind.Character, VocabularySize = 8, AddDummyPrefix = false, CharacterCoverage = 1 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SentencePieceNormalization.NmtNfkc, "貓追狗！ 車", "猫追狗!车")]
    [InlineData(SentencePieceNormalization.Nfkc, "\uF902追狗！\u200Bｘ", "车追狗!\u200Bx")]
    [InlineData(SentencePieceNormalization.Identity, "\uF902貓！ 颱風,風", "\uF902猫！台风,风")]
    public void Rules_of_ones_own_rewrite_text_and_what_other_rules_make(SentencePieceNormalization normalization, string text, string rewritten)
    {
        var options = new SentencePieceTrainingOptions
        {
            Kind = SentencePieceKind.Character,
            VocabularySize = 40,
            AllowSmallerVocabulary = true,
            CharacterCoverage = 1,
            AddDummyPrefix = false,
            RemoveExtraWhiteSpace = false,
            Normalization = normalization,
            NormalizationRules = new Dictionary<string, string> { ["貓"] = "猫", ["車"] = "车", ["颱風"] = "台风", ["風"] = "风", [" "] = "" },
        };
        TrainedSentencePieceModel model = SentencePieceTrainer.Train([text, rewritten], options);
        SentencePieceTokenizer tokenizer = model.CreateTokenizer();
        Assert.Equal(tokenizer.Encode(rewritten), tokenizer.Encode(text));
        Assert.Equal(rewritten, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal(model.ToArray(), SentencePieceTrainer.Train([rewritten, text], options).ToArray());
    }

    [Fact]
    public void Special_pieces_may_be_called_otherwise()
    {
        var options = new SentencePieceTrainingOptions { VocabularySize = 300, PadToken = 3, UnknownPiece = "[UNK]", StartPiece = "<sos>", EndPiece = "<eos>", PadPiece = "ta", ControlSymbols = ["<s>"] };
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(Sentences, options).CreateTokenizer();
        Assert.Equal(["[UNK]", "<sos>", "<eos>", "ta", "<s>"], Enumerable.Range(0, 5).Select(tokenizer.Piece));
        Assert.Equal((0, 1, 2, 3), (tokenizer.UnknownToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.PadToken));
        Assert.Contains("EndPiece is \"<s>\"", Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(Sentences, new SentencePieceTrainingOptions { EndPiece = "<s>" })).Message, StringComparison.Ordinal);
        Assert.Contains("PadPiece is \"\"", Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(Sentences, new SentencePieceTrainingOptions { PadToken = 7, PadPiece = "" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData("a", null)]
    [InlineData("a\0", "b")]
    [InlineData("a", "\0")]
    [InlineData("HIGH", "b")]
    [InlineData("a", "bHIGH")]
    public void A_rule_that_is_none_is_refused(string from, string? to)
    {
        // Half of a surrogate pair cannot stand in an attribute.
        var options = new SentencePieceTrainingOptions { NormalizationRules = new Dictionary<string, string> { [from.Replace("HIGH", "\uD800", StringComparison.Ordinal)] = to?.Replace("HIGH", "\uD800", StringComparison.Ordinal)! } };
        Assert.Contains("A rule of normalisation rewrites ", Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(Sentences, options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_sentences_in_any_order_make_the_same_bytes(SentencePieceKind kind)
    {
        var options = new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 500 };
        byte[] model = SentencePieceTrainer.Train(Sentences, options).ToArray();
        Assert.Equal(model, SentencePieceTrainer.Train(Sentences, options).ToArray());
        Assert.Equal(model, SentencePieceTrainer.Train(Sentences.Reverse(), options).ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Special_pieces_have_their_tokens(SentencePieceKind kind)
    {
        var options = new SentencePieceTrainingOptions
        {
            Kind = kind,
            VocabularySize = 800,
            UnknownToken = 3,
            StartToken = 1,
            EndToken = 2,
            PadToken = 0,
            ControlSymbols = ["<de>", "<fr>"],
            UserDefinedSymbols = ["[sep]", "ba"],
            ByteFallback = true,
        };
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(Sentences, options).CreateTokenizer();
        Assert.Equal((3, 1, 2, 0), (tokenizer.UnknownToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.PadToken));
        Assert.Equal(["<pad>", "<s>", "</s>", "<unk>", "<de>", "<fr>", "[sep]", "ba", "<0x00>"], Enumerable.Range(0, 9).Select(tokenizer.Piece));
        Assert.Equal("<0xFF>", tokenizer.Piece(8 + 255));
        Assert.Contains(6, tokenizer.Encode("to[sep]to"));
        Assert.Contains(7, tokenizer.Encode("tobata"));
        Assert.DoesNotContain(Enumerable.Range(9 + 255, 800 - 9 - 255), token => tokenizer.Piece(token).Contains("ba", StringComparison.Ordinal));
    }

    [Fact]
    public void Special_pieces_may_leave_gaps_for_others()
    {
        var options = new SentencePieceTrainingOptions { VocabularySize = 300, UnknownToken = 0, StartToken = null, EndToken = 299, PadToken = 100 };
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(Sentences, options).CreateTokenizer();
        Assert.Equal((0, null, 299, 100, 300), (tokenizer.UnknownToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.PadToken, tokenizer.VocabularySize));
        Assert.Equal("ta", tokenizer.Decode(tokenizer.Encode("ta")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pieces_keep_to_the_options(SentencePieceKind kind)
    {
        string[] sentences = [.. Sentences.Select(static (sentence, i) => $"{sentence} x{i % 50}y カタひら漢字ー abカ")];
        string[] usual = Pieces(new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 700 });
        Assert.All(usual, static piece => Assert.True(piece.LastIndexOf('\u2581') <= 0));
        Assert.All(usual, static piece => Assert.False(piece.Any(char.IsAsciiLetter) && piece.Any(char.IsAsciiDigit)));
        Assert.All(usual, static piece => Assert.InRange(piece.Length, 1, 16));
        Assert.Contains(usual, static piece => piece.Contains("ひら漢字ー", StringComparison.Ordinal));
        Assert.Contains(usual, static piece => piece.Count(char.IsAsciiDigit) > 1);

        string[] others = Pieces(new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 700, SplitByUnicodeScript = false, SplitDigits = true, MaxPieceLength = 4 });
        Assert.Contains(others, static piece => piece.Any(char.IsAsciiLetter) && piece.Any(static c => c is 'カ'));
        Assert.All(others, static piece => Assert.True(piece.Length == 1 || !piece.Any(char.IsAsciiDigit)));
        Assert.All(others, static piece => Assert.InRange(piece.Length, 1, 4));

        string[] Pieces(SentencePieceTrainingOptions options)
        {
            SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(sentences, options).CreateTokenizer();
            return [.. Enumerable.Range(3, tokenizer.VocabularySize - 3).Select(tokenizer.Piece)];
        }
    }

    [Fact]
    public void Text_is_normalised_as_the_options_say()
    {
        string[] sentences = [.. Sentences.Select(static sentence => $"ﬁ  ½ {sentence}")];
        SentencePieceTokenizer Of(SentencePieceNormalization normalization, bool keepsSpaces = false) => SentencePieceTrainer.Train(
            sentences,
            new SentencePieceTrainingOptions { VocabularySize = 300, Normalization = normalization, AddDummyPrefix = !keepsSpaces, RemoveExtraWhiteSpace = !keepsSpaces }).CreateTokenizer();

        foreach (SentencePieceNormalization normalization in Enum.GetValues<SentencePieceNormalization>())
        {
            SentencePieceTokenizer tokenizer = Of(normalization);
            string expected = normalization == SentencePieceNormalization.Identity ? "ﬁ ½ to" : "fi 1\u20442 to";
            Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(" ﬁ  ½ to ")));
            Assert.Equal(normalization == SentencePieceNormalization.NmtNfkc, tokenizer.Encode("to\u200bto").SequenceEqual(tokenizer.Encode("to to")));
        }

        SentencePieceTokenizer exact = Of(SentencePieceNormalization.Identity, keepsSpaces: true);
        Assert.Equal(" ﬁ  ½ to ", exact.Decode(exact.Encode(" ﬁ  ½ to ")));
    }

    /// <summary>From SentencePiece's own tests, as far as there are pairs that are in the text.</summary>
    [Theory]
    [InlineData("abracadabra", "ab ra abra ad cad abracad abracadabra")]
    [InlineData("pen|pineapple|apple", "ap le app apple en in ine pen pine pineapple")]
    [InlineData("hellohe", "he ll llo hello hellohe")]
    [InlineData("aaaa", "aa aaaa")]
    public void Pairs_are_merged_in_SentencePieces_order(string sentences, string expected)
    {
        var options = new SentencePieceTrainingOptions
        {
            Kind = SentencePieceKind.Bpe,
            VocabularySize = 100,
            AllowSmallerVocabulary = true,
            CharacterCoverage = 1,
            Normalization = SentencePieceNormalization.Identity,
            AddDummyPrefix = false,
        };
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(sentences.Split('|'), options).CreateTokenizer();
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(3, tokenizer.VocabularySize - 3).Select(tokenizer.Piece).Where(static piece => piece.Length > 1)));
    }

    [Fact]
    public void Scores_of_a_unigram_model_are_logarithms_of_probabilities()
    {
        SentencePieceModel model = SentencePieceTrainer.Train(Sentences, new SentencePieceTrainingOptions { VocabularySize = 500 }).CreateTokenizer().Model;
        float[] scores = [.. Enumerable.Range(3, model.PieceCount - 3).Select(model.ScoreOf)];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.InRange(scores.Sum(static score => Math.Exp(score)), 0.8, 1.0);
    }

    [Fact]
    public void Rare_characters_are_unknown()
    {
        string[] sentences = [.. Enumerable.Repeat("aaaa bbbb", 1_000), "q"];
        SentencePieceTrainingOptions With(double coverage) => new() { VocabularySize = 50, AllowSmallerVocabulary = true, CharacterCoverage = coverage };
        Assert.DoesNotContain(0, SentencePieceTrainer.Train(sentences, With(1)).CreateTokenizer().Encode("q"));
        Assert.Contains(0, SentencePieceTrainer.Train(sentences, With(0.999)).CreateTokenizer().Encode("q"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Text_of_any_kind_makes_a_model(SentencePieceKind kind)
    {
        var texts = new UglyText(5);
        string[][] corpora =
        [
            ["a"],
            ["a", "", "   ", "\t\n"],
            ["\0", "a\0b\0\0", "\u0001\u0002a"],
            ["\uD83D", "\uDE00\uD83D", "a\uD83Da\uD83Da"],
            [new string('a', 1_000_000)],
            [string.Concat(Enumerable.Repeat("ab ", 400_000))],
            [string.Concat(Enumerable.Range(0, 300_000).Select(static i => (char)('a' + (int)((long)i * i % 11))))],
            [string.Concat(Enumerable.Range(0, 20_000).Select(static i => char.ConvertFromUtf32(0x4e00 + (i % 20_000))))],
            ["<unk><s></s><pad>", "a<unk>b<s>"],
            ["\u2581\u2581\u2581", "\u2585\u2585 \u2585", "a\u0301\u0301\u0301 \u0301b"],
            [.. Enumerable.Range(0, 300).Select(_ => texts.Next(["[user]"], hasLines: true))],
        ];
        for (int i = 0; i < corpora.Length; i++)
        {
            foreach (SentencePieceNormalization normalization in new[] { SentencePieceNormalization.NmtNfkc, SentencePieceNormalization.Identity })
            {
                var options = new SentencePieceTrainingOptions
                {
                    Kind = kind,
                    Normalization = normalization,
                    VocabularySize = 25_000,
                    AllowSmallerVocabulary = true,
                    CharacterCoverage = 1,
                    UserDefinedSymbols = ["[user]"],
                };
                SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(corpora[i], options).CreateTokenizer();
                foreach (string text in corpora[i].Take(5))
                {
                    string part = text[..Math.Min(text.Length, 1_000)];
                    Assert.True(tokenizer.Encode(part).Length <= Encoding.UTF8.GetByteCount(part) + 1, $"corpus {i}");
                }
            }
        }
    }

    [Fact]
    public void A_corpus_without_text_is_refused()
    {
        foreach (string[] sentences in new string[][] { [], ["", " "] })
        {
            Assert.Contains("no text", Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(sentences)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("Sentence 1 is null", Assert.Throws<ArgumentException>(static () => SentencePieceTrainer.Train(["a", null!])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_vocabulary_that_the_text_does_not_fill_is_refused_with_the_size_that_it_may_have(SentencePieceKind kind)
    {
        string[] sentences = ["the dog chases the cat", "the cat chases the dog"];
        string message = Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(sentences, new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 1_000 })).Message;
        int most = int.Parse(System.Text.RegularExpressions.Regex.Match(message, "no more than ([0-9]+) pieces").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(most, SentencePieceTrainer.Train(sentences, new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 1_000, AllowSmallerVocabulary = true }).VocabularySize);
        Assert.Equal(most, SentencePieceTrainer.Train(sentences, new SentencePieceTrainingOptions { Kind = kind, VocabularySize = most }).VocabularySize);
    }

    [Fact]
    public void A_vocabulary_that_has_no_place_for_the_characters_is_refused_with_the_size_that_it_needs()
    {
        Assert.Contains(
            "VocabularySize is 10, but 3 special pieces and the 11 characters",
            Assert.Throws<ArgumentException>(static () => SentencePieceTrainer.Train(["abcde fghij"], new SentencePieceTrainingOptions { VocabularySize = 10 })).Message,
            StringComparison.Ordinal);
        Assert.Equal(14, SentencePieceTrainer.Train(["abcde fghij"], new SentencePieceTrainingOptions { VocabularySize = 14 }).VocabularySize);
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        Refused("VocabularySize is 0", new SentencePieceTrainingOptions { VocabularySize = 0 });
        Refused("CharacterCoverage is NaN", new SentencePieceTrainingOptions { CharacterCoverage = double.NaN });
        Refused("CharacterCoverage is 0.5", new SentencePieceTrainingOptions { CharacterCoverage = 0.5 });
        Refused("MaxPieceLength is 0", new SentencePieceTrainingOptions { MaxPieceLength = 0 });
        Refused("Kind is 7", new SentencePieceTrainingOptions { Kind = (SentencePieceKind)7 });
        Refused("Normalization is 9", new SentencePieceTrainingOptions { Normalization = (SentencePieceNormalization)9 });
        Refused("<unk> and <s> both have the token 1", new SentencePieceTrainingOptions { UnknownToken = 1 });
        Refused("The token of <pad> is 8000", new SentencePieceTrainingOptions { PadToken = 8000 });
        Refused("The token of <unk> is -1", new SentencePieceTrainingOptions { UnknownToken = -1 });
        Refused("UserDefinedSymbols[1] is \"\"", new SentencePieceTrainingOptions { UserDefinedSymbols = ["a", ""] });
        Refused("UserDefinedSymbols[0], \"a b\", has a space", new SentencePieceTrainingOptions { UserDefinedSymbols = ["a b"] });
        Refused("ControlSymbols[1], \"<x>\", is a special piece already", new SentencePieceTrainingOptions { ControlSymbols = ["<x>", "<x>"] });
        Refused("UserDefinedSymbols[0], \"<unk>\", is a special piece already", new SentencePieceTrainingOptions { UserDefinedSymbols = ["<unk>"] });
        Refused("ControlSymbols[0] is", new SentencePieceTrainingOptions { ControlSymbols = ["\uD83D"] });
        Refused("A special piece has the token 7000", new SentencePieceTrainingOptions { PadToken = 7000, AllowSmallerVocabulary = true });

        static void Refused(string message, SentencePieceTrainingOptions options) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => SentencePieceTrainer.Train(["the dog chases the cat"], options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_can_be_given_up(SentencePieceKind kind)
    {
        var options = new SentencePieceTrainingOptions { Kind = kind, VocabularySize = 500 };
        Assert.Throws<OperationCanceledException>(() => SentencePieceTrainer.Train(Sentences, options, new CancellationToken(canceled: true)));
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => SentencePieceTrainer.Train(CancelAtTheEnd(), options, source.Token));

        IEnumerable<string> CancelAtTheEnd()
        {
            foreach (string sentence in Sentences)
            {
                yield return sentence;
            }

            source.Cancel();
        }
    }

    [Fact]
    public void A_model_is_saved()
    {
        using var folder = new TemporaryFolder();
        TrainedSentencePieceModel model = SentencePieceTrainer.Train(Sentences, new SentencePieceTrainingOptions { VocabularySize = 300 });
        model.Save(folder["a.model"]);
        var stream = new MemoryStream();
        model.Save(stream);
        Assert.Equal(model.ToArray(), File.ReadAllBytes(folder["a.model"]));
        Assert.Equal(model.ToArray(), stream.ToArray());
        Assert.Equal(300, SentencePieceTokenizer.Load(folder["a.model"]).VocabularySize);
    }
}
