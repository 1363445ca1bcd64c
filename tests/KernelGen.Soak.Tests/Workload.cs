using KernelGen.Text;

namespace KernelGen.Soak.Tests;

/// <summary>
/// What a service does all day to a model that many share: calls of every kind and length, calls that are cancelled or left half-way, calls that are
/// wrong, callbacks that throw, and models loaded and disposed of meanwhile. Every answer is compared with the first.
/// </summary>
internal sealed class Workload : IDisposable
{
    private const int ListLength = 6;

    private static readonly string TooLong = new('猫', 200);
    private static readonly string[] Sentences = ModelFiles.Sentences;

    private static readonly GenerationOptions[] Options =
    [
        new(),
        new() { ReturnScores = true, ReturnTokenLogProbabilities = true },
        new() { BeamSize = 4, HypothesisCount = 2 },
        new() { Sampling = new SamplingOptions { Temperature = 0.8, TopK = 20, Seed = 7 } },
        new() { Threads = 2 },
        new() { RepetitionPenalty = 1.2, NoRepeatNGramSize = 3, MaxLength = 12 },
        new() { ReturnCrossAttention = true },
    ];

    private readonly ModelFiles _files;
    private readonly EncoderDecoder[] _models;
    private readonly TextGenerator[] _generators;
    private readonly Action<Random>[] _kinds;

    /// <summary>The first answers: [model, options, sentence].</summary>
    private readonly string[][][] _expected;

    private long _cancelled;
    private long _failed;
    private long _finished;
    private long _loads;

    public Workload(ModelFiles files)
    {
        _files = files;
        _models = [Translator.Load(ModelFiles.Checkpoint), .. Enum.GetValues<WeightPrecision>().Select(precision => Translator.Load(files.Packed(precision)))];
        _generators = [.. _models.Select(Generator)];
        _expected = [.. _generators.Select(static generator =>
            Options.Select(options => Sentences.Select(sentence => Answer(generator.Generate(sentence, options))).ToArray()).ToArray())];
        _kinds =
        [
            Translate, Translate, Translate, Translate, Translate, Translate, TranslateList, TranslateList, Score, Cancel, Cancel, Stream,
            LeaveStream, TranslateStream, BreakStream, Refuse, ThrowFromCallback, FailToLoad, LoadAndDispose, DisposeWhileRunning,
        ];
    }

    /// <summary>Calls that ended as they should, by how: with an answer, by cancellation, by an exception that was to be; and models that were loaded.</summary>
    public (long Finished, long Cancelled, long Failed, long Loads) Counts =>
        (Interlocked.Read(ref _finished), Interlocked.Read(ref _cancelled), Interlocked.Read(ref _failed), Interlocked.Read(ref _loads));

    /// <summary>
    /// Lets the models give back the memory that ended calls have left for the next ones, after a look at it: no more calls have left memory than ran at once.
    /// </summary>
    public void TrimMemory(int threads)
    {
        foreach (EncoderDecoder model in _models)
        {
            long call = Options.Max(options => model.CallMemory(ListLength, model.MaxSourceLength, options));
            Assert.InRange(model.IdleMemory, 0, threads * call);
            model.TrimMemory();
            Assert.Equal(0, model.IdleMemory);
        }
    }

    /// <summary>Makes calls on several threads at once, and returns when all have ended.</summary>
    public void Run(int calls, int seed, int threads) => Parallel.For(
        0,
        calls,
        new ParallelOptions { MaxDegreeOfParallelism = threads },
        i =>
        {
            var random = new Random(HashCode.Combine(seed, i));
            _kinds[random.Next(_kinds.Length)](random);
        });

    public void Dispose()
    {
        foreach (EncoderDecoder model in _models)
        {
            model.Dispose();
        }
    }

    private static TextGenerator Generator(EncoderDecoder model) => new(model, ModelFiles.Source, ModelFiles.Target);

    private static string Answer(TextGenerationResult result) =>
        string.Join('|', result.Hypotheses.Select(static hypothesis => $"{hypothesis.Text} {hypothesis.Score:R} {string.Join(' ', hypothesis.Tokens)}"));

    private void Translate(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        Expect(model, options, sentence, _generators[model].Generate(Sentences[sentence], Options[options]));
    }

    private void TranslateList(Random random)
    {
        (int model, int options, int first) = Draw(random);
        first %= Sentences.Length - ListLength;
        TextGenerationResult[] results = _generators[model].Generate(new ArraySegment<string>(Sentences, first, ListLength), Options[options]);
        for (int i = 0; i < ListLength; i++)
        {
            Expect(model, options, first + i, results[i]);
        }
    }

    private void Score(Random random)
    {
        (int model, _, int sentence) = Draw(random);
        ScoreResult score = _generators[model].Score(Sentences[sentence], "The dog chases the cat.");
        Assert.True(score.LogProbability < 0);
        Interlocked.Increment(ref _finished);
    }

    private void Cancel(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        using var cancellation = new CancellationTokenSource();
        if (random.Next(4) == 0)
        {
            cancellation.Cancel();
        }
        else
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
        }

        try
        {
            Expect(model, options, sentence, _generators[model].Generate(Sentences[sentence], Options[options], cancellation.Token));
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    private void Stream(Random random)
    {
        (int model, _, int sentence) = Draw(random);
        string text = string.Concat(_generators[model].Stream(Sentences[sentence]));
        Assert.Equal(_generators[model].Generate(Sentences[sentence]).Text, text);
        Interlocked.Increment(ref _finished);
    }

    private void LeaveStream(Random random)
    {
        (int model, _, int sentence) = Draw(random);
        int pieces = random.Next(3);
        Assert.Equal(pieces, _generators[model].Stream(Sentences[sentence]).Take(pieces).Count());
        Interlocked.Increment(ref _cancelled);
    }

    private void TranslateStream(Random random)
    {
        (int model, int options, int first) = Draw(random);
        first %= Sentences.Length - ListLength;
        int i = first;
        foreach (TextGenerationResult result in _generators[model]
            .GenerateAsync(Sentences[first..(first + ListLength)].ToAsyncEnumerable(), Options[options], new StreamingOptions { Window = 4 })
            .ToBlockingEnumerable())
        {
            Expect(model, options, i++, result);
        }

        Assert.Equal(first + ListLength, i);
    }

    /// <summary>A stream whose source throws.</summary>
    private void BreakStream(Random random)
    {
        (int model, int options, int first) = Draw(random);

        async IAsyncEnumerable<string> Texts()
        {
            yield return Sentences[first];
            await Task.Yield();
            throw new InvalidDataException("the source broke");
        }

        Assert.Throws<InvalidDataException>(() => _generators[model].GenerateAsync(Texts(), Options[options]).ToBlockingEnumerable().Count());
        Interlocked.Increment(ref _failed);
    }

    private void Refuse(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        Assert.Throws<TextTooLongException>(() => _generators[model].Generate(TooLong, Options[options]));
        Assert.ThrowsAny<ArgumentException>(() => _models[model].Generate([1, -1], Options[options]));
        Assert.ThrowsAny<ArgumentException>(() => _generators[model].Generate([Sentences[sentence], TooLong], Options[options]));
        Assert.ThrowsAny<ArgumentException>(() => _generators[model].Generate(Sentences[sentence], new GenerationOptions { BeamSize = -1 }));
        Interlocked.Add(ref _failed, 4);
    }

    private void ThrowFromCallback(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        int position = random.Next(3);
        GenerationOptions throwing = Options[options] with
        {
            StopWhen = step => step.Position >= position ? throw new InvalidDataException("the callback broke") : false,
        };
        Assert.Throws<InvalidDataException>(() => _generators[model].Generate(Sentences[sentence], throwing));
        Interlocked.Increment(ref _failed);
    }

    private void FailToLoad(Random random)
    {
        string path = _files.Damaged[random.Next(_files.Damaged.Length)];
        Assert.ThrowsAny<Exception>(() => Translator.Load(path));
        Interlocked.Increment(ref _failed);
    }

    private void LoadAndDispose(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        using EncoderDecoder loaded = LoadAnew(model);
        Expect(model, options, sentence, Generator(loaded).Generate(Sentences[sentence], Options[options]));
        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Generator(loaded).Generate(Sentences[sentence]));
    }

    /// <summary>A call either ends as if nobody had disposed of its model, or is refused.</summary>
    private void DisposeWhileRunning(Random random)
    {
        (int model, int options, int sentence) = Draw(random);
        using EncoderDecoder loaded = LoadAnew(model);
        Task disposal = Task.Run(loaded.Dispose);
        try
        {
            Expect(model, options, sentence, Generator(loaded).Generate(Sentences[sentence], Options[options]));
        }
        catch (ObjectDisposedException)
        {
            Interlocked.Increment(ref _failed);
        }

        disposal.Wait();
    }

    private EncoderDecoder LoadAnew(int model)
    {
        Interlocked.Increment(ref _loads);
        return Translator.Load(model == 0 ? ModelFiles.Checkpoint : _files.Packed((WeightPrecision)(model - 1)));
    }

    private (int Model, int Options, int Sentence) Draw(Random random) => (random.Next(_models.Length), random.Next(Options.Length), random.Next(Sentences.Length));

    private void Expect(int model, int options, int sentence, TextGenerationResult result)
    {
        Assert.Equal(_expected[model][options][sentence], Answer(result));
        Interlocked.Increment(ref _finished);
    }
}
