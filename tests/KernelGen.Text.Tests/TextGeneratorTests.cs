using System.Collections.Concurrent;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>The sample's translator from text to text: every call gives what the model and its tokenizers give one by one.</summary>
public sealed class TextGeneratorTests : IDisposable
{
    private static readonly VocabularyTokenizer Chinese = VocabularyTokenizer.Load(TestFiles.SourceVocabulary);
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);
    private static readonly string[] Sentences = [.. TestFiles.WordOrder().Select(static sentence => sentence.Source).Take(12)];
    private static readonly string[] References = [.. TestFiles.WordOrder().Select(static sentence => sentence.Reference).Take(12)];
    private static readonly string Long = string.Concat(Enumerable.Repeat("狗追猫。", 32));

    private readonly EncoderDecoder _model = Translator.Load(TestFiles.Weights);
    private readonly TextGenerator _generator;

    public TextGeneratorTests() => _generator = new TextGenerator(_model, Chinese, English);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_result_has_the_text_the_tokens_and_the_score_of_each_hypothesis()
    {
        var options = new GenerationOptions { BeamSize = 4, HypothesisCount = 3 };
        TextGenerationResult result = _generator.Generate("狗追猫。", options);
        GenerationResult expected = _model.Generate(Chinese.Encode("狗追猫。"), options);
        Assert.Equal("The dog chases the cat.", result.Text);
        Assert.Equal(result.Text, result.ToString());
        Assert.Equal(Chinese.Encode("狗追猫。"), result.SourceTokens);
        Assert.False(result.IsTruncated);
        Assert.Equal(3, result.Hypotheses.Length);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected.Hypotheses[i].Tokens, result.Hypotheses[i].Tokens);
            Assert.Equal(expected.Hypotheses[i].Score, result.Hypotheses[i].Score);
            Assert.Equal(expected.Hypotheses[i].FinishReason, result.Hypotheses[i].FinishReason);
            Assert.Equal(English.Decode(expected.Hypotheses[i].Tokens.AsSpan()), result.Hypotheses[i].Text);
        }
    }

    [Fact]
    public void The_texts_of_the_tokens_of_a_hypothesis_are_together_its_text()
    {
        TextGenerationResult result = _generator.Generate("狗追猫。", new GenerationOptions { BeamSize = 4, HypothesisCount = 4 });
        Assert.Equal(["The", " dog", " cha", "ses", " the", " cat", "."], result.Hypotheses[0].TokenTexts);
        Assert.All(result.Hypotheses, static hypothesis =>
        {
            Assert.Equal(hypothesis.Tokens.Length, hypothesis.TokenTexts.Length);
            Assert.Equal(hypothesis.Text, string.Concat(hypothesis.TokenTexts));
        });
        Assert.Empty(_generator.Generate("").Hypotheses[0].TokenTexts);
    }

    [Fact]
    public void Of_a_character_of_several_tokens_the_last_has_the_text()
    {
        // 3 to 258 are the bytes.
        SentencePieceTokenizer bytes = SentencePieceModelBuilder.Unigram().BytePieces().Load();
        int[] tokens = [.. "a狗b"u8.ToArray().Append((byte)0xE7).Select(static value => 3 + value)];
        var options = new GenerationOptions { ForcedPrefix = [.. tokens], MaxLength = tokens.Length };
        TextHypothesis hypothesis = Assert.Single(new TextGenerator(_model, Chinese, bytes).Generate("狗", options).Hypotheses);
        Assert.Equal(tokens, hypothesis.Tokens);
        Assert.Equal("a狗b\uFFFD", hypothesis.Text);
        Assert.Equal(["a", "", "", "狗", "b", "\uFFFD"], hypothesis.TokenTexts);
    }

    [Fact]
    public void A_list_has_the_results_of_its_texts_in_their_order()
    {
        string[] texts = ["", .. Sentences, " \t", "狗追猫。", "\u3000"];
        TextGenerationResult[] results = _generator.Generate(texts);
        Assert.Equal(["", .. References, "", "The dog chases the cat.", ""], results.Select(static result => result.Text));
        Assert.Empty(_generator.Generate([]));
        Assert.Equal([""], _generator.Generate([""]).Select(static result => result.Text));
    }

    [Fact]
    public async Task A_stream_of_texts_has_their_results_in_order()
    {
        string[] texts = ["", .. Sentences, "", "", .. Sentences, ""];
        string[] expected = ["", .. References, "", "", .. References, ""];
        foreach (int window in new[] { 1, 5, 512 })
        {
            var results = new List<string>();
            await foreach (TextGenerationResult result in _generator.GenerateAsync(texts.ToAsyncEnumerable(), streaming: new StreamingOptions { Window = window }))
            {
                results.Add(result.Text);
            }

            Assert.Equal(expected, results);
        }

        Assert.Empty(await _generator.GenerateAsync(AsyncEnumerable.Empty<string>()).ToListAsync());
    }

    [Fact]
    public async Task An_empty_text_has_its_result_before_the_next_text_comes()
    {
        var asked = new SemaphoreSlim(0);
        async IAsyncEnumerable<string> Texts()
        {
            foreach (string text in new[] { "", "狗追猫。", "" })
            {
                yield return text;
                await asked.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        var results = new List<string>();
        await foreach (TextGenerationResult result in _generator.GenerateAsync(Texts()))
        {
            results.Add(result.Text);
            asked.Release();
        }

        Assert.Equal(["", "The dog chases the cat.", ""], results);
    }

    [Fact]
    public async Task A_feed_of_empty_texts_is_read_no_further_than_a_few_windows_ahead()
    {
        int read = 0;
        async IAsyncEnumerable<string> Texts()
        {
            while (true)
            {
                read++;
                yield return "";
                await Task.Yield();
            }
        }

        int results = 0;
        await foreach (TextGenerationResult _ in _generator.GenerateAsync(Texts(), streaming: new StreamingOptions { Window = 2 }))
        {
            await Task.Yield();
            Assert.InRange(Volatile.Read(ref read) - results, 0, 9);
            if (++results == 1000)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task The_parts_of_a_stream_are_together_the_text()
    {
        foreach (string sentence in Sentences)
        {
            string expected = _generator.Generate(sentence).Text;
            string[] parts = [.. _generator.Stream(sentence)];
            Assert.DoesNotContain("", parts);
            Assert.InRange(parts.Length, 2, 128);
            Assert.Equal(expected, string.Concat(parts));
            Assert.Equal(parts, await _generator.StreamAsync(sentence).ToListAsync());
        }

        Assert.Empty(_generator.Stream(" "));
        Assert.Empty(await _generator.StreamAsync("").ToListAsync());
    }

    [Fact]
    public void The_first_part_comes_before_the_rest_is_generated()
    {
        using var cancellation = new CancellationTokenSource();
        using IEnumerator<string> parts = _generator.Stream("狗追猫。", cancellationToken: cancellation.Token).GetEnumerator();
        Assert.True(parts.MoveNext());
        Assert.Equal("The", parts.Current);
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => parts.MoveNext());
    }

    [Fact]
    public void A_text_without_content_is_not_given_to_the_model()
    {
        TextHypothesis hypothesis = Assert.Single(_generator.Generate(" \u3000\n").Hypotheses);
        Assert.Equal(("", 0f, FinishReason.EndToken), (hypothesis.Text, hypothesis.Score, hypothesis.FinishReason));
        Assert.Empty(hypothesis.Tokens);
        _model.Dispose();
        Assert.Equal("", _generator.Generate("").Text);
        Assert.Throws<ObjectDisposedException>(() => _generator.Generate("狗"));
    }

    [Fact]
    public async Task Every_call_with_a_disposed_model_names_it()
    {
        using IEnumerator<string> begun = _generator.Stream("狗追猫。").GetEnumerator();
        Assert.True(begun.MoveNext());
        _model.Dispose();
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => Task.FromResult(_generator.Generate("狗")),
            () => Task.FromResult(_generator.Generate(["", "狗"])),
            () => Task.FromResult(_generator.Stream("狗").First()),
            async () => await _generator.StreamAsync("狗").FirstAsync(),
            async () => await _generator.GenerateAsync(new[] { "狗" }.ToAsyncEnumerable()).FirstAsync(),
            () => Task.FromResult(_generator.Score("狗", "dog")),
        })
        {
            Assert.Equal(nameof(Translator), (await Assert.ThrowsAsync<ObjectDisposedException>(call)).ObjectName);
        }

        // What had begun goes on.
        string text = begun.Current;
        while (begun.MoveNext())
        {
            text += begun.Current;
        }

        Assert.Equal("The dog chases the cat.", text);
    }

    [Theory]
    [InlineData("狮狮狮")]
    [InlineData("\uD83D狗\uDE00")]
    [InlineData("\0\u0001")]
    [InlineData("<eos><pad>")]
    public void A_text_of_unknown_characters_or_broken_ones_has_a_result_as_any_other(string text)
    {
        TextGenerationResult result = _generator.Generate(text, new GenerationOptions { MaxLength = 20 });
        Assert.Contains(Chinese.UnknownToken!.Value, result.SourceTokens);
        Assert.Equal(_generator.Stream(text, new GenerationOptions { MaxLength = 20 }), [.. PartsOf(result)]);

        IEnumerable<string> PartsOf(TextGenerationResult of)
        {
            StreamingDecoder decoder = English.CreateDecoder();
            return of.Hypotheses[0].Tokens.Select(decoder.Append).Append(decoder.Flush()).Where(static part => part.Length > 0);
        }
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_read_as_unknown_characters()
    {
        string text = Encoding.UTF8.GetString([0xE7, 0x8B, .. "狗"u8, 0xFF]);
        Assert.Equal([Chinese.UnknownToken!.Value, .. Chinese.Encode("狗")[..^1], Chinese.UnknownToken!.Value, Chinese.EndToken!.Value], _generator.Generate(text).SourceTokens);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_with_both_lengths()
    {
        const string Lengths = "has 129 tokens; the model takes at most 128 (MaxSourceLength of its declaration). Split it into sentences";
        var exception = Assert.Throws<TextTooLongException>(() => _generator.Generate(Long));
        Assert.StartsWith($"The text {Lengths}", exception.Message, StringComparison.Ordinal);
        Assert.Equal((129, 128), (exception.Tokens, exception.MaxTokens));
        Assert.Throws<TextTooLongException>(() => _generator.Stream(Long));
        Assert.Throws<TextTooLongException>(() => _generator.StreamAsync(Long));
        Assert.StartsWith($"Text 2 {Lengths}", Assert.Throws<TextTooLongException>(() => _generator.Generate(["", "狗", Long])).Message, StringComparison.Ordinal);

        var results = new List<string>();
        exception = await Assert.ThrowsAsync<TextTooLongException>(async () =>
        {
            await foreach (TextGenerationResult result in _generator.GenerateAsync(new[] { Sentences[0], "", Long, Sentences[1] }.ToAsyncEnumerable()))
            {
                results.Add(result.Text);
            }
        });
        Assert.StartsWith($"Text 2 {Lengths}", exception.Message, StringComparison.Ordinal);
        Assert.Equal([References[0], ""], results);

        // 100 KB and more on one line.
        Assert.Equal(120_001, Assert.Throws<TextTooLongException>(() => _generator.Generate(string.Concat(Enumerable.Repeat("狗追猫。", 30_000)))).Tokens);
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_off_where_the_options_say_so()
    {
        var generator = new TextGenerator(_model, Chinese, English, new TextGeneratorOptions { LongTexts = LongTextPolicy.Truncate });
        var options = new GenerationOptions { MaxLength = 8 };
        TextGenerationResult result = generator.Generate(Long, options);
        Assert.True(result.IsTruncated);
        Assert.Equal([.. Chinese.Encode(Long)[..127], Chinese.EndToken!.Value], result.SourceTokens);
        Assert.Equal(result.Text, generator.Generate([Long], options)[0].Text);
        Assert.Equal(result.Text, string.Concat(generator.Stream(Long, options)));
        Assert.False(generator.Generate("狗追猫。").IsTruncated);
    }

    [Fact]
    public async Task What_is_wrong_with_a_call_is_said_at_once()
    {
        var wrong = new GenerationOptions { BeamSize = 33 };
        Assert.Throws<ArgumentNullException>(() => _generator.Generate((string)null!));
        Assert.Throws<ArgumentNullException>(() => _generator.Stream(null!));
        Assert.Throws<ArgumentNullException>(() => _generator.GenerateAsync(null!));
        Assert.StartsWith("Text 1 is null", Assert.Throws<ArgumentException>(() => _generator.Generate(["狗", null!])).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => _generator.Generate("狗", wrong));
        Assert.ThrowsAny<ArgumentException>(() => _generator.Stream("狗", new GenerationOptions { BeamSize = 2 }));
        Assert.ThrowsAny<ArgumentException>(() => _generator.GenerateAsync(AsyncEnumerable.Empty<string>(), wrong));
        Assert.ThrowsAny<ArgumentException>(() => _generator.GenerateAsync(AsyncEnumerable.Empty<string>(), streaming: new StreamingOptions { Window = 0 }));
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await _generator.GenerateAsync(new[] { "狗", null! }.ToAsyncEnumerable()).ToListAsync());
        Assert.StartsWith("Text 1 is null", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_are_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => _generator.Generate("狗", cancellationToken: cancellation.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => _generator.Generate(["狗"], cancellationToken: cancellation.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => _generator.Score("狗", "dog", cancellation.Token));

        using var later = new CancellationTokenSource();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TextGenerationResult _ in _generator.GenerateAsync(Endless(), streaming: new StreamingOptions { Window = 4 }).WithCancellation(later.Token))
            {
                await later.CancelAsync();
            }
        });
        Assert.IsType<OperationCanceledException>(exception, exactMatch: false);

        // Whoever stops needs no token.
        await foreach (TextGenerationResult result in _generator.GenerateAsync(Endless()))
        {
            Assert.Equal("The dog chases the cat.", result.Text);
            break;
        }

        static async IAsyncEnumerable<string> Endless()
        {
            while (true)
            {
                yield return "狗追猫。";
                await Task.Yield();
            }
        }
    }

    [Fact]
    public void A_target_text_is_scored_with_its_end_token()
    {
        ScoreResult score = _generator.Score("狗追猫。", "The dog chases the cat.");
        int[] tokens = [.. English.Encode("The dog chases the cat."), _model.EndToken];
        Assert.Equal(_model.Score(Chinese.Encode("狗追猫。"), tokens).TokenLogProbabilities, score.TokenLogProbabilities);
        Assert.True(score.LogProbability > _generator.Score("狗追猫。", "The cat chases the dog.").LogProbability);

        var ends = SentencePieceTokenizer.Load(TestFiles.TargetModel, new SentencePieceTokenizerOptions { PrependStartToken = true, AppendEndToken = true });
        Assert.Equal(score.TokenLogProbabilities, new TextGenerator(_model, Chinese, ends).Score("狗追猫。", "The dog chases the cat.").TokenLogProbabilities);
        Assert.Contains("MaxTargetLength", Assert.Throws<TextTooLongException>(() => _generator.Score("狗", new string('x', 500))).Message, StringComparison.Ordinal);
        var decodes = new TextGenerator(_model, Chinese, SentencePieceDecoder.Load(TestFiles.TargetModel));
        Assert.Equal("The dog chases the cat.", decodes.Generate("狗追猫。").Text);
        Assert.Contains("only decodes", Assert.Throws<InvalidOperationException>(() => decodes.Score("狗", "dog")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenizers_that_do_not_fit_the_model_are_refused()
    {
        Assert.Contains(
            "The source tokenizer has 3000 tokens, the model's source vocabulary 2744",
            Assert.Throws<ArgumentException>(() => new TextGenerator(_model, English, English)).Message,
            StringComparison.Ordinal);
        var small = SentencePieceModelBuilder.Unigram().Piece("a").Load();
        var generator = new TextGenerator(_model, Chinese, small);
        Assert.Contains("the target's tokenizer has only 4", Assert.Throws<InvalidOperationException>(() => generator.Generate("狗追猫。")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => generator.Stream("狗追猫。").Count());
    }

    [Fact]
    public async Task One_generator_serves_many_callers()
    {
        var results = new ConcurrentDictionary<int, string>();
        await Parallel.ForAsync(0, 64, async (i, cancellation) => results[i] = (i % 4) switch
        {
            0 => _generator.Generate(Sentences[i % 12]).Text,
            1 => _generator.Generate([Sentences[i % 12]])[0].Text,
            2 => string.Concat(await _generator.StreamAsync(Sentences[i % 12], cancellationToken: cancellation).ToListAsync(cancellation)),
            _ => (await _generator.GenerateAsync(new[] { Sentences[i % 12] }.ToAsyncEnumerable(), cancellationToken: cancellation).SingleAsync(cancellation)).Text,
        });
        Assert.All(results, result => Assert.Equal(References[result.Key % 12], result.Value));
    }
}
