namespace KernelGen.Text.Tests;

/// <summary>A Marian folder as downloaded, with and without codes of target languages.</summary>
public class MarianFolderTests
{
    private static readonly byte[] Model = SentencePieceModelBuilder.Unigram().Piece("\u2581", score: -3).Piece("\u2581a", score: -1).Piece("b", score: -1).ToArray();

    [Fact]
    public void One_target_language_needs_no_options()
    {
        using TokenizerFolder folder = Folder("""{"</s>":0,"<unk>":1,"\u2581a":2,"b":3,"<pad>":4}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path);
        Assert.Equal([2, 3, 0], tokenizer.Source.Encode("ab"));
        Assert.Equal("ab", tokenizer.Target.Decode([2, 3, 0]));
        Assert.Equal(["source.spm", "target.spm", "vocab.json"], tokenizer.Files);
        Assert.Empty(tokenizer.Languages);
        Assert.Empty(tokenizer.ForcedPrefix);
        Assert.Contains("no codes of languages", Assert.Throws<InvalidOperationException>(() => tokenizer.WithLanguages(new())).Message, StringComparison.Ordinal);

        var exception = Assert.Throws<ArgumentException>(() => PretrainedTokenizer.Load(folder.Path, new() { TargetLanguage = "fra" }));
        Assert.Contains("has no codes of languages: leave it out", exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<ArgumentException>(() => PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "eng" }));
        Assert.Contains("leave SourceLanguage out", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fra")]
    [InlineData(">>fra<<")]
    public void The_target_language_is_put_before_texts_that_name_none(string language)
    {
        using TokenizerFolder folder = Multilingual();
        ITokenizer source = PretrainedTokenizer.Load(folder.Path, new() { TargetLanguage = language }).Source;
        Assert.Equal([4, 2, 3, 0], source.Encode("ab"));
        Assert.Equal([5, 2, 3, 0], source.Encode(">>deu<< ab"));
        Assert.Equal([0], source.Encode(""));
        Assert.Equal([4, 2, 3, 0], PretrainedTokenizer.Load(folder.Path, new() { AnyLanguage = true }).WithLanguages(new() { TargetLanguage = language }).Source.Encode("ab"));
        var tokens = new List<int> { 9 };
        source.Encode("ab", tokens);
        Assert.Equal([9, 4, 2, 3, 0], tokens);

        var spans = new List<TokenSpan>();
        ((ISpanTokenizer)source).Encode("ab", spans);
        Assert.Equal([(4, 0, 0), (2, 0, 1), (3, 1, 1), (0, 2, 0)], spans.Select(static span => (span.Token, span.Start, span.Length)));
    }

    [Fact]
    public void Tokens_are_in_the_text_that_was_given_with_and_without_a_code()
    {
        using TokenizerFolder folder = Multilingual();
        var source = (ISpanTokenizer)PretrainedTokenizer.Load(folder.Path, new() { TargetLanguage = "fra" }).Source;
        var spans = new List<TokenSpan> { new(9, 9, 9) };
        source.Encode("abxx", spans);
        Assert.Equal([new(9, 9, 9), new(4, 0, 0), new(2, 0, 1), new(3, 1, 1), new(1, 2, 2), new(0, 4, 0)], spans);
        spans.Clear();
        source.Encode(">>deu<< ab", spans);
        Assert.Equal([new(5, 0, 7), new(2, 8, 1), new(3, 9, 1), new(0, 10, 0)], spans);
    }

    [Fact]
    public void A_target_vocabulary_is_read_where_there_is_one()
    {
        using TokenizerFolder folder = Folder("""{"</s>":0,"<unk>":1,"\u2581a":2,"b":3,"<pad>":4}""");
        File.WriteAllText(Path.Combine(folder.Path, "target_vocab.json"), """{"b":0,"\u2581a":1,"</s>":2,"<unk>":3,"<pad>":4}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path);
        Assert.Equal("ab", tokenizer.Target.Decode([1, 0, 2]));
        Assert.Equal(["source.spm", "target.spm", "vocab.json", "target_vocab.json"], tokenizer.Files);
    }

    [Fact]
    public void Without_a_target_language_each_text_must_name_one()
    {
        using TokenizerFolder folder = Multilingual();
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path);
        Assert.Equal([">>fra<<", ">>deu<<"], tokenizer.Languages);
        Assert.Equal([4, 2, 3, 0], tokenizer.Source.Encode(">>fra<< ab"));
        Assert.Equal([0], tokenizer.Source.Encode(" "));
        foreach (string text in new[] { "ab", ">>xyz<< ab" })
        {
            var exception = Assert.Throws<ArgumentException>(() => tokenizer.Source.Encode(text));
            Assert.Contains("does not say into which of the model's 2 languages", exception.Message, StringComparison.Ordinal);
            Assert.Contains(">>fra<<", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_language_that_is_not_known_is_answered_with_those_that_look_like_it()
    {
        using TokenizerFolder folder = Multilingual();
        var exception = Assert.Throws<ArgumentException>(() => PretrainedTokenizer.Load(folder.Path, new() { TargetLanguage = "de" }));
        Assert.Contains("TargetLanguage is \"de\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean >>deu<<, >>fra<<?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_such_folder_is_said()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("target.spm", Model);
        Assert.Contains("has no source.spm", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
        string file = Path.Combine(folder.Path, "target.spm");
        Assert.Contains("is a file", Assert.Throws<DirectoryNotFoundException>(() => PretrainedTokenizer.Load(file)).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<DirectoryNotFoundException>(() => PretrainedTokenizer.Load(file + "x")).Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("no tokenizer that is known", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static TokenizerFolder Multilingual() => Folder("""{"</s>":0,"<unk>":1,"\u2581a":2,"b":3,">>fra<<":4,">>deu<<":5,"<pad>":6}""");

    private static TokenizerFolder Folder(string vocabulary) => new TokenizerFolder().Add("source.spm", Model).Add("target.spm", Model).Add("vocab.json", vocabulary);
}
